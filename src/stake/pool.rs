//! The pool of tokens as an exact integer range with owners.

use super::ValidatorId;
use crate::random::Stream;

/// The pool: tokens `0..total`, owned in runs in the order of the validators.
///
/// Validator 0 owns the first `stake(0)` tokens, validator 1 the next ones, and so on; a coin is a
/// token. Nothing is stored per token: a binary indexed tree (Fenwick, 1994) over the stakes finds
/// a token's owner and changes a stake in O(log n), in exact 64-bit integers. Drawing a uniform
/// token number has the same law as shuffling a list of all tokens and choosing one of them
/// ([`super::LiteralPool`]).
#[derive(Clone, Debug)]
pub struct Pool {
    /// `tree[i]` is the sum of the stakes of the `lowbit(i + 1)` validators that end at `i`.
    tree: Vec<u64>,
    stakes: Vec<u64>,
    total: u64,
    /// The largest power of two that is at most the number of validators: where a search starts.
    top: usize,
}

impl Pool {
    /// A pool with the given stakes, in O(n).
    ///
    /// # Panics
    /// If the stakes sum to 2^64 or more; scenarios are checked against that when they are read.
    pub fn new(stakes: &[u64]) -> Self {
        let mut tree = stakes.to_vec();
        for index in 0..tree.len() {
            let parent = index | (index + 1);
            if parent < tree.len() {
                tree[parent] = tree[parent].checked_add(tree[index]).expect("total stake fits 64 bits");
            }
        }
        let total = stakes
            .iter()
            .try_fold(0u64, |sum, &stake| sum.checked_add(stake))
            .expect("total stake fits 64 bits");
        let top = if stakes.is_empty() { 0 } else { 1 << stakes.len().ilog2() };
        Pool { tree, stakes: stakes.to_vec(), total, top }
    }

    /// The number of tokens in the pool.
    #[inline]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The number of tokens of one validator.
    #[inline]
    pub fn stake(&self, validator: ValidatorId) -> u64 {
        self.stakes[validator.index()]
    }

    /// Every validator's tokens, in order.
    pub fn stakes(&self) -> &[u64] {
        &self.stakes
    }

    /// The owner of a token, in O(log n).
    ///
    /// # Panics
    /// If there is no such token.
    #[inline]
    pub fn owner(&self, token: u64) -> ValidatorId {
        assert!(token < self.total, "token {token} is not in a pool of {}", self.total);
        let mut before = token;
        let mut position = 0;
        let mut step = self.top;
        while step > 0 {
            let next = position + step;
            if next <= self.tree.len() && self.tree[next - 1] <= before {
                before -= self.tree[next - 1];
                position = next;
            }
            step >>= 1;
        }
        ValidatorId(position as u32)
    }

    /// Draws a token; `None` from an empty pool. Returns the token's number and its owner.
    #[inline]
    pub fn draw(&self, lottery: &mut Stream) -> Option<(u64, ValidatorId)> {
        if self.total == 0 {
            return None;
        }
        let token = lottery.below(self.total);
        Some((token, self.owner(token)))
    }

    /// Sets a validator's stake, in O(log n).
    ///
    /// # Panics
    /// If the new total would reach 2^64.
    #[inline]
    pub fn set(&mut self, validator: ValidatorId, stake: u64) {
        let old = std::mem::replace(&mut self.stakes[validator.index()], stake);
        self.total = (self.total - old).checked_add(stake).expect("total stake fits 64 bits");
        let mut index = validator.index();
        while index < self.tree.len() {
            self.tree[index] = self.tree[index] - old + stake;
            index |= index + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::StreamKey;
    use proptest::prelude::*;

    fn owner_by_scan(stakes: &[u64], token: u64) -> ValidatorId {
        let mut end = 0;
        for (index, stake) in stakes.iter().enumerate() {
            end += stake;
            if token < end {
                return ValidatorId(index as u32);
            }
        }
        panic!("no such token");
    }

    proptest! {
        #[test]
        fn owners_are_those_of_a_plain_scan(
            mut stakes in prop::collection::vec(0u64..20, 1..40),
            changes in prop::collection::vec((0usize..40, 0u64..30), 0..40),
        ) {
            let mut pool = Pool::new(&stakes);
            for (index, stake) in changes {
                let index = index % stakes.len();
                stakes[index] = stake;
                pool.set(ValidatorId(index as u32), stake);
            }
            prop_assert_eq!(pool.total(), stakes.iter().sum::<u64>());
            for token in 0..pool.total() {
                prop_assert_eq!(pool.owner(token), owner_by_scan(&stakes, token));
            }
        }
    }

    #[test]
    fn totals_near_the_top_of_the_type_are_exact() {
        let pool = Pool::new(&[u64::MAX / 2, 0, u64::MAX / 2, 1]);
        assert_eq!(pool.total(), u64::MAX);
        assert_eq!(pool.owner(u64::MAX / 2 - 1), ValidatorId(0));
        assert_eq!(pool.owner(u64::MAX / 2), ValidatorId(2));
        assert_eq!(pool.owner(u64::MAX - 1), ValidatorId(3));
    }

    #[test]
    fn an_empty_pool_draws_nothing() {
        let mut stream = crate::random::Stream::open(StreamKey::new());
        assert!(Pool::new(&[0, 0]).draw(&mut stream).is_none());
        assert!(Pool::new(&[]).draw(&mut stream).is_none());
    }
}
