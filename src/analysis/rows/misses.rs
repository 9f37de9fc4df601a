//! What `tombola audit --misses` prints.

use serde::{Deserialize, Serialize};

/// What the misses of one validator say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissesFinding {
    /// It missed more than the others, and chance does not explain it, after correction.
    Worse,
    /// Chance explains it.
    AsTheRest,
    /// So few slots, or misses of all, that nothing could have been shown.
    TooFew,
}

impl MissesFinding {
    /// The finding in words.
    pub fn word(self) -> &'static str {
        match self {
            MissesFinding::Worse => "worse",
            MissesFinding::AsTheRest => "as the rest",
            MissesFinding::TooFew => "too few slots",
        }
    }
}

/// One validator's misses. Shares are fractions of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MissesRow {
    /// Its name.
    pub validator: String,
    /// Slots, or other duties, that were assigned to it.
    pub slots: u64,
    /// Those that it did not do.
    pub missed: u64,
    /// `missed` over `slots`.
    pub missed_share: Option<f64>,
    /// Lower end of the exact interval of the true share.
    pub missed_share_low: Option<f64>,
    /// Upper end of it.
    pub missed_share_high: Option<f64>,
    /// The share that is to be expected of it, drawn towards that of all by as much as few slots say
    /// little.
    pub shrunken_share: Option<f64>,
    /// One-sided p-value of so many misses or more, if all miss alike.
    pub p_value: Option<f64>,
    /// The same, adjusted for the number of validators (Holm).
    pub p_holm: Option<f64>,
    /// What follows.
    pub finding: MissesFinding,
}

/// The misses of a table as one object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MissesReport {
    /// Validators with slots.
    pub validators: u64,
    /// Slots of all.
    pub slots: u64,
    /// Misses of all.
    pub missed: u64,
    /// `missed` over `slots`.
    pub missed_share: Option<f64>,
    /// p-value of the hypothesis that all miss alike (goodness of fit).
    pub p: Option<f64>,
    /// How it is computed.
    pub method: Option<String>,
    /// How much more than by chance misses differ between validators: the correlation of two slots of
    /// one validator, 0 if all miss alike (beta-binomial, maximum likelihood).
    pub overdispersion: Option<f64>,
    /// Lower end of its profile-likelihood interval.
    pub overdispersion_low: Option<f64>,
    /// Upper end of it.
    pub overdispersion_high: Option<f64>,
    /// The share that one validator in twenty stays below, of the fitted distribution of true shares.
    pub share_q05: Option<f64>,
    /// The share that one in twenty exceeds.
    pub share_q95: Option<f64>,
    /// Confidence of intervals and findings.
    pub confidence: f64,
    /// How many are worse than the rest.
    pub worse: u64,
    /// Every validator, in the order of the table.
    pub rows: Vec<MissesRow>,
    /// What it comes to, in words.
    pub text: String,
}
