//! `compare.csv`: rules on the same population and the same random numbers.

use serde::{Deserialize, Serialize};

/// An estimate, a difference, or an order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CompareRow {
    /// What was measured.
    pub metric: String,
    /// `estimate`, `difference` or `ranking`.
    pub kind: String,
    /// The rule; `all` for a ranking.
    pub rule: String,
    /// The rule whose value is subtracted; empty unless this is a difference.
    pub other: String,
    /// The mean over the trials.
    pub value: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end of its interval.
    pub high: Option<f64>,
    /// The expected value by the rule's law, for this number of rounds.
    pub law: Option<f64>,
    /// What it tends to in endless rounds; nothing where it tends to none.
    pub limit: Option<f64>,
    /// Two-sided p-value of no difference.
    pub p_value: Option<f64>,
    /// The same, corrected for the number of pairs.
    pub p_holm: Option<f64>,
    /// How many trials the row is about.
    pub trials: u64,
    /// About how many would tell the two apart.
    pub trials_needed: Option<u64>,
    /// Over the trials, the correlation of the two values: what common random numbers reached.
    pub correlation: Option<f64>,
    /// The part of the variance of a difference that they saved.
    pub variance_saved: Option<f64>,
    /// Mean number of blocks of a trial: of the rule, or of the first of the two.
    pub blocks: Option<f64>,
    /// What follows, in a word, or the order.
    pub verdict: String,
    /// What the interval and the test are, or why a cell is empty.
    pub note: String,
}
