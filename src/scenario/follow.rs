//! Whose trials are written down one by one.

use super::format::ScenarioFile;
use super::load::Checker;
use super::problem::{Problem, shortened};
use crate::forging::World;
use crate::registry::nearest;
use crate::stake::ValidatorId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The validators that are followed: by name, or by their place in the order of stakes.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "a list of names, or a table such as { richest = 10, poorest = 5, quantiles = [0.5] }"
)]
pub enum Follow {
    /// These.
    Names(Vec<String>),
    /// So many from both ends, and those at quantiles.
    Selection(FollowSelection),
}

/// Validators by their place in the order of stakes.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FollowSelection {
    /// So many with the largest stakes.
    pub richest: u64,
    /// So many with the smallest stakes.
    pub poorest: u64,
    /// Of all validators in the order of their stakes, those at these places between 0, the poorest, and
    /// 1, the richest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quantiles: Vec<f64>,
}

/// At most so many validators are followed.
const MOST: usize = 255;

const KEY: &str = "analysis.follow";

/// The validators that a scenario follows, in the order of the scenario; `None` if it does not say.
pub fn followed(
    checker: &Checker,
    file: &ScenarioFile,
    world: &World,
) -> Result<Option<Vec<ValidatorId>>, Problem> {
    let validators = world.validators();
    let chosen: BTreeSet<u32> = match &file.analysis.follow {
        None => return Ok(None),
        Some(Follow::Names(names)) => by_name(checker, names, &world.names[..validators])?,
        Some(Follow::Selection(selection)) => by_stake(checker, selection, &world.stakes)?,
    };
    let count = chosen.len();
    if count > MOST {
        let what = format!("names {count} validators, but at most {MOST} can be followed");
        return Err(checker.problem(KEY, &what, "follow fewer; validators.csv has all of them"));
    }
    if chosen.is_empty() {
        return Err(checker.problem(KEY, "names nobody", "name one validator at least, or remove the key"));
    }
    Ok(Some(chosen.into_iter().map(ValidatorId).collect()))
}

fn by_name(checker: &Checker, names: &[String], validators: &[String]) -> Result<BTreeSet<u32>, Problem> {
    let mut chosen = BTreeSet::new();
    for (index, name) in names.iter().enumerate() {
        let Some(place) = validators.iter().position(|other| other == name) else {
            let help = match nearest(name, validators.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{}`?", shortened(near)),
                None => "`tombola law FILE` lists the validators".to_owned(),
            };
            let what = format!("is {:?}, which is no validator", shortened(name));
            return Err(checker.problem(&format!("{KEY}[{index}]"), &what, &help));
        };
        chosen.insert(place as u32);
    }
    Ok(chosen)
}

fn by_stake(
    checker: &Checker,
    selection: &FollowSelection,
    stakes: &[u64],
) -> Result<BTreeSet<u32>, Problem> {
    // Of equal stakes the first one is richer, as everywhere.
    let mut order: Vec<u32> = (0..stakes.len() as u32).collect();
    order.sort_unstable_by_key(|&index| (stakes[index as usize], std::cmp::Reverse(index)));
    let count = |wanted: u64| wanted.min(order.len() as u64) as usize;
    let mut chosen: BTreeSet<u32> = order.iter().rev().take(count(selection.richest)).copied().collect();
    chosen.extend(order.iter().take(count(selection.poorest)));
    for (index, &quantile) in selection.quantiles.iter().enumerate() {
        if !(0.0..=1.0).contains(&quantile) {
            let key = format!("{KEY}.quantiles[{index}]");
            let what = format!("is {quantile}");
            return Err(checker.problem(
                &key,
                &what,
                "it must lie between 0, the poorest, and 1, the richest",
            ));
        }
        let place = (quantile * (order.len() - 1) as f64).round() as usize;
        chosen.insert(order[place]);
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use crate::scenario::load_text;
    use std::path::Path;

    fn followed(follow: &str) -> Result<Vec<String>, String> {
        let accounts = "[population]\naccounts = [{ name = 'a', balance = 5 }, { name = 'b', balance = 9 }, \
                        { name = 'c', balance = 1 }, { name = 'd', balance = 7 }, { name = 'e', balance = 9 }]\n";
        let text = format!("{accounts}[analysis]\nfollow = {follow}\n");
        let scenario = load_text(Path::new("s.toml"), text, &[]).map_err(|problem| problem.to_string())?;
        let world = &scenario.experiment.world;
        Ok(scenario.experiment.followed().into_iter().map(|who| world.names[who.index()].clone()).collect())
    }

    #[test]
    fn by_name_and_by_stake() {
        assert_eq!(followed("['e', 'a']").unwrap(), ["a", "e"]);
        assert_eq!(followed("{ richest = 1 }").unwrap(), ["b"]);
        assert_eq!(followed("{ richest = 2, poorest = 1 }").unwrap(), ["b", "c", "e"]);
        assert_eq!(followed("{ quantiles = [0, 0.5, 1] }").unwrap(), ["b", "c", "d"]);
        assert_eq!(followed("{ richest = 99 }").unwrap(), ["a", "b", "c", "d", "e"]);
    }

    #[test]
    fn nobody_and_strangers_are_refused() {
        for (follow, part) in [
            ("[]", "names nobody"),
            ("{}", "names nobody"),
            ("['a', 'z']", "s.toml:4:16: `analysis.follow[1]` is \"z\", which is no validator"),
            ("{ quantiles = [1.5] }", "is 1.5"),
            ("{ richest = -1 }", "analysis.follow"),
            ("{ richst = 1 }", "analysis.follow"),
            ("7", "analysis.follow"),
        ] {
            let message = followed(follow).unwrap_err();
            assert!(message.contains(part), "{follow}: {message}");
        }
    }
}
