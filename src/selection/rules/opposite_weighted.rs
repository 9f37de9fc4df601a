//! The opposite of a stake as weight: its distance from the largest.

use crate::law::opposite_shares;
use crate::registry::{Entry, no_settings};
use crate::selection::sampling::{StakeRanking, draw_opposite, forger};
use crate::selection::{
    Dispersion, Draw, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext,
};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "opposite-weighted",
    summary: "proportional to max(stakes) - stake: the richest never forges, and splitting pays",
    source: "Leporati and Rovida, Blockchain: Research and Applications 5 (2024) 100222",
    parse: |table| no_settings(table, || Box::new(OppositeWeighted)),
};

/// Opposite weights. No settings.
///
/// If all hold the same the definition gives nothing to anybody; everybody then has the same
/// chance. Accounts without stake are no contenders, though their distance would be the largest.
struct OppositeWeighted;

impl Rule for OppositeWeighted {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(opposite_shares(stakes))
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn draw(&self, stakes: &[u64]) -> Draw {
        Draw::Shares(opposite_shares(stakes))
    }

    fn draws_afresh(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(Opposite { ranking: StakeRanking::new(start.stakes) })
    }
}

struct Opposite {
    ranking: StakeRanking,
}

impl Selector for Opposite {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.ranking.set(change.validator, change.stake);
        }
        forger(draw_opposite(&self.ranking, turn.lottery))
    }
}
