//! A rule as a table of a real chain shows it.

use crate::selection::{Dispersion, ExpectedShares, Rule, Selector, TrialContext};
use std::sync::Arc;

/// A rule of which a stretch was observed that may begin and end anywhere, with the chain's own
/// expectation in place of the promise if there is one.
pub struct Observed {
    pub rule: Arc<dyn Rule>,
    /// Shares that sum to one.
    pub expected: Option<Vec<f64>>,
}

impl Rule for Observed {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        match &self.expected {
            Some(shares) => ExpectedShares::Shares(shares.clone()),
            None => self.rule.expected_shares(stakes),
        }
    }

    fn dispersion(&self, stakes: &[u64]) -> Dispersion {
        match self.rule.dispersion(stakes) {
            // The bound holds from the first round on: a stretch lies between two ends, each as far
            // off as that.
            Dispersion::Bounded { bounds } => {
                Dispersion::Bounded { bounds: bounds.iter().map(|bound| 2.0 * bound).collect() }
            }
            other => other,
        }
    }

    fn minds_outcomes(&self) -> bool {
        self.rule.minds_outcomes()
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        self.rule.selector(start)
    }
}
