//! Weights of stake times a function of the rounds since the last win.

use crate::random::Stream;
use crate::stake::{Pool, ValidatorId};

/// The round of birth of those who are fully aged.
const LONG_AGO: u64 = u64::MAX;
/// No neighbour in the queue.
const NOBODY: u32 = u32::MAX;

/// Draws validators by `stake * weights[age]`, where the age is the number of rounds since the last
/// win, at most the last index of the table.
///
/// One validator wins a round, so no more than the table is long can be younger than fully aged
/// (but for those who join): they stand in a queue in the order of their birth and are weighed one
/// by one, while the aged ones are in a [`Pool`]. A draw costs O(table + log n), or O(log n) where
/// the young ages weigh nothing; a change of stake costs O(log n). Nothing is allocated after the
/// start. Exact in integers; `weights` times the total stake must stay below 2^127.
#[derive(Clone, Debug)]
pub(in crate::selection) struct AgedPool {
    weights: Vec<u64>,
    /// The first age that weighs anything.
    youngest: u64,
    holders: Vec<Holder>,
    aged: Pool,
    /// The ends of the queue of the young.
    eldest: u32,
    newest: u32,
}

#[derive(Clone, Copy, Debug)]
struct Holder {
    stake: u64,
    /// The round of the last win or of joining; [`LONG_AGO`] if fully aged, and then not queued.
    born: u64,
    elder: u32,
    newer: u32,
}

impl AgedPool {
    /// Everybody begins fully aged. `weights` has an entry for every age from 0 on, the last for
    /// all ages beyond.
    pub fn new(stakes: &[u64], weights: Vec<u64>) -> Self {
        let holder = |&stake| Holder { stake, born: LONG_AGO, elder: NOBODY, newer: NOBODY };
        AgedPool {
            youngest: weights.iter().position(|&weight| weight > 0).unwrap_or(weights.len()) as u64,
            holders: stakes.iter().map(holder).collect(),
            aged: Pool::new(stakes),
            eldest: NOBODY,
            newest: NOBODY,
            weights,
        }
    }

    /// Sets a stake. Who had none is born now, or fully aged at once if `aged` says so.
    pub fn set(&mut self, validator: ValidatorId, stake: u64, round: u64, aged: bool) {
        let old = std::mem::replace(&mut self.holders[validator.index()].stake, stake);
        if old == 0 && stake > 0 {
            self.leave_queue(validator.0);
            if !aged {
                self.join_queue(validator.0, round);
            }
        }
        if self.holders[validator.index()].born == LONG_AGO {
            self.aged.set(validator, stake);
        }
    }

    /// Draws the winner of a round, whose age begins anew; `None` if nobody has any weight.
    pub fn draw(&mut self, round: u64, lottery: &mut Stream) -> Option<ValidatorId> {
        let last = self.weights.len() - 1;
        while let Some(eldest) = self.holders.get(self.eldest as usize)
            && round - eldest.born >= last as u64
        {
            let (validator, stake) = (self.eldest, eldest.stake);
            self.leave_queue(validator);
            self.aged.set(ValidatorId(validator), stake);
        }
        let full = u128::from(self.weights[last]);
        let aged = u128::from(self.aged.total()) * full;
        let total = aged + self.young(round).map(|(_, weight)| weight).sum::<u128>();
        if total == 0 {
            return None;
        }
        let mut rest = lottery.below_wide(total);
        let winner = if rest < aged {
            self.aged.owner((rest / full) as u64)
        } else {
            rest -= aged;
            let owner = self.young(round).find(|&(_, weight)| {
                let here = rest < weight;
                rest = rest.wrapping_sub(weight);
                here
            });
            owner.expect("the young hold the rest of the total").0
        };
        self.win(winner, round);
        Some(winner)
    }

    /// The one with stake who was born first among the young; its age begins anew.
    pub fn oldest(&mut self, round: u64) -> Option<ValidatorId> {
        let mut place = self.eldest;
        while let Some(holder) = self.holders.get(place as usize) {
            if holder.stake > 0 {
                self.win(ValidatorId(place), round);
                return Some(ValidatorId(place));
            }
            place = holder.newer;
        }
        None
    }

    /// The young whose age weighs anything, with their weights, the eldest first.
    fn young(&self, round: u64) -> impl Iterator<Item = (ValidatorId, u128)> {
        let mut place = self.eldest;
        std::iter::from_fn(move || {
            let holder = self.holders.get(place as usize)?;
            let validator = ValidatorId(place);
            place = holder.newer;
            let age = round - holder.born;
            let weight = (age >= self.youngest).then(|| self.weights[age as usize])?;
            Some((validator, u128::from(holder.stake) * u128::from(weight)))
        })
    }

    fn win(&mut self, winner: ValidatorId, round: u64) {
        self.leave_queue(winner.0);
        self.aged.set(winner, 0);
        self.join_queue(winner.0, round);
    }

    /// Puts a validator who is not queued at the end of the queue.
    fn join_queue(&mut self, place: u32, round: u64) {
        let elder = self.newest;
        let holder = &mut self.holders[place as usize];
        (holder.born, holder.elder, holder.newer) = (round, elder, NOBODY);
        match self.holders.get_mut(elder as usize) {
            Some(elder) => elder.newer = place,
            None => self.eldest = place,
        }
        self.newest = place;
    }

    /// Takes a validator out of the queue, if it stands there.
    fn leave_queue(&mut self, place: u32) {
        let holder = &mut self.holders[place as usize];
        if std::mem::replace(&mut holder.born, LONG_AGO) == LONG_AGO {
            return;
        }
        let (elder, newer) = (holder.elder, holder.newer);
        match self.holders.get_mut(elder as usize) {
            Some(elder) => elder.newer = newer,
            None => self.eldest = newer,
        }
        match self.holders.get_mut(newer as usize) {
            Some(newer) => newer.elder = elder,
            None => self.newest = elder,
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
        let weigh = |holder: &Holder| {
            let age = if holder.born == LONG_AGO { last } else { (round - holder.born).min(last) };
            u128::from(holder.stake) * u128::from(pool.weights[age as usize])
        };
        pool.holders.iter().map(weigh).collect()
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
            let young: u128 = pool.young(round).map(|(_, weight)| weight).sum();
            assert_eq!(aged + young, by_definition(&pool, round).iter().sum::<u128>(), "round {round}");
        }
        assert!(wins.iter().all(|&count| count > 0), "{wins:?}");
    }
}
