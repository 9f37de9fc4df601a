//! The roll of validators that hold stake, counted by how they attest.

use crate::behaviour::{Attesting, Conduct};
use crate::stake::ValidatorId;

/// Heads and stake of the active validators, by kind of attestor; kept up to date in O(1), so that
/// a round without bytes need not visit every attestor.
#[derive(Clone, Debug)]
pub struct Roll {
    kinds: Vec<Attesting>,
    heads: [u64; Attesting::COUNT],
    stake: [u64; Attesting::COUNT],
}

impl Roll {
    /// The roll at genesis.
    pub fn new(conduct: &[Conduct], stakes: &[u64]) -> Self {
        let kinds: Vec<Attesting> = conduct.iter().map(|conduct| conduct.attesting).collect();
        let mut roll = Roll { kinds, heads: [0; Attesting::COUNT], stake: [0; Attesting::COUNT] };
        for (index, &stake) in stakes.iter().enumerate() {
            roll.change(ValidatorId(index as u32), 0, stake);
        }
        roll
    }

    /// Takes note that a validator's stake went from `old` to `new`.
    #[inline]
    pub fn change(&mut self, validator: ValidatorId, old: u64, new: u64) {
        let kind = self.kinds[validator.index()] as usize;
        self.heads[kind] = self.heads[kind] + u64::from(new > 0) - u64::from(old > 0);
        self.stake[kind] = self.stake[kind] + new - old;
    }

    /// The number of validators that hold stake.
    #[inline]
    pub fn validators(&self) -> u64 {
        self.heads.iter().sum()
    }

    /// Heads and stake of each kind of attestor.
    #[inline]
    pub fn kinds(&self) -> [(Attesting, u64, u64); Attesting::COUNT] {
        [Attesting::Honest, Attesting::Offline, Attesting::Approve, Attesting::Reject]
            .map(|kind| (kind, self.heads[kind as usize], self.stake[kind as usize]))
    }
}
