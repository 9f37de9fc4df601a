//! `timeline.csv`: how a metric developed over the rounds.

use serde::{Deserialize, Serialize};

/// One metric of one subject at one checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TimelineRow {
    /// The round after which the metric was taken.
    pub round: u64,
    /// What was measured, e.g. `win_share`.
    pub metric: String,
    /// Whose it is: a validator's name, or `all`.
    pub subject: String,
    /// Its mean over the trials.
    pub mean: f64,
    /// Lower end of the interval of the mean.
    pub low: Option<f64>,
    /// Upper end of the interval of the mean.
    pub high: Option<f64>,
    /// 5 % quantile over the trials.
    pub q05: Option<f64>,
    /// 25 % quantile over the trials.
    pub q25: Option<f64>,
    /// Median over the trials.
    pub q50: Option<f64>,
    /// 75 % quantile over the trials.
    pub q75: Option<f64>,
    /// 95 % quantile over the trials.
    pub q95: Option<f64>,
    /// 5 % quantile of the exact law of one trial.
    pub law_q05: Option<f64>,
    /// 95 % quantile of the exact law of one trial.
    pub law_q95: Option<f64>,
}
