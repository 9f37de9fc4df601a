//! The verdict on income: whether everybody earns its share on average, and how far from it one may be.

use super::context::AnalysisContext;
use super::income_law::{deterministic_shares, is_deterministic, laws_are_of_the_draw, mean_shares};
use super::income_rows::{probability_interval, reward_share_interval};
use super::memoise::memoise;
use super::rows::IncomeRow;
use crate::statistics::percent::{fixed, setting};
use crate::statistics::wording::{counted, grouped};
use crate::statistics::{
    Assessment, Effect, Evidence, Interval, JudgedValidator, SampleUnits, Verdict, assess, bonferroni,
};
use crate::statistics::{Margin, MarginTest};

/// What a run says of incomes.
#[derive(Clone, Debug, PartialEq)]
pub struct IncomeVerdict {
    /// The share of rewards of every validator, held against its share of stake; `None` where nothing
    /// was earned.
    pub expectation: Option<Assessment>,
    /// What the shares rest on.
    pub basis: IncomeBasis,
    /// How often a single trial gives less than half of what stake deserves; `None` where no incomes
    /// were written down.
    pub risk: Option<IncomeRisk>,
    /// Whether the run ended by its own precision.
    pub stopped: bool,
}

/// What the shares of income rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncomeBasis {
    /// Every win earns the same: income follows the wins.
    Wins,
    /// Nothing is left to chance: the shares are exact, and those of the long run.
    Exact,
    /// Nothing is left to chance, but no period of the rule was found: the shares are those of this run's
    /// trials, all of which are the same.
    Run,
    /// The exact law of what the rule does gives the expected shares.
    Law,
    /// The spread between trials.
    Trials,
}

/// How far from its share one may be.
#[derive(Clone, Debug, PartialEq)]
pub struct IncomeRisk {
    /// The validator that is worst off.
    pub worst: String,
    /// The probability that it earns less than half of what its stake deserves.
    pub probability: f64,
    /// Its interval, where it is not exact.
    pub interval: Option<Interval>,
    /// How many validators have a probability above the delta of robust fairness.
    pub at_risk: usize,
    /// Of how many.
    pub validators: usize,
    /// That delta.
    pub delta: f64,
}

impl IncomeVerdict {
    pub(super) fn new(context: &AnalysisContext, rows: &[IncomeRow]) -> Self {
        let all = &context.results.totals.validators;
        let earned: u128 = all.iter().map(|totals| totals.reward).sum();
        let (basis, exact) = if context.income_follows_wins() {
            (IncomeBasis::Wins, None)
        } else if is_deterministic(context) {
            match deterministic_shares(context) {
                Some(shares) => (IncomeBasis::Exact, Some(shares)),
                None => (IncomeBasis::Run, None),
            }
        } else {
            match law_shares(context, rows) {
                Some(shares) => (IncomeBasis::Law, Some(shares)),
                None => (IncomeBasis::Trials, None),
            }
        };
        let expectation = (earned > 0).then(|| expectation(context, basis, earned, exact.as_deref()));
        let stopped = context.stopping.is_some();
        IncomeVerdict { expectation, basis, risk: risk(context, rows), stopped }
    }

    /// The verdict on the expectation, where there is one.
    pub fn verdict(&self) -> Option<Verdict> {
        self.expectation.as_ref().map(|expectation| expectation.verdict)
    }

