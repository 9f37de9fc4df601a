//! A winner rests before it may win again.

use crate::law::{cool_down_factors, cool_down_shares};
use crate::registry::{Entry, settings, within};
use crate::selection::sampling::{AgedPool, forger};
use crate::selection::{Dispersion, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "cool-down",
    summary: "proportional to stake among those who did not win in the last `rounds` (1) rounds",
    source: "a hint of the teaching notebook this program grew from, in its simplest form; exact law derived in law/cool_down.rs",
    parse: |table| {
        settings::<CoolDown, _>(table, |rule| {
            within("rounds", rule.rounds, 1..=1_000_000, "")?;
            Ok(Box::new(rule))
        })
    },
};

/// Rest after a win.
///
/// Who is selected is out for `rounds` rounds, whatever becomes of the block. If everybody rests,
/// the one who has waited longest forges. Who joins need not rest first. O(log n) a round.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct CoolDown {
    #[serde(default = "one")]
    rounds: u32,
}

fn one() -> u32 {
    1
}

impl Rule for CoolDown {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        match cool_down_shares(stakes, self.rounds as usize) {
            Some(shares) => ExpectedShares::Shares(shares),
            None => ExpectedShares::Unknown("the table of the exact law would exceed 160 MB"),
        }
    }

    /// With no more holders than rounds of rest and one, everybody's turn comes in a fixed circle.
    fn dispersion(&self, stakes: &[u64]) -> Dispersion {
        let holders = stakes.iter().filter(|&&stake| stake > 0).count();
        if holders <= self.rounds as usize + 1 {
            return Dispersion::bounded_for_holders(stakes, |_| 1.0);
        }
        match cool_down_factors(stakes, self.rounds as usize) {
            Some(factors) => Dispersion::Scaled { factors, cycle: 1 },
            None => Dispersion::Unknown(
                "wins repel each other while the winner rests: the dispersion is below that of independent draws",
            ),
        }
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let mut weights = vec![0; self.rounds as usize + 1];
        weights.push(1);
        Box::new(Rested { pool: AgedPool::new(start.stakes, weights) })
    }
}

struct Rested {
    pool: AgedPool,
}

impl Selector for Rested {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.pool.set(change.validator, change.stake, turn.round, true);
        }
        let rested = self.pool.draw(turn.round, turn.lottery);
        forger(rested.or_else(|| self.pool.oldest(turn.round)))
    }
}
