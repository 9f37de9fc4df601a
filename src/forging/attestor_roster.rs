//! The roster of validators that hold stake, counted by how they attest.

use crate::behaviour::{Attesting, BehaviourAssignment};
use crate::stake::ValidatorId;

/// Heads and stake of the active validators, by kind of attestor; kept up to date in O(1), so that
/// a round without bytes need not visit every attestor.
#[derive(Clone, Debug)]
pub struct AttestorRoster {
    kinds: Vec<Attesting>,
    heads: [u64; Attesting::COUNT],
    stake: [u64; Attesting::COUNT],
}

impl AttestorRoster {
    /// The roster at genesis.
    pub fn new(behaviour_of: &[BehaviourAssignment], stakes: &[u64]) -> Self {
        let kinds: Vec<Attesting> = behaviour_of.iter().map(|behaviour_of| behaviour_of.attesting).collect();
        let mut roster = AttestorRoster { kinds, heads: [0; Attesting::COUNT], stake: [0; Attesting::COUNT] };
        for (index, &stake) in stakes.iter().enumerate() {
            roster.change(ValidatorId(index as u32), 0, stake);
        }
        roster
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
