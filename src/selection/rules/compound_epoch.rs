//! C-PoS: an epoch of proposers drawn by the stakes at its start.

use crate::registry::{Entry, settings, within};
use crate::selection::epoch_stakes::EpochStakes;
use crate::selection::shapes::{Selects, StatedProportional};
use crate::selection::{Draw, RoundContext, Rule, Selection, Selector, TrialContext};
use crate::stake::Pool;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "compound-epoch",
    summary: "each of an epoch's proposers (32) is drawn in proportion to the stakes at the epoch's start; rewards count from the next epoch on",
    source: "C-PoS of Huang, Tang, Cong, Lim and Xu, Do the Rich Get Richer? Fairness Analysis for Blockchain Incentives, SIGMOD 2021: their abstraction of Ethereum",
    parse: |table| {
        settings::<CompoundEpoch, _>(table, |rule| {
            within("slots_per_epoch", rule.slots_per_epoch, 1..=i64::MAX as u64, "")?;
            Ok(Box::new(StatedProportional(rule)))
        })
    },
};

/// Proportional draws with stakes that are fixed for an epoch. The paper's second half of the
/// reward, a part `v` that every epoch splits by stake, is a matter of reward policy.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct CompoundEpoch {
    /// How many proposers are drawn from the same stakes; the paper's P.
    slots_per_epoch: u64,
}

impl Default for CompoundEpoch {
    fn default() -> Self {
        CompoundEpoch { slots_per_epoch: 32 }
    }
}

impl Selects for CompoundEpoch {
    fn draw(&self, stakes: &[u64]) -> Draw {
        Draw::Tokens(stakes.to_vec())
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(CompoundEpochSelector {
            slots_per_epoch: self.slots_per_epoch,
            stakes: EpochStakes::new(start.stakes),
            pool: Pool::new(start.stakes),
        })
    }
}

struct CompoundEpochSelector {
    slots_per_epoch: u64,
    stakes: EpochStakes,
    /// The tokens as they were when the epoch began.
    pool: Pool,
}

impl Selector for CompoundEpochSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        self.stakes.note(turn.changes);
        if (turn.round - 1).is_multiple_of(self.slots_per_epoch) {
            let pool = &mut self.pool;
            self.stakes.begin_epoch(|validator, stake| pool.set(validator, stake));
        }
        match self.pool.draw(turn.lottery) {
            Some((token, validator)) if self.stakes.holds(validator) => {
                Selection::Forger { validator, token: Some(token) }
            }
            _ => Selection::Nobody,
        }
    }
}
