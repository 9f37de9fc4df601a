//! Probabilities that counting trials does not show: long gaps, and stakes that take over.

mod gap;
mod splitting;
mod takeover;

pub(super) use gap::gap_probability;
pub(super) use splitting::SPLITTING;
pub use takeover::takeover;

/// An estimated probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Estimate {
    /// The probability.
    pub probability: f64,
    /// Its standard error.
    pub se: f64,
}
