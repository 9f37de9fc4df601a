//! A pool whose tokens stand for weights instead of coins.

use super::Weight;
use crate::random::Stream;
use crate::stake::{Pool, ValidatorId};

/// A fresh pool holds fewer than 2^63 tokens and at least 2^62 (or none).
const FULL: u32 = 63;
/// Beyond so many tokens the unit is chosen anew.
const MOST: u128 = (1 << 63) + (1 << 62);
/// Below so many tokens the unit is chosen anew, because small weights would lose digits.
const FEWEST: u64 = 1 << 48;

/// Draws validators in proportion to weights of any size, through a [`Pool`] of integer tokens.
///
/// A token is worth a power of two, chosen so that the pool is nearly full. A weight is rounded
/// down to whole tokens, but a positive one keeps at least one: integer weights of a total below
/// 2^63 are therefore exact, and any other probability is off by less than 2^-48 of the whole per
/// validator, mostly by less than 2^-61. Setting a weight takes O(log n); when the total has grown
/// or shrunk so far that the token's worth must change, O(n), which doubling pays for.
#[derive(Clone, Debug)]
pub(in crate::selection) struct WeightedPool {
    weights: Vec<Weight>,
    /// A token is worth 2^unit.
    unit: i32,
    pool: Pool,
}

impl WeightedPool {
    /// A pool with these weights, in O(n).
    pub fn new(weights: Vec<Weight>) -> Self {
        let mut pool = WeightedPool { weights, unit: 0, pool: Pool::new(&[]) };
        pool.choose_unit();
        pool
    }

    /// Everybody's tokens, in order: what it draws from while no weight changes.
    pub fn into_tokens(self) -> Vec<u64> {
        self.pool.stakes().to_vec()
    }

    /// Sets a validator's weight.
    pub fn set(&mut self, validator: ValidatorId, weight: Weight) {
        self.weights[validator.index()] = weight;
        let others = self.pool.total() - self.pool.stake(validator);
        match tokens(weight, self.unit) {
            Some(new) if u128::from(others) + u128::from(new) < MOST => {
                self.pool.set(validator, new);
                if self.pool.total() < FEWEST && self.pool.total() > 0 {
                    self.choose_unit();
                }
            }
            _ => self.choose_unit(),
        }
    }

    /// Draws a validator; `None` if nobody has any weight.
    #[inline]
    pub fn draw(&self, lottery: &mut Stream) -> Option<ValidatorId> {
        self.pool.draw(lottery).map(|(_, validator)| validator)
    }

    /// Chooses the worth of a token so that the pool is nearly full, and fills it.
    fn choose_unit(&mut self) {
        let heaviest = self.weights.iter().filter(|weight| weight.mantissa > 0).map(|w| w.exponent).max();
        let Some(top) = heaviest else {
            self.unit = 0;
            self.pool = Pool::new(&vec![0; self.weights.len()]);
            return;
        };
        // The sum in units of 2^(top - 32): at most 2^32 terms below 2^96. What is cut off below
        // that unit is less than the heaviest weight's last digits.
        let sum: u128 = self
            .weights
            .iter()
            .map(|weight| {
                (u128::from(weight.mantissa) << 32).checked_shr((top - weight.exponent) as u32).unwrap_or(0)
            })
            .sum();
        let digits = u128::BITS - sum.leading_zeros();
        self.unit = top - 32 + digits as i32 - FULL as i32;
        let filled: Vec<u64> = self
            .weights
            .iter()
            .map(|&weight| tokens(weight, self.unit).expect("no weight exceeds the sum of all"))
            .collect();
        self.pool = Pool::new(&filled);
    }
}

/// The number of tokens of worth 2^unit that a weight gets; `None` if it needs 65 digits or more.
fn tokens(weight: Weight, unit: i32) -> Option<u64> {
    if weight.mantissa == 0 {
        return Some(0);
    }
    let shift = u32::try_from(unit - weight.exponent).ok()?;
    Some(weight.mantissa.checked_shr(shift).unwrap_or(0).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of_integers(weights: &[u64]) -> WeightedPool {
        WeightedPool::new(weights.iter().map(|&weight| Weight::integer(u128::from(weight))).collect())
    }

    /// Everybody's tokens, divided by the largest power of two that divides them all.
    fn reduced(pool: &WeightedPool) -> Vec<u64> {
        let shift =
            pool.pool.stakes().iter().filter(|&&t| t > 0).map(|t| t.trailing_zeros()).min().unwrap_or(0);
        pool.pool.stakes().iter().map(|tokens| tokens >> shift).collect()
    }

    proptest! {
        #[test]
        fn integer_weights_are_exact_through_all_changes(
            mut weights in prop::collection::vec(0u64..1000, 1..20),
            changes in prop::collection::vec((0usize..20, prop_oneof![0u64..1000, 0u64..1 << 40]), 0..30),
        ) {
            let mut pool = of_integers(&weights);
            for (index, weight) in changes {
                let index = index % weights.len();
                weights[index] = weight;
                pool.set(ValidatorId(index as u32), Weight::integer(u128::from(weight)));
                let tokens = reduced(&pool);
                let fresh = reduced(&of_integers(&weights));
                prop_assert_eq!(tokens, fresh);
            }
        }
    }

    #[test]
    fn the_largest_total_of_coins_is_exact() {
        let stakes = [i64::MAX as u64 - 3, 1, 2, 0];
        assert_eq!(of_integers(&stakes).pool.stakes(), stakes);
    }

    /// From 1 to 2^120 and back, one validator beside another of weight 1: the ratio holds as far
    /// as tokens can express it, and the small one never vanishes.
    #[test]
    fn the_unit_follows_the_weights() {
        let mut pool = of_integers(&[1, 1]);
        for power in (0..120).chain((0..120).rev()) {
            pool.set(ValidatorId(0), Weight::scaled(1, power));
            let (large, small) = (pool.pool.stakes()[0], pool.pool.stakes()[1]);
            assert!(small >= 1 && pool.pool.total() >= FEWEST);
            if power <= 47 {
                assert_eq!(large / small, 1 << power);
            }
        }
        pool.set(ValidatorId(0), Weight::ZERO);
        pool.set(ValidatorId(1), Weight::ZERO);
        assert_eq!(pool.pool.total(), 0);
        pool.set(ValidatorId(1), Weight::integer(3));
        assert!(pool.pool.stake(ValidatorId(1)) > 0);
    }
}
