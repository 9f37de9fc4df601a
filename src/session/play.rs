//! From a scenario to an outcome.

use super::{Outcome, RunOptions};
use crate::analysis::{Stopping, analyse_watched};
use crate::report::Stopwatch;
use crate::scenario::Scenario;
use crate::simulation::{Control, SimulationError, on_threads, run as simulate, run_until, threads_here};
use std::sync::atomic::AtomicBool;
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
    /// The run was told to stop while its results were analysed.
    #[error("the run was stopped while its results were analysed, so there are none")]
    AnalysisStopped,
}

/// Runs a scenario and analyses what it gave. A run that ends when it is precise enough
/// (`[run] until`) is analysed as such a run and no other way.
///
/// The outcome depends on nothing but the scenario: see [`RunOptions`].
///
/// # Errors
/// A [`RunError`].
pub fn run<'a>(scenario: &'a Scenario, options: RunOptions) -> Result<Outcome<'a>, RunError> {
    on_threads(options.threads, || run_here(scenario, options))
}

/// Runs and analyses on the threads of the caller.
fn run_here<'a>(scenario: &'a Scenario, options: RunOptions) -> Result<Outcome<'a>, RunError> {
    let experiment = &scenario.experiment;
    let settings = &scenario.file.analysis;
    let never = AtomicBool::new(false);
    let control = Control { progress: options.progress, stop: options.stop.unwrap_or(&never) };
    let stopwatch = Stopwatch::start();
    let (results, stopping) = match &scenario.file.run.until {
        Some(until) => {
            let mut rule = Stopping::new(experiment, settings, until);
            (run_until(experiment, 0, options.chain_out, &control, &mut rule)?, Some(rule))
        }
        None => (simulate(experiment, 0, options.chain_out, &control)?, None),
    };
    let timing = stopwatch.timing();
    if results.records.is_empty() {
        return Err(RunError::NothingFinished);
    }
    // A stop that came before has ended the simulation, and what had finished is to be analysed.
    let stop = if results.partial { &never } else { control.stop };
    let control = Control { progress: control.progress, stop };
    let stopwatch = Stopwatch::start();
    let analysis = analyse_watched(experiment, settings, &results, stopping.as_ref(), &control)
        .ok_or(RunError::AnalysisStopped)?;
    let analysed_in = stopwatch.elapsed();
    Ok(Outcome { scenario, results, analysis, timing, analysed_in, threads: threads_here() })
}
