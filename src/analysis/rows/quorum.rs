//! What `tombola law --quorum-failure` prints: how likely a vote goes wrong.

use serde::{Deserialize, Serialize};

/// The probability that the vote on one block goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuorumRow {
    /// What goes wrong: `valid-rejected`, or `invalid-accepted`.
    pub event: String,
    /// Who forges the block: a name, or `any` for whom the rule selects.
    pub forger: String,
    /// The share of the committee that must approve.
    pub quorum: String,
    /// The probability of the event, given a block of that kind.
    pub probability: Option<f64>,
    /// Its standard error, where it is an estimate.
    pub se: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end of its interval.
    pub high: Option<f64>,
    /// How many equally weighted paths to the event would be as precise.
    pub effective_hits: Option<f64>,
    /// How it was found.
    pub method: String,
    /// Why there is no probability, and what would be needed.
    pub note: Option<String>,
}
