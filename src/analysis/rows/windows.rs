//! `windows.csv`: wins of the followed validators in short windows.

use serde::{Deserialize, Serialize};

/// One followed validator's wins in consecutive windows of every trial.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WindowRow {
    /// The validator's name.
    pub validator: String,
    /// The length of a window.
    pub window_rounds: u64,
    /// In which rounds it is counted: `blocks`, those in which somebody was selected, or `slots`, all.
    pub unit: String,
    /// How many complete windows there were, all trials together.
    pub windows: u64,
    /// The expected wins in a window.
    pub expected_wins: Option<f64>,
    /// Mean of the wins in a window.
    pub mean: Option<f64>,
    /// Their standard deviation.
    pub sd: Option<f64>,
    /// The standard deviation under the rule's law.
    pub sd_expected: Option<f64>,
    /// 5 % quantile of the wins in a window.
    pub q05: Option<u64>,
    /// Their median.
    pub q50: Option<u64>,
    /// Their 95 % quantile.
    pub q95: Option<u64>,
    /// 5 % quantile under the rule's law.
    pub q05_expected: Option<u64>,
    /// Median under the rule's law.
    pub q50_expected: Option<u64>,
    /// 95 % quantile under the rule's law.
    pub q95_expected: Option<u64>,
    /// The fewest wins that are possible, where the rule bounds them.
    pub least_possible: Option<u64>,
    /// The most wins that are possible, where the rule bounds them.
    pub most_possible: Option<u64>,
    /// The share of windows without a win.
    pub empty_share: Option<f64>,
    /// The probability of a window without a win.
    pub empty_probability: Option<f64>,
    /// The fewest wins in a window.
    pub least_wins: Option<u64>,
    /// The probability that a window has so few wins, or fewer.
    pub least_wins_probability: Option<f64>,
    /// The probability that any of these windows has so few wins, or fewer.
    pub least_wins_p: Option<f64>,
    /// The most wins in a window.
    pub most_wins: Option<u64>,
    /// The probability that a window has so many wins, or more.
    pub most_wins_probability: Option<f64>,
    /// The probability that any of these windows has so many wins, or more.
    pub most_wins_p: Option<f64>,
    /// The length of the gap that the last column is about: that of a window.
    pub gap_rounds: u64,
    /// The probability of a gap that long or longer in a trial, wherever it begins.
    pub gap_probability: Option<f64>,
}
