//! What `tombola audit` prints: a real chain's wins against what was expected.

use super::{PosteriorSummary, ValidatorRow, ValidatorTable};
use serde::{Deserialize, Serialize};

/// What an audit finds of one validator, or of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Finding {
    /// Chance explains the wins, and the table would have shown a deviation that matters.
    Consistent,
    /// Chance does not explain the wins: p is at most 1 − confidence, after correction.
    Deviates,
    /// Chance explains the wins, but the table is too small, or too little is known, to tell.
    Inconclusive,
}

impl Finding {
    /// The finding in a word.
    pub fn word(self) -> &'static str {
        match self {
            Finding::Consistent => "consistent",
            Finding::Deviates => "deviates",
            Finding::Inconclusive => "inconclusive",
        }
    }
}

/// One validator of an audited table. Shares are fractions of one; what is not known is empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditRow {
    /// Its name.
    pub validator: String,
    /// Its stake.
    pub stake: u64,
    /// Its share of all stakes.
    pub stake_share: f64,
    /// The share of wins that the rule gives it, or of all that the column `expected` expects.
    pub expected_share: Option<f64>,
    /// The wins that were expected of it, in blocks.
    pub expected_wins: Option<f64>,
    /// How often it was selected: its slots if the table has them, otherwise its wins.
    pub wins: u64,
    /// `wins` over those of all.
    pub win_share: Option<f64>,
    /// `wins` over `expected_wins`, minus one.
    pub relative_deviation: Option<f64>,
    /// Lower end of the interval of the same.
    pub relative_deviation_low: Option<f64>,
    /// Upper end of it.
    pub relative_deviation_high: Option<f64>,
    /// Mean of the posterior distribution of the relative deviation, where it was asked for.
    pub posterior_deviation: Option<f64>,
    /// Lower end of the equal-tailed credible interval of the same.
    pub posterior_deviation_low: Option<f64>,
    /// Upper end of it.
    pub posterior_deviation_high: Option<f64>,
    /// Posterior probability that the relative deviation is within the tolerance.
    pub probability_within: Option<f64>,
    /// Where its wins stand in their null distribution: the probability of fewer, and half of that of
    /// as many.
    pub mid_p: Option<f64>,
    /// Two-sided p-value of the wins against the expected ones.
    pub p_value: Option<f64>,
    /// Its decimal logarithm, which goes on where `p_value` is 0 because no double is so small.
    pub log10_p_value: Option<f64>,
    /// `p_value` adjusted for the number of validators (Holm).
    pub p_holm: Option<f64>,
    /// The same, adjusted for the tests of all together too: a row deviates where this is at most 1 −
    /// confidence.
    pub p_adjusted: Option<f64>,
    /// The smallest relative gain over the expected wins that this table would have shown nine times in
    /// ten.
    pub minimum_detectable_effect: Option<f64>,
    /// `too many` or `too few` wins, where they deviate from the expected ones.
    pub direction: String,
    /// `consistent`, `deviates` or `inconclusive`; nothing for the rest of a chain.
    pub finding: Option<Finding>,
    /// How many validators the row stands for: 1, or more for the rest of a chain in one row.
    pub stands_for: u64,
    /// Of its slots, those in which it made a block; empty if the table has no slots.
    pub blocks: Option<u64>,
    /// The share of its slots without a block.
    pub missed_share: Option<f64>,
    /// Two-sided p-value of the blocks missed, if all miss alike.
    pub missed_p_value: Option<f64>,
    /// The same, adjusted for the number of validators (Holm).
    pub missed_p_holm: Option<f64>,
}

/// An audit as one object, as `--format json` prints it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditReport {
    /// What it comes to.
    pub verdict: Finding,
    /// The p-value of all questions together: the verdict is `deviates` exactly where it is at most
    /// `alpha`. Null where nothing can be tested.
    pub p: Option<f64>,
    /// 1 − confidence.
    pub alpha: f64,
    /// The rule.
    pub rule: String,
    /// What the wins are held against.
    pub reference: String,
    /// What is counted as independent.
    pub sampling_model: String,
    /// All wins.
    pub wins: u64,
    /// All expected wins.
    pub expected: Option<f64>,
    /// The tests behind `p`.
    pub tests: Vec<AuditTest>,
    /// How many of all wins went to others than expected, where the wins are held against shares.
    pub misallocated: Option<AuditedWhole>,
    /// Every validator, in the order of the table.
    pub validators: Vec<AuditedValidator>,
    /// The row that stands for the rest of the chain, if one does.
    pub rest: Option<AuditedRest>,
    /// What was asked about single validators and groups.
    pub questions: Vec<AuditAnswer>,
    /// The conclusion in words.
    pub text: String,
    /// What the missed blocks come to, if the table has slots.
    pub missed: Option<String>,
    /// What the order of wins comes to, if the table is a history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderReport>,
    /// What comparing block by block comes to, where the rule leaves nothing to chance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<BlockCheck>,
}

