//! One validator, one chance: a control that is unfair to stake.

use crate::law::equal_shares;
use crate::registry::{Entry, no_settings};
use crate::selection::{
    Dispersion, Draw, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext,
};
use crate::stake::Pool;

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "uniform",
    summary: "every validator has the same chance, whatever its stake: a control that is unfair to stake",
    source: "control; the secondary authors of BABE are chosen this way",
    parse: |table| no_settings(table, || Box::new(Uniform)),
};

/// The uniform draw. No settings.
struct Uniform;

impl Rule for Uniform {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(equal_shares(stakes))
    }

    /// The chances do not depend on the stakes, so growth does not move them.
    fn expected_shares_when_compounding(&self, stakes: &[u64]) -> ExpectedShares {
        self.expected_shares(stakes)
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn draw(&self, stakes: &[u64]) -> Draw {
        Draw::Tokens(stakes.iter().map(|&stake| u64::from(stake > 0)).collect())
    }

    fn draws_afresh(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let heads: Vec<u64> = start.stakes.iter().map(|&stake| u64::from(stake > 0)).collect();
        Box::new(UniformSelector { heads: Pool::new(&heads) })
    }
}

/// A pool with one token for every validator that still holds stake.
struct UniformSelector {
    heads: Pool,
}

impl Selector for UniformSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.heads.set(change.validator, u64::from(change.stake > 0));
        }
        match self.heads.draw(turn.lottery) {
            Some((_, validator)) => Selection::Forger { validator, token: None },
            None => Selection::Nobody,
        }
    }
}
