//! What single chains do: the measures of the literature, over the trials, for each followed
//! validator.

use crate::analysis::AnalysisContext;
use crate::analysis::rows::{Decision, Family, Metric, Statement};
use crate::law::{limiting_share, limiting_unfair_probability};
use crate::simulation::SHARE_SCALE;
use crate::statistics::wording::counted;
use crate::statistics::{
    equitability, first_robust, kolmogorov_smirnov, least_trials, robust_fairness, within_margin,
};
use statrs::statistics::Distribution;

/// Into how many cells of about equal probability trials are sorted to hold them against the law.
const LAW_CELLS: u32 = 20;

/// Trials up to which they are: the exact law of the distance takes more than their number.
const MOST_TRIALS: usize = 20_000;

/// Expectational fairness, robust fairness, equitability, and the laws where they are known.
pub fn rows(context: &AnalysisContext) -> Vec<Statement> {
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
pub fn expectation_rows(context: &AnalysisContext) -> Vec<Statement> {
    let row = |(_, validator): (usize, usize)| {
        let (moments, share) = (context.moments(validator), context.stake_shares[validator]);
        let enough = least_trials(&moments).is_some_and(|least| least <= moments.trials);
        let (interval, method) = match context.stopping {
            Some(_) => (context.interval(validator, context.settings.confidence), "confidence sequence"),
            None => (
                moments.interval(context.settings.confidence).filter(|_| enough),
                "Student's t over the trials",
            ),
        };
        let p = moments.p_value(share).filter(|_| context.stopping.is_none() && enough);
        Statement {
            value: moments.mean(),
            se: moments.standard_error().filter(|error| *error > 0.0),
            low: interval.map(|interval| interval.low.max(0.0)),
            high: interval.map(|interval| interval.high.min(1.0)),
            null_value: Some(share),
            p,
            family: p.map(|_| Family::Exploratory),
            method: method.to_owned(),
            ..Statement::new(
                Metric::MeanWinShare,
                name(context, validator),
                "expectational fairness; null hypothesis: the expected win share of a trial is the share of stake; \
                 no interval and no test where all trials are alike, or where they vary too much for their number",
            )
        }
    };
    context.followed().map(row).collect()
}

/// (epsilon, delta)-robust fairness: how often a trial ends outside the tolerance, and from which
/// round on that is rare.
pub fn robust_rows(context: &AnalysisContext) -> Vec<Statement> {
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
        let decision = match interval {
            Some(interval) if interval.high <= settings.delta => Decision::Robust,
            Some(interval) if interval.low > settings.delta => Decision::NotRobust,
            _ => Decision::Inconclusive,
        };
        let unfair = robust.map(|robust| robust.unfair);
        rows.push(Statement {
            value: unfair,
            se: unfair.map(|unfair| (unfair * (1.0 - unfair) / trials as f64).sqrt()),
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
            null_value: Some(settings.delta),
            decision: Some(decision),
            method: method.to_owned(),
            ..Statement::new(
                Metric::UnfairProbability,
                name(context, validator),
                format!(
                    "share of {} that end with a win share more than {} of the stake share away from it; null_value is delta",
                    counted(trials, "trial"),
                    settings.tolerance
                ),
            )
        });
        rows.extend(unfair_by_law(context, validator, context.selections_each).map(|unfair| Statement {
            value: Some(unfair),
            null_value: Some(settings.delta),
            method: "exact".to_owned(),
            ..Statement::new(
                Metric::UnfairProbabilityByLaw,
                name(context, validator),
                "the same probability computed from the exact distribution of the wins",
            )
        }));
        rows.push(robust_from(context, place, validator));
    }
    rows
}

/// The probability of a share of wins outside the tolerance after so many selections.
fn unfair_by_law(context: &AnalysisContext, validator: usize, selections: Option<u64>) -> Option<f64> {
    // What a rigged rule states is not what its wins are distributed by.
    if context.experiment.world.rule.thing.is_rigged() {
        return None;
    }
    context
        .win_law(validator, selections?)?
        .unfair_probability(context.stake_shares[validator], context.settings.tolerance)
}