    /// The verdict on the expectation in one English sentence.
    pub fn sentence(&self) -> String {
        let Some(assessment) = &self.expectation else {
            return "nothing to judge: nobody earned anything".to_owned();
        };
        let tolerance = percent(assessment.tolerance);
        let basis = match self.basis {
            IncomeBasis::Wins => "every win earns the same".to_owned(),
            IncomeBasis::Exact => "exact: rule and reward leave nothing to chance".to_owned(),
            IncomeBasis::Run => "exact in this run: rule and reward leave nothing to chance".to_owned(),
            IncomeBasis::Law => "exact: by the law of rule and reward".to_owned(),
            IncomeBasis::Trials => format!(
                "{} confidence for all validators together, from the spread between trials",
                percent(assessment.confidence)
            ),
        };
        match assessment.verdict {
            Verdict::Fair => format!(
                "fair on average within {tolerance}: {} its share of stake{} ({basis})",
                match assessment.comparisons {
                    1 => "the validator earns".to_owned(),
                    many => format!("each of the {} earns", counted(many as u64, "validator")),
                },
                match assessment.bound {
                    None => String::new(),
                    Some(bound) if bound < 1e-9 => " exactly".to_owned(),
                    Some(bound) => format!(" to within ±{}", percent(bound)),
                }
            ),
            Verdict::Unfair => {
                let mut parts = Vec::new();
                for effect in [&assessment.gains_most, &assessment.loses_most].into_iter().flatten() {
                    parts.push(earns(effect));
                }
                let verb = if assessment.beyond == 1 { "is" } else { "are" };
                format!(
                    "unfair: {}; {} of {} {verb} beyond {tolerance} ({basis})",
                    parts.join(", "),
                    grouped(assessment.beyond as u64),
                    counted(assessment.comparisons as u64, "validator"),
                )
            }
            Verdict::Inconclusive => {
                let verb = if assessment.within == 1 { "is" } else { "are" };
                format!(
                    "cannot tell: {} of {} {verb} shown to earn the share of stake within {tolerance}, none is shown not to ({basis}); {} would tell",
                    grouped(assessment.within as u64),
                    counted(assessment.comparisons as u64, "validator"),
                    if self.stopped {
                        "more trials, of a fixed number without `run.until` or with a smaller `half_width`,"
                    } else {
                        "more trials"
                    }
                )
            }
        }
    }

    /// Selection and income in one sentence, where they differ.
    pub fn contrast(&self, selection: Verdict) -> Option<&'static str> {
        match (selection, self.verdict()?) {
            (Verdict::Fair, Verdict::Unfair) => Some("Selection is fair, income is not."),
            (Verdict::Unfair, Verdict::Fair) => Some("Selection is not fair, income is."),
            _ => None,
        }
    }
}

impl IncomeRisk {
    /// The risk in one English sentence.
    pub fn sentence(&self) -> String {
        let interval = match self.interval {
            Some(Interval { low, high }) => {
                format!(" (simultaneous interval {} to {})", percent(low), percent(high))
            }
            None => " (exact)".to_owned(),
        };
        if self.probability == 0.0 {
            let most = self.interval.map_or("(exact)".to_owned(), |interval| {
                format!("(simultaneous interval of each: up to {})", percent(interval.high))
            });
            return format!(
                "none of {} earns less than half of what its stake deserves in any trial {most}",
                counted(self.validators as u64, "validator")
            );
        }
        let verb = if self.at_risk == 1 { "does" } else { "do" };
        format!(
            "the validator {} earns less than half of what its stake deserves in {} of the trials{interval}; {} of {} {verb} in more than {}",
            self.worst,
            percent(self.probability),
            grouped(self.at_risk as u64),
            counted(self.validators as u64, "validator"),
            percent(self.delta)
        )
    }
}

fn earns(effect: &Effect) -> String {
    let relative = effect.relative.map_or(String::new(), |relative| {
        format!(" ({}{})", if relative > 0.0 { "+" } else { "" }, percent(relative))
    });
    format!(
        "{} earns {} of all rewards with {} of the stake{relative}",
        effect.name,
        percent(effect.win_share),
        percent(effect.stake_share)
    )
}

/// Whole where it is, else with two decimals.
fn percent(part: f64) -> String {
    if 100.0 * part == (100.0 * part).round() {
        return setting(part);
    }
    fixed(part, 2).replacen("< ", "less than ", 1).replacen("> ", "more than ", 1)
}

