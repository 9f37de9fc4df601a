//! From counts to statements: intervals, tests, concentration, verdicts. Knows counts, shares and
//! expected shares only, nothing of chains or simulations.
//!
//! Where a figure does not exist (no trials, no spread, a sum out of range) a function returns
//! `None`, never a number that could be mistaken for one and never NaN.

pub mod comparison;
pub mod concentration;
pub mod distributions;
mod fairness;
mod hypotheses;
mod intervals;
mod multiplicity;
pub mod percent;
mod planning;
mod quantile;
pub(crate) mod search;
mod sequential;
mod serial;
mod verdict;
pub mod wording;
pub(crate) mod work;

pub use fairness::{
    DispersionTest, Equitability, Misallocation, NullDraws, RobustFairness, dispersion_test, equitability,
    fair_counts, first_robust, robust_fairness, unfair_probability, within_margin,
};
pub(crate) use hypotheses::ordered_goodness_of_fit;
pub use hypotheses::{
    Divergence, Extremeness, GoodnessOfFit, KolmogorovSmirnov, Margin, MarginTest, NullDistribution, Side,
    SimulatedP, Tails, binomial_test, dispersed_goodness_of_fit, exact_multinomial_test, goodness_of_fit,
    interval_by_tails, kolmogorov_smirnov, ln_binomial_test, ln_poisson_test, monte_carlo_multinomial_test,
    pearson_dispersion, poisson_test, power_divergence, replicates, simulated_goodness_of_fit,
};
pub use intervals::{
    Interval, Moments, Posterior, bootstrap, clopper_pearson, clustered_tail, clustered_tails, garwood,
    goodman, least_trials, percentile_interval, rate_posterior, scaled_tail, scaled_tails, share_posterior,
    sison_glaz, wilson,
};
pub use multiplicity::{benjamini_hochberg, bonferroni, holm};
pub use planning::{
    detectable_by_trials, detectable_difference, detectable_divergence, rounds_for_difference,
    rounds_for_equivalence, rounds_for_half_width, trials_for_difference, trials_for_equivalence,
    trials_for_half_width,
};
pub use quantile::quantile;
pub use sequential::{BoundedMean, bernoulli_sequence, normal_mixture_bound, normal_mixture_tuning};
pub use serial::{
    LagMatches, LongestRun, RunsTest, WindowLaw, gaps_test, grouped_gaps_test, lag_matches_test, runs_test,
};
pub use verdict::{
    Assessment, Detectable, Effect, Evidence, JudgedValidator, Needed, SampleUnits, Verdict, WholeVerdict,
    assess, level_of,
};
