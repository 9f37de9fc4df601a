//! `fairness.csv`: what the run says about fairness.

use serde::{Deserialize, Serialize};

/// One measure of fairness.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FairnessRow {
    /// What was measured or tested.
    pub metric: String,
    /// Whom it concerns: a validator's name, or `all`.
    pub subject: String,
    /// The estimate or the test's statistic.
    pub value: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end of its interval.
    pub high: Option<f64>,
    /// What it is held against.
    pub reference: Option<f64>,
    /// What follows, in a word; empty where nothing is decided.
    pub verdict: String,
    /// The null hypothesis, the correction, or why a cell is empty.
    pub note: String,
}
