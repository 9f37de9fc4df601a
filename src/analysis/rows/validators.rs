//! `validators.csv`: one row per validator, all trials together.

use serde::{Deserialize, Serialize};

/// One validator over all trials. Shares are fractions of one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ValidatorRow {
    /// Its name.
    pub validator: String,
    /// Its tokens at genesis, in coins.
    pub stake: u64,
    /// Its share of all tokens at genesis.
    pub stake_share: f64,
    /// The share of rounds that the rule gives it on average; empty where no exact law is known.
    pub expected_share: Option<f64>,
    /// In how many rounds it was selected to forge.
    pub wins: u64,
    /// `wins` over all rounds in which somebody was selected; the mean of the trials' win shares where
    /// only trials are independent.
    pub win_share: Option<f64>,
    /// Lower end of the interval of the win share.
    pub win_share_low: Option<f64>,
    /// Upper end of the interval of the win share.
    pub win_share_high: Option<f64>,
    /// Lower end of the exact interval (Clopper and Pearson), where draws are independent.
    pub win_share_exact_low: Option<f64>,
    /// Upper end of the exact interval.
    pub win_share_exact_high: Option<f64>,
    /// Lower end of the interval that holds for all validators together (Goodman).
    pub win_share_joint_low: Option<f64>,
    /// Upper end of the interval that holds for all validators together.
    pub win_share_joint_high: Option<f64>,
    /// Lower end of the other such interval (Sison and Glaz), of one width for all.
    pub win_share_sison_glaz_low: Option<f64>,
    /// Upper end of the other such interval.
    pub win_share_sison_glaz_high: Option<f64>,
    /// Two-sided p-value of the win share against `expected_share`.
    pub p_value: Option<f64>,
    /// The same, adjusted for the number of validators (Holm).
    pub p_holm: Option<f64>,
    /// The same, adjusted for the share of false discoveries (Benjamini and Hochberg).
    pub p_bh: Option<f64>,
    /// `win_share` over `expected_share`, minus one.
    pub relative_deviation: Option<f64>,
    /// Lower end of the interval of the relative_deviation.
    pub relative_deviation_low: Option<f64>,
    /// Upper end of the interval of the relative_deviation.
    pub relative_deviation_high: Option<f64>,
    /// Mean of the posterior distribution of its share of wins, where `[analysis] bayes` asks for it.
    pub posterior_mean: Option<f64>,
    /// Lower end of the equal-tailed credible interval of the share.
    pub posterior_low: Option<f64>,
    /// Upper end of the same.
    pub posterior_high: Option<f64>,
    /// Posterior probability that the share is within the tolerance of the share of stake.
    pub probability_within: Option<f64>,
    /// In how many rounds it won the lottery by itself, before a battle was decided, where several can.
    pub slots_led: Option<u64>,
    /// In how many the rule lets it expect.
    pub expected_slots_led: Option<f64>,
    /// Two-sided p-value of these.
    pub slots_led_p: Option<f64>,
    /// In which rounds the next four are counted: `blocks`, those in which somebody was selected, or
    /// `slots`, all.
    pub longest_unit: Option<String>,
    /// The most rounds in a row of any trial that it did not win.
    pub longest_gap: Option<u64>,
    /// The probability of a gap that long or longer, if the rule keeps its expected shares.
    pub longest_gap_p: Option<f64>,
    /// The most rounds in a row of any trial that it won.
    pub longest_run: Option<u64>,
    /// The probability of a run that long or longer, if the rule keeps its expected shares.
    pub longest_run_p: Option<f64>,
    /// How many of its blocks joined the chain; empty where the source does not tell.
    pub blocks: Option<u64>,
    /// How many seats it was given on committees of attestors.
    pub attestor_seats: Option<u64>,
    /// Its share of all seats given.
    pub attestor_share: Option<f64>,
    /// The share of seats that rule and committee give it on average; empty where no exact law is known.
    pub expected_attestor_share: Option<f64>,
    /// What it earned in rewards and fees, in coins.
    pub reward: Option<u128>,
    /// Its share of everything that was earned.
    pub reward_share: Option<f64>,
    /// Lower end of the interval of the reward share.
    pub reward_share_low: Option<f64>,
    /// Upper end of the interval of the reward share.
    pub reward_share_high: Option<f64>,
    /// Coins earned in a trial, on average, for each coin staked at genesis.
    pub return_on_stake: Option<f64>,
    /// What of its stake was destroyed, in coins.
    pub slashed: Option<u128>,
    /// Its share of all tokens at the end of a trial, averaged over the trials.
    pub final_stake_share: Option<f64>,
}
