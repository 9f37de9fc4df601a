//! How a scenario is run: what has no bearing on the results.

use crate::simulation::{Progress, Quiet};
use std::io::Write;
use std::sync::atomic::AtomicBool;

/// Threads, progress, a way to stop, and where to write the first trial's chain. None of it moves
/// a result.
pub struct RunOptions<'a> {
    pub(super) threads: usize,
    pub(super) progress: &'a dyn Progress,
    pub(super) stop: Option<&'a AtomicBool>,
    pub(super) chain_out: Option<Box<dyn Write + Send>>,
}

impl Default for RunOptions<'_> {
    /// A thread for each core, no progress, no way to stop, no chain.
    fn default() -> Self {
        RunOptions { threads: 0, progress: &Quiet, stop: None, chain_out: None }
    }
}

impl<'a> RunOptions<'a> {
    /// So many threads; 0 takes those of the pool that calls, which is one for each core unless it was
    /// [installed](crate::simulation::Threads::install).
    pub fn threads(self, threads: usize) -> Self {
        RunOptions { threads, ..self }
    }

    /// Somebody who is told how far the run has come.
    pub fn progress(self, progress: &'a dyn Progress) -> Self {
        RunOptions { progress, ..self }
    }

    /// A flag that ends the run when it is set: trials that have not finished are given up, and
    /// the outcome is about the others.
    pub fn stop(self, stop: &'a AtomicBool) -> Self {
        RunOptions { stop: Some(stop), ..self }
    }

    /// Where to write the chain of the first trial; needs the engine `full`.
    pub fn chain_out(self, out: Box<dyn Write + Send>) -> Self {
        RunOptions { chain_out: Some(out), ..self }
    }
}
