//! `manifest.json`: what was run, how, and what it wrote.

// The time is written down here; the command line takes it.
#![allow(clippy::disallowed_types)]

use super::folder::ResultsFolder;
use crate::forging::World;
use crate::scenario::Scenario;
use crate::simulation::{Method, Results};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The record of a run. Times and numbers of threads stand here and nowhere else, so that all
/// other files are the same bytes whenever and wherever the scenario is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// `tombola`.
    pub program: String,
    /// Its version.
    pub version: String,
    /// The scenario's name.
    pub name: String,
    /// The scenario with every default spelled out, as TOML.
    pub scenario: String,
    /// SHA-256 of `scenario`.
    pub scenario_sha256: String,
    /// SHA-256 of the accounts as they came out: each name, coins and tokens, length-prefixed, in
    /// order. It changes with the contents of a stake table, which `scenario` only names.
    pub population_sha256: String,
    /// The folder from which the path of the table of stakes starts, where `scenario` names one by a relative
    /// path; from its root on.
    #[serde(default)]
    pub table_folder: Option<String>,
    /// The seed.
    pub seed: u64,
    /// The engine.
    pub engine: String,
    /// By which way that engine carried out the trials: `rounds`, `table`, `lanes`, `pool` or `law`.
    pub method: String,
    /// The number of threads.
    pub threads: usize,
    /// Rounds of each trial.
    pub rounds: u64,
    /// Trials that were asked for.
    pub trials: u64,
    /// Trials that finished; the tables are about these.
    pub trials_finished: u64,
    /// Why a run with `run.until` ended: `precision-reached` or `trials-reached`; nothing for other
    /// runs, and where it was interrupted.
    pub stopped_because: Option<String>,
    /// Which trials did not finish, because the run was interrupted, as runs from a first to a last
    /// one; empty otherwise.
    pub trials_missing: Vec<[u64; 2]>,
    /// Whether the run was interrupted.
    pub partial: bool,
    /// When it began, in seconds since 1970 (UTC).
    pub started_unix: u64,
    /// How long it took.
    pub duration_seconds: f64,
    /// Rounds played in all trials that finished, per second of that.
    pub rounds_per_second: f64,
    /// How long the analysis took.
    #[serde(default)]
    pub analysis_seconds: f64,
    /// How long writing the tables took.
    #[serde(default)]
    pub tables_seconds: f64,
    /// How long figures and report took.
    #[serde(default)]
    pub report_seconds: f64,
    /// Files that `tombola plot` or `tombola report` has written anew since, other than the run did.
    #[serde(default)]
    pub redrawn: Vec<String>,
    /// SHA-256 of every other file, by name.
    pub files: BTreeMap<String, String>,
}

/// When a run began and how long it took.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// When it began.
    pub started: SystemTime,
    /// How long the simulation took.
    pub duration: Duration,
}

impl Manifest {
    /// The record of a run whose files are all in the folder.
    ///
    /// # Errors
    /// If a file cannot be read back.
    pub fn new(
        scenario: &Scenario,
        results: &Results,
        threads: usize,
        timing: Timing,
        folder: &ResultsFolder,
    ) -> io::Result<Self> {
        let files = file_hashes(folder)?;
        let seconds = timing.duration.as_secs_f64();
        let experiment = &scenario.experiment;
        let finished: Vec<u64> = results.records.iter().map(|record| record.trial).collect();
        let missing = if results.partial { gaps(&finished, experiment.trials) } else { Vec::new() };
        Ok(Manifest {
            program: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            name: scenario.name.clone(),
            scenario: scenario.resolved(),
            scenario_sha256: hex::encode(scenario.hash()),
            population_sha256: hex::encode(population_hash(&experiment.world)),
            table_folder: scenario.table_folder().map(from_root),
            seed: experiment.world.seed,
            engine: experiment.engine.to_string(),
            method: Method::of(experiment).to_string(),
            threads,
            rounds: experiment.rounds,
            trials: experiment.trials,
            trials_finished: finished.len() as u64,
            stopped_because: results
                .satisfied
                .map(|satisfied| if satisfied { "precision-reached" } else { "trials-reached" }.to_owned()),
            trials_missing: missing,
            partial: results.partial,
            started_unix: timing.started.duration_since(UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or(0),
            duration_seconds: seconds,
            rounds_per_second: results.totals.counters.rounds as f64 / seconds.max(1e-9),
            analysis_seconds: 0.0,
            tables_seconds: 0.0,
            report_seconds: 0.0,
            redrawn: Vec::new(),
            files,
        })
    }
}

/// A folder as it is called from everywhere.
fn from_root(folder: &Path) -> String {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    fs::canonicalize(here).unwrap_or_else(|_| here.to_owned()).to_string_lossy().into_owned()
}

/// The runs of numbers below `end` that are not in an ascending list.
fn gaps(finished: &[u64], end: u64) -> Vec<[u64; 2]> {
    let mut gaps = Vec::new();
    let mut next = 0;
    for &number in finished.iter().chain([&end]) {
        if next < number {
            gaps.push([next, number - 1]);
        }
        next = number + 1;
    }
    gaps
}

/// SHA-256 of every file that is in the folder, by name.
pub(super) fn file_hashes(folder: &ResultsFolder) -> io::Result<BTreeMap<String, String>> {
    let hash = |(name, path)| {
        let mut hasher = Sha256::new();
        io::copy(&mut File::open::<PathBuf>(path)?, &mut HashWriter(&mut hasher))?;
        Ok((name, hex::encode(hasher.finalize())))
    };
    folder.files().into_par_iter().map(hash).collect()
}

/// SHA-256 of the accounts: each name, coins and tokens, length-prefixed, in order.
pub fn population_hash(world: &World) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for (index, name) in world.names.iter().enumerate() {
        hasher.update((name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update(world.balances[index].to_le_bytes());
        hasher.update(world.stakes.get(index).copied().unwrap_or(0).to_le_bytes());
    }
    hasher.finalize().into()
}

struct HashWriter<'a>(&'a mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_trials_are_told_as_runs() {
        assert_eq!(gaps(&[], 3), [[0, 2]]);
        assert_eq!(gaps(&[0, 1, 4, 6], 9), [[2, 3], [5, 5], [7, 8]]);
        assert_eq!(gaps(&[0, 1], 2), [[0, 0]; 0]);
    }
}
