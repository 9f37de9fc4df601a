//! How concentrated stake, wins, rewards and final stakes are, beside what chance alone would make of
//! the expected shares.

use crate::analysis::AnalysisContext;
use crate::analysis::rows::{Metric, Statement};
use crate::analysis::sampling_model::SamplingModel;
use crate::law::{Ratio, expected_herfindahl as after_schedule};
use crate::random::Stream;
use crate::simulation::{SHARE_SCALE, TrialConcentration, TrialRecord};
use crate::statistics::concentration::{
    Holdings, Index, NullLaw, expected_herfindahl, gini, herfindahl, nakamoto, null_laws, renyi, shannon,
    theil, top_share,
};
use crate::statistics::{Interval, Moments, replicates};

/// Most simulations of an index: its mean is then known to a thirtieth of its own standard deviation.
const MOST_REPLICATES: u32 = 999;

/// Of more validators than this, fewer: its mean is then known to a twentieth of that, and a range of 95 % is
/// that from the tenth smallest to the tenth largest.
const MANY: usize = 400;
const FEWER_REPLICATES: u32 = 399;

/// Up to this confidence fewer have a range.
const MOST_CONFIDENCE_OF_FEWER: f64 = 0.99;

/// How many tables of wins are simulated; `None` for too many validators.
fn tables(validators: usize, confidence: f64) -> Option<u32> {
    let fewer = validators > MANY && confidence <= MOST_CONFIDENCE_OF_FEWER;
    Some(replicates(validators)?.min(if fewer { FEWER_REPLICATES } else { MOST_REPLICATES }))
}

type Measure = Box<dyn Fn(&Holdings) -> Option<f64> + Send + Sync>;

/// The indices, by their metrics.
fn indices(thresholds: &[Ratio]) -> Vec<(Metric, Measure)> {
    let mut all: Vec<(Metric, Measure)> = vec![
        (Metric::Gini, Box::new(gini)),
        (Metric::Herfindahl, Box::new(herfindahl)),
        (Metric::Theil, Box::new(theil)),
        (Metric::ShannonBits, Box::new(shannon)),
        (Metric::Renyi2Bits, Box::new(|holdings| renyi(holdings, 2.0))),
    ];
    for &threshold in thresholds {
        let (part, whole) = (threshold.numerator(), threshold.denominator());
        all.push((
            Metric::Nakamoto(threshold),
            Box::new(move |holdings| nakamoto(holdings, part, whole).map(|holders| holders as f64)),
        ));
    }
    all.push((Metric::Top1Share, Box::new(|holdings| top_share(holdings, 1))));
    all.push((
        Metric::Top10PercentShare,
        Box::new(|holdings| top_share(holdings, holdings.holders().div_ceil(10))),
    ));
    all
}

/// The indices of each subject over all trials together, then what single chains end with.
pub fn rows(context: &AnalysisContext) -> Vec<Statement> {
    let totals = &context.results.totals.validators;
    let indices = indices(&context.settings.nakamoto);
    let stakes: Vec<u128> = context.experiment.world.stakes.iter().map(|&stake| u128::from(stake)).collect();
    let wins: Vec<u128> = totals.iter().map(|totals| u128::from(totals.wins)).collect();
    let rewards: Vec<u128> = totals.iter().map(|totals| totals.reward).collect();
    let finals: Vec<u128> = totals.iter().map(|totals| totals.final_share).collect();

    let null = NullDistribution::new(context, &indices);
    let mut rows =
        subject_rows(&indices, "stake", &stakes, &NullDistribution::none("exact: the stakes at genesis"));
    rows.extend(subject_rows(&indices, "wins", &wins, &null));
    if is_multiple(&rewards, &wins) {
        rows.extend(subject_rows(&indices, "reward", &rewards, &null));
    } else {
        let why = "rewards are not a multiple of the wins here, so no law of theirs is known";
        rows.extend(subject_rows(&indices, "reward", &rewards, &NullDistribution::none(why)));
    }
    if context.results.totals.stakes_moved {
        let mean = "of each validator's mean share over the trials, which levels what single chains end with: see chain_herfindahl and chain_gini";
        rows.extend(subject_rows(&indices, "final_stake", &finals, &NullDistribution::none(mean)));
    }
    rows.extend(chain_rows(context));
    rows
}

