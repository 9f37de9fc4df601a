//! The `manifest.json` of a comparison.

use crate::report::manifest::{file_hashes, population_hash};
use crate::report::{ResultsFolder, Timing};
use crate::scenario::Scenario;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::time::UNIX_EPOCH;

/// The record of a comparison. Times and numbers of threads stand here and nowhere else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparisonManifest {
    /// `tombola`.
    pub program: String,
    /// Its version.
    pub version: String,
    /// The name of the comparison.
    pub name: String,
    /// What was compared, in order.
    pub compared: Vec<ComparedScenario>,
    /// SHA-256 of the accounts, which all have in common.
    pub population_sha256: String,
    /// The seed.
    pub seed: u64,
    /// The number of threads.
    pub threads: usize,
    /// Rounds of each trial.
    pub rounds: u64,
    /// Trials of each rule.
    pub trials: u64,
    /// When it began, in seconds since 1970 (UTC).
    pub started_unix: u64,
    /// How long all simulations took.
    pub duration_seconds: f64,
    /// Rounds of all rules per second of that.
    pub rounds_per_second: f64,
    /// How long figures and report took.
    #[serde(default)]
    pub report_seconds: f64,
    /// SHA-256 of every other file, by name.
    pub files: BTreeMap<String, String>,
}

/// One of the scenarios that were compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparedScenario {
    /// As the tables name it.
    pub name: String,
    /// The scenario with every default spelled out, as TOML.
    pub scenario: String,
    /// SHA-256 of `scenario`.
    pub scenario_sha256: String,
    /// SHA-256 of the file it was read from.
    pub file_sha256: String,
    /// The engine.
    pub engine: String,
    /// Rounds that were played.
    pub rounds_played: u64,
}

impl ComparedScenario {
    /// The record of one scenario.
    pub fn new(name: &str, scenario: &Scenario, file_sha256: String, rounds_played: u64) -> Self {
        ComparedScenario {
            name: name.to_owned(),
            scenario: scenario.resolved(),
            scenario_sha256: hex::encode(scenario.hash()),
            file_sha256,
            engine: scenario.experiment.engine.to_string(),
            rounds_played,
        }
    }
}

impl ComparisonManifest {
    /// The record of a comparison whose files are all in the folder; all that the scenarios have in
    /// common is that of the `first`.
    ///
    /// # Errors
    /// If a file cannot be read back.
    pub fn new(
        name: &str,
        first: &Scenario,
        compared: Vec<ComparedScenario>,
        threads: usize,
        timing: Timing,
        folder: &ResultsFolder,
    ) -> io::Result<Self> {
        let experiment = &first.experiment;
        let seconds = timing.duration.as_secs_f64();
        let rounds: u128 = compared.iter().map(|compared| u128::from(compared.rounds_played)).sum();
        Ok(ComparisonManifest {
            program: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            name: name.to_owned(),
            compared,
            population_sha256: hex::encode(population_hash(&experiment.world)),
            seed: experiment.world.seed,
            threads,
            rounds: experiment.rounds,
            trials: experiment.trials,
            started_unix: timing.started.duration_since(UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or(0),
            duration_seconds: seconds,
            rounds_per_second: rounds as f64 / seconds.max(1e-9),
            report_seconds: 0.0,
            files: file_hashes(folder)?,
        })
    }
}
