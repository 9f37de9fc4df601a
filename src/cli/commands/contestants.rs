//! What `tombola compare` compares: one scenario under several rules, or several scenarios.

use crate::cli::commands::compare::CompareArgs;
use crate::cli::failure::Failure;
use crate::cli::scenario;
use crate::cli::screen::tell;
use sha2::{Digest, Sha256};
use std::path::Path;
use tombola::forging::World;
use tombola::registry::Choice;
use tombola::report::population_hash;
use tombola::scenario::{Override, Scenario, pieces};

/// One of the things that are compared.
pub struct Entrant {
    /// As tables and figures name it.
    pub name: String,
    /// What is run.
    pub scenario: Scenario,
    /// SHA-256 of the file it was read from.
    pub file_sha256: String,
}

/// Reads all that is to be compared and makes sure that nothing but what is meant differs.
pub fn entrants(args: &CompareArgs) -> Result<Vec<Entrant>, Failure> {
    let rules = rules(args)?;
    let scenarios = match (&args.files[..], rules.is_empty()) {
        ([_], true) => {
            return Err(Failure::CannotRun(
                "there is only one scenario, and nothing to compare it with\n  help: name the rules, e.g. --rules raffle,single-lottery, or give several files".to_owned(),
            ));
        }
        ([file], false) => under_rules(file, &args.settings.overrides()?, &rules)?,
        (_, false) => {
            return Err(Failure::CannotRun(
                "--rules and --rule give one scenario several rules, but there are several files\n  help: give one file with --rules, or several files without".to_owned(),
            ));
        }
        (files, true) => {
            let mut scenarios = Vec::new();
            for file in files {
                scenarios.push((file.as_path(), scenario::read(file, &args.settings.overrides()?)?));
            }
            scenarios
        }
    };
    if scenarios.len() < 2 {
        return Err(Failure::CannotRun(
            "there is only one rule, and nothing to compare it with\n  help: name another, e.g. --rules raffle,single-lottery".to_owned(),
        ));
    }
    let names = match args.files.len() {
        1 => rule_names(&scenarios.iter().map(|(_, s)| s.file.selection.rule.clone()).collect::<Vec<_>>()),
        _ => scenarios.iter().map(|(_, scenario)| scenario.name.clone()).collect(),
    };
    for (index, name) in names.iter().enumerate() {
        if names[..index].contains(name) {
            return Err(Failure::CannotRun(match args.files.len() {
                1 => format!("the rule {name} is given twice with the same settings\n  help: give it once"),
                _ => format!(
                    "two of the scenarios are named `{name}`, and the tables could not tell them apart\n  help: give them different names"
                ),
            }));
        }
    }
    let (file, first) = &scenarios[0];
    for (other_file, other) in &scenarios[1..] {
        same_conditions((file, first), (other_file, other)).map_err(Failure::CannotRun)?;
    }
    if scenarios.iter().any(|(_, scenario)| scenario.file.run.until.is_some()) {
        tell(
            "note: `run.until` is not used: pairs need the same trials of every rule, and all of them are played",
        );
    }
    let mut entrants = Vec::new();
    for ((file, contestant), name) in scenarios.into_iter().zip(names) {
        let bytes = scenario::source(file)
            .map_err(|error| Failure::CannotRun(format!("{}: cannot be read: {error}", file.display())))?;
        entrants.push(Entrant {
            name,
            scenario: contestant,
            file_sha256: hex::encode(Sha256::digest(&bytes)),
        });
    }
    Ok(entrants)
}

/// The rules that the command line names, each with the option that did.
fn rules(args: &CompareArgs) -> Result<Vec<(toml::Value, String)>, Failure> {
    let listed = args.rules.iter().flat_map(|list| pieces(list)).map(|rule| (rule, "--rules"));
    let single = args.rule.iter().map(|rule| (rule.trim(), "--rule"));
    let mut rules = Vec::new();
    for (text, option) in listed.chain(single) {
        let given = format!("{option} {text}");
        if text.is_empty() {
            return Err(Failure::CannotRun(format!(
                "{option} names a rule without a name\n  help: write it as --rules raffle,uniform"
            )));
        }
        let value = if text.starts_with('{') {
            let read = toml::from_str::<toml::Table>(&format!("rule = {text}"));
            let value = read.ok().filter(|table| table.len() == 1).and_then(|mut table| table.remove("rule"));
            value.ok_or_else(|| {
                Failure::CannotRun(format!(
                    "{given}: begins as a table, but is none\n  help: texts in it stand in quotes, which a shell removes unless all stands in others: --rule '{{ kind = \"top-n\", n = 3 }}'"
                ))
            })?
        } else {
            toml::Value::String(text.to_owned())
        };
        rules.push((value, given));
    }
    Ok(rules)
}

