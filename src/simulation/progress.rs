//! Telling how far a run has come, and stopping it.

use std::sync::atomic::{AtomicBool, Ordering};

/// Is told how far a run has come, from any thread.
pub trait Progress: Sync {
    /// Some more rounds were played, or steps of the part that began last were done.
    fn advance(&self, rounds: u64);

    /// The rounds are over and another part of the work begins, with so many steps.
    fn begin(&self, _part: &'static str, _steps: u64) {}
}

/// Does not want to know.
pub struct Quiet;

impl Progress for Quiet {
    fn advance(&self, _rounds: u64) {}
}

/// How a run is watched and stopped.
pub struct Control<'a> {
    /// Is told how far the run has come.
    pub progress: &'a dyn Progress,
    /// Set to stop the run; trials that have not finished are then given up.
    pub stop: &'a AtomicBool,
}

impl Control<'_> {
    /// Whether the run should stop.
    pub fn should_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
