//! The clock: when something began and how long it computed. Times stand in manifests and on the
//! screen and nowhere else.

// The lints forbid clocks everywhere else.
#![allow(clippy::disallowed_types)]

use super::Timing;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

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

impl Timing {
    /// When it began, as an ISO time (UTC).
    pub fn iso(&self) -> String {
        iso(self.started.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
    }
}

/// Seconds since 1970 as an ISO time, by the civil calendar.
pub(super) fn iso(seconds: u64) -> String {
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    // Years of the calendar begin with March here, so that the leap day is the last one; eras have
    // 400 of them.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year + later;
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_times_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_210_096, "2024-02-29T12:34:56Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(iso(seconds), expected);
        }
    }
}
