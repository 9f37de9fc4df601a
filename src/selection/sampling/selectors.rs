//! Selectors of rules that only weigh stakes.

use super::{Weight, WeightedPool};
use crate::selection::{Selection, Selector, Turn};
use crate::stake::{Pool, ValidatorId};

/// Draws in proportion to stake.
pub(in crate::selection) struct ByStake {
    pool: Pool,
}

impl ByStake {
    pub fn new(stakes: &[u64]) -> Self {
        ByStake { pool: Pool::new(stakes) }
    }
}

impl Selector for ByStake {
    fn select(&mut self, turn: Turn<'_>) -> Selection {
        for change in turn.changes {
            self.pool.set(change.validator, change.stake);
        }
        forger(self.pool.draw(turn.lottery).map(|(_, validator)| validator))
    }
}

/// Draws in proportion to a function of the stake.
pub(in crate::selection) struct ByWeight<W> {
    weigh: W,
    pool: WeightedPool,
}

impl<W: Fn(u64) -> Weight> ByWeight<W> {
    /// `weigh` must give no weight to no stake.
    pub fn new(stakes: &[u64], weigh: W) -> Self {
        let pool = WeightedPool::new(stakes.iter().map(|&stake| weigh(stake)).collect());
        ByWeight { weigh, pool }
    }
}

impl<W: Fn(u64) -> Weight + Send> Selector for ByWeight<W> {
    fn select(&mut self, turn: Turn<'_>) -> Selection {
        for change in turn.changes {
            self.pool.set(change.validator, (self.weigh)(change.stake));
        }
        forger(self.pool.draw(turn.lottery))
    }
}

/// The selection of a validator without a token, or of nobody.
pub(in crate::selection) fn forger(validator: Option<ValidatorId>) -> Selection {
    match validator {
        Some(validator) => Selection::Forger { validator, token: None },
        None => Selection::Nobody,
    }
}
