//! Ethereum's beacon committees: everybody attests once an epoch.

use super::{accept_slices, accept_slots, seats_in_any_round};
use crate::law::seats_by_epoch;
use crate::random::shuffle;
use crate::registry::{Entry, Refusal, settings};
use crate::selection::{Committee, CommitteeDrawer, CommitteeTurn, Duty, Seat, SeatDraw};
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Committee> = Entry {
    name: "ethereum",
    summary: "all validators are shuffled once an epoch of `slots` rounds and the list is cut into as many slices; each round has the next slice as its committee, so that everybody attests once an epoch, whatever its stake",
    source: "Ethereum consensus specifications, phase 0: compute_committee, get_beacon_committee",
    parse: |table| {
        settings::<Ethereum, _>(table, |committee| {
            accept_slots(committee.slots)?;
            Ok(Box::new(committee))
        })
    },
};

/// The committees of an epoch's slots.
///
/// Round r of an epoch has the slice from `n r div slots` to `n (r + 1) div slots` of the shuffled
/// list of the n validators with stake. Cutting a slot's slice further into several committees, as
/// Ethereum does to keep each small, changes nobody's duty and is left out; so does the way of
/// shuffling, which here is an unbiased one from the stream of the committees.
///
/// Who joins waits for the next epoch. The forger attests to its own block if its slice is the
/// round's, as on the chain; with `forger = "vacant"` its seat stays vacant, as that of somebody who
/// lost all stake since always does. With fewer validators than slots some rounds would have no
/// attestors at all, which is refused; with `"vacant"` and fewer than twice as many, the forger may
/// have been its round's only one.
/// O(m) once an epoch, O(m / slots) a round.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Ethereum {
    /// The rounds of an epoch.
    slots: u64,
    /// Whether the forger attests in its turn.
    forger: ForgerSeat,
}

/// What becomes of the forger's seat.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum ForgerSeat {
    /// It attests like anybody else.
    Sits,
    /// The seat stays vacant.
    Vacant,
}

impl Default for Ethereum {
    fn default() -> Self {
        Ethereum { slots: 32, forger: ForgerSeat::Sits }
    }
}

impl Committee for Ethereum {
    fn seats(&self) -> Option<u64> {
        None
    }

    fn accept(&self, validators: usize) -> Result<(), Refusal> {
        accept_slices(self.slots, validators, if self.forger_sits() { 1 } else { 2 })
    }

    fn forger_sits(&self) -> bool {
        self.forger == ForgerSeat::Sits
    }

    fn seats_one_each(&self) -> bool {
        true
    }

    /// Averaged over the rounds of an epoch, whose slices differ by at most one seat.
    fn expected_seats(&self, stakes: &[u64], forgers: &[f64]) -> Duty {
        if self.forger_sits() {
            let seats = stakes.iter().map(|&stake| if stake > 0 { 1.0 / self.slots as f64 } else { 0.0 });
            return seats_in_any_round(Some(seats.collect()), forgers);
        }
        Duty::Seats(seats_by_epoch(stakes, forgers, self.slots))
    }

    fn seat_draw(&self) -> SeatDraw {
        SeatDraw::Slice { slots: self.slots, forger_sits: self.forger_sits() }
    }

    fn drawer(&self, stakes: &[u64]) -> Option<Box<dyn CommitteeDrawer>> {
        let (stakes, list) = (stakes.to_vec(), Vec::new());
        let forger_sits = self.forger_sits();
        Some(Box::new(Drawer { slots: self.slots, forger_sits, stakes, list, epoch: None }))
    }
}

struct Drawer {
    slots: u64,
    forger_sits: bool,
    stakes: Vec<u64>,
    /// The shuffled validators of the epoch.
    list: Vec<ValidatorId>,
    epoch: Option<u64>,
}

