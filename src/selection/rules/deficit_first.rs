//! Whoever is furthest below its due goes first.

use crate::law::{largest_deficit_bound, proportional_shares};
use crate::registry::{Entry, no_settings};
use crate::selection::sampling::MostOwed;
use crate::selection::{Dispersion, ExpectedShares, Rule, Selector, TrialContext};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "deficit-first",
    summary: "every round each is owed its share of a block, and who is owed most forges: proportional, and no chance in it",
    source: "a hint of the teaching notebook this program grew from; the largest-deficit rule of fair scheduling (Tijdeman's chairman assignment, Discrete Mathematics 1980)",
    parse: |table| no_settings(table, || Box::new(DeficitFirst)),
};

/// Largest deficit first. No settings.
///
/// Deficits are counted in coins: a round adds everybody's stake to its deficit, and the one with
/// the largest (the earlier on a tie) forges and pays the total stake, that is one block. With
/// fixed stakes a deficit is the total times "due minus won", exactly. When stakes change, old
/// deficits keep their coins. The selection counts, whatever becomes of the block. Who has no stake
/// is owed nothing more and cannot forge, but keeps its deficit for when it returns.
///
/// No randomness at all. [`MostOwed`] says how, and what a round costs.
struct DeficitFirst;

impl Rule for DeficitFirst {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(proportional_shares(stakes))
    }

    fn expected_shares_when_compounding(&self, _stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Unknown(
            "the wins follow the stakes to within a few blocks, but that is no exact share of a given number of rounds",
        )
    }

    /// Proven in [`largest_deficit_bound`].
    fn dispersion(&self, stakes: &[u64]) -> Dispersion {
        Dispersion::bounded_for_holders(stakes, largest_deficit_bound)
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(MostOwed::new(start.stakes, false))
    }
}
