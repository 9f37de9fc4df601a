//! The baseline of the literature: a race of fixed computing power.

use crate::registry::{Entry, no_settings};
use crate::selection::sampling::forger;
use crate::selection::shapes::{Selects, StatedProportional};
use crate::selection::{Draw, RoundContext, Rule, Selection, Selector, TrialContext};
use crate::stake::Pool;

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "proof-of-work",
    summary: "proportional to computing power, which is the stake at genesis and never changes: rewards do not compound",
    source: "Nakamoto, 2008; the PoW model of Huang and others, SIGMOD 2021",
    parse: |table| no_settings(table, || Box::new(StatedProportional(ProofOfWork))),
};

/// Proof of work. No settings.
///
/// Each miner finds blocks as a Poisson process of rate proportional to its power, so the next one
/// is i's with probability `power_i / total`. What a miner earns does not buy it power here.
struct ProofOfWork;

impl Selects for ProofOfWork {
    fn draw(&self, stakes: &[u64]) -> Draw {
        Draw::Tokens(stakes.to_vec())
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(Miners { power: Pool::new(start.stakes) })
    }
}

struct Miners {
    power: Pool,
}

impl Selector for Miners {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        forger(self.power.draw(turn.lottery).map(|(_, miner)| miner))
    }
}
