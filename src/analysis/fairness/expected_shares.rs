//! Do the wins have the rule's expected shares, and how far are these from stake?

use crate::analysis::AnalysisContext;
use crate::analysis::rows::{Decision, Family, Metric, Statement};
use crate::analysis::sampling_model::SamplingModel;
use crate::random::Stream;
use crate::selection::ExpectedShares;
use crate::simulation::replay;
use crate::statistics::distributions::sample_multinomial;
use crate::statistics::{
    GoodnessOfFit, detectable_divergence, dispersed_goodness_of_fit, goodness_of_fit, level_of,
    pearson_dispersion, replicates, simulated_goodness_of_fit,
};

/// So many tables at least as extreme settle a p-value of tables that cost little.
const ENOUGH: u32 = 400;

/// With how much probability an effect is to be seen that is called detectable.
const POWER: f64 = 0.9;

/// The test that the wins have the rule's expected shares.
pub struct ExpectedSharesTest {
    /// Its outcome; `None` where the rule leaves nothing to chance.
    pub fit: Option<GoodnessOfFit>,
    /// Whether a rule that leaves nothing to chance is beyond its bounds.
    pub beyond_bounds: bool,
    note: String,
}

impl ExpectedSharesTest {
    /// Its p-value; `None` where the rule leaves nothing to chance.
    pub fn p_value(&self) -> Option<f64> {
        self.fit.map(|fit| fit.p_value)
    }
}

/// Tests whether the wins have the rule's expected shares, with the dispersion that the rule declares;
/// `None` where no distribution is known of its shares or of their dispersion. The same wins in another
/// order of the validators give the same test.
pub fn test(context: &AnalysisContext) -> Option<ExpectedSharesTest> {
    let shares = context.expected_shares.shares()?;
    if context.stopping.is_some() {
        return None;
    }
    let wins: Vec<u64> = context.results.totals.validators.iter().map(|totals| totals.wins).collect();
    let mut stream = Stream::of_figure(context.experiment.world.seed, "goodness of fit");
    let tested = |fit: GoodnessOfFit, null: String| ExpectedSharesTest {
        fit: Some(fit),
        beyond_bounds: false,
        note: format!("null hypothesis: {null}"),
    };
    match &context.sampling_model {
        SamplingModel::Rounds => Some(tested(
            goodness_of_fit(&wins, shares, &mut stream)?,
            "wins are multinomial with the expected shares".to_owned(),
        )),
        SamplingModel::Runs(runs) if runs.rests == 0 => {
            let counts: Vec<u64> = wins.iter().map(|wins| wins / runs.run).collect();
            Some(tested(
                goodness_of_fit(&counts, shares, &mut stream)?,
                "runs of rounds that are won together are multinomial with the expected shares".to_owned(),
            ))
        }
        SamplingModel::Runs(runs) => {
            let (mut whole, mut short) = (vec![0; wins.len()], vec![0; wins.len()]);
            let most = replicates(wins.len())?;
            let fit = simulated_goodness_of_fit(&wins, shares, most, ENOUGH, |counts| {
                sample_multinomial(&mut whole, shares, runs.runs, &mut stream);
                sample_multinomial(&mut short, shares, runs.rests, &mut stream);
                for ((count, whole), short) in counts.iter_mut().zip(&whole).zip(&short) {
                    *count = whole * runs.run + short * runs.rest;
                }
            })?;
            Some(tested(
                fit,
                "runs of rounds that are won together, the last of each trial cut short, are multinomial with the \
                 expected shares"
                    .to_owned(),
            ))
        }
        SamplingModel::Scaled(factors) => match replays(context) {
            Some(most) => {
                let (mut drawn, mut batch) = (0, Vec::new().into_iter());
                let fit = simulated_goodness_of_fit(&wins, shares, most, ENOUGH_REPLAYED, |counts| {
                    if batch.len() == 0 {
                        let runs = drawn..u64::from(most).min(drawn + REPLAYED_AT_ONCE);
                        drawn = runs.end;
                        batch =
                            replay(context.experiment, runs, context.trials).unwrap_or_default().into_iter();
                    }
                    if let Some(run) = batch.next() {
                        counts.copy_from_slice(&run);
                    }
                })?;
                Some(tested(
                    fit,
                    "wins are those of the rule, played again with other random numbers".to_owned(),
                ))
            }
            None => {
                let factor = factors.iter().copied().fold(0.0, f64::max);
                Some(tested(
                    dispersed_goodness_of_fit(&wins, shares, factor)?,
                    format!(
                        "wins have the expected shares and at most {factor:.4} times the multinomial variance, the \
                         largest factor that the rule declares"
                    ),
                ))
            }
        },
        SamplingModel::Bounded(bounds) => Some(bounded(context, bounds, &wins, shares)),
        SamplingModel::Trials(_) => None,
    }
}

/// Rounds that are played again for one p-value, at most.
const MOST_REPLAYED: u64 = 4_000_000;

/// So many runs that are at least as extreme settle such a p-value.
const ENOUGH_REPLAYED: u32 = 20;

/// So many are played at a time.
const REPLAYED_AT_ONCE: u64 = 40;

