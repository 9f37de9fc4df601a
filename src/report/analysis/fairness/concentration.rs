//! How concentrated stake, wins, rewards and final stakes are, beside what luck alone would make of
//! the promise.

use super::row::{blank, replicates};
use crate::law::{Ratio, expected_herfindahl as after_schedule};
use crate::random::Stream;
use crate::report::analysis::basis::Basis;
use crate::report::analysis::footing::Footing;
use crate::report::tables::FairnessRow;
use crate::simulation::{SHARE_SCALE, TrialConcentration, TrialRecord};
use crate::statistics::concentration::{
    Index, NullLaw, expected_herfindahl, gini, herfindahl, nakamoto, null_laws, renyi, shannon, theil,
    top_share,
};
use crate::statistics::{Interval, Moments};

/// Most simulations of an index: its mean is then known to a thirtieth of its own scatter.
const MOST_REPLICATES: u32 = 999;

type Measure = Box<dyn Fn(&[u128]) -> Option<f64>>;

/// The indices, by their metrics.
fn indices(thresholds: &[Ratio]) -> Vec<(String, Measure)> {
    let mut all: Vec<(String, Measure)> = vec![
        ("gini".to_owned(), Box::new(gini)),
        ("herfindahl".to_owned(), Box::new(herfindahl)),
        ("theil".to_owned(), Box::new(theil)),
        ("shannon_bits".to_owned(), Box::new(shannon)),
        ("renyi_2_bits".to_owned(), Box::new(|holdings| renyi(holdings, 2.0))),
    ];
    for &threshold in thresholds {
        let (part, whole) = (threshold.numerator(), threshold.denominator());
        all.push((
            format!("nakamoto_{part}/{whole}"),
            Box::new(move |holdings| nakamoto(holdings, part, whole).map(|holders| holders as f64)),
        ));
    }
    all.push(("top_1_share".to_owned(), Box::new(|holdings| top_share(holdings, 1))));
    all.push((
        "top_10_percent_share".to_owned(),
        Box::new(|holdings| top_share(holdings, holdings.len().div_ceil(10))),
    ));
    all
}

/// The indices of each subject over all trials together, then what single chains end with.
pub fn rows(basis: &Basis) -> Vec<FairnessRow> {
    let totals = &basis.results.totals.validators;
    let indices = indices(&basis.settings.nakamoto);
    let stakes: Vec<u128> = basis.experiment.world.stakes.iter().map(|&stake| u128::from(stake)).collect();
    let wins: Vec<u128> = totals.iter().map(|totals| u128::from(totals.wins)).collect();
    let rewards: Vec<u128> = totals.iter().map(|totals| totals.reward).collect();
    let finals: Vec<u128> = totals.iter().map(|totals| totals.final_share).collect();

    let luck = Luck::new(basis, &indices);
    let mut rows = subject_rows(&indices, "stake", &stakes, &Luck::none("exact: the stakes at genesis"));
    rows.extend(subject_rows(&indices, "wins", &wins, &luck));
    if is_multiple(&rewards, &wins) {
        rows.extend(subject_rows(&indices, "reward", &rewards, &luck));
    } else {
        let why = "rewards are not a multiple of the wins here, so no law of theirs is known";
        rows.extend(subject_rows(&indices, "reward", &rewards, &Luck::none(why)));
    }
    if basis.results.totals.stakes_moved {
        let mean = "of each validator's mean share over the trials, which levels what single chains end with: see chain_herfindahl and chain_gini";
        rows.extend(subject_rows(&indices, "final_stake", &finals, &Luck::none(mean)));
    }
    rows.extend(chain_rows(basis));
    rows
}

