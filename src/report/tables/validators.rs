//! `validators.csv`: one row per validator, all trials together.

use serde::{Deserialize, Serialize};

/// One validator over all trials. Shares are fractions of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValidatorRow {
    /// Its name.
    pub validator: String,
    /// Its tokens at genesis, in coins.
    pub stake: u64,
    /// Its share of all tokens at genesis.
    pub stake_share: f64,
    /// The share of rounds the rule promises it; empty where no exact law is known.
    pub expected_share: Option<f64>,
    /// In how many rounds it was selected to forge.
    pub wins: u64,
    /// `wins` over all rounds in which somebody was selected.
    pub win_share: Option<f64>,
    /// Lower end of the interval of the win share.
    pub win_share_low: Option<f64>,
    /// Upper end of the interval of the win share.
    pub win_share_high: Option<f64>,
    /// Two-sided p-value of the win share against `expected_share`.
    pub p_value: Option<f64>,
    /// The same, adjusted for the number of validators (Holm).
    pub p_adjusted: Option<f64>,
    /// How many of its blocks joined the chain.
    pub blocks: u64,
    /// How many seats it was given on committees of attestors.
    pub attestor_seats: u64,
    /// Its share of all seats given.
    pub attestor_share: Option<f64>,
    /// The share of seats that rule and committee promise it; empty where no exact law is known.
    pub expected_attestor_share: Option<f64>,
    /// What it earned in rewards and fees, in coins.
    pub reward: u128,
    /// Its share of everything that was earned.
    pub reward_share: Option<f64>,
    /// What of its stake was destroyed, in coins.
    pub slashed: u128,
    /// Its share of all tokens at the end of a trial, averaged over the trials.
    pub final_stake_share: Option<f64>,
}
