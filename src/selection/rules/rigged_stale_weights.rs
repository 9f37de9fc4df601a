//! Rigged: rewards raise the total, but the weights stay those of the first day.

use crate::registry::{Entry, no_settings};
use crate::selection::shapes::{Selects, StatedProportional};
use crate::selection::{RoundContext, Rule, Selection, Selector, TrialContext};
use crate::stake::Pool;

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "rigged-stale-weights",
    summary: "rigged: a token of today's total is sought among the stakes of the first day; when rewards compound, the tokens beyond fall through to the last validator of the list",
    source: "weighted choice over a cumulative table that nobody rebuilt after rewards compounded",
    parse: |table| no_settings(table, || Box::new(StatedProportional(StaleWeights))),
};

/// The raffle with yesterday's tickets. No settings.
///
/// Fair while stakes stay as they are. If total and weights were both stale the expected shares of
/// rounds would still be right, as shares of stake are martingales; it is the new total over old
/// weights that is unfair. Who has lost all stake is struck off even here.
///
/// True law under a constant compounding reward:
/// [`stale_weights_shares`](crate::law::mistakes::stale_weights_shares).
struct StaleWeights;

impl Selects for StaleWeights {
    fn is_rigged(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let stale = Pool::new(start.stakes);
        Box::new(StaleWeightsSelector { total: stale.total(), stakes: start.stakes.to_vec(), stale })
    }
}

struct StaleWeightsSelector {
    stale: Pool,
    /// The stakes of today, and their sum.
    stakes: Vec<u64>,
    total: u64,
}

impl Selector for StaleWeightsSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            let old = std::mem::replace(&mut self.stakes[change.validator.index()], change.stake);
            self.total = self.total - old + change.stake;
            if change.stake == 0 {
                self.stale.set(change.validator, 0);
            }
        }
        if self.total == 0 || self.stale.total() == 0 {
            return Selection::Nobody;
        }
        let token = turn.lottery.below(self.total);
        let validator = self.stale.owner(token.min(self.stale.total() - 1));
        Selection::Forger { validator, token: Some(token) }
    }
}
