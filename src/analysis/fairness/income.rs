//! What the run says of incomes.

use crate::analysis::rows::{Decision, Metric, Statement};
use crate::analysis::{AnalysisContext, IncomeVerdict};
use crate::statistics::Verdict;

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
            method: if risk.interval.is_some() { "Wilson's interval" } else { "exact" }.to_owned(),
            ..Statement::new(Metric::IncomeRisk, &risk.worst, risk.sentence())
        });
    }
    rows.extend(deciles(context));
    rows
}

/// Coins earned in a trial for each coin of stake, by tenths of the validators from the smallest on.
fn deciles(context: &AnalysisContext) -> Vec<Statement> {
    let world = &context.experiment.world;
    let totals = &context.results.totals;
    let earned: u128 = totals.validators.iter().map(|totals| totals.reward).sum();
    let mut order: Vec<usize> = (0..totals.validators.len()).filter(|&who| world.stakes[who] > 0).collect();
    if order.len() < DECILES || earned == 0 || totals.trials == 0 {
        return Vec::new();
    }
    order.sort_by_key(|&who| (world.stakes[who], who));
    (0..DECILES)
        .map(|decile| {
            let tenth = &order[decile * order.len() / DECILES..(decile + 1) * order.len() / DECILES];
            let coins: u128 = tenth.iter().map(|&who| totals.validators[who].reward).sum();
            let stake: u128 = tenth.iter().map(|&who| u128::from(world.stakes[who])).sum();
            let all = earned as f64 / totals.trials as f64 / context.genesis_stake();
            Statement {
                value: Some(coins as f64 / totals.trials as f64 / stake as f64),
                null_value: Some(all),
                ..Statement::new(
                    Metric::ReturnByDecile,
                    &(decile + 1).to_string(),
                    "coins earned in a trial for each coin of stake, by tenths of the validators in the order of their stakes; held against that of all together",
                )
            }
        })
        .collect()
}
