//! Sortition by definition: a table of weights for every account.

use super::SurvivalTable;
use crate::crypto::Hash;
use crate::selection::StakeChange;
use crate::stake::ValidatorId;

/// Every account's weights.
pub struct Accounts {
    expected: u64,
    stakes: Vec<u64>,
    weights: Vec<SurvivalTable>,
}

impl Accounts {
    /// The tables when `expected` coins are selected on average.
    pub fn new(expected: u64, stakes: &[u64]) -> Self {
        let weights = vec![SurvivalTable::default(); stakes.len()];
        let mut accounts = Accounts { expected, stakes: stakes.to_vec(), weights };
        accounts.fill();
        accounts
    }

    /// Takes note of changed stakes. A changed stake changes the total, and so everybody's chance
    /// for a coin: O(m) if there is a change.
    pub fn change(&mut self, changes: &[StakeChange]) {
        for change in changes {
            self.stakes[change.validator.index()] = change.stake;
        }
        if !changes.is_empty() {
            self.fill();
        }
    }

    /// Lets everybody with stake draw a lottery value, whose first 16 bytes are the ratio that
    /// decides the weight, and tells `enter` of value and weight.
    pub fn draw(
        &self,
        mut value: impl FnMut(ValidatorId) -> Hash,
        mut enter: impl FnMut(ValidatorId, &Hash, u64),
    ) {
        for (index, table) in self.weights.iter().enumerate().filter(|&(i, _)| self.stakes[i] > 0) {
            let validator = ValidatorId(index as u32);
            let value = value(validator);
            let ratio = u128::from_be_bytes(std::array::from_fn(|byte| value[byte]));
            enter(validator, &value, table.weight(!ratio));
        }
    }

    fn fill(&mut self) {
        let total = self.stakes.iter().sum();
        for (table, &stake) in self.weights.iter_mut().zip(&self.stakes) {
            table.fill(stake, self.expected, total);
        }
    }
}
