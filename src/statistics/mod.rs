//! From counts to statements: intervals, tests, concentration, verdicts. Knows counts, shares and
//! promises only, nothing of chains or simulations.
//!
//! Where a figure does not exist (no trials, no spread, a sum out of range) a function returns
//! `None`, never a number that could be mistaken for one and never NaN.

pub mod concentration;
pub mod distributions;
mod hypotheses;
mod intervals;
mod multiplicity;
mod quantile;
mod verdict;

pub use hypotheses::{
    Divergence, Extremeness, GoodnessOfFit, KolmogorovSmirnov, binomial_test, exact_multinomial_test,
    goodness_of_fit, kolmogorov_smirnov, monte_carlo_multinomial_test, power_divergence,
    scaled_goodness_of_fit,
};
pub use intervals::{
    Interval, Moments, clopper_pearson, goodman, scaled_interval, scaled_test, sison_glaz, wilson,
};
pub use multiplicity::{benjamini_hochberg, bonferroni, holm};
pub use quantile::quantile;
pub use verdict::{Assessment, Effect, Evidence, Sample, Subject, Verdict, assess};
