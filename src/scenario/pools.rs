//! From `[reward]` to who shares what validators earn.

use super::format::{PoolSection, ScenarioFile};
use super::load::Checker;
use super::population::Population;
use super::problem::Problem;
use crate::forging::{Delegation, Pools, Restake};
use crate::law::{Ratio, greatest_common_divisor};
use crate::ledger::AccountId;
use crate::registry::nearest;
use crate::reward::RewardPolicy;
use std::collections::HashMap;

/// The name of the account of a treasury.
const TREASURY: &str = "treasury";
/// At most so many coins may be on their way to become tokens at a time.
const MOST_WAITING: u128 = 50_000_000;

/// The pools, and the account of the treasury, whose owners join the population.
pub fn pools(
    checker: &Checker,
    file: &ScenarioFile,
    population: &mut Population,
    policy: &dyn RewardPolicy,
) -> Result<(Pools, Option<AccountId>), Problem> {
    let reward = &file.reward;
    if !reward.pools.is_empty() && !reward.compound.0.is_zero() {
        return Err(checker.clash(
            &["reward.compound", "reward.pools"],
            "moves the operators' stakes, while the shares of their delegators are fixed",
            "let it be false, or remove `pools`",
        ));
    }
    let mut pools = Pools::default();
    let validators = population.stakes.len();
    // Of half a million accounts this takes its time.
    if reward.smoothing.is_empty() && reward.pools.is_empty() && !policy.has_treasury() {
        return Ok((pools, None));
    }
    let mut numbers: HashMap<String, usize> =
        population.names.iter().enumerate().map(|(number, name)| (name.clone(), number)).collect();
    let mut member: HashMap<usize, usize> = HashMap::new();
    for (place, names) in reward.smoothing.iter().enumerate() {
        let key = format!("reward.smoothing[{place}]");
        if names.len() < 2 {
            let what = if names.is_empty() {
                "has no member"
            } else {
                "has one member, who would share with nobody"
            };
            return Err(checker.problem(&key, what, "name two validators at least, or remove it"));
        }
        let mut members = Vec::with_capacity(names.len());
        for name in names {
            let number = validator(checker, &key, name, &numbers, &population.names[..validators])?;
            if member.insert(number, place).is_some() {
                let help = "a validator shares with one pool; name it once";
                return Err(checker.problem(
                    &key,
                    &format!("names {name:?}, who is in a pool already"),
                    help,
                ));
            }
            members.push(number as u32);
        }
        pools.smoothing.push(members);
    }
    let mut operators: HashMap<usize, usize> = HashMap::new();
    for (place, section) in reward.pools.iter().enumerate() {
        let key = format!("reward.pools[{place}]");
        let at = format!("{key}.operator");
        let operator = validator(checker, &at, &section.operator, &numbers, &population.names[..validators])?;
        if operators.insert(operator, place).is_some() {
            let what = format!("is {:?}, who runs another pool", section.operator);
            return Err(checker.problem(
                &format!("{key}.operator"),
                &what,
                "let each pool have a validator of its own",
            ));
        }
        if section.commission.exceeds_one() {
            let what = format!("is {}", checker.given(&format!("{key}.commission"), section.commission));
            return Err(checker.problem(&format!("{key}.commission"), &what, "it must lie between 0 and 1"));
        }
        let (own, weights) = weights(checker, &key, section)?;
        let mut delegators: Vec<(u32, u64)> = Vec::with_capacity(section.delegators.len());
        let mut places: HashMap<u32, usize> = HashMap::new();
        for (delegator, weight) in section.delegators.iter().zip(weights) {
            let name = &delegator.name;
            let number = match numbers.get(name) {
                Some(&number) if number >= validators && population.is_receiver(number) => number,
                Some(_) => {
                    let what = format!("names {name:?}, the name of another account");
                    let help = "a delegator has an account of its own; give it another name";
                    return Err(checker.problem(&format!("{key}.delegators"), &what, help));
                }
                None => {
                    let number = population.receive(name);
                    numbers.insert(name.clone(), number);
                    number
                }
            } as u32;
            let place = *places.entry(number).or_insert(delegators.len());
            match delegators.get_mut(place) {
                Some((_, more)) => *more += weight,
                None => delegators.push((number, weight)),
            }
        }
        pools.delegations.push(Delegation {
            validator: operator as u32,
            commission: section.commission,
            own,
            delegators,
        });
    }
    let treasury = if policy.has_treasury() {
        if numbers.contains_key(TREASURY) {
            let what = format!("has an account named {TREASURY:?}, but that of the treasury has this name");
            return Err(checker.problem("population", &what, "give it another name"));
        }
        Some(AccountId(population.receive(TREASURY) as u32))
    } else {
        None
    };
    Ok((pools, treasury))
}

