//! `shares.csv`: which share of the wins each rule gives to which stake.

use serde::{Deserialize, Serialize};

/// The validators of one stake under one rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ShareRow {
    /// The rule.
    pub rule: String,
    /// The stake, in coins.
    pub stake: u64,
    /// How many validators have it.
    pub validators: u64,
    /// The share of all tokens at genesis of each of them.
    pub stake_share: f64,
    /// The share of wins that the rule gives each of them, on average.
    pub expected_share: Option<f64>,
    /// The share of wins that each of them had, on average.
    pub win_share: Option<f64>,
}
