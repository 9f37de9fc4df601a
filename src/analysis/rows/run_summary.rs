//! What `tombola run --format json` prints: a run in one object.

use crate::analysis::Analysis;
use crate::analysis::rows::{Decision, Metric, ValidatorRow};
use crate::statistics::{Needed, Verdict, WholeVerdict};
use serde::{Deserialize, Serialize};

/// A run's verdicts and its validators, for scripts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunSummary {
    /// The scenario's name.
    pub name: String,
    /// `fair`, `unfair` or `inconclusive`.
    pub verdict: &'static str,
    /// p-value of the hypothesis that nobody wins beyond the tolerance, adjusted for all validators and
    /// the primary family: at most 1 − confidence exactly if the verdict is `unfair`.
    pub p: Option<f64>,
    /// p-value of the hypothesis that somebody does: at most 1 − confidence exactly if the verdict is
    /// `fair`.
    pub equivalence_p: Option<f64>,
    /// How many more rounds in each trial would make the verdict `fair` with 90 % probability; 0 if it is
    /// fair, null where no number would, or none is known.
    pub more_rounds: Option<u64>,
    /// The same of trials, where only trials are independent.
    pub more_trials: Option<u64>,
    /// The verdict in words.
    pub sentence: String,
    /// The verdict on all wins as a whole.
    pub misallocated: Option<MisallocatedSummary>,
    /// The test of the rule's expected shares, an exploratory one.
    pub expected_shares: Option<ExpectedSharesSummary>,
    /// Every validator, in the order of the scenario.
    pub validators: Vec<ValidatorSummary>,
}

/// How much of all wins went to others than the shares of stake say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MisallocatedSummary {
    /// `fair`, `unfair` or `inconclusive`.
    pub verdict: &'static str,
    /// The share of all wins.
    pub value: f64,
    /// Lower end of the interval of its expectation.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// The margin.
    pub margin: f64,
    /// p-value of the hypothesis that it is at most the margin, adjusted for the primary family.
    pub p: Option<f64>,
    /// p-value of the hypothesis that it is more.
    pub equivalence_p: Option<f64>,
}

/// Whether the wins have the rule's own expected shares.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExpectedSharesSummary {
    /// Whether that is rejected at 1 − confidence, after the adjustment.
    pub rejected: bool,
    /// The p-value.
    pub p: Option<f64>,
    /// The same, adjusted for all exploratory tests of the run.
    pub p_adjusted: Option<f64>,
}

/// One validator.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValidatorSummary {
    /// Its name.
    pub name: String,
    /// Its share of all stake.
    pub stake_share: f64,
    /// In how many rounds it was selected.
    pub wins: u64,
    /// In how many the rule's expected share lets it expect; null where none is known.
    pub expected: Option<f64>,
    /// Two-sided p-value of the wins against these.
    pub p: Option<f64>,
    /// The same, adjusted for the number of validators (Holm).
    pub p_adjusted: Option<f64>,
    /// Its posterior, where `[analysis] bayes` asks for one and there is one.
    pub posterior: Option<PosteriorSummary>,
}

/// The posterior distribution of a validator's share, or of its relative deviation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PosteriorSummary {
    /// Its mean.
    pub mean: f64,
    /// Lower end of the equal-tailed credible interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// The probability that it is within the tolerance.
    pub within: f64,
}

impl PosteriorSummary {
    fn of(row: &ValidatorRow) -> Option<Self> {
        Some(PosteriorSummary {
            mean: row.posterior_mean?,
            low: row.posterior_low?,
            high: row.posterior_high?,
            within: row.probability_within?,
        })
    }
}

impl RunSummary {
    /// The summary of a run of the scenario with this name.
    pub fn new(name: &str, analysis: &Analysis) -> Self {
        let assessment = &analysis.assessment;
        let (more_rounds, more_trials) = match assessment.needed {
            Some(Needed::RoundsPerTrial(more)) => (Some(more), None),
            Some(Needed::Trials(more)) => (None, Some(more)),
            None if assessment.verdict == Verdict::Fair => (Some(0), Some(0)),
            None => (None, None),
        };
        let tested = analysis.tables.fairness.iter().find(|row| row.metric == Metric::ExpectedShares);
        let selections: u64 = analysis.tables.validators.iter().map(|row| row.wins).sum();
        let validators = analysis.tables.validators.iter().map(|row| ValidatorSummary {
            posterior: PosteriorSummary::of(&row),
            name: row.validator,
            stake_share: row.stake_share,
            wins: row.wins,
            expected: row.expected_share.map(|share| share * selections as f64),
            p: row.p_value,
            p_adjusted: row.p_holm,
        });
        RunSummary {
            name: name.to_owned(),
            verdict: assessment.verdict.word(),
            p: assessment.difference_p_adjusted,
            equivalence_p: assessment.equivalence_p,
            more_rounds,
            more_trials,
            sentence: assessment.sentence(),
            misallocated: assessment.whole.as_ref().map(MisallocatedSummary::new),
            expected_shares: tested.and_then(|row| {
                Some(ExpectedSharesSummary {
                    rejected: row.decision? == Decision::Rejected,
                    p: row.p,
                    p_adjusted: row.p_adjusted,
                })
            }),
            validators: validators.collect(),
        }
    }
}

impl MisallocatedSummary {
    fn new(whole: &WholeVerdict) -> Self {
        let judged = &whole.misallocation;
        MisallocatedSummary {
            verdict: whole.verdict.word(),
            value: judged.value,
            low: judged.interval.map(|interval| interval.low),
            high: judged.interval.map(|interval| interval.high),
            margin: judged.margin,
            p: whole.difference_p,
            equivalence_p: judged.equivalence_p,
        }
    }
}
