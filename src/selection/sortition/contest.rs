//! The contest of the selected coins: the lowest hash forges.

use crate::crypto::{Hash, sha256};
use crate::registry::{Refusal, within};
use crate::selection::Selection;
use crate::selection::sampling::forger;
use crate::stake::ValidatorId;

/// How many coins are selected on average, unless the scenario says otherwise.
pub const EXPECTED: u64 = 20;

/// Checks the number of coins that are selected on average.
///
/// # Errors
/// Outside 1..=1000.
pub fn check_expected(expected: u64) -> Result<(), Refusal> {
    within("expected", expected, 1..=1000, "")
}

/// Keeps the account with the lowest hash so far.
#[derive(Default)]
pub struct HashContest {
    best: Option<(Hash, ValidatorId)>,
}

impl HashContest {
    /// Enters an account by its lottery value and the number of its coins that were selected: each
    /// has the hash SHA-256(value ‖ counter), counters from 1 on.
    pub fn enter(&mut self, validator: ValidatorId, value: &Hash, weight: u64) {
        for counter in 1..=weight {
            self.enter_hash(validator, sha256(&[value, &counter.to_le_bytes()]));
        }
    }

    /// Enters one hash.
    pub fn enter_hash(&mut self, validator: ValidatorId, hash: Hash) {
        if self.best.is_none_or(|(lowest, _)| hash < lowest) {
            self.best = Some((hash, validator));
        }
    }

    /// The winner, if anybody took part.
    pub fn selection(self) -> Selection {
        forger(self.best.map(|(_, validator)| validator))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_start_at_counter_one() {
        let value = [7; 32];
        let [first, second] = [1u64, 2].map(|counter| sha256(&[&value, &counter.to_le_bytes()]));
        let best = |weight| {
            let mut contest = HashContest::default();
            contest.enter(ValidatorId(3), &value, weight);
            contest.best
        };
        assert_eq!(best(0), None);
        assert_eq!(best(1), Some((first, ValidatorId(3))));
        assert_eq!(best(2), Some((first.min(second), ValidatorId(3))));
    }

    #[test]
    fn the_lowest_wins() {
        let mut contest = HashContest::default();
        for (validator, byte) in [(0, 9), (1, 4), (2, 4), (3, 7)] {
            contest.enter_hash(ValidatorId(validator), [byte; 32]);
        }
        assert_eq!(contest.selection(), Selection::Forger { validator: ValidatorId(1), token: None });
        assert_eq!(HashContest::default().selection(), Selection::Nobody);
    }
}
