//! Who may be drawn.

use crate::ledger::AccountId;
use serde::Serialize;

/// The number of a validator, in the order of the scenario, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ValidatorId(pub u32);

impl ValidatorId {
    /// The number as an index into per-validator slices.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Validators are the first accounts, in the same order.
impl From<ValidatorId> for AccountId {
    fn from(validator: ValidatorId) -> Self {
        AccountId(validator.0)
    }
}
