//! The rows of `timeline.csv`.

use super::context::AnalysisContext;
use super::sampling_model::SamplingModel;
use crate::analysis::rows::TimelineRow;
use crate::simulation::{SHARE_SCALE, TimelinePoint, fixed_share};
use crate::statistics::{Interval, Moments, clopper_pearson, quantile, wilson, within_margin};
use rayon::prelude::*;

/// One row for each checkpoint, metric and subject: first the win shares of the followed
/// validators, then how likely these are unfair, then their stake shares if stakes moved and their shares of income if these are not those
/// of the wins, then the share of blocks accepted if some were not.
pub fn rows(context: &AnalysisContext) -> Vec<TimelineRow> {
    let names = &context.experiment.world.names;
    let followed = context.experiment.followed();
    let rounds = context.experiment.marks();
    let records = &context.results.records;
    let counters = &context.results.totals.counters;
    let at = |(place, &round): (usize, &u64)| {
        let mut rows = Vec::new();
        let marks: Vec<TimelinePoint> = records.iter().map(|record| record.marks.mark(place)).collect();
        let laws: Vec<Option<ByLaw>> =
            context.followed().map(|(_, validator)| by_law(context, validator, &marks)).collect();
        for (index, validator) in followed.iter().enumerate() {
            let counts: Vec<(u64, u64)> =
                marks.iter().map(|mark| (mark.wins[index], mark.selections)).collect();
            let subject = &names[validator.index()];
            let independent = context.sampling_model == SamplingModel::Rounds;
            let row = share_row(context, round, "win_share", subject, &counts, independent);
            rows.extend(row.map(|row| with_law(row, laws[index].as_ref().map(|law| law.quantiles))));
        }
        for (index, validator) in followed.iter().enumerate() {
            let counts: Vec<(u64, u64)> =
                marks.iter().map(|mark| (mark.wins[index], mark.selections)).collect();
            let place = (round, names[validator.index()].as_str());
            let share = context.stake_shares[validator.index()];
            rows.extend(unfair_row(context, place, &counts, share));
            let unfair = laws[index].as_ref().and_then(|law| law.unfair);
            rows.extend(unfair.map(|unfair| TimelineRow {
                round,
                metric: "unfair_probability_by_law".to_owned(),
                subject: place.1.to_owned(),
                mean: unfair,
                ..TimelineRow::default()
            }));
        }
        if context.results.totals.stakes_moved {
            for (index, validator) in followed.iter().enumerate() {
                let counts: Vec<(u64, u64)> =
                    marks.iter().map(|mark| (mark.stake_shares[index], SHARE_SCALE)).collect();
                let subject = &names[validator.index()];
                let quantiles = laws[index].as_ref().map(|law| law.quantiles);
                let law = quantiles.zip(context.urn_reward).map(|((low, high), reward)| {
                    // A share of stake is that of the initial tokens and of the blocks won.
                    let won = reward * round as f64;
                    let of =
                        |share: f64| (context.stake_shares[validator.index()] + won * share) / (1.0 + won);
                    (of(low), of(high))
                });
                let row = share_row(context, round, "stake_share", subject, &counts, false);
                rows.extend(row.map(|row| with_law(row, law)));
            }
        }
        if !context.income_follows_wins() {
            for (index, validator) in followed.iter().enumerate() {
                let counts: Vec<(u64, u64)> =
                    marks.iter().map(|mark| (mark.earned[index], mark.earned_by_all)).collect();
                let subject = &names[validator.index()];
                rows.extend(share_row(context, round, "income_share", subject, &counts, false));
            }
        }
        if counters.rejected + counters.silent > 0 {
            let counts: Vec<(u64, u64)> = marks.iter().map(|mark| (mark.accepted, mark.selections)).collect();
            rows.extend(share_row(context, round, "accepted_share", "all", &counts, false));
        }
        rows
    };
    let all: Vec<Vec<TimelineRow>> = rounds.par_iter().enumerate().map(at).collect();
    all.concat()
}

/// What the exact law says of the wins of one trial so far.
struct ByLaw {
    /// The 5 % and 95 % quantiles of the win share.
    quantiles: (f64, f64),
    /// The probability that it lies outside the tolerance.
    unfair: Option<f64>,
}

