//! Cardano's rewards: pools are paid by stake up to a saturation, a little more for a pledge.

use super::range::{positive, within_rounds};
use super::{Divider, Genesis, Outset, Payer, Payments, RewardPolicy, SettledBlock, Source};
use crate::law::Ratio;
use crate::registry::{Entry, Refusal, settings, within};
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn RewardPolicy> = Entry {
    name: "saturation",
    summary: "every `blocks` blocks, up to `amount` coins for pools by stake up to 1/`k` of all and by their own pledge (`a0`), times how many blocks each made of those due; the rest is not made",
    source: "Brünjes, Kiayias, Koutsoupias, Stouka, Reward Sharing Schemes for Stake Pools, EuroS&P 2020; Cardano Shelley ledger specification, maxPool and mkApparentPerformance",
    parse: |table| {
        settings::<Saturation, _>(table, |saturation| {
            positive("blocks", saturation.blocks)?;
            within("k", saturation.k, 1..=1_000_000, "")?;
            within("a0", saturation.a0, Ratio::ZERO..=Ratio::new(1000, 1).unwrap_or(Ratio::ONE), "")?;
            Ok(Box::new(saturation))
        })
    },
};

/// Rewards that saturate.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Saturation {
    /// The blocks of an epoch.
    blocks: u64,
    /// Coins of an epoch if all pools were as they should be.
    amount: u64,
    /// How many pools there should be.
    k: u64,
    /// How much a pledge counts.
    a0: Ratio,
}

impl Default for Saturation {
    fn default() -> Self {
        Saturation { blocks: 100, amount: 1000, k: 10, a0: Ratio::new(3, 10).unwrap_or(Ratio::ZERO) }
    }
}

/// One, in the fixed point of shares.
const ONE: u128 = 1 << 50;

impl Saturation {
    /// The share of the epoch's coins that a pool with this share of all stake and this pledge could
    /// have, in units of 1 / [`ONE`], rounded down: `maxPool` over the pot.
    fn best(&self, share: u128, pledge: u128) -> u128 {
        let full = ONE / u128::from(self.k);
        let (share, pledge) = (share.min(full), pledge.min(full).min(share));
        if full == 0 {
            return 0;
        }
        let inner = share - pledge * (full - share) / full;
        let bonus = pledge * inner / full;
        let (above, below) = (u128::from(self.a0.numerator()), u128::from(self.a0.denominator()));
        // (share + bonus a0) / (1 + a0)
        (share * below + bonus * above) / (below + above)
    }
}

impl RewardPolicy for Saturation {
    fn most(&self, _genesis: Genesis, rounds: u64) -> u128 {
        // Apparent performance may exceed one: a small pool may make every block of an epoch.
        u128::from(rounds / self.blocks) * u128::from(self.amount)
    }

    fn accept(&self, rounds: u64) -> Result<(), Refusal> {
        within_rounds(self.blocks, rounds)
    }

    fn payer(&self, outset: &Outset) -> Box<dyn Payer> {
        Box::new(SaturationPayer {
            saturation: *self,
            pledges: outset.pledges.to_vec(),
            blocks: vec![0; outset.stakes.len()],
            pools: Divider::new(outset.stakes.len() + 1),
            weights: vec![0; outset.stakes.len() + 1],
        })
    }
}

struct SaturationPayer {
    saturation: Saturation,
    pledges: Vec<u64>,
    blocks: Vec<u64>,
    /// One member more, for what nobody gets and is not made.
    pools: Divider,
    weights: Vec<u64>,
}

impl Payer for SaturationPayer {
    fn block(&mut self, block: &SettledBlock, payments: &mut Payments) {
        self.blocks[block.forger.index()] += 1;
        let epoch = self.saturation.blocks;
        if !block.height.is_multiple_of(epoch) {
            return;
        }
        let all: u128 = block.stakes.iter().map(|&stake| u128::from(stake)).sum();
        let mut left = ONE;
        for (who, &stake) in block.stakes.iter().enumerate() {
            let of_all = |coins: u64| (u128::from(coins) * ONE).checked_div(all).unwrap_or(0);
            let share = of_all(stake);
            let best = self.saturation.best(share, of_all(self.pledges[who].min(stake)));
            // Blocks made over blocks due, which is their share of the stake.
            let made = u128::from(self.blocks[who]) * ONE / u128::from(epoch);
            let weight = (best * made).checked_div(share).unwrap_or(0).min(left);
            self.weights[who] = weight as u64;
            left -= weight;
        }
        let nobody = self.weights.len() - 1;
        self.weights[nobody] = left as u64;
        self.pools.divide(self.saturation.amount, self.weights.iter().copied().enumerate(), |who, coins| {
            if who < nobody {
                payments.pay(ValidatorId(who as u32), Source::Block, coins);
            }
        });
        self.blocks.fill(0);
    }

    fn owed(&self) -> u64 {
        self.pools.owed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// maxPool of the Shelley specification in floats, for pools below, at and above saturation.
    #[test]
    fn the_best_reward_is_that_of_the_specification() {
        let policy = Saturation { k: 10, a0: Ratio::new(3, 10).unwrap(), ..Saturation::default() };
        for (share, pledge) in [(0.01, 0.01), (0.05, 0.0), (0.1, 0.1), (0.1, 0.02), (0.4, 0.05), (0.4, 0.4)] {
            let (z0, a0) = (0.1, 0.3);
            let (s, p) = (f64::min(share, z0), f64::min(pledge, z0));
            let law = (s + p * a0 * (s - p * (z0 - s) / z0) / z0) / (1.0 + a0);
            let units = |x: f64| (x * ONE as f64) as u128;
            let found = policy.best(units(share), units(pledge)) as f64 / ONE as f64;
            assert!((found - law).abs() < 1e-12, "{share}, {pledge}: {found} for {law}");
        }
    }

    #[test]
    fn a_pool_above_saturation_earns_no_more_than_one_at_it() {
        let policy = Saturation { a0: Ratio::ZERO, ..Saturation::default() };
        assert_eq!(policy.best(ONE / 2, 0), policy.best(ONE / 10, 0));
        assert!(policy.best(ONE / 20, 0) < policy.best(ONE / 10, 0));
    }
}
