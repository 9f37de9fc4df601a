//! Fait Accompli 1: whole seats for certain, the rest drawn from the remainders.

use super::by_share::{Size, by_share};
use super::gather;
use crate::random::Stream;
use crate::registry::{Entry, settings};
use crate::selection::{Committee, CommitteeDrawer, CommitteeTurn, Seat, StakeChange};
use crate::stake::{Pool, ValidatorId};

/// The registry's line.
///
/// Sure seats and drawn ones. What Solana's Rotor does with the remainders is another rule, `rotor`.
///
/// With S tokens, `size s_i = q_i S + r_i`: validator i sits on q_i seats for certain, and each of
/// the `size - Σ q` others is drawn independently with weights r_i. Everybody's mean is its exact
/// quota, with less variance than from independent draws of all seats. Seats are dealt to all
/// validators, the forger included, and the forger's stay vacant.
///
/// O(size log m) a round, nothing to rebuild when stakes change: who owns a whole seat owns one of
/// the tokens `S j div size`, and remainders are drawn by rejection from the stakes.
pub const ENTRY: Entry<dyn Committee> = Entry {
    name: "fait-accompli",
    summary: "of `size` seats everybody gets the whole part of its share for certain, and the seats left over are drawn independently from the fractional remainders",
    source: "Gazi, Kiayias, Russell, \"Fait Accompli Committee Selection\" (FA1 with independent draws), CCS 2023; Solana's Rotor draws the rest otherwise: `rotor`",
    parse: |table| {
        settings::<Size, _>(table, |size| {
            by_share(size, |size, stakes| Box::new(Drawer { quotas: Quotas::new(size, stakes) }))
        })
    },
};

/// Everybody's share of the seats, as whole seats and a remainder.
pub(super) struct Quotas {
    size: u64,
    pool: Pool,
}

impl Quotas {
    /// The quotas of these stakes.
    pub(super) fn new(size: u64, stakes: &[u64]) -> Self {
        Quotas { size, pool: Pool::new(stakes) }
    }

    /// Takes note of changes.
    pub(super) fn note(&mut self, changes: &[StakeChange]) {
        for change in changes {
            self.pool.set(change.validator, change.stake);
        }
    }

    /// The total stake, which is one seat in the unit of the remainders.
    pub(super) fn total(&self) -> u64 {
        self.pool.total()
    }

    /// A validator's share of the seats as a whole number and a remainder in 1/S of a seat.
    fn of(&self, validator: ValidatorId) -> (u64, u64) {
        let product = u128::from(self.size) * u128::from(self.pool.stake(validator));
        let total = u128::from(self.pool.total());
        ((product / total) as u64, (product % total) as u64)
    }

    /// Gives everybody but the forger its whole seats, and returns how many are left over when the
    /// forger's are counted too; none where nobody has stake. O(size log m).
    pub(super) fn seat_the_certain(&self, forger: ValidatorId, members: &mut Vec<Seat>) -> u64 {
        let total = self.pool.total();
        if total == 0 {
            return 0;
        }
        let mut left = self.size;
        let mut last = None;
        for probe in 0..self.size {
            let token = u128::from(total) * u128::from(probe) / u128::from(self.size);
            let validator = self.pool.owner(token as u64);
            if last.replace(validator) == Some(validator) {
                continue;
            }
            let (sure, _) = self.of(validator);
            left -= sure;
            if sure > 0 && validator != forger {
                members.push(Seat { validator, seats: sure as u32 });
            }
        }
        left
    }

    /// Everybody who has a remainder, with it, in order.
    pub(super) fn remainders(&self) -> impl Iterator<Item = (ValidatorId, u64)> {
        let everybody = (0..self.pool.stakes().len() as u32).map(ValidatorId);
        everybody.map(|validator| (validator, self.of(validator).1)).filter(|&(_, remainder)| remainder > 0)
    }

    /// A validator drawn with its remainder as weight. Proposed with weight `s_i`, accepted with
    /// chance `r_i / (size s_i)`.
    fn by_remainder(&self, stream: &mut Stream) -> Option<ValidatorId> {
        loop {
            let (_, validator) = self.pool.draw(stream)?;
            let stake = self.pool.stake(validator);
            // Uniform in 0..size s_i, which may exceed 64 bits.
            let place =
                u128::from(stream.below(stake)) * u128::from(self.size) + u128::from(stream.below(self.size));
            if place < u128::from(self.of(validator).1) {
                return Some(validator);
            }
        }
    }
}

struct Drawer {
    quotas: Quotas,
}

impl CommitteeDrawer for Drawer {
    fn draw(&mut self, turn: CommitteeTurn<'_>, members: &mut Vec<Seat>) {
        self.quotas.note(turn.changes);
        members.clear();
        for _ in 0..self.quotas.seat_the_certain(turn.forger, members) {
            let Some(validator) = self.quotas.by_remainder(turn.stream) else { break };
            if validator != turn.forger {
                members.push(Seat { validator, seats: 1 });
            }
        }
        gather(members);
    }
}

#[cfg(test)]
mod tests {
    use crate::law::fait_accompli_variances;
    use crate::selection::evidence::{committee, draws, sized_seats_follow};

    #[test]
    fn seats_and_their_variance_are_as_expected() {
        sized_seats_follow("fait-accompli", fait_accompli_variances);
    }

    /// Quotas 0.5, 1, 2.5: one sure, two sure, and one drawn among the first and the third.
    #[test]
    fn whole_seats_are_certain() {
        let rule = committee("{ kind = 'fait-accompli', size = 4 }");
        for members in draws(&*rule, &[1, 2, 5, 0], 3, 500) {
            let seats =
                |i: u32| members.iter().find(|seat| seat.validator.0 == i).map_or(0, |seat| seat.seats);
            assert_eq!((seats(1), seats(0) + seats(2)), (1, 3));
            assert!(seats(2) >= 2);
        }
        // Whole quotas leave nothing to chance; the forger's seats stay vacant.
        for members in draws(&*rule, &[2, 2, 4], 0, 20) {
            let seats: Vec<(u32, u32)> = members.iter().map(|seat| (seat.validator.0, seat.seats)).collect();
            assert_eq!(seats, [(1, 1), (2, 2)]);
        }
    }

    /// The seats dealt are always as many as there are, whatever the stakes: also with a total near
    /// 2^63, where products need 128 bits.
    #[test]
    fn all_seats_are_dealt() {
        let huge = i64::MAX as u64;
        for stakes in [vec![huge / 3, huge / 3, huge / 3 - 7, 0], vec![1, huge - 2, 1, 0], vec![7, 11, 13, 0]]
        {
            for size in [1, 2, 5, 1000] {
                let rule = committee(&format!("{{ kind = 'fait-accompli', size = {size} }}"));
                for members in draws(&*rule, &stakes, 3, 20) {
                    assert_eq!(members.iter().map(|seat| seat.seats).sum::<u32>(), size);
                }
            }
        }
    }
}