fn subject_rows(
    indices: &[(String, Measure)],
    subject: &str,
    holdings: &[u128],
    luck: &Luck,
) -> Vec<FairnessRow> {
    // No index depends on who holds what, and what is sorted already is sorted again at once.
    let mut holdings = holdings.to_vec();
    holdings.sort_unstable();
    indices
        .iter()
        .enumerate()
        .map(|(place, (metric, index))| {
            let law = luck.laws.get(place).copied().flatten();
            let exact = luck.herfindahl.filter(|_| metric == "herfindahl");
            FairnessRow {
                value: index(&holdings),
                low: law.map(|law| law.range.low),
                high: law.map(|law| law.range.high),
                reference: exact.or(law.map(|law| law.mean)),
                ..blank(metric, subject, luck.note.clone())
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

/// What the indices of wins would be if the promise held.
struct Luck {
    /// By simulation, one for each index.
    laws: Vec<Option<NullLaw>>,
    /// The mean of Herfindahl's index, exactly.
    herfindahl: Option<f64>,
    note: String,
}

impl Luck {
    fn none(note: &str) -> Self {
        Luck { laws: Vec::new(), herfindahl: None, note: note.to_owned() }
    }

    /// By simulation where wins, or runs of them, are multinomial; Herfindahl's mean wherever the
    /// variance of the wins is known.
    fn new(basis: &Basis, indices: &[(String, Measure)]) -> Self {
        let counted =
            "counts scatter, so over few rounds they look more concentrated than the stakes behind them";
        if basis.stopping.is_some() {
            let why = format!("{counted}; the run ended by what it showed, so that no law of them is known");
            return Luck::none(&why);
        }
        let herfindahl = mean_herfindahl(basis);
        let draws = match basis.footing {
            Footing::Rounds => Some(basis.selections),
            Footing::Runs(run) => Some(basis.selections / run),
            _ => None,
        };
        let (Some(draws), Some(shares)) = (draws.filter(|&draws| draws > 0), basis.promise.shares()) else {
            let note = match herfindahl {
                Some(_) => {
                    format!("{counted}; the reference of herfindahl is its mean if the promise holds, exact")
                }
                None => counted.to_owned(),
            };
            return Luck { laws: Vec::new(), herfindahl, note };
        };
        let Some(replicates) = replicates(shares.len()).map(|replicates| replicates.min(MOST_REPLICATES))
        else {
            return Luck {
                laws: Vec::new(),
                herfindahl,
                note: format!("{counted}; too many validators to simulate"),
            };
        };
        let measures: Vec<Index> = indices.iter().map(|(_, index)| &**index).collect();
        let mut stream = Stream::of_figure(basis.experiment.world.seed, "concentration of wins");
        let probability = basis.settings.confidence;
        Luck {
            laws: null_laws(shares, draws, &measures, replicates, probability, &mut stream),
            herfindahl,
            note: format!(
                "{counted}; the reference is the mean if the promise holds and the interval has the index then with probability {probability}, \
                 from {replicates} simulated tables (the mean of herfindahl is exact)"
            ),
        }
    }
}

/// The mean of Herfindahl's index of all wins together if the promise holds: the sum of squared
/// promised shares and of the variances of the win shares.
fn mean_herfindahl(basis: &Basis) -> Option<f64> {
    let shares = basis.promise.shares()?;
    let squares: f64 = shares.iter().map(|share| share * share).sum();
    let n = basis.selections as f64;
    match &basis.footing {
        _ if basis.selections == 0 => None,
        Footing::Rounds => expected_herfindahl(shares, basis.selections),
        Footing::Runs(run) => expected_herfindahl(shares, basis.selections / run),
        Footing::Scaled(factors) => {
            let spread: f64 = factors.iter().zip(shares).map(|(factor, a)| factor * a * (1.0 - a)).sum();
            Some(squares + spread / n)
        }
        Footing::Bounded(_) => None,
        Footing::Trials(_) => {
            let spread = variance_in_a_trial(basis)? / basis.results.totals.trials as f64;
            Some(squares + (1.0 - squares) * spread)
        }
    }
}

/// Variance of a trial's share of wins over a(1 - a), where wins are those of Pólya's urn.
fn variance_in_a_trial(basis: &Basis) -> Option<f64> {
    let w = basis.relative_reward()?;
    Some((1.0 / basis.experiment.rounds as f64 + w) / (1.0 + w))
}

/// Concentration at the end of single chains, mean over the trials.
fn chain_rows(basis: &Basis) -> Vec<FairnessRow> {
    let mut rows = vec![FairnessRow {
        reference: chain_herfindahl_of_wins(basis),
        ..chain_row(basis, "chain_herfindahl", "wins", |one| one.wins_herfindahl)
    }];
    if basis.results.totals.stakes_moved {
        let squares: f64 = basis.stake_shares.iter().map(|share| share * share).sum();
        let variance = basis.schedule_variance();
        rows.push(FairnessRow {
            reference: variance.map(|variance| after_schedule(squares, variance)),
            ..chain_row(basis, "chain_herfindahl", "final_stake", |one| one.stake_herfindahl)
        });
        rows.push(chain_row(basis, "chain_gini", "final_stake", |one| one.stake_gini));
    }
    rows
}

/// The mean of Herfindahl's index of the wins of one trial, if the promise holds.
fn chain_herfindahl_of_wins(basis: &Basis) -> Option<f64> {
    let shares = basis.promise.shares()?;
    let squares: f64 = shares.iter().map(|share| share * share).sum();
    let each = basis.selections_each.filter(|&selections| selections > 0)?;
    match &basis.footing {
        Footing::Rounds => expected_herfindahl(shares, each),
        Footing::Runs(run) => expected_herfindahl(shares, each / run),
        Footing::Trials(_) => Some(squares + (1.0 - squares) * variance_in_a_trial(basis)?),
        // Factors hold over whole cycles, which a trial need not have.
        Footing::Scaled(_) | Footing::Bounded(_) => None,
    }
}

fn chain_row(
    basis: &Basis,
    metric: &str,
    subject: &str,
    of: impl Fn(&TrialConcentration) -> Option<u64>,
) -> FairnessRow {
    let mut moments = Moments { trials: 0, sum: 0, squares: 0, scale: SHARE_SCALE as f64 };
    let one = |record: &TrialRecord| of(&record.concentration);
    for value in basis.results.records.iter().filter_map(one) {
        moments.trials += 1;
        moments.sum += i128::from(value);
        moments.squares += u128::from(value) * u128::from(value);
    }
    let interval: Option<Interval> =
        moments.interval(basis.settings.confidence).filter(|_| basis.stopping.is_none());
    FairnessRow {
        value: moments.mean(),
        low: interval.map(|interval| interval.low.max(0.0)),
        high: interval.map(|interval| interval.high.min(1.0)),
        ..blank(
            metric,
            subject,
            "mean over the trials of the index at the end of each chain; Student's t interval, none for one trial or if all are alike; \
             the reference is the exact mean where the law is known",
        )
    }
}
