//! From the `[[behaviours]]` sections to the behaviour_of of each validator.

use super::format::ScenarioFile;
use super::load::Checker;
use super::population::Population;
use super::problem::Problem;
use crate::behaviour::{BEHAVIOURS, BehaviourAssignment};
use crate::random::Stream;
use crate::random::{Purpose, StreamKey, shuffle};
use crate::registry::{find, nearest};
use std::collections::HashMap;

/// Decides how each validator acts. Resolves the behaviours' settings in `file`.
pub fn conducts(
    checker: &Checker,
    file: &mut ScenarioFile,
    population: &Population,
) -> Result<Vec<BehaviourAssignment>, Problem> {
    let seed = file.run.seed.0;
    let validators = population.stakes.len();
    let mut behaviour_of = vec![BehaviourAssignment::HONEST; validators];
    // Looked up only for behaviours of accounts by name.
    let asked = file.behaviours.iter().any(|section| section.accounts.is_some());
    let names = if asked { &population.names[..] } else { &[] };
    let numbers: HashMap<&str, usize> =
        names.iter().enumerate().map(|(index, name)| (name.as_str(), index)).collect();
    for (index, section) in file.behaviours.iter_mut().enumerate() {
        let key = format!("behaviours[{index}]");
        let chosen = find("behaviour", BEHAVIOURS, &section.act)
            .map_err(|refusal| checker.refusal(&format!("{key}.act"), &refusal))?;
        section.act = chosen.resolved();
        let whom = match (&section.accounts, section.share) {
            (Some(names), None) => named(checker, &key, names, &numbers, validators)?,
            (None, Some(share)) => {
                if share.is_zero() || share.exceeds_one() {
                    return Err(checker.problem(
                        &format!("{key}.share"),
                        &format!("is {}", checker.given(&format!("{key}.share"), share)),
                        "it must be more than 0 and at most 1",
                    ));
                }
                let count = share.floor_of(validators as u64).max(1) as usize;
                let address =
                    StreamKey::new().number(seed).text(Purpose::Behaviours.tag()).number(index as u64);
                let mut order: Vec<usize> = (0..validators).collect();
                shuffle(&mut order, &mut Stream::open(address));
                order.truncate(count);
                order
            }
            _ => {
                return Err(checker.problem(
                    &key,
                    "must say who acts so, in one way",
                    "add either `accounts = [\"name\", ...]` or `share = \"1/4\"`",
                ));
            }
        };
        for validator in whom {
            behaviour_of[validator].adopt(&*chosen.thing);
        }
    }
    Ok(behaviour_of)
}

fn named(
    checker: &Checker,
    key: &str,
    names: &[String],
    numbers: &HashMap<&str, usize>,
    validators: usize,
) -> Result<Vec<usize>, Problem> {
    let mut whom = Vec::new();
    for name in names {
        let key = format!("{key}.accounts");
        match numbers.get(name.as_str()) {
            Some(&number) if number < validators => whom.push(number),
            Some(_) => {
                return Err(checker.problem(
                    &key,
                    &format!("names {name:?}, who is no validator"),
                    "only validators forge and attest",
                ));
            }
            None => {
                // In the order of the population: of several that are as near, always the same is named.
                let mut all: Vec<(usize, &str)> =
                    numbers.iter().map(|(&name, &number)| (number, name)).collect();
                all.sort_unstable();
                let help = match nearest(name, all.into_iter().map(|(_, name)| name)) {
                    Some(near) => format!("did you mean {near:?}?"),
                    None => "name an account of the population".to_owned(),
                };
                return Err(checker.problem(
                    &key,
                    &format!("names {name:?}, but there is no such account"),
                    &help,
                ));
            }
        }
    }
    Ok(whom)
}
