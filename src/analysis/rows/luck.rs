//! What `tombola luck` prints.

use serde::{Deserialize, Serialize};

/// One number about a validator's luck.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LuckRow {
    /// Which number it is.
    pub metric: String,
    /// The number.
    pub value: f64,
    /// Its unit: `slots`, `seconds`, `probability`, `ratio` or `number`.
    pub unit: String,
    /// What it means.
    pub note: String,
}

/// How rare a stretch of slots is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LuckStretch {
    /// Its length in slots.
    pub slots: u64,
    /// The probability of it from a slot that was named beforehand.
    pub p_at_a_fixed_place: Option<f64>,
    /// The probability of it, or of a longer one, anywhere in the period.
    pub p_anywhere: Option<f64>,
    /// The same anywhere in a year.
    pub p_in_a_year: Option<f64>,
    /// The same in the period, for one at least of all such validators.
    pub p_somebody: Option<f64>,
}

/// What a number of wins in a period says: of a validator, or of several counted as one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LuckReport {
    /// Who is asked about; empty where only a share is known.
    pub names: Vec<String>,
    /// The chain, if it was named.
    pub chain: Option<String>,
    /// What is counted as independent, in words.
    pub sampling_model: String,
    /// The share of stake, where it is known.
    pub stake_share: Option<f64>,
    /// The probability of winning a slot.
    pub p_slot: f64,
    /// Slots of the period.
    pub slots: u64,
    /// The length of the period in seconds, where slots have one.
    pub seconds: Option<f64>,
    /// The expected wins.
    pub expected: f64,
    /// Their standard deviation.
    pub standard_deviation: Option<f64>,
    /// The fewest wins of the range in which the middle of the null distribution lies.
    pub range_low: Option<u64>,
    /// The most.
    pub range_high: Option<u64>,
    /// The confidence of all intervals, and the part of the null distribution in that range.
    pub confidence: f64,
    /// The wins.
    pub wins: Option<u64>,
    /// Wins over expected wins: what explorers show as luck.
    pub luck: Option<f64>,
    /// Lower end of the exact interval of the true rate of wins, over the expected one.
    pub rate_low: Option<f64>,
    /// Upper end of it.
    pub rate_high: Option<f64>,
    /// Where the wins stand in their null distribution, from 0 to 1.
    pub mid_p: Option<f64>,
    /// The probability of so many wins or fewer.
    pub p_at_most: Option<f64>,
    /// The probability of so many wins or more.
    pub p_at_least: Option<f64>,
    /// Two-sided p-value.
    pub p_value: Option<f64>,
    /// How many such periods a year has.
    pub periods_in_a_year: Option<f64>,
    /// The probability that one at least of the periods of a year is as extreme, on the same side.
    pub p_in_a_year: Option<f64>,
    /// How many such validators the chain has.
    pub validators: Option<u64>,
    /// The probability that one at least of them has a period as extreme at the same time.
    pub p_somebody: Option<f64>,
    /// By how much the best other rate explains the wins better than the expected one, as a ratio of
    /// likelihoods; empty where the expected rate cannot give them.
    pub likelihood_ratio: Option<f64>,
    /// `chance`, `chance or a fault`, `a fault`, or nothing where nothing was observed.
    pub explanation: Option<String>,
    /// The longest gap of half of all such periods is at most so many slots.
    pub longest_gap_median: Option<u64>,
    /// The longest gap of 99 in 100 such periods is at most so many slots.
    pub longest_gap_99: Option<u64>,
    /// The gap that was asked about.
    pub gap: Option<LuckStretch>,
    /// The wins in a row that were asked about.
    pub in_a_row: Option<LuckStretch>,
    /// The mean number of slots until the next win.
    pub wait_mean: Option<f64>,
    /// The next win comes within so many slots with probability one half.
    pub wait_50: Option<u64>,
    /// The same with probability 0.9.
    pub wait_90: Option<u64>,
    /// The same with probability 0.99.
    pub wait_99: Option<u64>,
    /// What it comes to, in words.
    pub text: String,
}
