//! From a scenario to an outcome.

use super::{Outcome, RunOptions};
use crate::analysis::{Stopping, analyse, analyse_stopped};
use crate::report::Timing;
use crate::scenario::Scenario;
use crate::simulation::{Control, SimulationError, run as simulate, run_until};
use std::sync::atomic::AtomicBool;
use std::time::{Instant, SystemTime};
use thiserror::Error;

/// Why there is no outcome.
#[derive(Debug, Error)]
pub enum RunError {
    /// The simulation failed.
    #[error(transparent)]
    Simulation(#[from] SimulationError),
    /// The run was told to stop before a trial had finished.
    #[error("the run was stopped before a trial had finished, so there are no results")]
    NothingFinished,
}

/// Runs a scenario and analyses what it gave. A run that ends when it is precise enough
/// (`[run] until`) is analysed as such a run and no other way.
///
/// The outcome depends on nothing but the scenario: see [`RunOptions`].
///
/// # Errors
/// A [`RunError`].
pub fn run<'a>(scenario: &'a Scenario, options: RunOptions) -> Result<Outcome<'a>, RunError> {
    let experiment = &scenario.experiment;
    let settings = &scenario.file.analysis;
    let never = AtomicBool::new(false);
    let control = Control { progress: options.progress, stop: options.stop.unwrap_or(&never) };
    let (threads, chain_out) = (options.threads, options.chain_out);
    let started = SystemTime::now();
    let clock = Instant::now();
    let (results, stopping) = match &scenario.file.run.until {
        Some(until) => {
            let mut rule = Stopping::new(experiment, settings, until);
            (run_until(experiment, threads, chain_out, &control, &mut rule)?, Some(rule))
        }
        None => (simulate(experiment, threads, chain_out, &control)?, None),
    };
    let timing = Timing { started, duration: clock.elapsed() };
    if results.records.is_empty() {
        return Err(RunError::NothingFinished);
    }
    let analysis = match &stopping {
        Some(stopping) => analyse_stopped(experiment, settings, &results, stopping),
        None => analyse(experiment, settings, &results),
    };
    let threads = match threads {
        0 => std::thread::available_parallelism().map_or(1, |cores| cores.get()),
        threads => threads,
    };
    Ok(Outcome { scenario, results, analysis, timing, threads })
}