/// The first checkpoint from which on at most delta of the trials are unfair.
fn robust_from(context: &AnalysisContext, place: usize, validator: usize) -> Statement {
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
    Statement {
        value: first_robust(&seen, records.len() as u64, settings.delta).map(|round| round as f64),
        null_value: law().map(|round| round as f64),
        ..Statement::new(
            Metric::RobustFromRound,
            name(context, validator),
            format!(
                "the first checkpoint from which on at most {} of the trials have a win share outside the tolerance, an estimate without interval; \
                 null_value is the same by the exact distribution of the wins",
                settings.delta
            ),
        )
    }
}

/// How far final shares of stake vary, where stakes moved.
pub fn equitability_rows(context: &AnalysisContext) -> Vec<Statement> {
    if !context.results.totals.stakes_moved {
        return Vec::new();
    }
    let by_law = context.normalised_variance();
    context
        .followed()
        .map(|(place, validator)| {
            let shares: Vec<f64> = final_shares(context, place).collect();
            let seen = equitability(&shares, context.stake_shares[validator], context.settings.confidence);
            let interval = seen.and_then(|seen| seen.interval).filter(|_| context.stopping.is_none());
            Statement {
                value: seen.map(|seen| seen.value),
                low: interval.map(|interval| interval.low),
                high: interval.map(|interval| interval.high),
                null_value: by_law,
                method: "Bonett's interval of a variance".to_owned(),
                ..Statement::new(
                    Metric::Equitability,
                    name(context, validator),
                    "variance of the final share of stake over trials, over a(1 - a) for a share a at genesis: 0 if all chains end alike, 1 if one takes all; \
                     null_value is exact, for draws by current stake and rewards known beforehand, and for C-PoS; four trials at least",
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
pub fn limit_rows(context: &AnalysisContext) -> Vec<Statement> {
    let Some(reward) = context.urn_reward else { return Vec::new() };
    let settings = context.settings;
    let mut rows = Vec::new();
    for (_, validator) in context.followed() {
        let share = context.stake_shares[validator];
        let Some(law) = limiting_share(share, reward) else { continue };
        rows.push(Statement {
            value: law.std_dev(),
            method: "exact".to_owned(),
            ..Statement::new(
                Metric::LimitShareSd,
                name(context, validator),
                "standard deviation of the share of stake after infinitely many rounds, whose distribution is Beta with tokens over reward as parameters",
            )
        });
        rows.push(Statement {
            value: limiting_unfair_probability(share, reward, settings.tolerance),
            null_value: Some(settings.delta),
            method: "exact".to_owned(),
            ..Statement::new(
                Metric::LimitUnfairProbability,
                name(context, validator),
                "the unfair probability after infinitely many rounds, by the same distribution",
            )
        });
    }
    rows
}

/// How far the trials' wins are from their exact law, as a whole and not only in the mean.
pub fn distance_rows(context: &AnalysisContext) -> Vec<Statement> {
    let records = &context.results.records;
    if records.len() > MOST_TRIALS || records.len() < 2 || context.stopping.is_some() {
        return Vec::new();
    }
    let Some(selections) = context.selections_each else { return Vec::new() };
    let row = |(place, validator): (usize, usize)| {
        let law = context.win_law(validator, selections)?;
        let wins: Vec<u64> = records.iter().map(|record| record.followed[place].wins).collect();
        let (counts, shares) = law.cells(&wins, LAW_CELLS);
        let test = kolmogorov_smirnov(&counts, &shares)?;
        Some(Statement {
            value: Some(test.statistic),
            statistic: Some(test.statistic),
            p: Some(test.p_value),
            family: Some(Family::Exploratory),
            method: "Kolmogorov and Smirnov's test, exact for these cells".to_owned(),
            ..Statement::new(
                Metric::KsStatistic,
                name(context, validator),
                format!(
                    "largest distance between the distribution functions of the trials' wins and of their exact distribution, at the ends of up to {LAW_CELLS} cells \
                     that are about equally likely; null hypothesis: the wins have that distribution"
                ),
            )
        })
    };
    context.followed().filter_map(row).collect()
}