fn subject_rows(
    indices: &[(Metric, Measure)],
    subject: &str,
    holdings: &[u128],
    null: &NullDistribution,
) -> Vec<Statement> {
    let holdings = Holdings::of(holdings);
    indices
        .iter()
        .enumerate()
        .map(|(place, &(metric, ref index))| {
            let law = null.laws.get(place).copied().flatten();
            let exact = null.herfindahl.filter(|_| metric == Metric::Herfindahl);
            Statement {
                value: index(&holdings),
                null_value: exact.or(law.map(|law| law.mean)),
                null_low: law.and_then(|law| law.range).map(|range| range.low),
                null_high: law.and_then(|law| law.range).map(|range| range.high),
                method: null.method.clone(),
                ..Statement::new(metric, subject, null.note.clone())
            }
        })
        .collect()
}

/// Whether all holdings are the same multiple of the others.
fn is_multiple(holdings: &[u128], of: &[u128]) -> bool {
    let Some(place) = of.iter().position(|&one| one > 0) else { return false };
    let factor = holdings[place] / of[place];
    factor > 0 && holdings.iter().zip(of).all(|(&held, &one)| one.checked_mul(factor) == Some(held))
}

/// What the indices of wins would be if the expected shares held.
struct NullDistribution {
    /// By simulation, one for each index.
    laws: Vec<Option<NullLaw>>,
    /// The mean of Herfindahl's index, exactly.
    herfindahl: Option<f64>,
    method: String,
    note: String,
}

impl NullDistribution {
    fn none(note: &str) -> Self {
        NullDistribution { laws: Vec::new(), herfindahl: None, method: String::new(), note: note.to_owned() }
    }

    /// By simulation where wins, or runs of them, are multinomial; Herfindahl's mean wherever the
    /// variance of the wins is known.
    fn new(context: &AnalysisContext, indices: &[(Metric, Measure)]) -> Self {
        let counted = "counts vary by chance, so over few rounds they look more concentrated than the stakes behind them";
        if context.stopping.is_some() {
            let why = format!("{counted}; the run ended by what it showed, so that no law of them is known");
            return NullDistribution::none(&why);
        }
        let herfindahl = mean_herfindahl(context);
        let draws = context.unit().map(|unit| context.selections / unit);
        let (Some(draws), Some(shares)) =
            (draws.filter(|&draws| draws > 0), context.expected_shares.shares())
        else {
            let note = match herfindahl {
                Some(_) => format!("{counted}; null_value of herfindahl is its exact mean"),
                None => counted.to_owned(),
            };
            return NullDistribution { laws: Vec::new(), herfindahl, method: String::new(), note };
        };
        let Some(replicates) = tables(shares.len(), context.settings.confidence) else {
            return NullDistribution {
                laws: Vec::new(),
                herfindahl,
                method: String::new(),
                note: format!("{counted}; too many validators to simulate"),
            };
        };
        let measures: Vec<Index> = indices.iter().map(|(_, index)| &**index as Index).collect();
        let mut stream = Stream::of_figure(context.experiment.world.seed, "concentration of wins");
        let probability = context.settings.confidence;
        NullDistribution {
            laws: null_laws(shares, draws, &measures, replicates, probability, &mut stream, &|| {
                context.is_stopped()
            }),
            herfindahl,
            method: format!("Monte Carlo, {replicates} simulated tables"),
            note: format!(
                "{counted}; null_value is the mean if the wins have the expected shares (exact for herfindahl), and null_low to null_high \
                 holds the index then with probability {probability}"
            ),
        }
    }
}

