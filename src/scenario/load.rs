//! From a file to an experiment.

use super::behaviours::conducts;
use super::document::Document;
use super::format::ScenarioFile;
use super::limits::{check_ranges, check_supply, check_traffic};
use super::overrides::Override;
use super::population::populate;
use super::problem::{Place, Problem};
use super::unknown::teach;
use crate::crypto::{Hash, sha256};
use crate::forging::{Protocol, Traffic, World};
use crate::registry::{Refusal, find};
use crate::reward::REWARDS;
use crate::selection::{COMMITTEES, RULES};
use crate::simulation::Experiment;
use std::path::Path;

/// A scenario that was read, checked and made into an experiment.
pub struct Scenario {
    /// The name, also of the folder of results.
    pub name: String,
    /// Every setting, defaults included.
    pub file: ScenarioFile,
    /// What is to be run.
    pub experiment: Experiment,
}

impl Scenario {
    /// The scenario as a file with every default spelled out; reading it gives this scenario
    /// again.
    pub fn resolved(&self) -> String {
        toml::to_string(&self.file).expect("a scenario that was read can be written")
    }

    /// SHA-256 of [`Scenario::resolved`].
    pub fn hash(&self) -> Hash {
        sha256(&[self.resolved().as_bytes()])
    }
}

/// Reads a scenario file, with settings from the command line in place of the file's own.
///
/// # Errors
/// The first problem: what, where, and what to do.
pub fn load(path: &Path, overrides: &[Override]) -> Result<Scenario, Problem> {
    let bytes = std::fs::read(path).map_err(|error| {
        let help = match error.kind() {
            std::io::ErrorKind::NotFound => {
                "check the path; `tombola list scenarios` shows the ones that come along"
            }
            std::io::ErrorKind::IsADirectory => "name a scenario file, not a folder",
            _ => "check the file and its permissions",
        };
        Problem::file(path, format!("cannot be read: {error}"), help)
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Problem::file(path, format!("is not text: the byte at {at} is not UTF-8"), "save it as UTF-8")
    })?;
    load_text(path, text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned(), overrides)
}

/// Reads a scenario's text as if it stood in the file `path`.
///
/// # Errors
/// As [`load`].
pub fn load_text(path: &Path, text: String, overrides: &[Override]) -> Result<Scenario, Problem> {
    let document = Document::parse(path, text)?;
    let mut file: ScenarioFile = document.read()?;
    let checker = Checker { document: &document, overrides };
    if !overrides.is_empty() {
        file = checker.overridden()?;
    }
    let name = match &file.name {
        Some(name) => name.clone(),
        None => path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
    };
    check_name(&checker, &name)?;
    file.name = Some(name.clone());
    check_ranges(&checker, &file)?;
    let experiment = experiment(&checker, &mut file)?;
    Ok(Scenario { name, file, experiment })
}

fn check_name(checker: &Checker, name: &str) -> Result<(), Problem> {
    let refused = name.trim() != name
        || name.is_empty()
        || name.len() > 100
        || name.starts_with('.')
        || name.chars().any(|c| c.is_control() || r#"/\:*?"<>|"#.contains(c));
    if refused {
        return Err(checker.problem(
            "name",
            &format!("is {name:?}, which cannot name a folder of results"),
            "use up to 100 letters, digits, hyphens or spaces inside, not beginning with a dot",
        ));
    }
    Ok(())
}

fn experiment(checker: &Checker, file: &mut ScenarioFile) -> Result<Experiment, Problem> {
    let population = populate(checker, file, checker.folder("population.stake.path"))?;
    let conduct = conducts(checker, file, &population)?;
    let refused = |key: &'static str| move |refusal: Refusal| checker.refusal(key, &refusal);
    let rule = find("rule", RULES, &file.selection.rule).map_err(refused("selection.rule"))?;
    let committee = find("committee", COMMITTEES, &file.attestation.committee)
        .map_err(refused("attestation.committee"))?;
    committee.thing.accept(population.stakes.len()).map_err(refused("attestation.committee"))?;
    let reward = find("reward", REWARDS, &file.reward.policy).map_err(refused("reward.policy"))?;
    check_supply(checker, file, &population, &*reward.thing)?;
    check_traffic(checker, file, &population)?;
    file.selection.rule = rule.resolved();
    file.attestation.committee = committee.resolved();
    file.reward.policy = reward.resolved();
    let transactions = &file.transactions;
    Ok(Experiment {
        rounds: file.run.rounds,
        trials: file.run.trials,
        checkpoints: file.run.checkpoints,
        engine: file.run.engine,
        world: World {
            seed: file.run.seed.0,
            names: population.names,
            balances: population.balances,
            stakes: population.stakes,
            conduct,
            rule,
            committee,
            protocol: Protocol {
                minimum_stake: file.population.minimum_stake,
                quorum: file.attestation.quorum,
                weight: file.attestation.weight,
                reward,
                compound: file.reward.compound,
                burn: transactions.burn,
                slash: file.slashing.share,
                loss: file.network.loss,
            },
            traffic: Traffic {
                per_round: transactions.per_round,
                fee: transactions.fee,
                largest: transactions.largest,
                bad: transactions.bad,
                capacity: 16 * transactions.per_round as usize,
            },
        },
    })
}

/// Says of every setting where it comes from.
pub struct Checker<'a> {
    document: &'a Document,
    overrides: &'a [Override],
}

