//! `compare.csv`, and the trials it rests on: rules on the same population and the same random numbers.

use super::TrialRow;
use serde::{Deserialize, Serialize};

/// An estimate, a difference, or an order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CompareRow {
    /// What was measured.
    pub metric: String,
    /// `estimate`, `difference` or `ranking`.
    pub kind: String,
    /// The rule; `all` for a ranking.
    pub rule: String,
    /// The rule whose value is subtracted; empty unless this is a difference.
    pub other: String,
    /// The mean over the trials.
    pub value: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end of its interval.
    pub high: Option<f64>,
    /// The expected value by the rule's law, for this number of rounds.
    pub law: Option<f64>,
    /// What it tends to in endless rounds; nothing where it tends to none.
    pub limit: Option<f64>,
    /// Two-sided p-value of no difference.
    pub p_value: Option<f64>,
    /// The same, corrected for the number of pairs.
    pub p_holm: Option<f64>,
    /// How many trials the row is about.
    pub trials: u64,
    /// About how many would tell the two apart.
    pub trials_needed: Option<u64>,
    /// Over the trials, the correlation of the two values: what common random numbers reached.
    pub correlation: Option<f64>,
    /// The part of the variance of a difference that they saved.
    pub variance_saved: Option<f64>,
    /// Mean number of blocks of a trial: of the rule, or of the first of the two.
    pub blocks: Option<f64>,
    /// What follows, in a word, or the order.
    pub verdict: String,
    /// What the interval and the test are, or why a cell is empty.
    pub note: String,
}

/// `trials.csv` of a comparison: one followed validator at the end of one trial of one rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleTrialRow {
    /// The rule.
    pub rule: String,
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

impl RuleTrialRow {
    /// A trial's row, of a rule.
    pub fn new(rule: &str, row: TrialRow) -> Self {
        let TrialRow { trial, validator, wins, win_share, blocks, reward, slashed, .. } = row;
        let TrialRow { final_stake, final_stake_share, .. } = row;
        let rule = rule.to_owned();
        RuleTrialRow {
            rule,
            trial,
            validator,
            wins,
            win_share,
            blocks,
            reward,
            slashed,
            final_stake,
            final_stake_share,
        }
    }
}

/// `measures.csv` of a comparison: what one trial of one rule was measured by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleMeasureRow {
    /// The rule.
    pub rule: String,
    /// The trial's number, counted from 0.
    pub trial: u64,
    /// The measure.
    pub metric: String,
    /// Its value in this trial; nothing where it has none.
    pub value: Option<f64>,
}
