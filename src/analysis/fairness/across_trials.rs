//! What single chains do: the measures of the literature, over the trials, for each followed
//! validator.

use super::row::{alpha, blank, counted};
use crate::analysis::AnalysisContext;
use crate::analysis::rows::FairnessRow;
use crate::law::{limiting_share, limiting_unfair_probability};
use crate::simulation::SHARE_SCALE;
use crate::statistics::{
    equitability, first_robust, holm, kolmogorov_smirnov, robust_fairness, within_margin,
};
use statrs::statistics::Distribution;

/// Into how many cells of about equal probability trials are sorted to hold them against the law.
const LAW_CELLS: u32 = 20;

/// Trials up to which they are: the exact law of the distance takes more than their number.
const MOST_TRIALS: usize = 20_000;

/// Expectational fairness, robust fairness, equitability, and the laws where they are known.
pub fn rows(context: &AnalysisContext) -> Vec<FairnessRow> {
    [
        expectation_rows(context),
        robust_rows(context),
        equitability_rows(context),
        limit_rows(context),
        distance_rows(context),
    ]
    .concat()
}

fn name<'a>(context: &'a AnalysisContext, validator: usize) -> &'a str {
    &context.experiment.world.names[validator]
}

/// Expectational fairness: whether the mean win share of trials is the share of stake.
fn expectation_rows(context: &AnalysisContext) -> Vec<FairnessRow> {
    let mut rows = Vec::new();
    let mut p_values = Vec::new();
    for (_, validator) in context.followed() {
        let (moments, share) = (context.moments(validator), context.stake_shares[validator]);
        let (interval, method) = match context.stopping {
            Some(_) => (context.interval(validator, context.settings.confidence), "confidence sequence"),
            None => (
                moments.interval(context.settings.confidence),
                "Student's t interval over the trials, none where all are alike",
            ),
        };
        p_values.push(moments.p_value(share).filter(|_| context.stopping.is_none()));
        rows.push(FairnessRow {
            value: moments.mean(),
            low: interval.map(|interval| interval.low.max(0.0)),
            high: interval.map(|interval| interval.high.min(1.0)),
            reference: Some(share),
            ..blank(
                "mean_win_share",
                name(context, validator),
                format!(
                    "expectational fairness: mean of the trials' win shares against the share of stake; {method}"
                ),
            )
        });
    }
    for ((_, validator), p) in context.followed().zip(holm(&p_values)) {
        let Some(p) = p else { continue };
        rows.push(FairnessRow {
            value: Some(p),
            reference: Some(alpha(context)),
            verdict: if p < alpha(context) { "rejected" } else { "not rejected" }.to_owned(),
            ..blank(
                "mean_win_share_p",
                name(context, validator),
                "null hypothesis: the expected win share is the share of stake; Student's t over the trials, corrected for the validators followed (Holm)",
            )
        });
    }
    rows
}

/// (epsilon, delta)-robust fairness: how often a trial ends outside the tolerance, and from which
/// round on that is rare.
fn robust_rows(context: &AnalysisContext) -> Vec<FairnessRow> {
    let settings = context.settings;
    let mut rows = Vec::new();
    for (place, validator) in context.followed() {
        let share = context.stake_shares[validator];
        let mut outside = 0;
        let mut trials = 0;
        for record in &context.results.records {
            let selections = record.counters.rounds - record.counters.empty;
            if selections > 0 {
                trials += 1;
                let fair = within_margin(record.followed[place].wins, selections, share, settings.tolerance);
                outside += u64::from(!fair);
            }
        }
        let robust = robust_fairness(outside, trials, settings.delta, settings.confidence);
        let (interval, method) = match context.stopping {
            Some(stopping) => {
                let level = stopping.confidence().max(settings.confidence);
                (stopping.unfair_probability(place, level), "confidence sequence")
            }
            None => (robust.map(|robust| robust.interval), "exact interval (Clopper-Pearson)"),
        };
        let verdict = match interval {
            Some(interval) if interval.high <= settings.delta => "robust",
            Some(interval) if interval.low > settings.delta => "not robust",
            _ => "inconclusive",
        };
        rows.push(FairnessRow {
            value: robust.map(|robust| robust.unfair),
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
            reference: Some(settings.delta),
            verdict: verdict.to_owned(),
            ..blank(
                "unfair_probability",
                name(context, validator),
                format!(
                    "share of {} that end with a win share more than {} of the stake share away from it; {method}",
                    counted(trials, "trial"),
                    settings.tolerance
                ),
            )
        });
        rows.extend(unfair_by_law(context, validator, context.selections_each).map(|unfair| FairnessRow {
            value: Some(unfair),
            reference: Some(settings.delta),
            ..blank(
                "unfair_probability_by_law",
                name(context, validator),
                "the same probability computed from the exact law of the wins, not estimated",
            )
        }));
        rows.push(robust_from(context, place, validator));
    }
    rows
}

/// The probability of a share of wins outside the tolerance after so many selections.
fn unfair_by_law(context: &AnalysisContext, validator: usize, selections: Option<u64>) -> Option<f64> {
    context
        .win_law(validator, selections?)?
        .unfair_probability(context.stake_shares[validator], context.settings.tolerance)
}

