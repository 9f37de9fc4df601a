//! The rows of `incomes.csv`.

use super::context::AnalysisContext;
use super::income_law::{IncomeLaw, IncomeLaws, income_laws};
use super::memoise::memoise;
use crate::analysis::rows::IncomeRow;
use crate::forging::Party;
use crate::simulation::{SHARE_SCALE, fixed_share};
use crate::statistics::{BoundedMean, Interval, Moments, quantile, wilson};
use rayon::prelude::*;

/// One row for each party, in the order of the world; none where incomes were not written down.
pub fn rows(context: &AnalysisContext) -> Vec<IncomeRow> {
    let parties = &context.experiment.world.parties;
    let records = &context.results.records;
    let told = |place: usize| records.iter().all(|record| record.incomes.each.len() > place);
    if records.is_empty() || parties.is_empty() || !told(parties.len() - 1) {
        return Vec::new();
    }
    let laws = income_laws(context);
    let figures = law_figures(context, &laws);
    let all = records.iter().map(|record| i128::from(record.incomes.all)).sum::<i128>();
    let delegations = &context.experiment.world.protocol.pools.delegations;
    let pool_wins = delegations.iter().map(|pool| context.totals(pool.validator as usize).wins).min();
    let of_all = OfAll { income: all as f64, pool_wins: pool_wins.unwrap_or(0) };
    let row = |(place, (party, figures)): (usize, (&Party, &LawFigures))| {
        let known = LawOf { law: laws.of(place), figures };
        (!context.is_stopped()).then(|| row(context, place, party, known, &of_all))
    };
    parties.par_iter().zip(&figures).enumerate().map(row).collect::<Option<_>>().unwrap_or_default()
}

/// The quantiles of which a row has the exact values.
const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// What a law says of a party: some searches in its distribution each.
#[derive(Clone, Copy, Default)]
struct LawFigures {
    quantiles: [Option<f64>; 5],
    below_half: Option<f64>,
    below: Option<f64>,
}

/// What is asked of all parties together, once for all rows.
struct OfAll {
    /// What all validators earned, in all trials.
    income: f64,
    /// The fewest wins of a validator that earns for others too.
    pool_wins: u64,
}

/// A party's law, and what it says.
struct LawOf<'a> {
    law: Option<&'a IncomeLaw>,
    figures: &'a LawFigures,
}

/// The figures of all parties: worked out once for all that have the same law and deserve the same.
fn law_figures(context: &AnalysisContext, laws: &IncomeLaws) -> Vec<LawFigures> {
    let parties = &context.experiment.world.parties;
    let expected = |place: usize| deserved_by_law(context, &parties[place], laws.of(place));
    memoise(
        parties.len(),
        |place| (laws.number(place), expected(place).map(f64::to_bits)),
        |place| {
            let Some(law) = laws.of(place).filter(|_| !context.is_stopped()) else {
                return LawFigures::default();
            };
            // Who deserves nothing cannot earn less than a part of it.
            let below = |part: f64| law.below(part * expected(place).filter(|&coins| coins > 0.0)?);
            LawFigures {
                quantiles: QUANTILES.map(|probability| law.quantile(probability)),
                below_half: below(0.5),
                below: below(context.settings.income_below),
            }
        },
    )
}

/// What a party's stake deserves of what all are expected to earn in a trial, as far as its law says that.
fn deserved_by_law(context: &AnalysisContext, party: &Party, law: Option<&IncomeLaw>) -> Option<f64> {
    Some(stake_share(context, party) * law?.of_all)
}

fn stake_share(context: &AnalysisContext, party: &Party) -> f64 {
    party.stake / context.genesis_stake().max(1.0)
}

