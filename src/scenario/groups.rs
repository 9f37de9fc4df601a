//! Groups: validators that count as one where incomes are compared.

use super::format::ScenarioFile;
use super::load::Checker;
use super::population::Population;
use super::problem::Problem;
use crate::stake::ValidatorId;
use std::collections::HashMap;

/// At most so many groups.
const MOST_GROUPS: usize = 10_000;

/// The groups by name, in the order in which the scenario names them, and their members.
pub fn groups(
    checker: &Checker,
    file: &ScenarioFile,
    population: &Population,
) -> Result<Vec<(String, Vec<ValidatorId>)>, Problem> {
    let mut groups: Vec<(String, Vec<ValidatorId>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let validators = population.stakes.len();
    let mut next = 0;
    for (number, section) in file.population.groups.iter().enumerate() {
        let key = format!("population.groups[{number}]");
        check_name(checker, &format!("{key}.name"), &section.name)?;
        if places.insert(&section.name, groups.len()).is_some() {
            let what = format!("is {:?}, the name of another group", section.name);
            return Err(checker.problem(&format!("{key}.name"), &what, "give it a name of its own"));
        }
        let left = validators - next;
        if section.count == 0 || section.count > left as u64 {
            let what =
                format!("is {}, but {left} of {validators} validators are in no group yet", section.count);
            let help = if left == 0 {
                "remove the group"
            } else {
                "a group takes the next validators, one at least"
            };
            return Err(checker.problem(&format!("{key}.count"), &what, help));
        }
        let end = next + section.count as usize;
        groups.push((section.name.clone(), (next as u32..end as u32).map(ValidatorId).collect()));
        next = end;
    }
    // Only accounts that are listed can name a group.
    let listed = file.population.accounts.iter().flatten().any(|account| account.group.is_some());
    let numbers: HashMap<&str, usize> = population.names[..if listed { validators } else { 0 }]
        .iter()
        .enumerate()
        .map(|(number, name)| (name.as_str(), number))
        .collect();
    for (number, account) in file.population.accounts.iter().flatten().enumerate() {
        let Some(group) = &account.group else { continue };
        let key = format!("population.accounts[{number}].group");
        check_name(checker, &key, group)?;
        // Who does not validate has no income.
        let Some(&member) = numbers.get(account.name.as_str()) else { continue };
        if member < next {
            let what = format!("is {group:?}, but {:?} is in a group by its number", account.name);
            return Err(checker.problem(&key, &what, "remove it, or take it out of `population.groups`"));
        }
        let place = *places.entry(group).or_insert_with(|| {
            groups.push((group.clone(), Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(ValidatorId(member as u32));
    }
    if groups.len() > MOST_GROUPS {
        let what = format!("makes {} groups", groups.len());
        return Err(checker.problem("population.groups", &what, &format!("make {MOST_GROUPS} at most")));
    }
    Ok(groups)
}

fn check_name(checker: &Checker, key: &str, name: &str) -> Result<(), Problem> {
    if name.trim().is_empty() || name.len() > 200 || name.chars().any(char::is_control) {
        let help = "a name has between 1 and 200 bytes, and no control characters";
        return Err(checker.problem(key, &format!("is {name:?}"), help));
    }
    Ok(())
}
