//! The pool where whoever is drawn gains the same each time.

use super::{MAX_TOTAL, ValidatorId};
use crate::random::Stream;

/// The same pool as [`super::Pool`], for draws by the million after each of which the owner gains a
/// reward: finding the owner and adding the reward is one walk down a wide tree.
///
/// A node has sixteen children and for each the sum of the stakes before it, within the node. The
/// child that has a token is found by comparing the token with all of them, and exactly those that
/// are larger grow by the reward: a few vector instructions and no branch that depends on the token.
/// Two levels of a binary tree cost as much, for they are guessed wrong half of the time.
///
/// As the reward is the same each time, all totals are known in advance, and tokens are drawn apart
/// from the search.
#[derive(Clone, Debug)]
pub struct GrowingPool {
    sums: Sums,
    validators: usize,
    total: u64,
    reward: u64,
    /// For so many draws more the sums are known to fit.
    left: u64,
}

/// Numbers of 32 bits where all sums fit, twice as many to an instruction. Signed ones, as those
/// are what processors compare.
#[derive(Clone, Debug)]
enum Sums {
    Narrow(Tree<i32>),
    Wide(Tree<i64>),
}

impl GrowingPool {
    /// At most this many owners are drawn at once.
    pub const BLOCK: usize = 256;

    /// A pool with the given stakes, for at most so many draws, in O(n). `None` if there are no
    /// tokens, or if in the end there were more than [`MAX_TOTAL`].
    pub fn new(stakes: &[u64], reward: u64, draws: u64) -> Option<Self> {
        let total: u128 = stakes.iter().map(|&stake| u128::from(stake)).sum();
        let end = total + u128::from(reward) * u128::from(draws);
        if total == 0 || end > u128::from(MAX_TOTAL) {
            return None;
        }
        let sums = if end <= i32::MAX as u128 {
            Sums::Narrow(Tree::new(stakes))
        } else {
            Sums::Wide(Tree::new(stakes))
        };
        Some(GrowingPool { sums, validators: stakes.len(), total: total as u64, reward, left: draws })
    }

    /// Draws as many tokens as `owners` has places, at most [`GrowingPool::BLOCK`], and tells their
    /// owners, each of whom gains the reward before the next token is drawn: from the same words as
    /// as many [`super::Pool::draw`].
    ///
    /// # Panics
    /// If there are more places, or more draws in all than the pool was made for.
    #[inline]
    pub fn draw(&mut self, lottery: &mut Stream, owners: &mut [ValidatorId]) {
        let mut tokens = [0; Self::BLOCK];
        let tokens = &mut tokens[..owners.len()];
        self.left = self.left.checked_sub(tokens.len() as u64).expect("no more draws than announced");
        for token in &mut *tokens {
            *token = lottery.below(self.total);
            self.total += self.reward;
        }
        match &mut self.sums {
            Sums::Narrow(tree) => tree.reward_owners(tokens, self.reward, owners),
            Sums::Wide(tree) => tree.reward_owners(tokens, self.reward, owners),
        }
    }

    /// The number of tokens of one validator, in O(log n).
    pub fn stake(&self, validator: ValidatorId) -> u64 {
        match &self.sums {
            Sums::Narrow(tree) => tree.end(validator.index(), self.total) - tree.start(validator.index()),
            Sums::Wide(tree) => tree.end(validator.index(), self.total) - tree.start(validator.index()),
        }
    }

    /// Every validator's tokens, in order.
    pub fn stakes(&self) -> impl Iterator<Item = u64> {
        (0..self.validators as u32).map(|validator| self.stake(ValidatorId(validator)))
    }
}

/// Children of a node. Measured from 4 to a million validators: 8 cost one level more from a hundred
/// on, with 32 a node takes longer than the level that it saves.
const FANOUT: usize = 16;

/// For each child of a node, the sum of all before it. The first is 0; those of children that are
/// not there are the sum of all.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Node<T>([T; FANOUT]);

/// The levels, the root alone in the first. The last level's children are the validators.
#[derive(Clone, Debug)]
struct Tree<T>(Vec<Vec<Node<T>>>);

impl<T: Sum> Tree<T> {
    fn new(stakes: &[u64]) -> Self {
        let mut levels = Vec::new();
        let mut sums = stakes.to_vec();
        while levels.is_empty() || sums.len() > 1 {
            let mut nodes = Vec::with_capacity(sums.len().div_ceil(FANOUT));
            let mut above = Vec::with_capacity(nodes.capacity());
            for children in sums.chunks(FANOUT) {
                let mut before = 0;
                let mut node = [T::of(0); FANOUT];
                for (child, sum) in node.iter_mut().enumerate() {
                    *sum = T::of(before);
                    before += children.get(child).copied().unwrap_or(0);
                }
                nodes.push(Node(node));
                above.push(before);
            }
            levels.push(nodes);
            sums = above;
        }
        levels.reverse();
        Tree(levels)
    }

    fn reward_owners(&mut self, tokens: &[u64], reward: u64, owners: &mut [ValidatorId]) {
        let reward = T::of(reward);
        for (&token, owner) in tokens.iter().zip(owners) {
            *owner = ValidatorId(self.reward_owner(T::of(token), reward) as u32);
        }
    }

