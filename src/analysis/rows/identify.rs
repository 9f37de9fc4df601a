//! What `tombola identify` prints.

use serde::{Deserialize, Serialize};

/// How a rule stands after the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The likeliest, or of the same shares as that.
    Best,
    /// Less likely, but not excluded.
    Possible,
    /// Its posterior probability is below 1 − confidence.
    Unlikely,
    /// It cannot give these counts.
    Impossible,
    /// Nothing is known by which it could be compared.
    NotCompared,
}

impl Standing {
    /// The standing in a word.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Best => "best",
            Standing::Possible => "possible",
            Standing::Unlikely => "unlikely",
            Standing::Impossible => "impossible",
            Standing::NotCompared => "not compared",
        }
    }
}

/// One rule, or several that give everybody the same shares, against the counts of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IdentifyRow {
    /// The rule; of several, the first registered.
    pub rule: String,
    /// Others that these data cannot tell from it, whatever their size: their shares are the same.
    pub same_shares: String,
    /// ln of the probability of the counts.
    pub log_likelihood: Option<f64>,
    /// The same below that of the best.
    pub below_best: Option<f64>,
    /// The posterior probability, if the kinds of shares were equally likely before.
    pub posterior: Option<f64>,
    /// p-value of the hypothesis that the counts come from this rule (goodness of fit).
    pub p_value: Option<f64>,
    /// The probability that data of this size prefer the true one of this and the best rule,
    /// whichever of the two is true.
    pub told_apart: Option<f64>,
    /// How it stands.
    pub standing: Standing,
    /// Why it is not compared, or impossible.
    pub note: String,
}

/// An estimate with its interval by the likelihood ratio; an end is empty where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProfileEstimate {
    /// The most likely value.
    pub value: Option<f64>,
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// What a table says about the rule behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IdentifyReport {
    /// Validators with stake.
    pub validators: u64,
    /// Wins of all.
    pub wins: u64,
    /// Confidence of intervals and of what is identified.
    pub confidence: f64,
    /// The best rule; empty where none can be compared.
    pub best: Option<String>,
    /// Its posterior probability.
    pub posterior: Option<f64>,
    /// Whether the best rule, or one of the same shares, is identified: its posterior probability is at
    /// least `confidence`, and the counts are such as it gives.
    pub identified: bool,
    /// Whether the counts are such as the best rule gives (p at least 0.001).
    pub fits: bool,
    /// Whether data of this size tell the best rule from every other one that differs: `told_apart` is
    /// at least `confidence` for all that are compared.
    pub enough_data: bool,
    /// α, if shares were in proportion to stake^α.
    pub exponent: ProfileEstimate,
    /// The part of wins that are drawn uniformly, if the rest went in proportion to stake.
    pub uniform_part: ProfileEstimate,
    /// Every rule, the best first.
    pub rules: Vec<IdentifyRow>,
    /// What it comes to, in words.
    pub text: String,
}