/// How many runs of the same experiment with other trials are played at most for a p-value; `None` where
/// that would take too long.
fn replays(context: &AnalysisContext) -> Option<u32> {
    let rounds = context.experiment.rounds.checked_mul(context.trials).filter(|&rounds| rounds > 0)?;
    let affordable = |&replicates: &u32| rounds.saturating_mul(u64::from(replicates)) <= MOST_REPLAYED;
    [9999, 999, 99, 39].into_iter().find(affordable).filter(|_| context.validators() <= 100_000)
}

/// The wins of a deterministic rule are within its bound of the expected ones in every trial; over all
/// trials together, within as many bounds.
fn bounded(context: &AnalysisContext, bounds: &[f64], wins: &[u64], shares: &[f64]) -> ExpectedSharesTest {
    let trials = context.results.totals.trials as f64;
    let n = context.selections as f64;
    let excess = |index: usize| (wins[index] as f64 - n * shares[index]).abs() - bounds[index] * trials;
    // A float of this size is not exact to less than this.
    let slack = n * 1e-12;
    let beyond = (0..wins.len()).filter(|&index| excess(index) > slack).count();
    ExpectedSharesTest {
        fit: None,
        beyond_bounds: beyond > 0,
        note: format!(
            "the rule leaves nothing to chance: its wins may differ from the expected ones only by a bounded rounding, \
             and {beyond} validators are beyond it"
        ),
    }
}

/// The test, what it could have seen, the dispersion, and what the expected shares themselves do to
/// stake.
pub fn rows(context: &AnalysisContext, test: Option<&ExpectedSharesTest>) -> Vec<Statement> {
    let mut rows = test_rows(context, test);
    rows.push(distance_row(context));
    rows
}

fn test_rows(context: &AnalysisContext, test: Option<&ExpectedSharesTest>) -> Vec<Statement> {
    let Some(test) = test else {
        let why = match (&context.expected_shares, &context.sampling_model) {
            _ if context.stopping.is_some() => {
                "the run ended by what it showed, and such a test needs a number of rounds that is settled before"
            }
            (ExpectedShares::Unknown(why), _) | (_, SamplingModel::Trials(why)) => why,
            _ => "too little was counted",
        };
        let note = format!("no test of the expected shares: {why}");
        let mut rows = vec![Statement::new(Metric::ExpectedShares, "all", note)];
        if context.stopping.is_some() && !matches!(context.sampling_model, SamplingModel::Trials(_)) {
            rows.push(dispersion_row(context));
        }
        return rows;
    };
    let untested = Statement::new(Metric::ExpectedShares, "all", test.note.clone());
    let mut rows = vec![match test.fit {
        Some(fit) => Statement {
            statistic: fit.statistic,
            df: Some(fit.degrees as f64),
            p: Some(fit.p_value),
            family: Some(Family::Exploratory),
            method: format!("Pearson's chi-square; {}", fit.null.words()),
            ..untested
        },
        None => Statement {
            decision: Some(if test.beyond_bounds { Decision::Rejected } else { Decision::NotRejected }),
            method: "bounds of a rule without chance".to_owned(),
            ..untested
        },
    }];
    rows.extend(detectable_row(context, test));
    rows.push(dispersion_row(context));
    rows
}

/// What the test could have seen.
fn detectable_row(context: &AnalysisContext, test: &ExpectedSharesTest) -> Option<Statement> {
    let degrees = test.fit.filter(|fit| fit.statistic.is_some())?.degrees;
    let draws = context.selections as f64 / context.declared_dispersion().filter(|&factor| factor > 0.0)?;
    let value = detectable_divergence(degrees, draws as u64, level_of(context.settings.confidence), POWER)?;
    Some(Statement {
        value: Some(value),
        method: "noncentral chi-square distribution".to_owned(),
        ..Statement::new(
            Metric::ExpectedShareMinimumDetectableEffect,
            "all",
            format!(
                "the smallest departure from the expected shares that Pearson's test sees with {} % power in a run of this size: \
                 relative deviations of the shares, root mean square, weighted by share",
                POWER * 100.0
            ),
        )
    })
}

/// How much wins vary, in units of the multinomial variance: declared and seen.
fn dispersion_row(context: &AnalysisContext) -> Statement {
    let wins: Vec<u64> = context.results.totals.validators.iter().map(|totals| totals.wins).collect();
    let note = format!(
        "Pearson's statistic of all wins over its degrees of freedom: about null_value if the wins vary as the rule declares, \
         far below 1 if it leaves little to chance; {}",
        context.sampling_model.words()
    );
    Statement {
        value: context.expected_shares.shares().and_then(|shares| pearson_dispersion(&wins, shares)),
        null_value: context.declared_dispersion(),
        ..Statement::new(Metric::Dispersion, "all", note)
    }
}

/// How far the expected shares themselves are from stake shares: half the sum of absolute differences.
fn distance_row(context: &AnalysisContext) -> Statement {
    let metric = Metric::ExpectedShareTotalVariation;
    match &context.expected_shares {
        ExpectedShares::Unknown(why) => Statement::new(metric, "all", *why),
        ExpectedShares::Shares(shares) => {
            let differences = shares.iter().zip(&context.stake_shares);
            let sum: f64 = differences.map(|(expected, stake)| (expected - stake).abs()).sum();
            Statement {
                value: Some(sum / 2.0),
                null_value: Some(0.0),
                method: "exact".to_owned(),
                ..Statement::new(
                    metric,
                    "all",
                    "the share of rounds that the rule's expected shares move from some validators to others",
                )
            }
        }
    }
}
