//! `incomes.csv`: one row for each validator, group, operator and delegator.

use serde::{Deserialize, Serialize};

/// What somebody earns in a trial, in coins: over the trials, and by the exact law where it is known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IncomeRow {
    /// What it is: `validator`, `group`, `operator`, `delegator` or `treasury`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// How much of the stake at genesis is its own, in coins.
    pub stake: f64,
    /// Its share of all stake at genesis.
    pub stake_share: f64,
    /// The mean over the trials.
    pub mean: Option<f64>,
    /// The exact mean.
    pub mean_exact: Option<f64>,
    /// The standard deviation over the trials.
    pub sd: Option<f64>,
    /// The exact standard deviation.
    pub sd_exact: Option<f64>,
    /// The standard error of the mean.
    pub se: Option<f64>,
    /// The 5 % quantile over the trials.
    pub q05: Option<f64>,
    /// The exact one.
    pub q05_exact: Option<f64>,
    /// The 25 % quantile over the trials.
    pub q25: Option<f64>,
    /// The exact one.
    pub q25_exact: Option<f64>,
    /// The median over the trials.
    pub median: Option<f64>,
    /// The exact median.
    pub median_exact: Option<f64>,
    /// The 75 % quantile over the trials.
    pub q75: Option<f64>,
    /// The exact one.
    pub q75_exact: Option<f64>,
    /// The 95 % quantile over the trials.
    pub q95: Option<f64>,
    /// The exact one.
    pub q95_exact: Option<f64>,
    /// Its share of what all validators earned in all trials.
    pub share: Option<f64>,
    /// Lower end of the interval of the share.
    pub share_low: Option<f64>,
    /// Upper end of the interval of the share.
    pub share_high: Option<f64>,
    /// The exact share of what is expected.
    pub share_exact: Option<f64>,
    /// Coins earned in a round for each coin staked.
    pub return_per_round: Option<f64>,
    /// The exact expectation of the same.
    pub return_per_round_exact: Option<f64>,
    /// The same in a year of `rounds_per_year` rounds, not compounded.
    pub return_per_year: Option<f64>,
    /// The exact expectation of the same.
    pub return_per_year_exact: Option<f64>,
    /// Median over mean.
    pub median_over_mean: Option<f64>,
    /// The exact one.
    pub median_over_mean_exact: Option<f64>,
    /// The share of trials with less than half of what its stake deserves.
    pub p_below_half: Option<f64>,
    /// Lower end of its interval (Wilson).
    pub p_below_half_low: Option<f64>,
    /// Upper end of its interval.
    pub p_below_half_high: Option<f64>,
    /// The exact probability.
    pub p_below_half_exact: Option<f64>,
    /// The share of trials with less than the part `income_below` of what its stake deserves.
    pub p_below: Option<f64>,
    /// The exact probability.
    pub p_below_exact: Option<f64>,
    /// Mean coins for blocks.
    pub block: Option<f64>,
    /// Mean coins for votes.
    pub attestation: Option<f64>,
    /// Mean coins for stake.
    pub stake_reward: Option<f64>,
    /// Mean coins of fees.
    pub fees: Option<f64>,
    /// Mean coins of extras.
    pub extra: Option<f64>,
    /// Mean coins lost in penalties.
    pub penalties: Option<f64>,
    /// Where the exact values come from; empty if there are none.
    pub exact_by: String,
}
