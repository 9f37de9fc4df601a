//! The rows of `fairness.csv`, one concept a file.

mod across_trials;
mod across_validators;
mod concentration;
mod promise;
mod row;
mod stopping;
mod verdict;

pub use promise::PromiseTest;
pub use promise::test as promise_test;

use super::basis::Basis;
use crate::report::tables::FairnessRow;
use crate::statistics::Assessment;

/// All measures, the verdict first.
pub fn rows(basis: &Basis, promise_test: Option<&PromiseTest>, assessment: &Assessment) -> Vec<FairnessRow> {
    [
        verdict::rows(basis, assessment),
        promise::rows(basis, promise_test),
        across_validators::rows(basis),
        across_trials::rows(basis),
        concentration::rows(basis),
    ]
    .concat()
}
