//! What the run says of incomes: verdict, risk, returns by size, concentration.

use crate::analysis::income_rows::moments;
use crate::analysis::rows::{Decision, Metric, Statement};
use crate::analysis::{AnalysisContext, IncomeVerdict};
use crate::forging::PartyKind;
use crate::simulation::{SHARE_SCALE, TrialRecord};
use crate::statistics::concentration::{Holdings, gini, herfindahl};
use crate::statistics::{Interval, Moments, Verdict, wilson};

/// Student's t of a return needs so many trials.
const FEWEST_TRIALS: u64 = 10;
/// Deciles need as many validators.
const DECILES: usize = 10;

/// The verdict on income, its risk, and the return on stake by size.
pub fn rows(context: &AnalysisContext, income: &IncomeVerdict) -> Vec<Statement> {
    let mut rows = Vec::new();
    if let Some(expectation) = &income.expectation {
        rows.push(Statement {
            value: expectation.bound,
            null_value: Some(expectation.tolerance),
            decision: Some(match expectation.verdict {
                Verdict::Fair => Decision::Fair,
                Verdict::Unfair => Decision::Unfair,
                Verdict::Inconclusive => Decision::Inconclusive,
            }),
            ..Statement::new(Metric::IncomeToStake, "all", income.sentence())
        });
    }
    if let Some(risk) = &income.risk {
        rows.push(Statement {
            value: Some(risk.probability),
            low: risk.interval.map(|interval| interval.low),
            high: risk.interval.map(|interval| interval.high),
            null_value: Some(risk.delta),
            method: match (risk.interval, context.stopping) {
                (None, _) => "exact",
                (Some(_), Some(_)) => "confidence sequence",
                (Some(_), None) => "Wilson's interval",
            }
            .to_owned(),
            ..Statement::new(Metric::IncomeRisk, &risk.worst, risk.sentence())
        });
    }
    rows.extend(deciles(context));
    let incomes = Incomes::new(context);
    rows.extend(incomes.as_ref().and_then(|incomes| keep_distance(context, incomes)));
    rows.extend(incomes.iter().flat_map(|incomes| chains(context, incomes)));
    rows
}

/// The incomes of all validators, trial by trial.
struct Incomes<'a> {
    context: &'a AnalysisContext<'a>,
}

impl<'a> Incomes<'a> {
    /// `None` where not everybody's was written down.
    fn new(context: &'a AnalysisContext<'a>) -> Option<Self> {
        let parties = &context.experiment.world.parties;
        let validators = parties.iter().filter(|party| party.kind == PartyKind::Validator).count();
        let told = |record: &TrialRecord| record.incomes.each.len() >= validators;
        let all = validators == context.validators() && context.results.records.iter().all(told);
        all.then_some(Incomes { context })
    }

    /// Of each trial the incomes of all validators, in their order: they come first among the parties.
    fn trials(&self) -> impl Iterator<Item = &'a [i64]> + use<'a> {
        let validators = self.context.validators();
        self.context.results.records.iter().map(move |record| &record.incomes.each[..validators])
    }
}

/// Those with stake, from the smallest to the largest.
fn by_size(context: &AnalysisContext) -> Vec<usize> {
    let stakes = &context.experiment.world.stakes;
    let mut order: Vec<usize> = (0..stakes.len()).filter(|&who| stakes[who] > 0).collect();
    order.sort_by_key(|&who| (stakes[who], who));
    order
}

/// How often the income of the largest tenth of the validators over that of the smallest tenth is the
/// ratio of their stakes, within the tolerance.
fn keep_distance(context: &AnalysisContext, incomes: &Incomes) -> Option<Statement> {
    let stakes = &context.experiment.world.stakes;
    let order = by_size(context);
    if order.len() < 2 || context.stopping.is_some() {
        return None;
    }
    let tenth = order.len().div_ceil(DECILES).min(order.len() / 2);
    let (small, large) = (&order[..tenth], &order[order.len() - tenth..]);
    let staked = |who: &[usize]| who.iter().map(|&who| stakes[who] as f64).sum::<f64>();
    let due = staked(large) / staked(small);
    if stakes[order[0]] == stakes[order[order.len() - 1]] {
        return None;
    }
    let earned =
        |each: &[i64], who: &[usize]| who.iter().map(|&who| i128::from(each[who])).sum::<i128>() as f64;
    let (mut trials, mut kept) = (0, 0);
    for each in incomes.trials() {
        let (little, much) = (earned(each, small), earned(each, large));
        trials += 1;
        let off = (much - due * little).abs();
        kept += u64::from(little > 0.0 && off <= context.settings.tolerance * due * little);
    }
    let interval = wilson(kept, trials, context.settings.confidence);
    Some(Statement {
        value: (trials > 0).then(|| kept as f64 / trials as f64),
        low: interval.map(|interval| interval.low),
        high: interval.map(|interval| interval.high),
        method: "Wilson's interval".to_owned(),
        ..Statement::new(
            Metric::SizesKeepDistance,
            "all",
            "the share of trials in which what the largest tenth of the validators earn over what the smallest tenth earn is the ratio of their stakes, within the tolerance",
        )
    })
}

