//! Decaying acceptance: the more often somebody sits already, the more likely it is refused.

use super::{accept_filled, accept_size, gather};
use crate::law::seats_with_decay;
use crate::registry::{Entry, Refusal, settings, within};
use crate::selection::{Committee, CommitteeDrawer, CommitteeTurn, Duty, Seat, SeatDraw};
use crate::stake::{Pool, ValidatorId};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Committee> = Entry {
    name: "decaying-acceptance",
    summary: "`size` seats drawn by stake from the other validators; somebody who sits j times already is refused with probability j / `max` and another is drawn, so that nobody sits more than `max` times",
    source: "decaying acceptance sampling of Solana's Alpenglow prototype (Kniep, Sliwinski, Wattenhofer, 2025, Rotor)",
    parse: |table| {
        settings::<DecayingAcceptance, _>(table, |committee| {
            accept_size(committee.size)?;
            within("max", committee.max, 1..=1_000_000, "")?;
            Ok(Box::new(committee))
        })
    },
};

/// Seats with growing reluctance.
///
/// With `max = 1` nobody sits twice (successive sampling); as `max` grows the draws become
/// independent. The forger takes no part. If all losers sit `max` times the remaining seats stay
/// vacant. Expected O(size · max log m) a round at worst, O(size log m) usually; who has reached
/// `max` leaves the pool for the round, so that no time is lost in refusing it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct DecayingAcceptance {
    /// The number of seats.
    size: u64,
    /// How often one validator can sit.
    max: u64,
}

impl Committee for DecayingAcceptance {
    fn seats(&self) -> Option<u64> {
        Some(self.size)
    }

    fn accept(&self, validators: usize) -> Result<(), Refusal> {
        accept_filled(self.size, self.max, validators)
    }

    fn expected_seats(&self, stakes: &[u64], forgers: &[f64]) -> Duty {
        match seats_with_decay(stakes, forgers, self.size, self.max) {
            Some(seats) => Duty::Seats(seats),
            None => Duty::Unknown(
                "decaying acceptance has no closed form, and this pool is too large to enumerate",
            ),
        }
    }

    fn seat_draw(&self) -> SeatDraw {
        SeatDraw::ByStake { size: self.size, max: Some(self.max) }
    }

    fn drawer(&self, stakes: &[u64]) -> Option<Box<dyn CommitteeDrawer>> {
        Some(Box::new(ReluctantDrawer::new(self.size, self.max, stakes)))
    }
}

/// Draws seats by stake from the losers, each the more reluctantly given to somebody who sits
/// already.
pub(super) struct ReluctantDrawer {
    size: u64,
    max: u64,
    pool: Pool,
    /// The seats that each validator holds; all zero between rounds.
    held: Vec<u64>,
    /// Who was taken out of the pool for this round, with the stake to put back.
    aside: Vec<(ValidatorId, u64)>,
}

impl ReluctantDrawer {
    /// `size` seats, nobody on more than `max` of them.
    pub(super) fn new(size: u64, max: u64, stakes: &[u64]) -> Self {
        let (pool, held) = (Pool::new(stakes), vec![0; stakes.len()]);
        ReluctantDrawer { size, max, pool, held, aside: Vec::new() }
    }

    fn set_aside(&mut self, validator: ValidatorId) {
        self.aside.push((validator, self.pool.stake(validator)));
        self.pool.set(validator, 0);
    }
}

impl CommitteeDrawer for ReluctantDrawer {
    fn draw(&mut self, turn: CommitteeTurn<'_>, members: &mut Vec<Seat>) {
        for change in turn.changes {
            self.pool.set(change.validator, change.stake);
        }
        members.clear();
        self.set_aside(turn.forger);
        let mut left = self.size;
        while left > 0 {
            let Some((_, validator)) = self.pool.draw(turn.stream) else { break };
            let held = &mut self.held[validator.index()];
            if *held > 0 && turn.stream.chance(*held, self.max) {
                continue;
            }
            *held += 1;
            left -= 1;
            members.push(Seat { validator, seats: 1 });
            if *held == self.max {
                self.set_aside(validator);
            }
        }
        for (validator, stake) in self.aside.drain(..) {
            self.pool.set(validator, stake);
        }
        gather(members);
        for seat in members {
            self.held[seat.validator.index()] = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::selection::evidence::{committee, committee_refusal, draws, seats_follow};

    #[test]
    fn seats_are_as_expected() {
        for (size, max) in [(1, 1), (3, 1), (3, 2), (6, 3)] {
            let rule = committee(&format!("{{ kind = 'decaying-acceptance', size = {size}, max = {max} }}"));
            seats_follow(&*rule, 20_000, |_, _| None);
        }
    }

    /// A million to one: the large holder stops at its maximum, and the round still ends.
    #[test]
    fn nobody_exceeds_the_maximum() {
        let rule = committee("{ kind = 'decaying-acceptance', size = 9, max = 4 }");
        for members in draws(&*rule, &[1, 1_000_000, 1, 500], 3, 200) {
            let seats: Vec<u32> = members.iter().map(|seat| seat.seats).collect();
            assert!(seats.iter().all(|&seats| seats <= 4));
            assert_eq!(seats.iter().sum::<u32>(), 9);
        }
        for members in draws(&*rule, &[1, 1_000_000, 0, 500], 3, 20) {
            let seats: Vec<u32> = members.iter().map(|seat| seat.seats).collect();
            assert_eq!(seats, [4, 4], "two losers cannot fill nine seats");
        }
    }

    #[test]
    fn impossible_settings_are_refused() {
        let text = committee_refusal("{ kind = 'decaying-acceptance', size = 4, max = 0 }");
        assert_eq!(text, "`max` is 0, but must lie between 1 and 1000000");
        assert!(committee_refusal("{ kind = 'decaying-acceptance', size = 4 }").contains("max"));
    }
}
