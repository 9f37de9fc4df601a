//! Ethereum's payload timeliness committee: seats by balance within the slot's attestors.

use super::{accept_size, accept_slices, accept_slots, gather, seats_in_any_round};
use crate::law::accepted_seats;
use crate::random::shuffle;
use crate::registry::{Entry, Refusal, settings};
use crate::selection::ethereum::{
    Acceptance, ActiveSet, Asked, BalanceWeighted, EtherUnit, chances, random_hash,
};
use crate::selection::{Committee, CommitteeDrawer, CommitteeTurn, Duty, Seat};
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Committee> = Entry {
    name: "ethereum-payload",
    summary: "the committee that attests to payloads since Gloas: `size` (512) seats by effective balance, several to one validator, among the round's slice of all validators shuffled once an epoch of `slots` (32) rounds",
    source: "Ethereum consensus specification, Gloas (EIP-7732): compute_ptc, compute_balance_weighted_selection, PTC_SIZE",
    parse: |table| {
        settings::<EthereumPayload, _>(table, |committee| {
            accept_size(committee.size)?;
            accept_slots(committee.slots)?;
            Ok(Box::new(committee))
        })
    },
};

/// The payload timeliness committee.
///
/// All active validators are shuffled once an epoch and cut into `slots` slices, as for the committee
/// `ethereum`; the members of the round's slice are asked round and round, as they stand, and each
/// takes a seat if 16 random bits are within its effective balance of at most 2048 ETH, until `size`
/// seats are taken. The forger may sit. Effective balances are those at the start of the epoch. The
/// slices are shuffled by an unbiased shuffle from the committees' stream, which also gives the
/// seed of each round's draw; the draw itself is the specification's, hash for hash. Seats of
/// somebody who lost all stake since stay vacant.
///
/// With 32 ETH each about 64 `size` are asked, one hash for 16 of them.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct EthereumPayload {
    /// The number of seats.
    size: u64,
    /// The rounds of an epoch.
    slots: u64,
    /// What one unit of stake stands for.
    unit: EtherUnit,
}

impl Default for EthereumPayload {
    fn default() -> Self {
        EthereumPayload { size: 512, slots: 32, unit: EtherUnit::Eth }
    }
}

impl Committee for EthereumPayload {
    fn seats(&self) -> Option<u64> {
        Some(self.size)
    }

    fn accept(&self, validators: usize) -> Result<(), Refusal> {
        accept_slices(self.slots, validators, 1)
    }

    fn forger_sits(&self) -> bool {
        true
    }

    /// Averaged over the rounds of an epoch.
    fn expected_seats(&self, stakes: &[u64], forgers: &[f64]) -> Duty {
        seats_in_any_round(accepted_seats(&chances(stakes, self.unit), self.size, self.slots), forgers)
    }

    fn drawer(&self, stakes: &[u64]) -> Option<Box<dyn CommitteeDrawer>> {
        Some(Box::new(Drawer {
            size: self.size,
            slots: self.slots,
            set: ActiveSet::new(stakes, self.unit, Acceptance::ELECTRA.cap),
            list: Vec::with_capacity(stakes.len()),
            epoch: None,
            draw: BalanceWeighted::new(Acceptance::ELECTRA, 0),
        }))
    }
}

struct Drawer {
    size: u64,
    slots: u64,
    set: ActiveSet,
    /// The shuffled validators of the epoch.
    list: Vec<u32>,
    epoch: Option<u64>,
    draw: BalanceWeighted,
}

impl CommitteeDrawer for Drawer {
    fn draw(&mut self, turn: CommitteeTurn<'_>, members: &mut Vec<Seat>) {
        self.set.note(turn.changes);
        members.clear();
        // Rounds are counted from 1; those that nobody forged have no turn here.
        let (epoch, slot) = ((turn.round - 1) / self.slots, (turn.round - 1) % self.slots);
        if self.epoch != Some(epoch) {
            if self.epoch.replace(epoch).is_some() {
                self.set.end_epoch();
            }
            self.list.clear();
            self.list.extend_from_slice(self.set.active());
            shuffle(&mut self.list, turn.stream);
        }
        let end = |slot: u64| (self.list.len() as u64 * slot / self.slots) as usize;
        let slice = &self.list[end(slot)..end(slot + 1)];
        if slice.is_empty() {
            return;
        }
        let seed = random_hash(turn.stream);
        let set = &self.set;
        self.draw.seats(seed, slice, set.effective(), Asked::AsListed, self.size, |candidate| {
            let validator = ValidatorId(candidate);
            if set.holds(validator) {
                members.push(Seat { validator, seats: 1 });
            }
        });
        gather(members);
    }
}

#[cfg(test)]
mod tests {
    use crate::selection::evidence::{committee, committee_refusal, draws, seats_follow};

    #[test]
    fn seats_are_as_expected() {
        for (size, slots) in [(1, 1), (3, 1), (2, 2)] {
            let rule = committee(&format!("{{ kind = 'ethereum-payload', size = {size}, slots = {slots} }}"));
            seats_follow(&*rule, 12_000, |_, _| None);
        }
    }

    /// Sampling goes on until all seats are taken, beyond one pass over the slice, and all of the slice
    /// takes part: what the specification's tests `sampling_not_capped` and `uses_multiple_committees`
    /// hold a client to.
    #[test]
    fn all_seats_are_taken_from_the_whole_slice() {
        let rule = committee("{ kind = 'ethereum-payload', size = 512, slots = 2 }");
        let mut seen = std::collections::BTreeSet::new();
        for members in draws(&*rule, &[32; 10], 3, 20) {
            assert_eq!(members.iter().map(|seat| seat.seats).sum::<u32>(), 512);
            assert_eq!(members.len(), 5);
            seen.extend(members.iter().map(|seat| seat.validator));
        }
        assert_eq!(seen.len(), 10);
    }

    #[test]
    fn impossible_settings_are_refused() {
        assert!(
            committee_refusal("{ kind = 'ethereum-payload', size = 0 }").contains("between 1 and 1000000")
        );
        assert!(committee_refusal("{ kind = 'ethereum-payload', slots = 0 }").contains("`slots` is 0"));
    }
}
