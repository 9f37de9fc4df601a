//! Exact mathematics of selection and reward. Knows numbers only.

mod concentration;
mod ratio;
mod first_accepted;
mod gauss_legendre;
mod largest_deficit;
mod acceptance;
pub mod mistakes;
mod shares;
mod successive_inclusion;

pub use concentration::{gini, gini_of_ascending};
pub use ratio::Ratio;
pub use first_accepted::{FirstAccepted, first_accepted};
pub use gauss_legendre::gauss_legendre;
pub use largest_deficit::largest_deficit_bound;
pub use acceptance::{acceptance_shares, somebody};
pub use shares::{equal_shares, proportional_shares};
pub use successive_inclusion::successive_inclusion;
