//! Weights of stake times a function of the rounds since the last win.

use crate::random::Stream;
use crate::stake::{Pool, ValidatorId};
use std::collections::VecDeque;

/// The round of birth of those who are fully aged.
const LONG_AGO: u64 = u64::MAX;

/// Draws validators by `stake * weights[age]`, where the age is the number of rounds since the last
/// win, at most the last index of the table.
///
/// One validator wins a round, so no more than the table is long can be younger than fully aged
/// (but for those who join): they stand in a queue in the order of their birth and are weighed one
/// by one, while the aged ones are in a [`Pool`]. A draw costs O(table + log n), or O(log n) where
/// the young ages weigh nothing; a change of stake costs O(log n). Exact in integers; `weights`
/// times the total stake must stay below 2^127.
#[derive(Clone, Debug)]
pub(in crate::selection) struct AgedPool {
    weights: Vec<u64>,
    /// The first age that weighs anything.
    youngest: u64,
    stakes: Vec<u64>,
    /// The round of the last win or of joining; [`LONG_AGO`] if fully aged.
    born: Vec<u64>,
    aged: Pool,
    /// Who was born when, in order; outdated where `born` says otherwise.
    young: VecDeque<(u64, ValidatorId)>,
}

impl AgedPool {
    /// Everybody begins fully aged. `weights` has an entry for every age from 0 on, the last for
    /// all ages beyond.
    pub fn new(stakes: &[u64], weights: Vec<u64>) -> Self {
        let youngest = weights.iter().position(|&weight| weight > 0).unwrap_or(weights.len()) as u64;
        AgedPool {
            youngest,
            stakes: stakes.to_vec(),
            born: vec![LONG_AGO; stakes.len()],
            aged: Pool::new(stakes),
            young: VecDeque::with_capacity(weights.len().min(stakes.len()) + 1),
            weights,
        }
    }

    /// Sets a stake. Who had none is born now, or fully aged at once if `aged` says so.
    pub fn set(&mut self, validator: ValidatorId, stake: u64, round: u64, aged: bool) {
        let old = std::mem::replace(&mut self.stakes[validator.index()], stake);
        if old == 0 && stake > 0 {
            if aged {
                self.born[validator.index()] = LONG_AGO;
            } else {
                self.bear(validator, round);
            }
        }
        if self.born[validator.index()] == LONG_AGO {
            self.aged.set(validator, stake);
        }
    }

    /// Draws the winner of a round, whose age begins anew; `None` if nobody has any weight.
    pub fn draw(&mut self, round: u64, lottery: &mut Stream) -> Option<ValidatorId> {
        let last = self.weights.len() as u64 - 1;
        while let Some(&(birth, validator)) = self.young.front() {
            if round - birth < last {
                break;
            }
            self.young.pop_front();
            if self.born[validator.index()] == birth {
                self.born[validator.index()] = LONG_AGO;
                self.aged.set(validator, self.stakes[validator.index()]);
            }
        }
        let full = u128::from(self.weights[last as usize]);
        let aged = u128::from(self.aged.total()) * full;
        let total = aged + self.weighed(round).map(|(_, weight)| weight).sum::<u128>();
        if total == 0 {
            return None;
        }
        let mut rest = lottery.below_wide(total);
        let winner = if rest < aged {
            self.aged.owner((rest / full) as u64)
        } else {
            rest -= aged;
            self.weighed(round)
                .find(|&(_, weight)| {
                    let here = rest < weight;
                    rest = rest.wrapping_sub(weight);
                    here
                })
                .expect("the young hold the rest of the total")
                .0
        };
        self.win(winner, round);
        Some(winner)
    }

    /// The one with stake who was born first among the young; the earlier in the queue on a tie.
    /// Its age begins anew.
    pub fn oldest(&mut self, round: u64) -> Option<ValidatorId> {
        let valid = |&(birth, validator): &(u64, ValidatorId)| {
            self.born[validator.index()] == birth && self.stakes[validator.index()] > 0
        };
        let (_, oldest) = *self.young.iter().find(|entry| valid(entry))?;
        self.win(oldest, round);
        Some(oldest)
    }

    /// The young who weigh anything, with their weights, the eldest first.
    fn weighed(&self, round: u64) -> impl Iterator<Item = (ValidatorId, u128)> {
        self.young
            .iter()
            .take_while(move |(birth, _)| round - birth >= self.youngest)
            .filter(|(birth, validator)| self.born[validator.index()] == *birth)
            .map(move |&(birth, validator)| {
                let weight = self.weights[(round - birth) as usize];
                (validator, u128::from(self.stakes[validator.index()]) * u128::from(weight))
            })
    }

    fn win(&mut self, winner: ValidatorId, round: u64) {
        if self.born[winner.index()] == LONG_AGO {
            self.aged.set(winner, 0);
        }
        self.bear(winner, round);
    }

    fn bear(&mut self, validator: ValidatorId, round: u64) {
        // Who joins and wins in one round stands in the queue already.
        if std::mem::replace(&mut self.born[validator.index()], round) != round {
            self.young.push_back((round, validator));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::StreamKey;

    /// The weights of all by the definition, age by age.
    fn by_definition(pool: &AgedPool, round: u64) -> Vec<u128> {
        let last = pool.weights.len() as u64 - 1;
        (0..pool.stakes.len())
            .map(|index| {
                let age = round.saturating_sub(pool.born[index]).min(last);
                let age = if pool.born[index] == LONG_AGO { last } else { age };
                u128::from(pool.stakes[index]) * u128::from(pool.weights[age as usize])
            })
            .collect()
    }

    #[test]
    fn weights_follow_the_definition_through_wins_and_changes() {
        let mut stream = Stream::open(StreamKey::new().text("aged pool"));
        let mut pool = AgedPool::new(&[5, 0, 7, 1, 30], vec![0, 0, 3, 1, 4]);
        let mut wins = [0u32; 5];
        for round in 1..2_000u64 {
            if round % 7 == 0 {
                let validator = ValidatorId(stream.below(5) as u32);
                let stake = stream.below(3) * stream.below(20);
                pool.set(validator, stake, round, false);
            }
            let before = pool.clone();
            let winner = pool.draw(round, &mut stream);
            let weights = by_definition(&before, round);
            match winner {
                Some(winner) => {
                    assert!(weights[winner.index()] > 0, "round {round}: {winner:?} weighs nothing");
                    wins[winner.index()] += 1;
                }
                None => assert_eq!(weights.iter().sum::<u128>(), 0, "round {round}"),
            }
            let aged: u128 = u128::from(pool.aged.total()) * 4;
            let young: u128 = pool.weighed(round).map(|(_, weight)| weight).sum();
            assert_eq!(aged + young, by_definition(&pool, round).iter().sum::<u128>(), "round {round}");
        }
        assert!(wins.iter().all(|&count| count > 0), "{wins:?}");
        assert!(pool.young.len() <= 10, "the queue does not grow");
    }
}