/// How concentrated the incomes of single trials are, where they are not those of the wins.
fn chains(context: &AnalysisContext, incomes: &Incomes) -> Vec<Statement> {
    if context.income_follows_wins() {
        return Vec::new();
    }
    let stakes: Vec<u128> = context.experiment.world.stakes.iter().map(|&stake| stake.into()).collect();
    let mean = |metric, index: fn(&Holdings) -> Option<f64>| {
        let of = |each: &[i64]| {
            let holdings: Option<Vec<u128>> = each.iter().map(|&income| income.try_into().ok()).collect();
            Some((index(&Holdings::of(&holdings?))? * SHARE_SCALE as f64) as i64)
        };
        let all: Option<Vec<i64>> = incomes.trials().map(of).collect();
        let moments = Moments { scale: SHARE_SCALE as f64, ..moments(all?.into_iter()) };
        let interval = moments.interval(context.settings.confidence).filter(|_| context.stopping.is_none());
        Some(Statement {
            value: moments.mean(),
            se: moments.standard_error().filter(|error| *error > 0.0),
            low: interval.map(|interval| interval.low.max(0.0)),
            high: interval.map(|interval| interval.high.min(1.0)),
            null_value: index(&Holdings::of(&stakes)),
            method: "Student's t over the trials".to_owned(),
            ..Statement::new(
                metric,
                "income",
                "mean over the trials of the index of what the validators earn in one; null_value is that of their stakes, which incomes exceed by chance alone",
            )
        })
    };
    [mean(Metric::ChainHerfindahl, herfindahl), mean(Metric::ChainGini, gini)].into_iter().flatten().collect()
}

/// Coins earned in a trial for each coin of stake, by tenths of the validators from the smallest on.
fn deciles(context: &AnalysisContext) -> Vec<Statement> {
    let world = &context.experiment.world;
    let totals = &context.results.totals;
    let earned: u128 = totals.validators.iter().map(|totals| totals.reward).sum();
    let order = by_size(context);
    if order.len() < DECILES || earned == 0 || totals.trials == 0 {
        return Vec::new();
    }
    let incomes = Incomes::new(context);
    // Few large payments at random leave no t interval that holds, and neither do few trials.
    let settled = context.stopping.is_none()
        && !world.protocol.reward.thing.is_random()
        && totals.trials >= FEWEST_TRIALS;
    (0..DECILES)
        .map(|decile| {
            let tenth = &order[decile * order.len() / DECILES..(decile + 1) * order.len() / DECILES];
            let coins: u128 = tenth.iter().map(|&who| totals.validators[who].reward).sum();
            let stake: u128 = tenth.iter().map(|&who| u128::from(world.stakes[who])).sum();
            let all = earned as f64 / totals.trials as f64 / context.genesis_stake();
            let each = |each: &[i64]| {
                tenth.iter().fold(0, |sum: i64, &who| sum.saturating_add(each[who]))
            };
            let moments = incomes
                .as_ref()
                .map(|incomes| Moments { scale: stake as f64, ..moments(incomes.trials().map(each)) });
            let interval: Option<Interval> = moments
                .and_then(|moments| moments.interval(context.settings.confidence))
                .filter(|_| settled);
            Statement {
                value: Some(coins as f64 / totals.trials as f64 / stake as f64),
                se: moments.and_then(|moments| moments.standard_error()).filter(|error| *error > 0.0),
                low: interval.map(|interval| interval.low),
                high: interval.map(|interval| interval.high),
                null_value: Some(all),
                method: if interval.is_some() { "Student's t over the trials" } else { "" }.to_owned(),
                ..Statement::new(
                    Metric::ReturnByDecile,
                    &(decile + 1).to_string(),
                    "coins earned in a trial for each coin of stake, by tenths of the validators in the order of their stakes; held against that of all together",
                )
            }
        })
        .collect()
}
