//! One draw a round in proportion to stake.

use crate::law::proportional_shares;
use crate::selection::sampling::ByStake;
use crate::selection::{Dispersion, Draw, ExpectedShares, Rule, Selector, TrialContext};

/// Every round is won in proportion to the stakes as they stand, by a draw of its own.
pub(in crate::selection) struct Proportional {
    /// Whether the number of the drawn token is told.
    pub tells_token: bool,
}

impl Rule for Proportional {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(proportional_shares(stakes))
    }

    /// Shares of stake are martingales under proportional selection, whatever the forger earns as
    /// long as it does not depend on who forges: the expected share of rounds stays the initial
    /// share of stake (Rosu and Saleh, Management Science 2021); the counts are beta-binomial.
    fn expected_shares_when_compounding(&self, stakes: &[u64]) -> ExpectedShares {
        self.expected_shares(stakes)
    }

    fn draws_by_current_stake(&self) -> bool {
        true
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
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
