//! From a file to an experiment.

use super::behaviours::conducts;
use super::diagnostic::{Diagnostic, below};
use super::document::Document;
use super::follow::followed;
use super::format::ScenarioFile;
use super::groups::groups;
use super::limits::{check_ranges, check_restaked, check_supply, check_traffic};
use super::observed::read_amounts;
use super::overrides::Override;
use super::pools::{pools, restake};
use super::population::populate;
use super::problem::{Place, Problem, shortened};
use super::shipped::load_shipped;
use super::until::check_until;
use crate::crypto::{Hash, sha256};
use crate::forging::{Protocol, Traffic, World, parties};
use crate::import::read_bounded;
use crate::registry::{Choice, Chosen, Refusal, find};
use crate::reward::REWARDS;
use crate::selection::{COMMITTEES, RULES, Rule};
use crate::simulation::{Engine, Experiment, Obstacle};
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

/// A scenario that was read, checked and made into an experiment.
pub struct Scenario {
    /// The name, also of the folder of results.
    pub name: String,
    /// Every setting, defaults included.
    pub file: ScenarioFile,
    /// What is to be run.
    pub experiment: Experiment,
    /// What there is to say about how a table of stakes was read.
    pub notes: Vec<String>,
    checker: Checker,
}

impl Scenario {
    /// Reads a scenario file.
    ///
    /// # Errors
    /// The first problem: what, where, and what to do.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Problem> {
        load(path.as_ref(), &[])
    }

    /// Reads a scenario from TOML text; `name` is its name unless the text gives one. Relative paths
    /// in it start from the current folder.
    ///
    /// # Errors
    /// As [`Scenario::read`].
    pub fn parse(name: &str, text: &str) -> Result<Self, Problem> {
        load_text(Path::new(&format!("{name}.toml")), text.to_owned(), &[])
    }

    /// Checks a scenario that was put together in code. Start from [`ScenarioFile::with_accounts`] or
    /// [`ScenarioFile::with_stakes`] and change what is to be different.
    ///
    /// # Errors
    /// As [`Scenario::read`].
    pub fn build(file: &ScenarioFile) -> Result<Self, Problem> {
        let text = toml::to_string(file).expect("a scenario file can be written");
        Scenario::parse(file.name.as_deref().unwrap_or("scenario"), &text)
    }

    /// The same scenario under a rule that is no member of the registry, e.g. one of your own. Files
    /// name it, but nobody else can read it back.
    pub fn with_rule(mut self, name: &'static str, rule: impl Rule + 'static) -> Self {
        self.experiment.world.rule = Chosen { name, thing: Arc::new(rule), settings: toml::Table::new() };
        self.file.selection.rule = Choice::plain(name);
        self
    }

    /// The scenario of this name that comes along; [`shipped`](super::shipped()) lists them.
    ///
    /// # Errors
    /// If there is none, with the nearest name.
    pub fn shipped(name: &str) -> Result<Self, Problem> {
        load_shipped(name, &[])
    }

    /// The scenario as a file with every default spelled out; reading it gives this scenario
    /// again.
    pub fn resolved(&self) -> String {
        toml::to_string(&self.file).expect("a scenario that was read can be written")
    }

    /// SHA-256 of [`Scenario::resolved`].
    pub fn hash(&self) -> Hash {
        sha256(&[self.resolved().as_bytes()])
    }

    /// The folder from which the path of the table of stakes starts, if the scenario names one by a relative
    /// path.
    pub fn table_folder(&self) -> Option<&Path> {
        let stake = self.file.population.stake.as_ref().filter(|choice| choice.kind == "table")?;
        let path = stake.settings.get("path").and_then(toml::Value::as_str)?;
        Path::new(path).is_relative().then(|| self.checker.folder("population.stake.path"))
    }

    /// What a family that this layer does not know says of the choice made at a key.
    pub fn refusal(&self, key: &str, refusal: &Refusal) -> Problem {
        self.checker.refusal(key, refusal)
    }
}

/// Reads a scenario file, with settings from the command line in place of the file's own.
///
/// # Errors
/// The first problem: what, where, and what to do.
pub fn load(path: &Path, overrides: &[Override]) -> Result<Scenario, Problem> {
    load_text(path, read_text(path)?, overrides)
}