fn validator(
    checker: &Checker,
    key: &str,
    name: &str,
    numbers: &HashMap<String, usize>,
    validators: &[String],
) -> Result<usize, Problem> {
    match numbers.get(name) {
        Some(&number) if number < validators.len() => Ok(number),
        Some(_) => {
            let what = format!("names {name:?}, who is no validator");
            Err(checker.problem(key, &what, "only validators earn what a pool can share"))
        }
        None => {
            let help = match nearest(name, validators.iter().map(String::as_str)) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("name a validator of the population, such as {:?}", validators[0]),
            };
            Err(checker.problem(key, &format!("names {name:?}, but there is no such account"), &help))
        }
    }
}

/// The operator's own part of the stake and that of each delegator, over a common denominator.
fn weights(checker: &Checker, key: &str, section: &PoolSection) -> Result<(u64, Vec<u64>), Problem> {
    let at = format!("{key}.delegators");
    if section.delegators.is_empty() {
        let help = "add `delegators = [ { name = \"ann\", share = \"1/4\" } ]`, or remove the pool";
        return Err(checker.problem(&at, "names nobody", help));
    }
    let mut whole = 1u64;
    for delegator in &section.delegators {
        let below = delegator.share.denominator();
        let common = greatest_common_divisor(whole, below);
        whole = match (whole / common).checked_mul(below).filter(|&whole| whole <= i64::MAX as u64) {
            Some(whole) => whole,
            None => {
                let what = "has shares with no common denominator below 2^63";
                return Err(checker.problem(&at, what, "use rounder fractions"));
            }
        };
    }
    let mut sum = 0u128;
    let mut weights = Vec::with_capacity(section.delegators.len());
    for delegator in &section.delegators {
        let share = delegator.share;
        let weight = u128::from(share.numerator()) * u128::from(whole / share.denominator());
        sum += weight;
        if share.is_zero() || share.exceeds_one() {
            let what = format!("gives {:?} the share {share}", delegator.name);
            return Err(checker.problem(&at, &what, "it must be more than 0 and at most 1"));
        }
        weights.push(weight as u64);
    }
    if sum > u128::from(whole) {
        let percent = sum as f64 / whole as f64 * 100.0;
        let what = format!("has shares of {percent:.2} % together");
        return Err(checker.problem(&at, &what, "they are parts of one stake: let their sum be 1 at most"));
    }
    Ok((whole - sum as u64, weights))
}

/// What becomes of what is earned.
pub fn restake(checker: &Checker, file: &ScenarioFile, validators: usize) -> Result<Restake, Problem> {
    let reward = &file.reward;
    let share: Ratio = reward.compound.0;
    for (key, value, default) in [
        ("reward.restake_unit", reward.restake_unit, 1),
        ("reward.activation_delay", reward.activation_delay, 0),
    ] {
        if share.is_zero() && value != default {
            let what = format!("is {value}, but nothing becomes tokens");
            return Err(checker.clash(
                &[key, "reward.compound"],
                &what,
                "let `compound` be true, or remove it",
            ));
        }
    }
    if reward.restake_unit == 0 {
        return Err(checker.problem("reward.restake_unit", "is 0", "it must be at least 1"));
    }
    let rounds = file.run.rounds;
    let delay = reward.activation_delay;
    for (key, delay, never) in [
        ("reward.activation_delay", delay, "nothing would become tokens"),
        ("reward.unbonding_delay", reward.unbonding_delay, "nobody would get its coins back"),
    ] {
        if delay > 0 && delay >= rounds {
            return Err(checker.clash(
                &[key, "run.rounds"],
                &format!("is {delay}, but the run has {rounds} rounds, so that {never}"),
                "lower it, or raise the rounds",
            ));
        }
    }
    // Each round may send coins of everybody on their way.
    if u128::from(delay) * validators as u128 > MOST_WAITING {
        return Err(checker.problem(
            "reward.activation_delay",
            &format!("is {delay} rounds of {validators} validators: more payments on their way than fit into memory"),
            &format!("lower it to {}", MOST_WAITING / validators as u128),
        ));
    }
    Ok(Restake { share, unit: reward.restake_unit, delay, unbonding: reward.unbonding_delay })
}
