//! The fairness measures of the literature, across trials.

mod dispersion;
mod equitability;
mod misallocation;
mod robust;

pub use dispersion::{DispersionTest, dispersion_test};
pub use equitability::{Equitability, equitability};
pub use misallocation::{Misallocation, NullDraws};
pub use robust::{
    RobustFairness, fair_counts, first_robust, robust_fairness, unfair_probability, within_margin,
};