/// What the exact law says, where all trials had as many selections so far and the law is known.
fn by_law(context: &AnalysisContext, validator: usize, marks: &[TimelinePoint]) -> Option<ByLaw> {
    let selections = marks.first()?.selections;
    let rigged = context.experiment.world.rule.thing.is_rigged();
    if rigged || marks.iter().any(|mark| mark.selections != selections) {
        return None;
    }
    let law = context.win_law(validator, selections)?;
    Some(ByLaw {
        quantiles: (law.quantile(0.05), law.quantile(0.95)),
        unfair: law.unfair_probability(context.stake_shares[validator], context.settings.tolerance),
    })
}

/// How many of the trials had a share of wins outside the tolerance so far; nothing for a single trial.
fn unfair_row(
    context: &AnalysisContext,
    (round, subject): (u64, &str),
    counts: &[(u64, u64)],
    share: f64,
) -> Option<TimelineRow> {
    let played = counts.iter().filter(|(_, selections)| *selections > 0);
    let trials = played.clone().count() as u64;
    if trials < 2 {
        return None;
    }
    let tolerance = context.settings.tolerance;
    let unfair = played.filter(|&&(wins, of)| !within_margin(wins, of, share, tolerance)).count() as u64;
    // The number of trials hangs on what they showed: no interval of a fixed number may be drawn.
    let interval = match context.stopping {
        Some(_) => None,
        None => clopper_pearson(unfair, trials, context.settings.confidence),
    };
    Some(TimelineRow {
        round,
        metric: "unfair_probability".to_owned(),
        subject: subject.to_owned(),
        mean: unfair as f64 / trials as f64,
        low: interval.map(|interval| interval.low),
        high: interval.map(|interval| interval.high),
        ..TimelineRow::default()
    })
}

fn with_law(row: TimelineRow, law: Option<(f64, f64)>) -> TimelineRow {
    TimelineRow { law_q05: law.map(|law| law.0), law_q95: law.map(|law| law.1), ..row }
}

/// A share at one checkpoint, from each trial's part and whole; `None` if no trial has a whole.
fn share_row(
    context: &AnalysisContext,
    round: u64,
    metric: &str,
    subject: &str,
    counts: &[(u64, u64)],
    independent_rounds: bool,
) -> Option<TimelineRow> {
    let mut shares: Vec<f64> = counts
        .iter()
        .filter(|(_, whole)| *whole > 0)
        .map(|&(part, whole)| part as f64 / whole as f64)
        .collect();
    if shares.is_empty() {
        return None;
    }
    shares.sort_by(f64::total_cmp);
    // Coins of many trials may exceed what 64 bits count.
    let part = counts.iter().fold(0, |sum: u64, (part, _)| sum.saturating_add(*part));
    let confidence = context.settings.confidence;
    let (mean, interval): (f64, Option<Interval>) = if let Some(stopping) = context.stopping {
        // The number of trials hangs on what they showed: only a sequence may be drawn.
        let whole: u64 = counts.iter().map(|(_, whole)| whole).sum();
        let sequence = (metric == "win_share" && stopping.counts_rounds())
            .then(|| stopping.of_rounds(part, whole, confidence));
        (moments(counts).mean()?, sequence.flatten())
    } else if independent_rounds {
        let whole: u64 = counts.iter().map(|(_, whole)| whole).sum();
        (part as f64 / whole as f64, wilson(part, whole, confidence))
    } else {
        // A dispersion that a rule declares for whole cycles does not hold in the middle of one.
        let moments = moments(counts);
        // Few large payments at random leave no t interval that holds.
        let random = metric == "income_share" && context.experiment.world.protocol.reward.thing.is_random();
        (moments.mean()?, moments.interval(confidence).filter(|_| !random))
    };
    let several = shares.len() > 1;
    let at = |probability| if several { quantile(&shares, probability) } else { None };
    Some(TimelineRow {
        round,
        metric: metric.to_owned(),
        subject: subject.to_owned(),
        mean,
        low: interval.map(|interval| interval.low.max(0.0)),
        high: interval.map(|interval| interval.high.min(1.0)),
        q05: at(0.05),
        q25: at(0.25),
        q50: at(0.50),
        q75: at(0.75),
        q95: at(0.95),
        law_q05: None,
        law_q95: None,
    })
}

fn moments(counts: &[(u64, u64)]) -> Moments {
    let mut moments = Moments { trials: 0, sum: 0, squares: 0, scale: SHARE_SCALE as f64 };
    for &(part, whole) in counts.iter().filter(|(_, whole)| *whole > 0) {
        let share = fixed_share(part, whole);
        moments.trials += 1;
        moments.sum += i128::from(share);
        moments.squares += u128::from(share) * u128::from(share);
    }
    moments
}
