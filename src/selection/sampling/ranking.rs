//! Validators in order of wealth: ranks, sums and weights that depend on the rank.

use crate::stake::ValidatorId;

/// No node.
const NIL: u32 = u32::MAX;

/// The holders of stake from the richest to the poorest, earlier ones first among equals.
///
/// A treap (Seidel and Aragon, Algorithmica 1996) with one node per validator; the priorities are a
/// fixed hash of the validator's number. Changing a stake and finding a place take O(log n) on
/// average. Nothing is allocated after the start.
#[derive(Clone, Debug)]
pub(in crate::selection) struct StakeRanking {
    nodes: Vec<Node>,
    root: u32,
    /// The sum of `|s_i - s_j|` over all pairs of holders.
    distances: u128,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    stake: u64,
    /// The richer ones.
    left: u32,
    /// The poorer ones.
    right: u32,
    holders: u32,
    coins: u64,
}

/// How many holders there are in a part of the ranking, and what they hold together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::selection) struct Part {
    pub holders: u64,
    pub coins: u64,
}

impl StakeRanking {
    /// Ranks the holders, in O(n log n).
    pub fn new(stakes: &[u64]) -> Self {
        let empty = Node { stake: 0, left: NIL, right: NIL, holders: 0, coins: 0 };
        let mut ranking = StakeRanking { nodes: vec![empty; stakes.len()], root: NIL, distances: 0 };
        for (index, &stake) in stakes.iter().enumerate() {
            ranking.set(ValidatorId(index as u32), stake);
        }
        ranking
    }

    /// Everybody together.
    pub fn all(&self) -> Part {
        self.part(self.root)
    }

    /// The largest stake; zero if nobody holds any.
    pub fn largest(&self) -> u64 {
        let mut largest = 0;
        let mut node = self.root;
        while node != NIL {
            largest = self.nodes[node as usize].stake;
            node = self.nodes[node as usize].left;
        }
        largest
    }

    /// The sum of `|s_i - s_j|` over all pairs of holders: the Gini coefficient times n times S.
    pub fn distances(&self) -> u128 {
        self.distances
    }

    /// Sets a validator's stake; zero takes it out of the ranking.
    pub fn set(&mut self, validator: ValidatorId, stake: u64) {
        let index = validator.0;
        let old = self.nodes[index as usize].stake;
        if old == stake {
            return;
        }
        if old > 0 {
            let (richer, rest) = self.split(self.root, old, index);
            let (_, poorer) = self.split_first(rest);
            self.distances -= self.distance(richer, poorer, old);
            self.root = self.join(richer, poorer);
        }
        self.nodes[index as usize] =
            Node { stake, left: NIL, right: NIL, holders: u32::from(stake > 0), coins: stake };
        if stake > 0 {
            let (richer, poorer) = self.split(self.root, stake, index);
            self.distances += self.distance(richer, poorer, stake);
            let upper = self.join(richer, index);
            self.root = self.join(upper, poorer);
        }
    }

    /// The holder at which a running sum from the richest on first exceeds `goal`. The sum up to
    /// and including a holder is `sum(part)`, where `part` is everybody up to there; it must not
    /// fall. `None` if it never exceeds the goal.
    #[inline]
    pub fn find(&self, goal: u128, sum: impl Fn(Part) -> u128) -> Option<ValidatorId> {
        let mut before = Part { holders: 0, coins: 0 };
        let mut node = self.root;
        let mut found = None;
        while node != NIL {
            let here = self.nodes[node as usize];
            let richer = self.part(here.left);
            let through = Part {
                holders: before.holders + richer.holders + 1,
                coins: before.coins + richer.coins + here.stake,
            };
            if sum(through) > goal {
                found = Some(ValidatorId(node));
                node = here.left;
            } else {
                before = through;
                node = here.right;
            }
        }
        found
    }

    /// The `seats` richest together.
    pub fn richest(&self, seats: u64) -> Part {
        self.upper(|before, _| before.holders < seats)
    }

    /// All who hold more than `limit`, together.
    pub fn above(&self, limit: u64) -> Part {
        self.upper(|_, stake| stake > limit)
    }

    /// The longest upper part all of whose members satisfy `belongs(those before, own stake)`.
    fn upper(&self, belongs: impl Fn(Part, u64) -> bool) -> Part {
        let mut before = Part { holders: 0, coins: 0 };
        let mut node = self.root;
        while node != NIL {
            let here = self.nodes[node as usize];
            let richer = self.part(here.left);
            let upto = Part { holders: before.holders + richer.holders, coins: before.coins + richer.coins };
            if belongs(upto, here.stake) {
                before = Part { holders: upto.holders + 1, coins: upto.coins + here.stake };
                node = here.right;
            } else {
                node = here.left;
            }
        }
        before
    }

    fn part(&self, node: u32) -> Part {
        match self.nodes.get(node as usize) {
            Some(node) => Part { holders: u64::from(node.holders), coins: node.coins },
            None => Part { holders: 0, coins: 0 },
        }
    }