/// Reads the text of a scenario file.
///
/// # Errors
/// If it cannot be read or is no text.
pub fn read_text(path: &Path) -> Result<String, Problem> {
    let bytes = read_bounded(path).map_err(|error| {
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
        let before = String::from_utf8_lossy(&error.as_bytes()[..at]);
        Problem {
            place: Place::in_text(path, &before, at),
            key: String::new(),
            what: format!("the byte 0x{:02x} is not UTF-8", error.as_bytes()[at]),
            help: Some("save the file as UTF-8 text".to_owned()),
        }
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

/// Reads a scenario's text as if it stood in the file `path`.
///
/// # Errors
/// As [`load`].
pub fn load_text(path: &Path, text: String, overrides: &[Override]) -> Result<Scenario, Problem> {
    let (checker, mut file) = read_with(path, text, overrides)?;
    let name = match &file.name {
        Some(name) => name.clone(),
        None => path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
    };
    check_name(&checker, &name)?;
    file.name = Some(name.clone());
    check_ranges(&checker, &file)?;
    let (experiment, notes) = experiment(&checker, &mut file)?;
    check_until(&checker, &file, &experiment)?;
    check_engine(&checker, &experiment)?;
    Ok(Scenario { name, file, experiment, notes, checker })
}

/// Reads a scenario's text into its settings, of which nothing but the form is checked: a study's own
/// file need not be possible without what its points set.
///
/// # Errors
/// If a key is unknown or a value of the wrong form.
pub fn read_file(path: &Path, text: &str, overrides: &[Override]) -> Result<ScenarioFile, Problem> {
    read_with(path, text.to_owned(), overrides).map(|(_, file)| file)
}

fn read_with(path: &Path, text: String, overrides: &[Override]) -> Result<(Checker, ScenarioFile), Problem> {
    let document = Document::parse(path, text)?;
    let mut file: ScenarioFile = document.read()?;
    let checker = Checker { document, overrides: overrides.to_vec() };
    if !overrides.is_empty() {
        file = checker.overridden(&file)?;
    }
    Ok((checker, file))
}

/// Checks that the engine can answer.
fn check_engine(checker: &Checker, experiment: &Experiment) -> Result<(), Problem> {
    match (experiment.engine, experiment.law_covers()) {
        (Engine::Law, Err(Obstacle { key, what })) => Err(checker.clash(
            &["run.engine", key],
            &format!("is \"law\", but `{key}` {what}"),
            "let the engine be \"draws\", which plays the rounds, or \"auto\"",
        )),
        _ => Ok(()),
    }
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

/// The experiment, and what there is to say about its stakes.
fn experiment(checker: &Checker, file: &mut ScenarioFile) -> Result<(Experiment, Vec<String>), Problem> {
    let mut population = populate(checker, file, checker.folder("population.stake.path"))?;
    let behaviour_of = conducts(checker, file, &population)?;
    let refused = |key: &'static str| move |refusal: Refusal| checker.refusal(key, &refusal);
    let rule = find("rule", RULES, &file.selection.rule).map_err(refused("selection.rule"))?;
    let committee = find("committee", COMMITTEES, &file.attestation.committee)
        .map_err(refused("attestation.committee"))?;
    committee.thing.accept(population.stakes.len()).map_err(refused("attestation.committee"))?;
    read_amounts(checker, "reward.policy", &mut file.reward.policy, checker.folder("reward.policy.path"))?;
    let reward = find("reward", REWARDS, &file.reward.policy).map_err(refused("reward.policy"))?;
    reward.thing.accept(file.run.rounds).map_err(refused("reward.policy"))?;
    let restake = restake(checker, file, population.stakes.len())?;
    let (pools, treasury) = pools(checker, file, &mut population, &*reward.thing)?;
    check_supply(checker, file, &population, &*reward.thing)?;
    check_restaked(checker, file, &population, &*reward.thing)?;
    check_traffic(checker, file, &population)?;
    file.selection.rule = rule.resolved();
    file.attestation.committee = committee.resolved();
    file.reward.policy = reward.resolved();
    let groups = groups(checker, file, &population)?;
    let transactions = &file.transactions;
    let mut experiment = Experiment {
        rounds: file.run.rounds,
        trials: file.run.trials,
        checkpoints: file.run.checkpoints,
        engine: file.run.engine,
        serial: file.analysis.serial,
        rounds_per_year: file.run.rounds_per_year,
        window: file.analysis.window.0,
        follow: None,
        unit: file.analysis.unit,
        world: World {
            seed: file.run.seed.0,
            names: population.names,
            receivers: population.receivers,
            balances: population.balances,
            stakes: population.stakes,
            behaviour_of,
            rule,
            committee,
            protocol: Protocol {
                minimum_stake: file.population.minimum_stake,
                quorum: file.attestation.quorum,
                weight: file.attestation.weight,
                reward,
                restake,
                pools,
                treasury,
                burn: transactions.burn,
                slash: file.slashing.share,
                loss: file.network.loss,
            },
            verification: file.attestation.verification,
            traffic: Traffic {
                per_round: transactions.per_round,
                fee: transactions.fee,
                largest: transactions.largest,
                bad: transactions.bad,
                capacity: 16 * transactions.per_round as usize,
            },
            parties: Vec::new(),
        },
    };
    experiment.follow = followed(checker, file, &experiment.world)?;
    let validators = experiment.with_income();
    experiment.world.parties = parties(&experiment.world, validators, groups);
    Ok((experiment, population.notes))
}

/// Says of every setting where it comes from.
pub struct Checker {
    document: Document,
    overrides: Vec<Override>,
}

impl Checker {
    /// A problem with the setting at a key. An empty `help` is none.
    pub fn problem(&self, key: &str, what: &str, help: &str) -> Problem {
        let help = (!help.is_empty()).then(|| help.to_owned());
        Problem { place: self.place(key), key: key.to_owned(), what: what.to_owned(), help }
    }

    /// A problem between several settings, each possible by itself. It is told of the first one,
    /// but stands where the command line sets one of them.
    pub fn clash(&self, keys: &[&str], what: &str, help: &str) -> Problem {
        let given = keys.iter().find_map(|key| self.override_of(key));
        let problem = self.problem(keys[0], what, help);
        Problem { place: given.map_or(problem.place, Override::place), ..problem }
    }

    /// What the user gave for the setting at a key, as it was written; else its value.
    pub fn given(&self, key: &str, value: impl Display) -> String {
        let given = match self.override_of(key) {
            Some(given) => (given.key == key).then(|| given.value.to_string()),
            None => self.document.given(key).map(shortened),
        };
        given.unwrap_or_else(|| value.to_string())
    }

    /// What a family says of a choice made at a key.
    pub fn refusal(&self, key: &str, refusal: &Refusal) -> Problem {
        match refusal {
            Refusal::Form(error) => {
                let Diagnostic { key: inner, what, help } = Diagnostic::new(error, None);
                let key = if inner.is_empty() { key.to_owned() } else { below(key, inner) };
                self.problem(&key, &what, &help.unwrap_or_default())
            }
            Refusal::Value { key: inner, problem } => self.problem(&below(key, inner), problem, ""),
            Refusal::Unknown { family, given, hint, known } => {
                let help = match hint {
                    Some(hint) => format!("did you mean `{hint}`? Known: {}", known.join(", ")),
                    None => format!("known: {}", known.join(", ")),
                };
                Problem {
                    place: self.place(&below(key, "kind")),
                    key: key.to_owned(),
                    what: format!("names the unknown {family} `{}`", shortened(given)),
                    help: self.or_sweep(key, Some(help)),
                }
            }
        }
    }

    /// The help, and before it how to give a setting several values, if it was given as a list with `--set`.
    fn or_sweep(&self, key: &str, help: Option<String>) -> Option<String> {
        let given = self.override_of(key).filter(|given| given.option.starts_with("--set "));
        let several = given.filter(|given| given.value.as_str().is_some_and(|text| text.contains(',')));
        match (several, help) {
            (Some(given), help) => {
                let text = given.value.as_str().unwrap_or_default();
                let sweep = format!(
                    "for a point of a study with each value: --sweep {}={}",
                    given.key,
                    shortened(text)
                );
                Some(help.map_or(sweep.clone(), |help| format!("{help}; {sweep}")))
            }
            (None, help) => help,
        }
    }

    fn place(&self, key: &str) -> Place {
        match self.override_of(key) {
            Some(given) => given.place(),
            None => self.document.place(key),
        }
    }

    /// The file with the command line's settings in place of its own. Defaults are filled in
    /// before, so that a setting of a default choice can be given by itself.
    fn overridden(&self, file: &ScenarioFile) -> Result<ScenarioFile, Problem> {
        let mut table = toml::Table::try_from(file).expect("a scenario that was read can be written");
        for given in &self.overrides {
            given.apply(&mut table)?;
        }
        table.try_into().map_err(|error: toml::de::Error| {
            let Diagnostic { key, what, help } = Diagnostic::new(&error, None);
            // The file itself was read without this, so an option did it: one that set the key, or
            // else one near it, e.g. a key below an unknown one.
            let shared =
                |given: &&Override| given.key.bytes().zip(key.bytes()).take_while(|(a, b)| a == b).count();
            let option = self.override_of(&key).or_else(|| self.overrides.iter().max_by_key(shared));
            let place = option.map_or_else(|| self.place(&key), Override::place);
            let help = self.or_sweep(&key, help);
            Problem { place, key, what, help }
        })
    }

    /// The folder that a relative path at this key starts from: the scenario's, or the current one
    /// for a path from the command line.
    fn folder(&self, key: &str) -> &Path {
        match self.override_of(key) {
            Some(given) if !given.in_file => Path::new(""),
            _ => self.document.path().parent().unwrap_or(Path::new("")),
        }
    }

    /// The option that set this key, or a key above it.
    fn override_of(&self, key: &str) -> Option<&Override> {
        self.overrides.iter().rev().find(|given| {
            key == given.key || key.strip_prefix(&given.key).is_some_and(|rest| rest.starts_with(['.', '[']))
        })
    }
}
