//! What `tombola audit` prints: a real chain's wins against the law of a rule.

use serde::{Deserialize, Serialize};

/// One validator of an audited table. Shares are fractions of one; what has no law is empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditRow {
    /// Its name.
    pub validator: String,
    /// Its stake.
    pub stake: u64,
    /// Its share of all stakes.
    pub stake_share: f64,
    /// The share of rounds that the rule, or the chain's own accounting, promises it.
    pub expected_share: Option<f64>,
    /// `expected_share` of all wins.
    pub expected_wins: Option<f64>,
    /// How often it was selected: its slots if the table has them, otherwise its wins.
    pub wins: u64,
    /// `wins` over those of all.
    pub win_share: Option<f64>,
    /// Lower end of the interval of the win share.
    pub win_share_low: Option<f64>,
    /// Upper end of the interval of the win share.
    pub win_share_high: Option<f64>,
    /// `wins` over `expected_wins`, minus one.
    pub relative_deviation: Option<f64>,
    /// Where its wins stand in the law: the probability of fewer, and half of that of as many.
    pub percentile: Option<f64>,
    /// Two-sided p-value of the wins.
    pub p_value: Option<f64>,
    /// Its decimal logarithm, which goes on where `p_value` is 0 because no double is so small.
    pub log10_p_value: Option<f64>,
    /// `p_value` adjusted for the number of validators (Holm).
    pub p_holm: Option<f64>,
    /// The smallest relative gain that a table of this size would have shown nine times in ten.
    pub minimum_detectable_effect: Option<f64>,
    /// `luck`, `bug` or `cannot tell`.
    pub finding: String,
    /// Of its slots, those in which it made a block; empty if the table has no slots.
    pub blocks: Option<u64>,
    /// The share of its slots without a block.
    pub missed_share: Option<f64>,
    /// Two-sided p-value of the blocks missed, if all miss alike.
    pub missed_p_value: Option<f64>,
    /// The same, adjusted for the number of validators (Holm).
    pub missed_p_holm: Option<f64>,
}
