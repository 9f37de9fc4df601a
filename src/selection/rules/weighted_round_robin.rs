//! Everybody in turn, as often as the stake says, as evenly as possible.

use crate::law::{largest_deficit_bound, proportional_shares};
use crate::registry::{Entry, no_settings};
use crate::selection::sampling::MostOwed;
use crate::selection::{Dispersion, ExpectedShares, Rule, Selector, TrialContext};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "weighted-round-robin",
    summary: "each round everybody is credited its stake and whoever holds most credit forges and pays the total: no chance, proportional to within a few blocks",
    source: "smooth weighted round-robin of nginx (ngx_http_upstream_round_robin.c, 2012)",
    parse: |table| no_settings(table, || Box::new(WeightedRoundRobin)),
};

/// Smooth weighted round-robin: [`MostOwed`]. It differs from deficit-first in one thing only: whoever
/// loses all its stake leaves with its credit, and comes back with none. No settings.
struct WeightedRoundRobin;

impl Rule for WeightedRoundRobin {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(proportional_shares(stakes))
    }

    fn dispersion(&self, stakes: &[u64]) -> Dispersion {
        Dispersion::bounded_for_holders(stakes, largest_deficit_bound)
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(MostOwed::new(start.stakes, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Stream, StreamKey};
    use crate::selection::{RoundContext, Selection};
    use crate::stake::ValidatorId;

    /// The example in the commit that brought the algorithm to nginx: weights 5, 1, 1 give
    /// a a b a c a a.
    #[test]
    fn published_sequence() {
        let mut selector =
            WeightedRoundRobin.selector(&TrialContext { stakes: &[5, 1, 1], seed: 0, trial: 0 });
        let mut lottery = Stream::open(StreamKey::new());
        for round in 1..=70 {
            let turn = RoundContext { round, changes: &[], last: None, lottery: &mut lottery };
            let expected = [0, 0, 1, 0, 2, 0, 0][(round - 1) as usize % 7];
            let forger = Selection::Forger { validator: ValidatorId(expected), token: None };
            assert_eq!(selector.select(turn), forger, "round {round}");
        }
    }
}
