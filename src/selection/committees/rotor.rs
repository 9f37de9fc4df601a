//! Rotor's relays: sure seats for whole shares, then bins over the remainders in random order.

use super::by_share::{Size, by_share};
use super::fait_accompli::Quotas;
use super::gather;
use crate::random::shuffle;
use crate::registry::{Entry, settings};
use crate::selection::{Committee, CommitteeDrawer, CommitteeTurn, Seat};
use crate::stake::ValidatorId;

/// The registry's line.
///
/// Fait Accompli 1 with partition sampling for the rest.
///
/// With S tokens, `size s_i = q_i S + r_i`: validator i sits on q_i seats for certain. The
/// remainders r_i, which sum to a whole number of seats, are shuffled each round and cut into bins
/// of S; one draw in each bin gives its seat to the owner of the place it falls on. Everybody's mean
/// is its exact quota, and nobody is ever two seats or more from it. Exact in integers, where the
/// prototype rounds the bins up. Seats are dealt to all validators, the forger included, and the
/// forger's stay vacant. O(m + size log m) a round.
pub const ENTRY: Entry<dyn Committee> = Entry {
    name: "rotor",
    summary: "of `size` seats everybody gets the whole part of its share for certain; the remainders are laid end to end in random order and cut into as many bins as seats are left, and one seat is drawn in each",
    source: "Solana's Alpenglow (Kniep, Sliwinski, Wattenhofer, 2025), Rotor, partition sampling PS-P; FaitAccompli1Sampler with PartitionSampler in src/disseminator/rotor/sampling_strategy.rs of qkniep/alpenglow",
    parse: |table| {
        settings::<Size, _>(table, |size| {
            by_share(size, |size, stakes| {
                let remainders = Vec::with_capacity(stakes.len());
                Box::new(Drawer { quotas: Quotas::new(size, stakes), remainders })
            })
        })
    },
};

struct Drawer {
    quotas: Quotas,
    /// Who has a remainder, and how much; kept for its memory.
    remainders: Vec<(ValidatorId, u64)>,
}

impl CommitteeDrawer for Drawer {
    fn draw(&mut self, turn: CommitteeTurn<'_>, members: &mut Vec<Seat>) {
        self.quotas.note(turn.changes);
        members.clear();
        let left = self.quotas.seat_the_certain(turn.forger, members);
        if left > 0 {
            self.remainders.clear();
            self.remainders.extend(self.quotas.remainders());
            shuffle(&mut self.remainders, turn.stream);
            let bin = u128::from(self.quotas.total());
            let mut owners = self.remainders.iter();
            // Where the remainder of the present owner ends.
            let (mut owner, mut end) = (None, 0u128);
            for number in 0..left {
                let place = u128::from(number) * bin + u128::from(turn.stream.below(self.quotas.total()));
                while end <= place
                    && let Some(&(validator, remainder)) = owners.next()
                {
                    owner = Some(validator);
                    end += u128::from(remainder);
                }
                if let Some(validator) = owner.filter(|&validator| validator != turn.forger) {
                    members.push(Seat { validator, seats: 1 });
                }
            }
        }
        gather(members);
    }
}

#[cfg(test)]
mod tests {
    use crate::law::rotor_variances;
    use crate::selection::evidence::{committee, draws, sized_seats_follow};

    #[test]
    fn seats_and_their_variance_are_as_expected() {
        sized_seats_follow("rotor", |stakes, size| rotor_variances(stakes, size).expect("few holders"));
    }

    /// Whole seats for certain, all seats dealt, and nobody two seats or more from its quota: the
    /// properties that the prototype's own tests of the sampler state.
    #[test]
    fn seats_stay_near_the_quota() {
        let huge = i64::MAX as u64;
        for stakes in
            [vec![10, 35, 5, 50, 0], vec![7, 11, 13, 1, 0], vec![huge / 3, huge / 3, 1, huge / 3 - 7, 0]]
        {
            let total: u64 = stakes.iter().sum();
            for size in [1u32, 2, 7, 64, 1000] {
                let rule = committee(&format!("{{ kind = 'rotor', size = {size} }}"));
                for members in draws(&*rule, &stakes, 4, 200) {
                    assert_eq!(members.iter().map(|seat| seat.seats).sum::<u32>(), size);
                    let mut seats = [0u32; 5];
                    members.iter().for_each(|seat| seats[seat.validator.index()] = seat.seats);
                    for (seats, &stake) in seats.into_iter().zip(&stakes) {
                        let certain = (u128::from(size) * u128::from(stake) / u128::from(total)) as u32;
                        assert!((certain..=certain + 2).contains(&seats), "{seats} of {certain}: {stakes:?}");
                    }
                }
            }
        }
        // Whole quotas leave nothing to chance; the forger's seats stay vacant.
        let rule = committee("{ kind = 'rotor', size = 4 }");
        for members in draws(&*rule, &[2, 2, 4], 0, 20) {
            let seats: Vec<(u32, u32)> = members.iter().map(|seat| (seat.validator.0, seat.seats)).collect();
            assert_eq!(seats, [(1, 1), (2, 2)]);
        }
    }
}
