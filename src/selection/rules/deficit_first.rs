//! Whoever is furthest below its due goes first.

use crate::law::{deficit_bound, proportional_shares};
use crate::registry::{Entry, settings};
use crate::selection::sampling::{RisingLines, forger};
use crate::selection::{Dispersion, Promise, Rule, Selection, Selector, Start, Turn};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "deficit-first",
    summary: "every round each is owed its share of a block, and who is owed most forges: proportional, and no chance in it",
    source: "a hint of the teaching notebook this program grew from; the largest-deficit rule of fair scheduling (Tijdeman's chairman assignment, Discrete Mathematics 1980)",
    parse: |table| settings::<DeficitFirst, _>(table, |rule| Ok(Box::new(rule))),
};

/// Largest deficit first. No settings.
///
/// Deficits are counted in coins: a round adds everybody's stake to its deficit, and the one with
/// the largest (the earlier on a tie) forges and pays the total stake, that is one block. With
/// fixed stakes a deficit is the total times "due minus won", exactly. When stakes change, old
/// deficits keep their coins. The selection counts, whatever becomes of the block. Who has no stake
/// is owed nothing more and cannot forge, but keeps its deficit for when it returns.
///
/// No randomness at all. The largest deficit is found by a kinetic tournament: O(log n) for each
/// change and for each overtaking, of which a round has a few.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct DeficitFirst {}

impl Rule for DeficitFirst {
    fn promise(&self, stakes: &[u64]) -> Promise {
        Promise::Shares(proportional_shares(stakes))
    }

    fn promise_when_compounding(&self, _stakes: &[u64]) -> Promise {
        Promise::Unknown(
            "the wins follow the stakes to within a few blocks, but that is no exact share of a given number of rounds",
        )
    }

    /// Proven in [`deficit_bound`].
    fn dispersion(&self, stakes: &[u64]) -> Dispersion {
        let holders = stakes.iter().filter(|&&stake| stake > 0).count() as u64;
        let bound = deficit_bound(holders);
        Dispersion::Bounded {
            bounds: stakes.iter().map(|&stake| if stake > 0 { bound } else { 0.0 }).collect(),
        }
    }

    fn selector(&self, start: &Start) -> Box<dyn Selector> {
        let total = start.stakes.iter().sum();
        Box::new(Deficits { stakes: start.stakes.to_vec(), total, deficits: RisingLines::new(start.stakes) })
    }
}

struct Deficits {
    stakes: Vec<u64>,
    total: u64,
    deficits: RisingLines,
}

impl Selector for Deficits {
    fn select(&mut self, turn: Turn<'_>) -> Selection {
        for change in turn.changes {
            let old = std::mem::replace(&mut self.stakes[change.validator.index()], change.stake);
            self.total = self.total - old + change.stake;
            self.deficits.set_speed(change.validator, change.stake);
        }
        self.deficits.tick();
        let most_owed = self.deficits.highest();
        if let Some(validator) = most_owed {
            self.deficits.lower(validator, self.total);
        }
        forger(most_owed)
    }
}
