//! What numbers are possible, each by itself and all together.

use super::format::ScenarioFile;
use super::load::Checker;
use super::population::Population;
use super::problem::Problem;
use crate::law::Ratio;
use crate::reward::RewardPolicy;
use crate::stake::MAX_TOTAL;

/// Checks every number that needs nothing but itself.
pub fn check_ranges(checker: &Checker, file: &ScenarioFile) -> Result<(), Problem> {
    let run = &file.run;
    between(checker, "run.rounds", run.rounds, 1, u64::MAX)?;
    between(checker, "run.trials", run.trials, 1, 10_000_000)?;
    between(checker, "run.checkpoints", run.checkpoints, 1, 10_000)?;
    if run.rounds.checked_mul(run.trials).is_none() {
        return Err(checker.problem(
            "run.rounds",
            &format!("is {}, times {} trials: more rounds than can be counted", run.rounds, run.trials),
            &format!("let rounds x trials be at most {}", u64::MAX),
        ));
    }
    let transactions = &file.transactions;
    between(checker, "transactions.per_round", transactions.per_round, 0, 100_000)?;
    between(checker, "transactions.largest", transactions.largest, 1, MAX_TOTAL)?;
    between(checker, "transactions.fee", transactions.fee, 0, MAX_TOTAL)?;
    let quorum = file.attestation.quorum;
    if quorum.is_zero() || quorum.exceeds_one() {
        return Err(checker.problem(
            "attestation.quorum",
            &format!("is {quorum}"),
            "it must be more than 0 and at most 1, e.g. \"3/4\"",
        ));
    }
    part(checker, "transactions.bad", transactions.bad)?;
    part(checker, "transactions.burn", transactions.burn)?;
    part(checker, "slashing.share", file.slashing.share)?;
    part(checker, "network.loss", file.network.loss)?;
    for (key, value) in [
        ("analysis.confidence", file.analysis.confidence),
        ("analysis.tolerance", file.analysis.tolerance),
        ("analysis.delta", file.analysis.delta),
    ] {
        if !(value > 0.0 && value < 1.0) {
            return Err(checker.problem(key, &format!("is {value}"), "it must lie strictly between 0 and 1"));
        }
    }
    Ok(())
}

fn between(checker: &Checker, key: &str, value: u64, low: u64, high: u64) -> Result<(), Problem> {
    if (low..=high).contains(&value) {
        Ok(())
    } else {
        Err(checker.problem(key, &format!("is {value}"), &format!("it must lie between {low} and {high}")))
    }
}

fn part(checker: &Checker, key: &str, value: Ratio) -> Result<(), Problem> {
    if value.exceeds_one() {
        Err(checker.problem(key, &format!("is {value}"), "it must lie between 0 and 1"))
    } else {
        Ok(())
    }
}

/// Checks that all coins that can ever exist can be counted, so that no sum overflows in a run.
pub fn check_supply(
    checker: &Checker,
    file: &ScenarioFile,
    population: &Population,
    reward: &dyn RewardPolicy,
) -> Result<(), Problem> {
    let genesis: u128 =
        population.balances.iter().chain(&population.stakes).map(|&coins| u128::from(coins)).sum();
    let minted = reward.sum(file.run.rounds);
    if genesis.saturating_add(minted) > u128::from(MAX_TOTAL) {
        return Err(checker.problem(
            "reward.policy",
            &format!(
                "makes up to {minted} coins in {} rounds, on top of {genesis}: more than {MAX_TOTAL}",
                file.run.rounds
            ),
            "lower the reward or the rounds",
        ));
    }
    Ok(())
}

/// Checks that those who trade can pay for all the transactions of a trial.
pub fn check_traffic(checker: &Checker, file: &ScenarioFile, population: &Population) -> Result<(), Problem> {
    let transactions = &file.transactions;
    if transactions.per_round == 0 {
        return Ok(());
    }
    let coins: Vec<u64> = population.balances[population.stakes.len()..].to_vec();
    if coins.len() < 2 {
        return Err(checker.problem(
            "transactions.users",
            &format!(
                "is {}, so {} can trade",
                transactions.users,
                if coins.is_empty() { "nobody" } else { "one account" }
            ),
            "validators' coins are staked: it takes two accounts that only trade",
        ));
    }
    let held: u128 = coins.iter().map(|&coins| u128::from(coins)).sum();
    let handed_in = u128::from(file.run.rounds) * u128::from(transactions.per_round);
    // Every transaction costs its fee for good; the coin that changes hands comes back.
    let needed = handed_in.saturating_mul(u128::from(transactions.fee)).saturating_add(coins.len() as u128);
    if needed > held {
        let each = needed.div_ceil(u128::from(transactions.users.max(1)));
        return Err(checker.problem(
            "transactions.per_round",
            &format!(
                "is {}: {handed_in} transactions in {} rounds cost {needed} coins in fees, but those who trade hold {held}",
                transactions.per_round, file.run.rounds
            ),
            &format!("lower `per_round`, `fee` or the rounds, or raise `balance` to {each}"),
        ));
    }
    Ok(())
}
