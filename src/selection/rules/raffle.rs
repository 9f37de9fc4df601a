//! The seed's raffle: every coin is a token, one token is drawn, its owner forges.

use crate::law::proportional_shares;
use crate::registry::{Entry, settings};
use crate::selection::{
    Dispersion, Draw, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext,
};
use crate::stake::Pool;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "raffle",
    summary: "every staked coin is a token, one token is drawn, its owner forges: proportional to stake",
    source: "the teaching notebook this program grew from; the same law as follow-the-satoshi (Bentov, Gabizon and Mizrahi, 2016)",
    parse: |table| settings::<Raffle, _>(table, |raffle| Ok(Box::new(raffle))),
};

/// The raffle. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Raffle {}

impl Rule for Raffle {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(proportional_shares(stakes))
    }

    /// Shares of stake are martingales under proportional selection, whatever the forger earns as
    /// long as it does not depend on who forges: the expected share of rounds stays the initial
    /// share of stake (Rosu and Saleh, Management Science 2021).
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
        Box::new(RaffleSelector { pool: Pool::new(start.stakes) })
    }
}

struct RaffleSelector {
    pool: Pool,
}

impl Selector for RaffleSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.pool.set(change.validator, change.stake);
        }
        match self.pool.draw(turn.lottery) {
            Some((token, validator)) => Selection::Forger { validator, token: Some(token) },
            None => Selection::Nobody,
        }
    }
}