impl CommitteeDrawer for Drawer {
    fn draw(&mut self, turn: CommitteeTurn<'_>, members: &mut Vec<Seat>) {
        for change in turn.changes {
            self.stakes[change.validator.index()] = change.stake;
        }
        // Rounds are counted from 1; those that nobody forged have no turn here.
        let (epoch, slot) = ((turn.round - 1) / self.slots, (turn.round - 1) % self.slots);
        if self.epoch != Some(epoch) {
            self.epoch = Some(epoch);
            self.list.clear();
            let holders = self.stakes.iter().enumerate().filter(|&(_, &stake)| stake > 0);
            self.list.extend(holders.map(|(index, _)| ValidatorId(index as u32)));
            shuffle(&mut self.list, turn.stream);
        }
        let end = |slot: u64| (self.list.len() as u64 * slot / self.slots) as usize;
        members.clear();
        let slice = self.list[end(slot)..end(slot + 1)].iter();
        let present = slice.filter(|&&validator| {
            (self.forger_sits || validator != turn.forger) && self.stakes[validator.index()] > 0
        });
        members.extend(present.map(|&validator| Seat { validator, seats: 1 }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Stream, StreamKey};
    use crate::selection::StakeChange;
    use crate::selection::evidence::{committee, committee_refusal, seats_follow};

    #[test]
    fn seats_are_as_expected() {
        for (slots, seat) in
            [(1, "vacant"), (3, "vacant"), (32, "vacant"), (1, "sits"), (3, "sits"), (32, "sits")]
        {
            let rule = committee(&format!("{{ kind = 'ethereum', slots = {slots}, forger = '{seat}' }}"));
            seats_follow(&*rule, 32 * 300, |stakes, forger| {
                let p = 1.0 / slots as f64;
                let variance = |(i, &stake): (usize, &u64)| {
                    if seat == "vacant" && i == forger || stake == 0 { 0.0 } else { p * (1.0 - p) }
                };
                Some(stakes.iter().enumerate().map(variance).collect())
            });
        }
    }

    /// Everybody exactly once in every epoch, slices of 10 validators over 4 slots being 2, 3, 2, 3.
    #[test]
    fn everybody_sits_once_an_epoch() {
        let mut stakes = vec![5; 10];
        stakes.push(0);
        let mut drawer = committee("{ kind = 'ethereum', slots = 4 }").drawer(&stakes).unwrap();
        let mut stream = Stream::open(StreamKey::new().text("epoch"));
        let mut members = Vec::new();
        for epoch in 0..50 {
            let mut sits = [0; 11];
            for slot in 0..4 {
                let forger = ValidatorId(10); // Holds nothing, so that all seats are taken.
                let round = 1 + 4 * epoch + slot;
                drawer.draw(CommitteeTurn { round, forger, changes: &[], stream: &mut stream }, &mut members);
                assert_eq!(members.len(), [2, 3, 2, 3][slot as usize]);
                members.iter().for_each(|seat| sits[seat.validator.index()] += seat.seats);
            }
            assert_eq!(sits, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
        }
    }

    /// Who joins in the middle of an epoch waits; who loses all stake leaves at once.
    #[test]
    fn joining_waits_and_leaving_does_not() {
        let mut drawer = committee("{ kind = 'ethereum', slots = 2 }").drawer(&[1, 1, 0, 0]).unwrap();
        let mut stream = Stream::open(StreamKey::new().text("join"));
        let mut sits = [0; 4];
        let mut members = Vec::new();
        let joins = [StakeChange { validator: ValidatorId(2), stake: 9 }];
        let leaves = [
            StakeChange { validator: ValidatorId(0), stake: 0 },
            StakeChange { validator: ValidatorId(1), stake: 0 },
        ];
        for (round, changes) in [(1, &[][..]), (2, &joins[..]), (3, &[]), (4, &[]), (5, &leaves), (6, &[])] {
            drawer.draw(
                CommitteeTurn { round, forger: ValidatorId(3), changes, stream: &mut stream },
                &mut members,
            );
            members.iter().for_each(|seat| sits[seat.validator.index()] += 1);
            assert!(round != 2 || sits == [1, 1, 0, 0]);
        }
        assert_eq!(sits, [2, 2, 2, 0]);
    }

    #[test]
    fn impossible_epochs_are_refused() {
        let text = committee_refusal("{ kind = 'ethereum', slots = 0 }");
        assert_eq!(text, "`slots` is 0, but must lie between 1 and 1000000");
    }
}