    /// Adds the reward to the stake of a token's owner, and tells who that is.
    #[inline(always)]
    fn reward_owner(&mut self, token: T, reward: T) -> usize {
        let (mut rest, mut path) = (token, 0);
        for level in &mut self.0 {
            let Node(node) = &mut level[path];
            let before = *node;
            // Counted in bytes, eight at a time, because that is what becomes one instruction that
            // gathers the results of eight comparisons.
            let mut larger = 0;
            for part in before.chunks_exact(8) {
                larger += usize::from(part.iter().map(|&sum| u8::from(sum > rest)).sum::<u8>());
            }
            // Never outside: the first sum is 0 and no token is less.
            let child = (FANOUT - 1 - larger) % FANOUT;
            let taken = node[child];
            for (sum, before) in node.iter_mut().zip(before) {
                *sum = before.plus_if(before > rest, reward);
            }
            rest = rest.minus(taken);
            path = path * FANOUT + child;
        }
        path
    }

    /// The sum of the stakes before a validator.
    fn start(&self, validator: usize) -> u64 {
        let mut sum = 0;
        let mut path = validator;
        for level in self.0.iter().rev() {
            sum += level[path / FANOUT].0[path % FANOUT].number();
            path /= FANOUT;
        }
        sum
    }

    /// The sum of the stakes up to a validator and with it.
    fn end(&self, validator: usize, total: u64) -> u64 {
        let leaves = self.0.last().map_or(0, Vec::len) * FANOUT;
        if validator + 1 < leaves { self.start(validator + 1) } else { total }
    }
}

/// A number that sums of stakes are kept in.
trait Sum: Copy + Ord {
    /// A number that is known to fit.
    fn of(number: u64) -> Self;
    fn number(self) -> u64;
    fn plus_if(self, condition: bool, more: Self) -> Self;
    fn minus(self, less: Self) -> Self;
}

macro_rules! sums {
    ($($number:ident),*) => {$(
        impl Sum for $number {
            #[inline(always)]
            fn of(number: u64) -> Self {
                number as $number
            }

            #[inline(always)]
            fn number(self) -> u64 {
                self as u64
            }

            #[inline(always)]
            fn plus_if(self, condition: bool, more: Self) -> Self {
                self.wrapping_add(more & -$number::from(condition))
            }

            #[inline(always)]
            fn minus(self, less: Self) -> Self {
                self.wrapping_sub(less)
            }
        }
    )*};
}

sums!(i32, i64);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::StreamKey;
    use crate::stake::Pool;
    use proptest::prelude::*;
    use rand::Rng;

    /// Draws from both pools as often, in blocks, and compares owners, stakes and streams.
    fn agree(stakes: &[u64], reward: u64, blocks: &[usize]) -> Result<(), TestCaseError> {
        let draws: usize = blocks.iter().sum();
        let mut growing = GrowingPool::new(stakes, reward, draws as u64).expect("few enough tokens");
        let mut pool = Pool::new(stakes);
        let mut one = Stream::open(StreamKey::new().text("growing"));
        let mut other = one.clone();
        for &block in blocks {
            let mut owners = vec![ValidatorId(u32::MAX); block];
            growing.draw(&mut one, &mut owners);
            for owner in owners {
                let (_, expected) = pool.draw(&mut other).expect("a pool with tokens");
                prop_assert_eq!(owner, expected);
                pool.set(expected, pool.stake(expected) + reward);
            }
            prop_assert_eq!(one.clone().next_u64(), other.clone().next_u64());
            prop_assert_eq!(growing.stakes().collect::<Vec<_>>(), pool.stakes());
        }
        Ok(())
    }

    proptest! {
        /// Up to three levels, those that are full and those that are not, stakes of nothing, and
        /// every width of sums.
        #[test]
        fn owners_and_stakes_are_those_of_the_pool(
            stakes in prop_oneof![
                prop::collection::vec(0u64..5, 1..40),
                prop::collection::vec(prop_oneof![0u64..2, 0u64..1000, 0u64..1 << 40], 1..700),
                prop::collection::vec(0u64..100, 250..260),
            ],
            reward in prop_oneof![0u64..3, 0u64..1 << 22, 0u64..1 << 45],
            blocks in prop::collection::vec(0..=GrowingPool::BLOCK, 1..5),
        ) {
            prop_assume!(stakes.iter().sum::<u64>() > 0);
            agree(&stakes, reward, &blocks)?;
        }
    }

    /// The largest totals of either width; with those of 2^62 and a bit many words are rejected.
    #[test]
    fn totals_at_the_top_of_a_width_are_exact() {
        for top in [i32::MAX as u64, i32::MAX as u64 + 1, (1 << 62) + (1 << 61), MAX_TOTAL] {
            for reward in [1, 1000] {
                let free = top - 600 * reward;
                for stakes in [vec![free - 2, 0, 2], vec![0, 3, free - 3, 0], vec![free / 40; 40]] {
                    agree(&stakes, reward, &[256, 1, 0, 256, 87]).unwrap();
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_counted_is_refused() {
        assert!(GrowingPool::new(&[], 1, 1).is_none());
        assert!(GrowingPool::new(&[0, 0], 1, 1).is_none());
        assert!(GrowingPool::new(&[MAX_TOTAL], 1, 1).is_none());
        assert!(GrowingPool::new(&[MAX_TOTAL], 1, 0).is_some());
        assert!(GrowingPool::new(&[1, 1], u64::MAX, u64::MAX).is_none());
    }
}
