//! What numbers are possible, each by itself and all together.

use super::format::ScenarioFile;
use super::load::Checker;
use super::population::Population;
use super::problem::Problem;
use crate::law::Ratio;
use crate::reward::{Genesis, RewardPolicy};
use crate::simulation::checkpoints;
use crate::stake::MAX_TOTAL;
use std::fmt::Display;

/// At most this many trials: what is kept of each takes about a kilobyte.
const MOST_TRIALS: u64 = 1_000_000;

/// The largest weight of a prior, in draws.
pub const MOST_PRIOR_WEIGHT: f64 = 1e6;

/// At most this many points of the time line are kept, over all trials: about seven gigabytes.
const MOST_POINTS: u128 = 50_000_000;

/// Checks every number that needs nothing but itself.
pub fn check_ranges(checker: &Checker, file: &ScenarioFile) -> Result<(), Problem> {
    let run = &file.run;
    between(checker, "run.rounds", run.rounds, 1, i64::MAX as u64)?;
    between(checker, "run.trials", run.trials, 1, MOST_TRIALS)?;
    between(checker, "run.checkpoints", run.checkpoints, 1, 10_000)?;
    if run.rounds.checked_mul(run.trials).is_none() {
        return Err(checker.clash(
            &["run.rounds", "run.trials"],
            &format!("is {}, times {} trials: more rounds than can be counted", run.rounds, run.trials),
            &format!("let rounds x trials be at most {}", u64::MAX),
        ));
    }
    let points = checkpoints(run.rounds, run.checkpoints).len() as u128;
    if points * u128::from(run.trials) > MOST_POINTS {
        return Err(checker.clash(
            &["run.checkpoints", "run.trials"],
            &format!("is {}, in each of {} trials: more than fit into memory", run.checkpoints, run.trials),
            &format!("lower it to {}, or lower the trials", MOST_POINTS / u128::from(run.trials)),
        ));
    }
    if let Some(rounds) = run.rounds_per_year {
        between(checker, "run.rounds_per_year", rounds, 1, i64::MAX as u64)?;
    }
    if let Some(count) = file.population.count {
        between(checker, "population.count", count, 1, 10_000_000)?;
    }
    if let Some(total) = file.population.total_stake {
        between(checker, "population.total_stake", total, 1, MAX_TOTAL)?;
    }
    let transactions = &file.transactions;
    between(checker, "transactions.users", transactions.users, 0, 1_000_000)?;
    between(checker, "transactions.per_round", transactions.per_round, 0, 100_000)?;
    between(checker, "transactions.largest", transactions.largest, 1, MAX_TOTAL)?;
    between(checker, "transactions.fee", transactions.fee, 0, MAX_TOTAL)?;
    let quorum = file.attestation.quorum;
    if quorum.is_zero() || quorum.exceeds_one() {
        return Err(checker.problem(
            "attestation.quorum",
            &format!("is {}", checker.given("attestation.quorum", quorum)),
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
        ("analysis.misallocated", file.analysis.misallocated),
        ("analysis.income_below", file.analysis.income_below),
    ] {
        if !(value > 0.0 && value < 1.0) {
            let what = format!("is {}", checker.given(key, value));
            return Err(checker.problem(key, &what, "it must lie strictly between 0 and 1"));
        }
    }
    let smallest = file.analysis.smallest_share;
    if !(0.0..1.0).contains(&smallest) {
        let what = format!("is {}", checker.given("analysis.smallest_share", smallest));
        return Err(checker.problem(
            "analysis.smallest_share",
            &what,
            "it must be at least 0 and less than 1",
        ));
    }
    let weight = file.analysis.prior_weight;
    if !(weight > 0.0 && weight <= MOST_PRIOR_WEIGHT) {
        let what = format!("is {}", checker.given("analysis.prior_weight", weight));
        let allowed = "it must be more than 0 and at most 1,000,000, e.g. 1: as many draws as the prior is to count for";
        return Err(checker.problem("analysis.prior_weight", &what, allowed));
    }
    let thresholds = &file.analysis.nakamoto;
    let proper = |ratio: &Ratio| !ratio.is_zero() && ratio.numerator() < ratio.denominator();
    if thresholds.len() > 10 || !thresholds.iter().all(proper) {
        return Err(checker.problem(
            "analysis.nakamoto",
            "holds what is no threshold",
            "it must be a list of at most 10 fractions strictly between 0 and 1, e.g. [\"1/3\", \"1/2\"]",
        ));
    }
    Ok(())
}

fn between(checker: &Checker, key: &str, value: u64, low: u64, high: u64) -> Result<(), Problem> {
    within(checker, key, value, (low..=high).contains(&value), &format!("between {low} and {high}"))
}

fn part(checker: &Checker, key: &str, value: Ratio) -> Result<(), Problem> {
    within(checker, key, value, !value.exceeds_one(), "between 0 and 1")
}

fn within(
    checker: &Checker,
    key: &str,
    value: impl Display,
    possible: bool,
    range: &str,
) -> Result<(), Problem> {
    if possible {
        return Ok(());
    }
    let what = format!("is {}", checker.given(key, value));
    Err(checker.problem(key, &what, &format!("it must lie {range}")))
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
    let stake = population.stakes.iter().sum();
    // The population itself was found to fit.
    let minted = reward.most(Genesis { stake, supply: genesis as u64 }, file.run.rounds);
    if genesis.saturating_add(minted) > u128::from(MAX_TOTAL) {
        return Err(checker.clash(
            &["reward.policy", "reward.policy.amount", "run.rounds"],
            &format!(
                "makes up to {minted} coins in {} rounds, on top of {genesis}: more than {MAX_TOTAL}",
                file.run.rounds
            ),
            "lower the reward, its cap or its rate, or the rounds",
        ));
    }
    Ok(())
}

/// Checks that somebody can earn enough for tokens to be made, where they are made in multiples.
pub fn check_restaked(
    checker: &Checker,
    file: &ScenarioFile,
    population: &Population,
    reward: &dyn RewardPolicy,
) -> Result<(), Problem> {
    let (unit, rounds) = (u128::from(file.reward.restake_unit), file.run.rounds);
    let coins = population.balances.iter().chain(&population.stakes).sum();
    let genesis = Genesis { stake: population.stakes.iter().sum(), supply: coins };
    let traffic = &file.transactions;
    let fees = u128::from(rounds) * u128::from(traffic.per_round);
    let most = reward.most(genesis, rounds).saturating_add(fees.saturating_mul(u128::from(traffic.fee)));
    let share = file.reward.compound.0;
    let restaked =
        most.saturating_mul(u128::from(share.numerator())).div_ceil(u128::from(share.denominator()));
    if unit > 1 && restaked > 0 && unit > restaked {
        return Err(checker.clash(
            &["reward.restake_unit", "run.rounds", "reward.policy"],
            &format!(
                "is {unit}, but all together earn at most {restaked} coins for it in {rounds} rounds, so that nothing would become tokens"
            ),
            "lower it, or raise the reward or the rounds",
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
        let raise = if needed > u128::from(MAX_TOTAL) {
            String::new()
        } else {
            format!(", or raise `balance` to {each}")
        };
        return Err(checker.clash(
            &["transactions.per_round", "transactions.fee", "transactions.balance", "run.rounds"],
            &format!(
                "is {}: {handed_in} transactions in {} rounds cost {needed} coins in fees, but those who trade hold {held}",
                transactions.per_round, file.run.rounds
            ),
            &format!("lower `per_round`, `fee` or the rounds{raise}"),
        ));
    }
    Ok(())
}
