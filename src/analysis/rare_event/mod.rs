//! Probabilities that counting trials does not show: long gaps, stakes that take over, and votes that go wrong.

mod gap;
mod quorum;
mod splitting;
mod takeover;
mod weighted_paths;

pub(super) use gap::gap_probability;
pub use quorum::quorum_failures;
pub(super) use splitting::SPLITTING;
pub use takeover::takeover;

use crate::random::Stream;

/// Uniform between 0 and 1, without 1.
fn uniform(stream: &mut Stream) -> f64 {
    stream.below(1 << 53) as f64 / (1u64 << 53) as f64
}

/// An estimated probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ProbabilityEstimate {
    /// The probability.
    pub probability: f64,
    /// Its standard error.
    pub se: f64,
}

/// Why there is no estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreached {
    /// No path came to the event.
    NoPath,
    /// It takes more rounds than are played.
    TooLong,
}

impl Unreached {
    /// The reason in words.
    pub fn words(self) -> &'static str {
        match self {
            Unreached::NoPath => {
                "no simulated path came to it, so it is rarer than can be found, or impossible"
            }
            Unreached::TooLong => "takes more than a billion simulated rounds",
        }
    }
}