    /// The sum of the distances between a stake and those of all richer and poorer ones.
    fn distance(&self, richer: u32, poorer: u32, stake: u64) -> u128 {
        let (richer, poorer) = (self.part(richer), self.part(poorer));
        let stake = u128::from(stake);
        u128::from(richer.coins) - u128::from(richer.holders) * stake + u128::from(poorer.holders) * stake
            - u128::from(poorer.coins)
    }

    fn refresh(&mut self, node: u32) {
        let Node { stake, left, right, .. } = self.nodes[node as usize];
        let (richer, poorer) = (self.part(left), self.part(right));
        let here = &mut self.nodes[node as usize];
        here.holders = (richer.holders + poorer.holders) as u32 + 1;
        here.coins = richer.coins + poorer.coins + stake;
    }

    /// Cuts a tree into those that come before (stake, index) in the ranking and the others.
    fn split(&mut self, node: u32, stake: u64, index: u32) -> (u32, u32) {
        if node == NIL {
            return (NIL, NIL);
        }
        let own = self.nodes[node as usize].stake;
        if own > stake || (own == stake && node < index) {
            let (before, after) = self.split(self.nodes[node as usize].right, stake, index);
            self.nodes[node as usize].right = before;
            self.refresh(node);
            (node, after)
        } else {
            let (before, after) = self.split(self.nodes[node as usize].left, stake, index);
            self.nodes[node as usize].left = after;
            self.refresh(node);
            (before, node)
        }
    }

    /// Cuts the first one off a tree that is not empty.
    fn split_first(&mut self, node: u32) -> (u32, u32) {
        let left = self.nodes[node as usize].left;
        if left == NIL {
            return (node, self.nodes[node as usize].right);
        }
        let (first, rest) = self.split_first(left);
        self.nodes[node as usize].left = rest;
        self.refresh(node);
        (first, node)
    }

    /// Joins two trees, all of the first before all of the second.
    fn join(&mut self, first: u32, second: u32) -> u32 {
        if first == NIL {
            return second;
        }
        if second == NIL {
            return first;
        }
        if priority(first) > priority(second) {
            let joined = self.join(self.nodes[first as usize].right, second);
            self.nodes[first as usize].right = joined;
            self.refresh(first);
            first
        } else {
            let joined = self.join(first, self.nodes[second as usize].left);
            self.nodes[second as usize].left = joined;
            self.refresh(second);
            second
        }
    }
}

/// A fixed hash of a node's number (the finaliser of SplitMix64): only the shape of the tree
/// depends on it, never a result.
fn priority(node: u32) -> u64 {
    let mut hash = (u64::from(node) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sorted(stakes: &[u64]) -> Vec<(u64, usize)> {
        let mut order: Vec<(u64, usize)> =
            stakes.iter().enumerate().filter(|(_, stake)| **stake > 0).map(|(i, &s)| (s, i)).collect();
        order.sort_by_key(|&(stake, index)| (std::cmp::Reverse(stake), index));
        order
    }

    proptest! {
        #[test]
        fn everything_agrees_with_a_sorted_list(
            mut stakes in prop::collection::vec(0u64..12, 1..30),
            changes in prop::collection::vec((0usize..30, 0u64..15), 0..30),
        ) {
            let mut ranking = StakeRanking::new(&stakes);
            for (index, stake) in changes {
                let index = index % stakes.len();
                stakes[index] = stake;
                ranking.set(ValidatorId(index as u32), stake);
            }
            let order = sorted(&stakes);
            prop_assert_eq!(ranking.largest(), order.first().map_or(0, |first| first.0));
            let coins = |part: &[(u64, usize)]| part.iter().map(|p| p.0).sum::<u64>();
            prop_assert_eq!(ranking.all(), Part { holders: order.len() as u64, coins: coins(&order) });
            let mut distances = 0;
            for a in &order {
                distances += order.iter().map(|b| u128::from(a.0.abs_diff(b.0))).sum::<u128>();
            }
            prop_assert_eq!(ranking.distances() * 2, distances);
            for seats in 0..order.len() + 2 {
                let upper = &order[..seats.min(order.len())];
                let part = Part { holders: upper.len() as u64, coins: coins(upper) };
                prop_assert_eq!(ranking.richest(seats as u64), part);
            }
            for limit in 0..16 {
                let upper: Vec<_> = order.iter().copied().filter(|one| one.0 > limit).collect();
                prop_assert_eq!(ranking.above(limit), Part { holders: upper.len() as u64, coins: coins(&upper) });
            }
            let mut goal = 0;
            for &(stake, index) in &order {
                for _ in 0..stake {
                    let found = ranking.find(goal, |part| u128::from(part.coins));
                    prop_assert_eq!(found, Some(ValidatorId(index as u32)));
                    goal += 1;
                }
            }
            prop_assert_eq!(ranking.find(goal, |part| u128::from(part.coins)), None);
        }
    }
}
