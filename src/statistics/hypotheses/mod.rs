//! Tests of hypotheses.

mod binomial_test;
mod chi_square;

pub use binomial_test::binomial_test;
pub use chi_square::{GoodnessOfFit, goodness_of_fit};
