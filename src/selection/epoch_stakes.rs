//! Stakes as a rule with epochs sees them: changes count from the next epoch on.

use super::StakeChange;
use crate::stake::ValidatorId;

/// The stakes of now, and who differs from what the running epoch was built on.
pub struct EpochStakes {
    current: Vec<u64>,
    /// Who changed since the epoch began, each once.
    changed: Vec<ValidatorId>,
    has_changed: Vec<bool>,
}

impl EpochStakes {
    /// Nobody has changed yet.
    pub fn new(stakes: &[u64]) -> Self {
        EpochStakes {
            current: stakes.to_vec(),
            changed: Vec::with_capacity(stakes.len()),
            has_changed: vec![false; stakes.len()],
        }
    }

    /// Takes note of changes. O(1) each, no allocation.
    pub fn note(&mut self, changes: &[StakeChange]) {
        for change in changes {
            let index = change.validator.index();
            self.current[index] = change.stake;
            if !self.has_changed[index] {
                self.has_changed[index] = true;
                self.changed.push(change.validator);
            }
        }
    }

    /// Every validator's stake of now, in order.
    pub fn current(&self) -> &[u64] {
        &self.current
    }

    /// Whether the validator has any stake now. One that lost all of it since the epoch began may
    /// still be drawn from the epoch's stakes; its slot then stays empty.
    pub fn holds(&self, validator: ValidatorId) -> bool {
        self.current[validator.index()] > 0
    }

    /// Begins an epoch: calls `update` with the present stake of everybody who changed since the
    /// last one began, and forgets the changes. Returns whether there were any.
    pub fn begin_epoch(&mut self, mut update: impl FnMut(ValidatorId, u64)) -> bool {
        let any = !self.changed.is_empty();
        for validator in self.changed.drain(..) {
            self.has_changed[validator.index()] = false;
            update(validator, self.current[validator.index()]);
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_once_with_the_last_stake() {
        let mut stakes = EpochStakes::new(&[5, 6, 7]);
        let change = |validator, stake| StakeChange { validator: ValidatorId(validator), stake };
        stakes.note(&[change(1, 0), change(2, 9)]);
        assert!(!stakes.holds(ValidatorId(1)));
        stakes.note(&[change(1, 4)]);
        assert_eq!(stakes.current(), [5, 4, 9]);
        let mut told = Vec::new();
        assert!(stakes.begin_epoch(|validator, stake| told.push((validator.0, stake))));
        assert_eq!(told, [(1, 4), (2, 9)]);
        assert!(!stakes.begin_epoch(|_, _| panic!("everything was told")));
    }
}
