//! Candidates in random order, drawn one at a time.

use super::StakeChange;
use crate::random::Stream;
use crate::stake::ValidatorId;

/// A fresh random order of all validators with stake, as far into it as somebody asks.
///
/// The order is an unbiased shuffle (Fisher and Yates) drawn position by position, so that a round
/// pays only for the candidates it looks at. After the last candidate the same order starts again.
#[derive(Clone, Debug)]
pub struct CandidateOrder {
    stakes: Vec<u64>,
    /// Those with stake; the first `drawn` of them are this round's order so far.
    active: Vec<ValidatorId>,
    drawn: usize,
}

impl CandidateOrder {
    /// The validators and their stakes.
    pub fn new(stakes: &[u64]) -> Self {
        let mut order = CandidateOrder { stakes: stakes.to_vec(), active: Vec::new(), drawn: 0 };
        order.list_active();
        order
    }

    /// Starts a new order, with the stakes as they are now. O(changes), and O(m) when somebody's
    /// stake falls to zero or rises from it.
    pub fn start(&mut self, changes: &[StakeChange]) {
        let mut joined_or_left = false;
        for change in changes {
            let old = std::mem::replace(&mut self.stakes[change.validator.index()], change.stake);
            joined_or_left |= (old == 0) != (change.stake == 0);
        }
        if joined_or_left {
            self.list_active();
        }
        self.drawn = 0;
    }

    /// The candidate at a position, counted from 0, and its stake; positions are asked for in order.
    /// `None` if nobody holds stake.
    pub fn at(&mut self, position: u64, stream: &mut Stream) -> Option<(ValidatorId, u64)> {
        if self.active.is_empty() {
            return None;
        }
        let place = (position % self.active.len() as u64) as usize;
        if place == self.drawn {
            let other = place + stream.below((self.active.len() - place) as u64) as usize;
            self.active.swap(place, other);
            self.drawn += 1;
        }
        let candidate = self.active[place];
        Some((candidate, self.stakes[candidate.index()]))
    }

    fn list_active(&mut self) {
        self.active.clear();
        let holders = self.stakes.iter().enumerate().filter(|&(_, &stake)| stake > 0);
        self.active.extend(holders.map(|(index, _)| ValidatorId(index as u32)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::StreamKey;

    #[test]
    fn every_order_is_equally_likely_and_repeats_after_its_end() {
        // 6 orders of the 3 holders, 60,000 rounds; the 1 - 1e-6 quantile of chi-square with 5
        // degrees of freedom is 35.89.
        let mut stream = Stream::open(StreamKey::new().text("candidates"));
        let mut order = CandidateOrder::new(&[4, 0, 9, 2]);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..60_000 {
            order.start(&[]);
            let candidates: Vec<_> = (0..6).map(|i| order.at(i, &mut stream).unwrap().0.0).collect();
            assert_eq!(candidates[..3], candidates[3..]);
            *counts.entry(candidates).or_insert(0.0) += 1.0;
        }
        assert_eq!(counts.len(), 6);
        let statistic: f64 = counts.values().map(|c| (c - 10_000.0f64).powi(2) / 10_000.0).sum();
        assert!(statistic < 35.89, "chi-square {statistic}");
    }

    #[test]
    fn stakes_follow_their_changes() {
        let mut stream = Stream::open(StreamKey::new());
        let mut order = CandidateOrder::new(&[4, 0]);
        order.start(&[StakeChange { validator: ValidatorId(1), stake: 6 }]);
        order.start(&[StakeChange { validator: ValidatorId(0), stake: 0 }]);
        assert_eq!(order.at(0, &mut stream), Some((ValidatorId(1), 6)));
        order.start(&[StakeChange { validator: ValidatorId(1), stake: 0 }]);
        assert_eq!(order.at(0, &mut stream), None);
    }
}
