//! Partition sampling: bins of equal stake, one draw in each.

use super::by_share::{Size, by_share};
use super::gather;
use crate::registry::{Entry, settings};
use crate::selection::{Committee, CommitteeDrawer, CommitteeTurn, Seat};
use crate::stake::Pool;

/// The registry's line.
///
/// One seat from each of `size` bins of all the stake. Solana's Rotor does this with what is left
/// when whole seats are given away, in another random order each time: the rule `rotor`.
///
/// Bins follow the order of the validators and are exact even where the total does not divide: in
/// units of `1/size` of a token each bin has S of them. A bin that somebody owns as a whole is a
/// sure seat; everybody's mean is its exact quota, with less variance than from independent draws.
/// Seats are dealt to all validators, the forger included, and the forger's stay vacant. O(size
/// log m) a round.
pub const ENTRY: Entry<dyn Committee> = Entry {
    name: "partition",
    summary: "the stakes are laid end to end and cut into `size` bins of equal stake; one seat is drawn in each bin: stratified sampling in the order of the validators",
    source: "stratified sampling with one draw in each stratum (Cochran, Sampling Techniques, 1977, chapter 5); Solana's Rotor cuts only the remainders, in random order: `rotor`",
    parse: |table| {
        settings::<Size, _>(table, |size| {
            by_share(size, |size, stakes| Box::new(Drawer { size, pool: Pool::new(stakes) }))
        })
    },
};

struct Drawer {
    size: u64,
    pool: Pool,
}

impl CommitteeDrawer for Drawer {
    fn draw(&mut self, turn: CommitteeTurn<'_>, members: &mut Vec<Seat>) {
        for change in turn.changes {
            self.pool.set(change.validator, change.stake);
        }
        members.clear();
        let total = self.pool.total();
        if total == 0 {
            return;
        }
        for bin in 0..self.size {
            let unit = u128::from(bin) * u128::from(total) + u128::from(turn.stream.below(total));
            let validator = self.pool.owner((unit / u128::from(self.size)) as u64);
            if validator != turn.forger {
                members.push(Seat { validator, seats: 1 });
            }
        }
        gather(members);
    }
}

#[cfg(test)]
mod tests {
    use crate::law::partition_variances;
    use crate::selection::evidence::{committee, draws, sized_seats_follow};

    #[test]
    fn seats_and_their_variance_are_as_expected() {
        sized_seats_follow("partition", partition_variances);
    }

    /// Nobody is ever two seats or more from its quota: it may win or lose only the bins at its ends.
    #[test]
    fn seats_stay_near_the_quota() {
        let stakes = [10, 35, 5, 50, 0];
        let rule = committee("{ kind = 'partition', size = 7 }");
        for members in draws(&*rule, &stakes, 4, 2_000) {
            assert_eq!(members.iter().map(|seat| seat.seats).sum::<u32>(), 7);
            for seat in members {
                let quota = 7.0 * stakes[seat.validator.index()] as f64 / 100.0;
                assert!((f64::from(seat.seats) - quota).abs() < 2.0);
            }
        }
        let huge = i64::MAX as u64;
        for members in draws(&*rule, &[huge - 2, 1, 1, 0], 3, 20) {
            assert_eq!(members.iter().map(|seat| seat.seats).sum::<u32>(), 7);
            assert!(members[0].seats >= 6);
        }
    }
}