fn under_rules<'a>(
    file: &'a Path,
    common: &[Override],
    rules: &[(toml::Value, String)],
) -> Result<Vec<(&'a Path, Scenario)>, Failure> {
    let sets_a_rule = |given: &&Override| {
        let rest = given.key.strip_prefix("selection.rule");
        given.key == "selection" || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    if let Some(given) = common.iter().find(sets_a_rule) {
        return Err(Failure::CannotRun(format!(
            "{}: the rules come from --rules and --rule here\n  help: give settings beside the rule, e.g. --rule '{{ kind = \"top-n\", n = 3 }}'",
            given.option
        )));
    }
    let mut scenarios = Vec::new();
    for (value, option) in rules {
        let mut overrides = common.to_vec();
        overrides.push(Override::new("selection.rule", value.clone(), option.clone()));
        scenarios.push((file, scenario::read(file, &overrides)?));
    }
    Ok(scenarios)
}

/// The rules' names, each with those settings in which it differs from others of its name.
fn rule_names(rules: &[Choice]) -> Vec<String> {
    let name = |rule: &Choice| {
        let twins = || rules.iter().filter(|other| other.kind == rule.kind);
        let differs =
            |key: &&String| twins().any(|other| other.settings.get(*key) != rule.settings.get(*key));
        let settings: Vec<String> = rule
            .settings
            .keys()
            .filter(differs)
            .map(|key| match &rule.settings[key] {
                toml::Value::String(text) => format!("{key}={text}"),
                other => format!("{key}={other}"),
            })
            .collect();
        match settings.is_empty() {
            true => rule.kind.clone(),
            false => format!("{}({})", rule.kind, settings.join(", ")),
        }
    };
    rules.iter().map(name).collect()
}

/// Says what else differs between two scenarios than what they are meant to be compared by.
fn same_conditions(one: (&Path, &Scenario), other: (&Path, &Scenario)) -> Result<(), String> {
    let ((file, first), (other_file, second)) = (one, other);
    let (a, b) = (&first.file, &second.file);
    let settings = [
        ("run.seed", "--seed", a.run.seed.0.to_string(), b.run.seed.0.to_string()),
        ("run.rounds", "--rounds", a.run.rounds.to_string(), b.run.rounds.to_string()),
        ("run.trials", "--trials", a.run.trials.to_string(), b.run.trials.to_string()),
        ("run.checkpoints", "", a.run.checkpoints.to_string(), b.run.checkpoints.to_string()),
        ("analysis.confidence", "", a.analysis.confidence.to_string(), b.analysis.confidence.to_string()),
        ("analysis.tolerance", "", a.analysis.tolerance.to_string(), b.analysis.tolerance.to_string()),
    ];
    for (key, option, mine, theirs) in settings {
        if mine != theirs {
            let both = match option {
                "" => format!("--set {key}={mine}"),
                option => format!("{option} {mine}"),
            };
            return Err(format!(
                "{} has `{key}` = {theirs}, but {} has {mine}; only trials of the same kind with the same random numbers are pairs\n  help: make them equal, or give both the same with {both}",
                other_file.display(),
                file.display()
            ));
        }
    }
    let (mine, theirs) = (&first.experiment.world, &second.experiment.world);
    if population_hash(mine) != population_hash(theirs) {
        return Err(format!(
            "{} and {} do not have the same population: {}\n  help: rules are compared on the same names, coins and stakes; make the [population] sections equal, and who only trades too",
            file.display(),
            other_file.display(),
            difference(mine, theirs)
        ));
    }
    Ok(())
}

/// The first difference between two populations, in words.
fn difference(one: &World, other: &World) -> String {
    if one.validators() != other.validators() {
        return format!("{} validators in the one, {} in the other", one.validators(), other.validators());
    }
    if one.names.len() != other.names.len() {
        return format!("{} accounts in the one, {} in the other", one.names.len(), other.names.len());
    }
    for index in 0..one.names.len() {
        let (name, theirs) = (&one.names[index], &other.names[index]);
        if name != theirs {
            return format!("the account number {} is {name} in the one, {theirs} in the other", index + 1);
        }
        let (mine, stakes) = (one.stakes.get(index), other.stakes.get(index));
        if let (Some(mine), Some(theirs)) = (mine, stakes)
            && mine != theirs
        {
            return format!("{name} has the stake {mine} in the one, {theirs} in the other");
        }
        if one.balances[index] != other.balances[index] {
            let (mine, theirs) = (one.balances[index], other.balances[index]);
            return format!("{name} has {mine} coins in the one, {theirs} in the other");
        }
    }
    "the accounts differ".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_settings_only_where_they_must() {
        let choice = |text: &str| {
            let table: toml::Table = toml::from_str(&format!("rule = {text}")).unwrap();
            table["rule"].clone().try_into::<Choice>().unwrap()
        };
        let rules = [
            choice("'raffle'"),
            choice("{ kind = 'top-n', n = 3, weight = 'equal' }"),
            choice("{ kind = 'top-n', n = 5, weight = 'equal' }"),
            choice("{ kind = 'nxt', lottery = 'stream' }"),
        ];
        assert_eq!(rule_names(&rules), ["raffle", "top-n(n=3)", "top-n(n=5)", "nxt"]);
    }
}
