//! Exact mathematics of selection and reward. Knows numbers only.

mod shares;

pub use shares::{equal_shares, proportional_shares};
