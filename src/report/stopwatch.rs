//! The clock: when something began and how long it computed. Times stand in manifests and on the
//! screen and nowhere else.

// The lints forbid clocks everywhere else.
#![allow(clippy::disallowed_types)]

use super::Timing;
use std::time::{Duration, Instant, SystemTime};

/// A stopwatch that runs.
pub struct Stopwatch {
    started: SystemTime,
    clock: Instant,
}

impl Stopwatch {
    /// Starts it.
    pub fn start() -> Self {
        Stopwatch { started: SystemTime::now(), clock: Instant::now() }
    }

    /// When it was started, and how long it has run.
    pub fn timing(&self) -> Timing {
        Timing { started: self.started, duration: self.elapsed() }
    }

    /// How long it has run.
    pub fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }
}