/// The first checkpoint from which on at most delta of the trials are unfair.
fn robust_from(context: &AnalysisContext, place: usize, validator: usize) -> FairnessRow {
    let settings = context.settings;
    let records = &context.results.records;
    let share = context.stake_shares[validator];
    let rounds = context.experiment.marks();
    let unfair_after = |point: usize| {
        let unfair = records.iter().filter(|record| {
            let mark = record.marks.mark(point);
            mark.selections == 0
                || !within_margin(mark.wins[place], mark.selections, share, settings.tolerance)
        });
        unfair.count() as u64
    };
    let seen: Vec<(u64, u64)> =
        rounds.iter().enumerate().map(|(point, &round)| (round, unfair_after(point))).collect();
    let law = || {
        // Every round of every trial selected somebody, so rounds are selections.
        context.selections_each.filter(|&selections| selections == context.experiment.rounds)?;
        let robust = |&&round: &&u64| {
            unfair_by_law(context, validator, Some(round)).is_some_and(|unfair| unfair <= settings.delta)
        };
        rounds.iter().rev().take_while(robust).last().copied()
    };
    FairnessRow {
        value: first_robust(&seen, records.len() as u64, settings.delta).map(|round| round as f64),
        reference: law().map(|round| round as f64),
        ..blank(
            "robust_from_round",
            name(context, validator),
            format!(
                "the first checkpoint from which on at most {} of the trials have a win share outside the tolerance, an estimate without interval; \
                 the reference is the same by the exact law of the wins; empty where no checkpoint is, or no law is known",
                settings.delta
            ),
        )
    }
}

/// How far final shares of stake scatter, where stakes moved.
fn equitability_rows(context: &AnalysisContext) -> Vec<FairnessRow> {
    if !context.results.totals.stakes_moved {
        return Vec::new();
    }
    let by_law = context.schedule_variance();
    context
        .followed()
        .map(|(place, validator)| {
            let shares: Vec<f64> = final_shares(context, place).collect();
            let seen = equitability(&shares, context.stake_shares[validator], context.settings.confidence);
            let interval = seen.and_then(|seen| seen.interval).filter(|_| context.stopping.is_none());
            FairnessRow {
                value: seen.map(|seen| seen.value),
                low: interval.map(|interval| interval.low),
                high: interval.map(|interval| interval.high),
                reference: by_law,
                ..blank(
                    "equitability",
                    name(context, validator),
                    "variance of the final share of stake over trials, over a(1 - a) for a share a at genesis: 0 if all chains end alike, 1 if one takes all; \
                     Bonett's interval; the reference is exact, for draws by current stake and rewards known beforehand; four trials at least",
                )
            }
        })
        .collect()
}

/// Share of all tokens of a followed validator at the end of each trial that has tokens left.
fn final_shares(context: &AnalysisContext, place: usize) -> impl Iterator<Item = f64> {
    context
        .results
        .records
        .iter()
        .filter(|record| record.supply.stakes > 0)
        .map(move |record| record.followed[place].stake_share as f64 / SHARE_SCALE as f64)
}

/// Where shares of stake end if the chains go on for ever: a Beta law.
fn limit_rows(context: &AnalysisContext) -> Vec<FairnessRow> {
    let Some(reward) = context.relative_reward() else { return Vec::new() };
    let settings = context.settings;
    let mut rows = Vec::new();
    for (_, validator) in context.followed() {
        let share = context.stake_shares[validator];
        let Some(law) = limiting_share(share, reward) else { continue };
        rows.push(FairnessRow {
            value: law.std_dev(),
            ..blank(
                "limit_share_sd",
                name(context, validator),
                "exact: standard deviation of the share of stake after infinitely many rounds, whose law is Beta with tokens over reward as parameters",
            )
        });
        rows.push(FairnessRow {
            value: limiting_unfair_probability(share, reward, settings.tolerance),
            reference: Some(settings.delta),
            ..blank(
                "limit_unfair_probability",
                name(context, validator),
                "exact: the unfair probability after infinitely many rounds, by the same law",
            )
        });
    }
    rows
}

/// How far the trials' wins are from their exact law, as a whole and not only in the mean.
fn distance_rows(context: &AnalysisContext) -> Vec<FairnessRow> {
    let records = &context.results.records;
    if records.len() > MOST_TRIALS || records.len() < 2 || context.stopping.is_some() {
        return Vec::new();
    }
    let Some(selections) = context.selections_each else { return Vec::new() };
    let mut rows = Vec::new();
    let mut validators = Vec::new();
    let mut p_values = Vec::new();
    for (place, validator) in context.followed() {
        let Some(law) = context.win_law(validator, selections) else { continue };
        let wins: Vec<u64> = records.iter().map(|record| record.followed[place].wins).collect();
        let (counts, shares) = law.cells(&wins, LAW_CELLS);
        let Some(test) = kolmogorov_smirnov(&counts, &shares) else { continue };
        validators.push(validator);
        p_values.push(Some(test.p_value));
        rows.push(FairnessRow {
            value: Some(test.statistic),
            ..blank(
                "ks_statistic",
                name(context, validator),
                format!(
                    "largest distance between the distribution functions of the trials' wins and of their exact law, at the ends of up to {LAW_CELLS} cells that are about equally likely"
                ),
            )
        });
    }
    for (validator, p) in validators.into_iter().zip(holm(&p_values)) {
        let Some(p) = p else { continue };
        rows.push(FairnessRow {
            value: Some(p),
            reference: Some(alpha(context)),
            verdict: if p < alpha(context) { "rejected" } else { "not rejected" }.to_owned(),
            ..blank(
                "ks_p",
                name(context, validator),
                "null hypothesis: the wins of the trials have their exact law; Kolmogorov and Smirnov's test, exact for these cells; corrected for the validators followed (Holm)",
            )
        });
    }
    rows
}