/// The order of wins of a history against the rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderReport {
    /// `deviates` exactly where `p` is at most 1 − confidence; `inconclusive` where nothing was tested.
    pub verdict: Finding,
    /// The smallest p-value of all measures, corrected for their number.
    pub p: Option<f64>,
    /// Blocks of the history.
    pub blocks: u64,
    /// Histories that the rule played.
    pub histories: u64,
    /// One for each measure.
    pub tests: Vec<OrderRow>,
    /// The same in words.
    pub text: String,
}

/// `order.csv`: a measure of the order of wins, against histories that the rule plays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderRow {
    /// The measure.
    pub measure: String,
    /// Whose longest run or gap it is; `all` otherwise.
    pub subject: String,
    /// Its value in the history.
    pub value: f64,
    /// Its mean in the histories that the rule plays.
    pub expected: f64,
    /// Lower end of the range in which, with the confidence, those are.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// p-value by its rank among them.
    pub p: f64,
    /// The same, corrected for the number of measures (Holm).
    pub p_adjusted: f64,
    /// `deviates` or `consistent`.
    pub decision: Finding,
    /// What is measured.
    pub meaning: String,
}

/// The blocks of a history against those that a rule without chance gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockCheck {
    /// How many blocks were compared.
    pub checked: u64,
    /// How many are the rule's.
    pub agree: u64,
    /// The first that is not.
    pub first_difference: Option<BlockDifference>,
    /// The same in words.
    pub text: String,
}

/// A block that is not the rule's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockDifference {
    /// Its height, or slot.
    pub height: u64,
    /// Who proposed it.
    pub proposer: String,
    /// Who is the proposer by the rule.
    pub expected: String,
}

/// All wins as a whole: the total variation distance from the expected shares.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditedWhole {
    /// The share of all wins that went to others than expected; chance alone moves some.
    pub value: f64,
    /// Lower end of the interval of the distance that is not chance.
    pub low: Option<f64>,
    /// Upper end of it.
    pub high: Option<f64>,
    /// The margin.
    pub margin: f64,
    /// p-value of the hypothesis that the distance is at most the margin.
    pub p: Option<f64>,
    /// p-value of the hypothesis that it is larger.
    pub equivalence_p: Option<f64>,
}

/// One of the tests behind an audit's p-value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditTest {
    /// What is tested: `total`, `shares` or `validators`.
    pub test: String,
    /// Its p-value by itself; for the validators, the smallest after Holm's correction.
    pub p: f64,
    /// The part of alpha that it may use: it rejects where `p` is at most `weight` × `alpha`.
    pub weight: f64,
    /// How it is computed.
    pub method: String,
}

/// One validator in the object of an audit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditedValidator {
    /// Its name.
    pub name: String,
    /// Its stake.
    pub stake: u64,
    /// How often it was selected.
    pub wins: u64,
    /// The wins that were expected of it.
    pub expected: Option<f64>,
    /// `wins` over `expected`, minus one.
    pub relative_deviation: Option<f64>,
    /// Two-sided p-value by itself.
    pub p: Option<f64>,
    /// The same, corrected for all tests of the audit.
    pub p_adjusted: Option<f64>,
    /// What follows.
    pub finding: Finding,
    /// `too many` or `too few`, where the wins deviate.
    pub direction: Option<String>,
    /// The posterior of the relative deviation, where it was asked for and there is one.
    pub posterior: Option<PosteriorSummary>,
}

/// The rest of a chain in one row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditedRest {
    /// The name of the row.
    pub name: String,
    /// How many validators it stands for.
    pub stands_for: u64,
    /// Their stake.
    pub stake: u64,
    /// How often they were selected.
    pub wins: u64,
    /// The wins that were expected of them.
    pub expected: Option<f64>,
}

/// The answer to one operator's own question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditAnswer {
    /// The validator, or the validators that are counted as one.
    pub names: Vec<String>,
    /// Their wins.
    pub wins: u64,
    /// The wins that were expected of them.
    pub expected: Option<f64>,
    /// `wins` over `expected`, minus one.
    pub relative_deviation: Option<f64>,
    /// Two-sided p-value, not corrected: for a question settled before the table was looked at.
    pub p: Option<f64>,
    /// The same, corrected for all validators of the table and all questions.
    pub p_adjusted: Option<f64>,
    /// What follows from `p`.
    pub finding: Finding,
    /// What follows from `p_adjusted`.
    pub finding_adjusted: Finding,
    /// The answer in words.
    pub text: String,
}

/// The validators of an audit with the correction by which it decides, for all tests together, in the place of
/// that for the validators alone: figures mark whom the audit finds. Both in the order of the table.
pub fn as_decided(validators: &ValidatorTable, audited: &[AuditRow]) -> ValidatorTable {
    let decided =
        |(row, audited): (ValidatorRow, &AuditRow)| ValidatorRow { p_holm: audited.p_adjusted, ..row };
    validators.iter().zip(audited).map(decided).collect()
}
