//! The same reward for every block.

use super::RewardPolicy;
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn RewardPolicy> = Entry {
    name: "constant",
    summary: "every block earns its forger `amount` new coins",
    source: "the block reward of most chains between two halvings; r_t = w in Huang et al. (SIGMOD 2021)",
    parse: |table| settings::<Constant, _>(table, |constant| Ok(Box::new(constant))),
};

/// A constant reward.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Constant {
    /// Coins per block.
    #[serde(default = "Constant::default_amount")]
    amount: u64,
}

impl Constant {
    fn default_amount() -> u64 {
        10
    }
}

impl RewardPolicy for Constant {
    fn amount(&self, _height: u64) -> u64 {
        self.amount
    }

    fn constant(&self) -> Option<u64> {
        Some(self.amount)
    }

    fn sum(&self, height: u64) -> u128 {
        u128::from(self.amount) * u128::from(height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_the_sum() {
        let policy = Constant { amount: 7 };
        assert_eq!(policy.sum(5), (1..=5).map(|height| u128::from(policy.amount(height))).sum());
        assert_eq!(Constant { amount: u64::MAX }.sum(u64::MAX), u128::from(u64::MAX).pow(2));
    }
}