fn expectation(
    context: &AnalysisContext,
    basis: IncomeBasis,
    earned: u128,
    exact: Option<&[f64]>,
) -> Assessment {
    let level = bonferroni(context.settings.confidence, context.validators());
    let share = |validator: usize| match exact {
        Some(shares) => shares[validator],
        None => context.totals(validator).reward as f64 / earned as f64,
    };
    // All intervals of a validator are of one kind, which is shortest at the corrected level: its test decides
    // as its interval does.
    let interval = |validator: usize, confidence: f64| match basis {
        IncomeBasis::Wins => context.joint_interval(validator, confidence),
        IncomeBasis::Exact | IncomeBasis::Run | IncomeBasis::Law => {
            Some(Interval { low: share(validator), high: share(validator) })
        }
        IncomeBasis::Trials => reward_share_interval(context, validator, confidence, level),
    };
    let (intervals, tests): (Vec<Option<Interval>>, Vec<Option<MarginTest>>) = match basis {
        IncomeBasis::Wins => (context.joint_intervals(level), context.margin_tests().to_vec()),
        _ => {
            // All that an interval rests on.
            let key = |who: usize| {
                let totals = context.totals(who);
                let trials = (totals.reward_share, totals.reward_share_squared, totals.wins);
                let between = (basis == IncomeBasis::Trials).then_some(trials);
                (share(who).to_bits(), context.experiment.world.stakes[who], between)
            };
            let of = |who: usize| {
                let margin = Margin::around(context.stake_shares[who], context.settings.tolerance);
                let test = MarginTest::by_intervals(margin, |confidence| interval(who, confidence));
                (interval(who, level), test)
            };
            memoise(context.validators(), key, of).into_iter().unzip()
        }
    };
    let subjects: Vec<JudgedValidator> = (0..context.validators())
        .map(|validator| JudgedValidator {
            name: &context.experiment.world.names[validator],
            stake_share: context.stake_shares[validator],
            win_share: Some(share(validator)),
            interval: intervals[validator],
            test: tests[validator],
        })
        .collect();
    let sample = match basis {
        IncomeBasis::Wins => context.sample(),
        _ => SampleUnits::Trials(context.results.totals.trials_with_rewards),
    };
    assess(&Evidence {
        subjects: &subjects,
        confidence: context.settings.confidence,
        tolerance: context.settings.tolerance,
        sample,
        set_aside: 0,
        whole: None,
        needed: None,
        expected_shares_p: None,
        without_test: "",
    })
}

/// The expected shares of all validators by their exact laws, where these rest on what the rule does.
fn law_shares(context: &AnalysisContext, rows: &[IncomeRow]) -> Option<Vec<f64>> {
    if !laws_are_of_the_draw(context) {
        return None;
    }
    let shares: Vec<f64> =
        rows.iter().filter(|row| row.kind == "validator").map_while(|row| row.share_exact).collect();
    if shares.len() == context.validators() {
        return Some(shares);
    }
    // Not everybody has a row.
    mean_shares(context)
}

fn risk(context: &AnalysisContext, rows: &[IncomeRow]) -> Option<IncomeRisk> {
    let delta = context.settings.delta;
    let of = |row: &IncomeRow| row.p_below_half_exact.or(row.p_below_half);
    let validators: Vec<&IncomeRow> =
        rows.iter().filter(|row| row.kind == "validator" && of(row).is_some()).collect();
    // The first of those that are worst off alike.
    let worst = validators
        .iter()
        .rev()
        .max_by(|a, b| of(a).partial_cmp(&of(b)).unwrap_or(std::cmp::Ordering::Equal))?;
    let exact = worst.p_below_half_exact.is_some();
    // The worst of many is worse than it is by chance: its interval holds for all of them together.
    let level = bonferroni(context.settings.confidence, validators.len());
    let trials = context.results.records.len() as u64;
    let times = (of(worst)? * trials as f64).round() as u64;
    let interval = probability_interval(context, times, trials, level);
    Some(IncomeRisk {
        worst: worst.name.clone(),
        probability: of(worst)?,
        interval: interval.filter(|_| !exact),
        at_risk: validators.iter().filter(|row| of(row).is_some_and(|p| p > delta)).count(),
        validators: validators.len(),
        delta,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One validator or none of two is shown to earn its share.
    #[test]
    fn one_is_shown_and_others_are() {
        for (equivalence, begins) in [
            ([0.001, 1.0], "cannot tell: 1 of 2 validators is shown to earn the share of stake within 10 %"),
            ([1.0, 1.0], "cannot tell: 0 of 2 validators are shown to earn the share of stake within 10 %"),
        ] {
            let subjects = equivalence.map(|equivalence_p| JudgedValidator {
                name: "v",
                stake_share: 0.5,
                win_share: Some(0.5),
                interval: None,
                test: Some(MarginTest { difference_p: 1.0, equivalence_p }),
            });
            let assessment = assess(&Evidence {
                subjects: &subjects,
                confidence: 0.95,
                tolerance: 0.1,
                sample: SampleUnits::Trials(20),
                set_aside: 0,
                whole: None,
                needed: None,
                expected_shares_p: None,
                without_test: "",
            });
            let verdict = IncomeVerdict {
                expectation: Some(assessment),
                basis: IncomeBasis::Trials,
                risk: None,
                stopped: false,
            };
            assert!(verdict.sentence().starts_with(begins), "{}", verdict.sentence());
        }
    }
}
