//! What `tombola strategy` prints: what splitting and merging of accounts is worth.

use serde::{Deserialize, Serialize};

/// One move of one holder. Shares are fractions of all rounds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StrategyRow {
    /// `split` or `merge`.
    pub action: String,
    /// The account that splits, or those that merge, joined by ` + `.
    pub accounts: String,
    /// The stake of all of them, in coins.
    pub stake: u64,
    /// Into how many accounts, or out of how many.
    pub parts: u64,
    /// How many validators they are afterwards: parts below the minimum stake are none.
    pub validators: u64,
    /// The share of rounds before.
    pub share_before: f64,
    /// The share of rounds afterwards, of all parts together.
    pub share_after: f64,
    /// `share_after` over `share_before`, minus one.
    pub gain: Option<f64>,
    /// Lower end of the interval of the gain, where it was simulated.
    pub gain_low: Option<f64>,
    /// Upper end of the interval of the gain, where it was simulated.
    pub gain_high: Option<f64>,
    /// `pays`, `costs`, `neutral` or `cannot tell`.
    pub verdict: String,
    /// `law` or `simulation`.
    pub computed_by: String,
    /// How many pairs of trials were simulated.
    pub trials: Option<u64>,
}