/// The mean of Herfindahl's index of all wins together if the expected shares holds: the sum of squared
/// expected shares and of the variances of the win shares.
fn mean_herfindahl(context: &AnalysisContext) -> Option<f64> {
    let shares = context.expected_shares.shares()?;
    let squares: f64 = shares.iter().map(|share| share * share).sum();
    let n = context.selections as f64;
    match &context.sampling_model {
        _ if context.selections == 0 => None,
        SamplingModel::Rounds => expected_herfindahl(shares, context.selections),
        SamplingModel::Runs(runs) => Some(squares + (1.0 - squares) / runs.effective_draws()),
        SamplingModel::Scaled(factors) => {
            let spread: f64 = factors.iter().zip(shares).map(|(factor, a)| factor * a * (1.0 - a)).sum();
            Some(squares + spread / n)
        }
        SamplingModel::Bounded(_) => None,
        SamplingModel::Trials(_) => {
            let spread = variance_in_a_trial(context)? / context.results.totals.trials as f64;
            Some(squares + (1.0 - squares) * spread)
        }
    }
}

/// Variance of a trial's share of wins over a(1 - a), where wins are those of Pólya's urn.
fn variance_in_a_trial(context: &AnalysisContext) -> Option<f64> {
    let w = context.urn_reward?;
    Some((1.0 / context.experiment.rounds as f64 + w) / (1.0 + w))
}

/// Concentration at the end of single chains, mean over the trials.
fn chain_rows(context: &AnalysisContext) -> Vec<Statement> {
    let mut rows = vec![Statement {
        null_value: chain_herfindahl_of_wins(context),
        ..chain_row(context, Metric::ChainHerfindahl, "wins", |one| one.wins_herfindahl)
    }];
    if context.results.totals.stakes_moved {
        let squares: f64 = context.stake_shares.iter().map(|share| share * share).sum();
        let variance = context.normalised_variance();
        rows.push(Statement {
            null_value: variance.map(|variance| after_schedule(squares, variance)),
            ..chain_row(context, Metric::ChainHerfindahl, "final_stake", |one| one.stake_herfindahl)
        });
        rows.push(chain_row(context, Metric::ChainGini, "final_stake", |one| one.stake_gini));
    }
    rows
}

/// The mean of Herfindahl's index of the wins of one trial, if the expected shares holds.
fn chain_herfindahl_of_wins(context: &AnalysisContext) -> Option<f64> {
    let shares = context.expected_shares.shares()?;
    let squares: f64 = shares.iter().map(|share| share * share).sum();
    let each = context.selections_each.filter(|&selections| selections > 0)?;
    match &context.sampling_model {
        SamplingModel::Rounds => expected_herfindahl(shares, each),
        SamplingModel::Runs(runs) => {
            let trials = context.trials as f64;
            Some(squares + (1.0 - squares) * trials / runs.effective_draws()).filter(|_| each > 0)
        }
        SamplingModel::Trials(_) => Some(squares + (1.0 - squares) * variance_in_a_trial(context)?),
        // Factors hold over whole cycles, which a trial need not have.
        SamplingModel::Scaled(_) | SamplingModel::Bounded(_) => None,
    }
}

fn chain_row(
    context: &AnalysisContext,
    metric: Metric,
    subject: &str,
    of: impl Fn(&TrialConcentration) -> Option<u64>,
) -> Statement {
    let mut moments = Moments { trials: 0, sum: 0, squares: 0, scale: SHARE_SCALE as f64 };
    let one = |record: &TrialRecord| of(&record.concentration);
    for value in context.results.records.iter().filter_map(one) {
        moments.trials += 1;
        moments.sum += i128::from(value);
        moments.squares += u128::from(value) * u128::from(value);
    }
    let interval: Option<Interval> =
        moments.interval(context.settings.confidence).filter(|_| context.stopping.is_none());
    Statement {
        value: moments.mean(),
        se: moments.standard_error().filter(|error| *error > 0.0),
        low: interval.map(|interval| interval.low.max(0.0)),
        high: interval.map(|interval| interval.high.min(1.0)),
        method: "Student's t over the trials".to_owned(),
        ..Statement::new(
            metric,
            subject,
            "mean over the trials of the index at the end of each chain; no interval for one trial or if all are alike; \
             null_value is the exact mean where the distribution is known",
        )
    }
}
