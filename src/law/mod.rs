//! Exact mathematics of selection and reward. Knows numbers only.

mod ratio;
mod shares;

pub use ratio::Ratio;
pub use shares::{equal_shares, proportional_shares};
