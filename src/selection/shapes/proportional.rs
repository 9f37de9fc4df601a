//! One draw a round in proportion to stake.

use super::Selects;
use crate::selection::sampling::ByStake;
use crate::selection::{Draw, Selector, TrialContext};

/// Every round is won in proportion to the stakes as they stand, by a draw of its own.
pub(in crate::selection) struct Proportional {
    /// Whether the number of the drawn token is told.
    pub tells_token: bool,
}

impl Selects for Proportional {
    fn draws_by_current_stake(&self) -> bool {
        true
    }

    fn draw(&self, _stakes: &[u64]) -> Draw {
        Draw::Stake
    }

    fn draws_afresh(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(ByStake::new(start.stakes, self.tells_token))
    }
}
