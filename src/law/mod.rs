//! Exact mathematics of selection and reward. Knows numbers only.

mod concentration;
mod ratio;
mod shares;

pub use concentration::{gini, gini_of_ascending};
pub use ratio::Ratio;
pub use shares::{equal_shares, proportional_shares};
