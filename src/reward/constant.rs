//! The same reward for every block.

use super::{Genesis, Outset, Payer, Payments, RewardPolicy, SettledBlock, Source};
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
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
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
    fn constant(&self) -> Option<u64> {
        Some(self.amount)
    }

    fn most(&self, _genesis: Genesis, rounds: u64) -> u128 {
        u128::from(self.amount) * u128::from(rounds)
    }

    fn payer(&self, _outset: &Outset) -> Box<dyn Payer> {
        Box::new(*self)
    }
}

impl Payer for Constant {
    #[inline]
    fn block(&mut self, block: &SettledBlock, payments: &mut Payments) {
        payments.pay(block.forger, Source::Block, self.amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_is_the_sum() {
        let policy = Constant { amount: 7 };
        assert_eq!(
            policy.most(Genesis::default(), 5),
            policy.amounts(Genesis::default()).unwrap().take(5).map(u128::from).sum()
        );
        assert_eq!(
            Constant { amount: u64::MAX }.most(Genesis::default(), u64::MAX),
            u128::from(u64::MAX).pow(2)
        );
    }
}