impl Checker<'_> {
    /// A problem with the setting at a key. An empty `help` is none.
    pub fn problem(&self, key: &str, what: &str, help: &str) -> Problem {
        let place = match self.override_of(key) {
            Some(given) => Place::CommandLine(given.option.clone()),
            None => self.document.place(key),
        };
        let help = (!help.is_empty()).then(|| help.to_owned());
        Problem { place, key: key.to_owned(), what: what.to_owned(), help }
    }

    /// What a family says of a choice made at a key.
    pub fn refusal(&self, key: &str, refusal: &Refusal) -> Problem {
        match refusal {
            Refusal::Form(message) => {
                let (what, help) = teach(message);
                self.problem(key, &what, &help.unwrap_or_default())
            }
            Refusal::Value { key: inner, problem } => self.problem(&format!("{key}.{inner}"), problem, ""),
            Refusal::Unknown { family, given, hint, known } => {
                let near = hint.map(|hint| format!("did you mean `{hint}`? ")).unwrap_or_default();
                let help = format!("{near}Known: {}", known.join(", "));
                self.problem(key, &format!("names the unknown {family} `{given}`"), &help)
            }
        }
    }

    /// The file with the command line's settings in place of its own.
    fn overridden(&self) -> Result<ScenarioFile, Problem> {
        let mut table = self.document.table()?;
        for given in self.overrides {
            let before = table.clone();
            given.apply(&mut table)?;
            // Read after each one, so that the message names the option at fault.
            let broken = ScenarioFile::try_from_table(table.clone()).err();
            if let Some(error) = broken.filter(|_| ScenarioFile::try_from_table(before).is_ok()) {
                let (what, help) = teach(error.message());
                let key = given.key.clone();
                return Err(Problem { place: Place::CommandLine(given.option.clone()), key, what, help });
            }
        }
        ScenarioFile::try_from_table(table).map_err(|error| {
            let (what, help) = teach(error.message());
            let options: Vec<&str> = self.overrides.iter().map(|given| given.option.as_str()).collect();
            Problem { place: Place::CommandLine(options.join(" ")), key: String::new(), what, help }
        })
    }

    /// The folder that a relative path at this key starts from: the scenario's, or the current one
    /// for a path from the command line.
    fn folder(&self, key: &str) -> &Path {
        match self.override_of(key) {
            Some(_) => Path::new(""),
            None => self.document.path().parent().unwrap_or(Path::new("")),
        }
    }

    /// The option that set this key, or a key above it.
    fn override_of(&self, key: &str) -> Option<&Override> {
        self.overrides.iter().rev().find(|given| {
            key == given.key || key.strip_prefix(&given.key).is_some_and(|rest| rest.starts_with(['.', '[']))
        })
    }
}

impl ScenarioFile {
    fn try_from_table(table: toml::Table) -> Result<Self, toml::de::Error> {
        table.try_into()
    }
}
