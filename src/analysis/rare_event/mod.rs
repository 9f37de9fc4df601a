//! Probabilities that counting trials does not show: long gaps, and stakes that take over.

mod gap;
mod splitting;
mod takeover;

pub(super) use gap::gap_probability;
pub(super) use splitting::SPLITTING;
pub use takeover::takeover;

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