fn row(
    context: &AnalysisContext,
    place: usize,
    party: &Party,
    LawOf { law, figures }: LawOf,
    of_all: &OfAll,
) -> IncomeRow {
    let all = of_all.income;
    let records = &context.results.records;
    let trials = records.len() as u64;
    let mut incomes: Vec<f64> = records.iter().map(|record| record.incomes.each[place] as f64).collect();
    incomes.sort_unstable_by(f64::total_cmp);
    let moments = moments(records.iter().map(|record| record.incomes.each[place]));
    let mean = moments.mean();
    let rounds = context.experiment.rounds as f64;
    let per_round = |mean: f64| (party.stake > 0.0).then(|| mean / party.stake / rounds);
    let year = context.experiment.rounds_per_year.map(|rounds| rounds as f64);
    let at = |probability| quantile(&incomes, probability);
    let [q05_exact, q25_exact, median_exact, q75_exact, q95_exact] = figures.quantiles;
    let ratio = |median: Option<f64>, mean: Option<f64>| Some(median? / mean.filter(|&mean| mean > 0.0)?);
    // What its stake deserves of what all are expected to earn, as far as that is known.
    let stake_share = stake_share(context, party);
    let deserved = deserved_by_law(context, party, law).unwrap_or(stake_share * (all / trials as f64));
    let deserves = deserved > 0.0;
    let below = |part: f64| incomes.partition_point(|&income| income < part * deserved - 1e-9) as u64;
    let share_below = |part: f64| deserves.then(|| below(part) as f64 / trials as f64);
    let confidence = context.settings.confidence;
    let interval: Option<Interval> =
        if deserves { probability_interval(context, below(0.5), trials, confidence) } else { None };
    let certain = law.is_some_and(|law| law.sd == Some(0.0));
    let share = if certain { None } else { share_interval(context, place, party, of_all.pool_wins) };
    let source = |source: usize| {
        let sums = context.results.totals.incomes.get(place)?;
        Some(sums[source] as f64 / trials as f64)
    };
    let law_mean = law.map(|law| law.mean);
    IncomeRow {
        kind: party.kind.name().to_owned(),
        name: party.name.clone(),
        stake: party.stake,
        stake_share,
        mean,
        mean_exact: law_mean,
        sd: moments.variance().map(f64::sqrt),
        sd_exact: law.and_then(|law| law.sd),
        se: moments.standard_error(),
        q05: at(0.05),
        q05_exact,
        q25: at(0.25),
        q25_exact,
        median: at(0.5),
        median_exact,
        q75: at(0.75),
        q75_exact,
        q95: at(0.95),
        q95_exact,
        share: (all > 0.0).then(|| mean.unwrap_or(0.0) * trials as f64 / all),
        share_low: share.map(|share| share.low),
        share_high: share.map(|share| share.high),
        share_exact: law.and_then(|law| law.share),
        return_per_round: mean.and_then(per_round),
        return_per_round_exact: law_mean.and_then(per_round),
        return_per_year: year.zip(mean.and_then(per_round)).map(|(year, each)| year * each),
        return_per_year_exact: year.zip(law_mean.and_then(per_round)).map(|(year, each)| year * each),
        median_over_mean: ratio(at(0.5), mean),
        median_over_mean_exact: ratio(median_exact, law_mean),
        p_below_half: share_below(0.5),
        p_below_half_low: interval.map(|interval| interval.low),
        p_below_half_high: interval.map(|interval| interval.high),
        p_below_half_exact: figures.below_half,
        p_below: share_below(context.settings.income_below),
        p_below_exact: figures.below,
        block: source(0),
        attestation: source(1),
        stake_reward: source(2),
        fees: source(3),
        extra: source(4),
        penalties: source(5),
        exact_by: law.map_or(String::new(), |law| law.by.to_owned()),
    }
}

/// The interval of the probability of something that happened in so many of the trials: Wilson's; where the
/// number of trials hung on what they showed, that of a sequence.
pub(super) fn probability_interval(
    context: &AnalysisContext,
    times: u64,
    trials: u64,
    confidence: f64,
) -> Option<Interval> {
    match context.stopping {
        Some(stopping) => stopping.of_trials(times, trials, confidence),
        None => wilson(times, trials, confidence),
    }
}

/// Sums around the first income, so that squares stay small.
pub(super) fn moments(incomes: impl Iterator<Item = i64>) -> Moments {
    let (mut sum, mut squares, mut trials) = (0i128, 0u128, 0);
    let mut fits = true;
    for income in incomes {
        let income = i128::from(income);
        sum += income;
        match squares.checked_add(income.unsigned_abs().pow(2)) {
            Some(more) => squares = more,
            None => fits = false,
        }
        trials += 1;
    }
    // Sums that do not fit contradict each other, and the variance is then none.
    Moments { trials, sum, squares: if fits { squares } else { 0 }, scale: 1.0 }
}

