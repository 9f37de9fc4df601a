//! Everybody in turn, as often as the stake says, as evenly as possible.

use crate::law::{largest_deficit_bound, proportional_shares};
use crate::registry::{Entry, settings};
use crate::selection::{Dispersion, Promise, Rule, Selection, Selector, Start, Turn};
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "weighted-round-robin",
    summary: "each round everybody is credited its stake and whoever holds most credit forges and pays the total: no luck, proportional to within a few blocks",
    source: "smooth weighted round-robin of nginx (ngx_http_upstream_round_robin.c, 2012)",
    parse: |table| settings::<WeightedRoundRobin, _>(table, |rule| Ok(Box::new(rule))),
};

/// Smooth weighted round-robin. Equal credits go to the earlier validator. Whoever loses all its
/// stake leaves with its credit, and comes back with none. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WeightedRoundRobin {}

impl Rule for WeightedRoundRobin {
    fn promise(&self, stakes: &[u64]) -> Promise {
        Promise::Shares(proportional_shares(stakes))
    }

    fn dispersion(&self, stakes: &[u64]) -> Dispersion {
        let bound = largest_deficit_bound(stakes.iter().filter(|&&stake| stake > 0).count());
        Dispersion::Bounded {
            bounds: stakes.iter().map(|&stake| if stake > 0 { bound } else { 0.0 }).collect(),
        }
    }

    fn selector(&self, start: &Start) -> Box<dyn Selector> {
        Box::new(WeightedRoundRobinSelector {
            stakes: start.stakes.to_vec(),
            total: start.stakes.iter().map(|&stake| i128::from(stake)).sum(),
            credits: vec![0; start.stakes.len()],
        })
    }
}

struct WeightedRoundRobinSelector {
    stakes: Vec<u64>,
    total: i128,
    /// What everybody is owed. Can pass 64 bits: a little over the total for many validators.
    credits: Vec<i128>,
}

impl Selector for WeightedRoundRobinSelector {
    fn select(&mut self, turn: Turn<'_>) -> Selection {
        for change in turn.changes {
            let index = change.validator.index();
            self.total += i128::from(change.stake) - i128::from(self.stakes[index]);
            self.stakes[index] = change.stake;
            if change.stake == 0 {
                self.credits[index] = 0;
            }
        }
        let mut winner = None;
        let mut most = i128::MIN;
        for (index, (credit, &stake)) in self.credits.iter_mut().zip(&self.stakes).enumerate() {
            if stake > 0 {
                *credit += i128::from(stake);
                if *credit > most {
                    most = *credit;
                    winner = Some(index);
                }
            }
        }
        let Some(winner) = winner else { return Selection::Nobody };
        self.credits[winner] -= self.total;
        Selection::Forger { validator: ValidatorId(winner as u32), token: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Stream, StreamKey};

    /// The example in the commit that brought the algorithm to nginx: weights 5, 1, 1 give
    /// a a b a c a a.
    #[test]
    fn published_sequence() {
        let mut selector = WeightedRoundRobin {}.selector(&Start { stakes: &[5, 1, 1], seed: 0, trial: 0 });
        let mut lottery = Stream::open(StreamKey::new());
        for round in 1..=70 {
            let turn = Turn { round, changes: &[], last: None, lottery: &mut lottery };
            let expected = [0, 0, 1, 0, 2, 0, 0][(round - 1) as usize % 7];
            let forger = Selection::Forger { validator: ValidatorId(expected), token: None };
            assert_eq!(selector.select(turn), forger, "round {round}");
        }
    }
}
