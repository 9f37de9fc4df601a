//! The leaders of a slot by definition: a threshold for the lottery value of every pool.

use super::LeaderChance;
use crate::selection::StakeChange;
use crate::stake::ValidatorId;

/// Everybody's threshold: who has a lottery value below its own leads.
#[derive(Clone, Debug)]
pub struct LeaderThresholds {
    chance: LeaderChance,
    stakes: Vec<u64>,
    thresholds: Vec<u128>,
}

impl LeaderThresholds {
    /// The thresholds for these stakes. O(m), a microsecond each.
    pub fn new(chance: LeaderChance, stakes: &[u64]) -> Self {
        let thresholds = Vec::with_capacity(stakes.len());
        let mut all = LeaderThresholds { chance, stakes: stakes.to_vec(), thresholds };
        all.fill();
        all
    }

    /// Takes note of changed stakes. A changed stake changes the total, and so everybody's share and
    /// threshold: O(m) if there is a change.
    pub fn change(&mut self, changes: &[StakeChange]) {
        for change in changes {
            self.stakes[change.validator.index()] = change.stake;
        }
        if !changes.is_empty() {
            self.fill();
        }
    }

    /// Sets all stakes, in O(m).
    pub fn set_all(&mut self, stakes: &[u64]) {
        self.stakes.copy_from_slice(stakes);
        self.fill();
    }

    /// Everybody with stake, and its threshold, in order.
    pub fn contenders(&self) -> impl Iterator<Item = (ValidatorId, u128)> {
        let numbered = self.thresholds.iter().enumerate().filter(|&(_, &threshold)| threshold > 0);
        numbered.map(|(index, &threshold)| (ValidatorId(index as u32), threshold))
    }

    fn fill(&mut self) {
        let total = self.stakes.iter().sum();
        self.thresholds.clear();
        self.thresholds.extend(self.stakes.iter().map(|&stake| self.chance.threshold(stake, total)));
    }
}