/// The interval of the mean share of what all validators earn in a trial; none where an income was
/// negative.
fn share_interval(
    context: &AnalysisContext,
    place: usize,
    party: &Party,
    pool_wins: u64,
) -> Option<Interval> {
    let (mut trials, mut sum, mut squares) = (0, 0i128, 0u128);
    for incomes in context.results.records.iter().map(|record| &record.incomes) {
        if incomes.all > 0 {
            let mine = u64::try_from(incomes.each[place]).ok().filter(|&mine| mine <= incomes.all as u64)?;
            let share = u128::from(fixed_share(mine, incomes.all as u64));
            trials += 1;
            sum += share as i128;
            squares += share * share;
        }
    }
    let shares = Moments { trials, sum, squares, scale: SHARE_SCALE as f64 };
    let wins: u64 = match party.account {
        None => party.validators.iter().map(|who| context.totals(who.index()).wins).sum(),
        Some(_) => pool_wins,
    };
    let guess = party.stake / context.genesis_stake().max(1.0);
    let confidence = context.settings.confidence;
    mean_share_interval(context, &shares, wins, guess, (confidence, confidence))
}

/// The interval of a validator's mean share of rewards, from the sums over all trials. Those with the same
/// `shortest_at` lie in each other, the smaller the confidence the further inside.
pub fn reward_share_interval(
    context: &AnalysisContext,
    validator: usize,
    confidence: f64,
    shortest_at: f64,
) -> Option<Interval> {
    let totals = context.totals(validator);
    let shares = Moments {
        trials: context.results.totals.trials_with_rewards,
        sum: totals.reward_share as i128,
        squares: totals.reward_share_squared,
        scale: SHARE_SCALE as f64,
    };
    let guess = context.stake_shares[validator];
    mean_share_interval(context, &shares, totals.wins, guess, (confidence, shortest_at))
}

/// Fewer trials than these have no Student's t,
const FEWEST_TRIALS: u64 = 10;
/// and neither have fewer wins in a trial.
const FEWEST_WINS: u64 = 100;

/// The interval of a mean share of rewards. Student's t where shares are nearly normal: nothing of what
/// is paid is drawn at random, so that a share hangs on counts, and there are a hundred wins in a
/// trial and ten trials. Otherwise empirical Bernstein, which assumes nothing but that trials are
/// independent and shares lie between 0 and 1. As all values are compared with a guess made before the first
/// of them, it holds at any number of trials, also at one that hung on what they showed; Student's does not.
fn mean_share_interval(
    context: &AnalysisContext,
    shares: &Moments,
    wins: u64,
    guess: f64,
    (confidence, shortest_at): (f64, f64),
) -> Option<Interval> {
    let trials = shares.trials;
    let random = context.experiment.world.protocol.reward.thing.is_random();
    if !random
        && context.stopping.is_none()
        && trials >= FEWEST_TRIALS
        && wins >= FEWEST_WINS.saturating_mul(trials)
        && let Some(Interval { low, high }) = shares.interval(confidence)
    {
        return Some(Interval { low: low.clamp(0.0, 1.0), high: high.clamp(0.0, 1.0) });
    }
    let mut mean = BoundedMean::new(guess);
    let scale = shares.scale;
    mean.observe(trials, shares.sum as f64 / scale, shares.squares as f64 / scale / scale);
    mean.interval_tuned(confidence, shortest_at)
}

#[cfg(test)]
mod tests {
    use crate::analysis::analyse;
    use crate::scenario::load_text;
    use crate::simulation::{Control, Quiet, run};
    use std::path::Path;
    use std::sync::atomic::AtomicBool;

    /// Twelve trials of a thousand rounds, each of which pays ten coins: Student's interval over the shares of ten
    /// thousand coins, scipy.stats.t.isf(0.025, 11) = 2.2009851600916398.
    #[test]
    fn the_interval_of_a_mean_share_by_hand() {
        let text = "[run]\nseed = 7\nrounds = 1000\ntrials = 12\nengine = 'draws'\n[population]\n\
                    accounts = [{ name = 'a', balance = 20_000 }, { name = 'b', balance = 80_000 }]\n";
        let scenario = load_text(Path::new("test.toml"), text.to_owned(), &[]).unwrap();
        let control = Control { progress: &Quiet, stop: &AtomicBool::new(false) };
        let results = run(&scenario.experiment, 1, None, &control).unwrap();
        let rows = analyse(&scenario.experiment, &scenario.file.analysis, &results).tables.incomes;
        assert_eq!(rows.len(), 2);
        for row in rows {
            let (share, half) = (row.share.unwrap(), 2.2009851600916398 * row.se.unwrap() / 10_000.0);
            assert!(half > 0.005, "{half}");
            assert!((row.share_low.unwrap() - (share - half)).abs() < 1e-9, "{row:?}");
            assert!((row.share_high.unwrap() - (share + half)).abs() < 1e-9, "{row:?}");
        }
    }
}
