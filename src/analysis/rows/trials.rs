//! `trials.csv`: what each trial ended with, for the validators that were followed.

use serde::{Deserialize, Serialize};

/// One followed validator at the end of one trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrialRow {
    /// The trial's number, counted from 0.
    pub trial: u64,
    /// The validator's name.
    pub validator: String,
    /// In how many rounds it was selected.
    pub wins: u64,
    /// `wins` over the rounds in which somebody was selected.
    pub win_share: Option<f64>,
    /// How many of its blocks joined the chain.
    pub blocks: u64,
    /// What it earned, in coins.
    pub reward: u64,
    /// What of its stake was destroyed, in coins.
    pub slashed: u64,
    /// Its tokens at the end, in coins.
    pub final_stake: u64,
    /// Its share of all tokens at the end.
    pub final_stake_share: Option<f64>,
}
