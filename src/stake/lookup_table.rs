//! Owners of tokens by a table, for stakes that stay as they are.

use super::ValidatorId;
use crate::random::Stream;
use rand::Rng;

/// The same pool as [`super::Pool`], for draws by the million: the owner of a token in constant
/// expected time.
///
/// The tokens are cut into runs of equal length, a power of two, of which there are four to eight
/// for each validator; a table (Chen and Asau, 1974) names the owner of the first token of each run,
/// and from there the running sums of the stakes are searched upwards. A uniform token lies in a run
/// with less than half an owner's end in it on average, however the stakes are spread.
#[derive(Clone, Debug)]
pub struct LookupTable {
    /// Where each validator's tokens end.
    ends: Vec<u64>,
    /// The owner of the first token of each run.
    first: Vec<u32>,
    /// A run has 2^shift tokens.
    shift: u32,
    total: u64,
    /// Words whose low product is below it are rejected, as in [`crate::random::below`].
    threshold: u64,
}

impl LookupTable {
    /// At most this many owners are drawn at once.
    pub const BLOCK: usize = 256;
    /// Runs for each validator, at least.
    const RUNS: u64 = 4;

    /// The table for a pool of so many tokens for each validator, in O(n).
    ///
    /// # Panics
    /// If there is no token, or 2^64 of them or more.
    pub fn new(tokens: &[u64]) -> Self {
        let mut total = 0u64;
        let mut ends = Vec::with_capacity(tokens.len());
        for &tokens in tokens {
            total = total.checked_add(tokens).expect("total stake fits 64 bits");
            ends.push(total);
        }
        assert!(total > 0, "nobody owns a token");
        let runs = (Self::RUNS * tokens.len() as u64).next_power_of_two();
        let shift = (u64::BITS - (total - 1).leading_zeros()).saturating_sub(runs.ilog2());
        let mut first = Vec::with_capacity(((total - 1) >> shift) as usize + 1);
        let mut owner = 0;
        for run in 0..=(total - 1) >> shift {
            while ends[owner] <= run << shift {
                owner += 1;
            }
            first.push(owner as u32);
        }
        LookupTable { ends, first, shift, total, threshold: total.wrapping_neg() % total }
    }

    /// The number of validators.
    pub fn validators(&self) -> usize {
        self.ends.len()
    }

    /// The owner of a token.
    ///
    /// # Panics
    /// If there is no such token.
    #[inline]
    pub fn owner(&self, token: u64) -> ValidatorId {
        let mut owner = self.first[(token >> self.shift) as usize] as usize;
        // One end in the run is frequent: no branch. Two are rare.
        owner += usize::from(token >= self.ends[owner]);
        while token >= self.ends[owner] {
            owner += 1;
        }
        ValidatorId(owner as u32)
    }

    /// Draws as many tokens as `owners` has places, at most [`LookupTable::BLOCK`], and tells their owners:
    /// from the same words as as many [`Stream::below`]. Owners are looked up apart from the draws,
    /// so that many lookups wait for memory at once.
    ///
    /// # Panics
    /// If there are more places.
    #[inline]
    pub fn draw(&self, lottery: &mut Stream, owners: &mut [ValidatorId]) {
        let mut tokens = [0u64; Self::BLOCK];
        let tokens = &mut tokens[..owners.len()];
        let mut drawn = 0;
        while drawn < tokens.len() {
            let product = u128::from(lottery.next_u64()) * u128::from(self.total);
            tokens[drawn] = (product >> 64) as u64;
            drawn += usize::from(product as u64 >= self.threshold);
        }
        for (owner, &mut token) in owners.iter_mut().zip(tokens) {
            *owner = self.owner(token);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::StreamKey;
    use crate::stake::Pool;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn owners_are_those_of_the_pool(
            stakes in prop::collection::vec(prop_oneof![0u64..5, 0u64..1000, 0u64..1 << 55], 1..60),
            draws in prop::collection::vec(0u64.., 50),
        ) {
            let pool = Pool::new(&stakes);
            prop_assume!(pool.total() > 0);
            let lookup_table = LookupTable::new(&stakes);
            let mut ends = vec![0, pool.total() - 1];
            let mut end = 0;
            for stake in &stakes {
                end += stake;
                ends.extend([end.saturating_sub(1), end]);
            }
            for token in ends.into_iter().chain(draws.into_iter().map(|draw| draw % pool.total())) {
                if token < pool.total() {
                    prop_assert_eq!(lookup_table.owner(token), pool.owner(token));
                }
            }
        }
    }

    /// With a total of 3 x 2^62 a quarter of the words is rejected: every draw must reject the same.
    #[test]
    fn draws_take_the_same_words_as_the_pool() {
        for stakes in [vec![1 << 63, 0, 1 << 62], vec![350, 500, 200, 275], vec![0, u64::MAX], vec![1]] {
            let (pool, lookup_table) = (Pool::new(&stakes), LookupTable::new(&stakes));
            let mut one = Stream::open(StreamKey::new().text("lookup_table"));
            let mut other = one.clone();
            for size in [1, 7, 256, 0, 100] {
                let mut owners = vec![ValidatorId(9); size];
                lookup_table.draw(&mut one, &mut owners);
                for owner in owners {
                    assert_eq!(Some(owner), pool.draw(&mut other).map(|(_, owner)| owner));
                }
                assert_eq!(one.clone().next_u64(), other.clone().next_u64());
            }
        }
    }
}
