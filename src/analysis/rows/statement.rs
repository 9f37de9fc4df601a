//! `fairness.csv` and its relatives: one statement of inference a row.

use super::Metric;
use serde::{Deserialize, Serialize};

/// One statement: an estimate with its interval, a test with its p-value, or both about the same thing.
/// A cell that does not apply is empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// What was estimated or tested.
    pub metric: Metric,
    /// Whom it concerns: a validator's name, or `all`.
    pub subject: String,
    /// What `value` and all that it is compared with is counted in.
    pub unit: String,
    /// The estimate.
    pub value: Option<f64>,
    /// The Monte Carlo standard error of `value`, where it comes from a simulation and has one.
    pub se: Option<f64>,
    /// Lower end of the interval of what `value` estimates.
    pub low: Option<f64>,
    /// Upper end of the same interval.
    pub high: Option<f64>,
    /// What `value` is held against: its expectation under the null hypothesis, or a limit that was set.
    pub null_value: Option<f64>,
    /// Lower end of the range that `value` has under the null hypothesis.
    pub null_low: Option<f64>,
    /// Upper end of the same range.
    pub null_high: Option<f64>,
    /// The statistic of the test.
    pub statistic: Option<f64>,
    /// Its degrees of freedom.
    pub df: Option<f64>,
    /// The p-value of the test by itself.
    pub p: Option<f64>,
    /// The same, adjusted for all tests of its family.
    pub p_adjusted: Option<f64>,
    /// Which tests are controlled together; nothing where nothing is tested.
    pub family: Option<Family>,
    /// What follows; nothing where nothing is decided.
    pub decision: Option<Decision>,
    /// The interval and the test by their names.
    pub method: String,
    /// The null hypothesis, what the number means, or why a cell is empty.
    pub note: String,
}

impl Statement {
    /// A statement with nothing but a metric, whom it concerns, and a note.
    pub fn new(metric: Metric, subject: &str, note: impl Into<String>) -> Self {
        Statement {
            unit: metric.unit().to_owned(),
            metric,
            subject: subject.to_owned(),
            value: None,
            se: None,
            low: None,
            high: None,
            null_value: None,
            null_low: None,
            null_high: None,
            statistic: None,
            df: None,
            p: None,
            p_adjusted: None,
            family: None,
            decision: None,
            method: String::new(),
            note: note.into(),
        }
    }
}

/// Tests whose errors are controlled together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// The verdicts, declared before the run: all false alarms of a run together have at most the
    /// level 1 − confidence.
    Primary,
    /// Everything else: its p-values are adjusted for each other (Holm), and point at what deserves a
    /// run of its own.
    Exploratory,
}

/// What follows from a statement, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decision {
    /// Equivalence is shown.
    #[serde(rename = "fair")]
    Fair,
    /// A deviation beyond the margin is shown.
    #[serde(rename = "unfair")]
    Unfair,
    /// Neither is shown.
    #[serde(rename = "inconclusive")]
    Inconclusive,
    /// A real chain's wins are what chance explains.
    #[serde(rename = "consistent")]
    Consistent,
    /// They are not.
    #[serde(rename = "deviates")]
    Deviates,
    /// The null hypothesis is rejected.
    #[serde(rename = "rejected")]
    Rejected,
    /// It is not.
    #[serde(rename = "not rejected")]
    NotRejected,
    /// An unfair probability of at most delta is shown.
    #[serde(rename = "robust")]
    Robust,
    /// An unfair probability above delta is shown.
    #[serde(rename = "not robust")]
    NotRobust,
    /// The wanted precision was reached.
    #[serde(rename = "reached")]
    Reached,
    /// It was not.
    #[serde(rename = "not reached")]
    NotReached,
}

impl Decision {
    /// The decision of a test at a level.
    pub fn of_test(p: f64, level: f64) -> Self {
        if p <= level { Decision::Rejected } else { Decision::NotRejected }
    }
}
