//! One draw a round in proportion to a function of the stake.

use crate::selection::sampling::{ByWeight, Weight, draw_by_weight};
use crate::selection::{Dispersion, Draw, ExpectedShares, Rule, Selector, TrialContext};

/// Every round is won in proportion to a weight of each stake as it stands, by a draw of its own.
pub(in crate::selection) struct Weighted {
    /// The exact shares, from [`crate::law`].
    pub shares: fn(&[u64]) -> Vec<f64>,
    /// The weight that is drawn by; none for no stake.
    pub weigh: fn(u64) -> Weight,
}

impl Rule for Weighted {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares((self.shares)(stakes))
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn draw(&self, stakes: &[u64]) -> Draw {
        draw_by_weight(stakes, self.weigh)
    }

    fn draws_afresh(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(ByWeight::new(start.stakes, self.weigh))
    }
}
