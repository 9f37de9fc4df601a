//! What `tombola law --takeover` prints: how likely somebody comes to hold a share of all stake.

use serde::{Deserialize, Serialize};

/// One validator's probability of holding at least a share of all stake in the end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TakeoverRow {
    /// Its name.
    pub validator: String,
    /// Its tokens, in coins.
    pub stake: u64,
    /// Its share of all tokens at genesis.
    pub stake_share: f64,
    /// After so many rounds.
    pub rounds: u64,
    /// The share that is asked about.
    pub takeover_share: f64,
    /// The probability of holding at least that.
    pub probability: f64,
    /// Its standard error, where it is an estimate.
    pub se: Option<f64>,
    /// How it was found.
    pub method: String,
}
