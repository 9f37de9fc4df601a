//! Ethereum's sync committee: seats by balance among all validators, for a long while.

use super::{accept_size, gather, seats_in_any_round};
use crate::law::accepted_seats;
use crate::registry::{Entry, settings, within};
use crate::selection::ethereum::{
    Acceptance, ActiveSet, Asked, BalanceWeighted, EtherUnit, chances, random_hash,
};
use crate::selection::{Committee, CommitteeDrawer, CommitteeTurn, Duty, Seat};
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Committee> = Entry {
    name: "ethereum-sync",
    summary: "the sync committee: `size` (512) seats by effective balance among all validators in shuffled order, several to one validator, who keep them for `period` (8192) rounds",
    source: "Ethereum consensus specification, Electra: get_next_sync_committee_indices, SYNC_COMMITTEE_SIZE, EPOCHS_PER_SYNC_COMMITTEE_PERIOD (256 epochs of 32 slots)",
    parse: |table| {
        settings::<EthereumSync, _>(table, |committee| {
            accept_size(committee.size)?;
            within("period", committee.period, 1..=i64::MAX as u64, "")?;
            Ok(Box::new(committee))
        })
    },
};

/// The sync committee.
///
/// The active validators are asked in swap-or-not order, round and round, and each takes a seat if
/// 16 random bits are within its effective balance of at most 2048 ETH, until `size` seats are
/// taken: the specification's draw, hash for hash, under a seed from the committees' stream. It is
/// drawn at the start of its period with the balances of then (on the chain, one period ahead). The
/// forger may sit; seats of somebody who lost all stake since stay vacant.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct EthereumSync {
    /// The number of seats.
    size: u64,
    /// The rounds for which they are held.
    period: u64,
    /// What one unit of stake stands for.
    unit: EtherUnit,
}

impl Default for EthereumSync {
    fn default() -> Self {
        EthereumSync { size: 512, period: 8_192, unit: EtherUnit::Eth }
    }
}

impl Committee for EthereumSync {
    fn seats(&self) -> Option<u64> {
        Some(self.size)
    }

    fn forger_sits(&self) -> bool {
        true
    }

    /// Of one draw; a run sees as many draws as it has periods.
    fn expected_seats(&self, stakes: &[u64], forgers: &[f64]) -> Duty {
        seats_in_any_round(accepted_seats(&chances(stakes, self.unit), self.size, 1), forgers)
    }

    fn drawer(&self, stakes: &[u64]) -> Option<Box<dyn CommitteeDrawer>> {
        Some(Box::new(Drawer {
            size: self.size,
            period: self.period,
            set: ActiveSet::new(stakes, self.unit, Acceptance::ELECTRA.cap),
            seated: Vec::with_capacity(stakes.len()),
            running: None,
            draw: BalanceWeighted::new(Acceptance::ELECTRA, stakes.len()),
        }))
    }
}

struct Drawer {
    size: u64,
    period: u64,
    set: ActiveSet,
    /// Who sits for the running period, in the order of the validators.
    seated: Vec<Seat>,
    running: Option<u64>,
    draw: BalanceWeighted,
}

impl CommitteeDrawer for Drawer {
    fn draw(&mut self, turn: CommitteeTurn<'_>, members: &mut Vec<Seat>) {
        self.set.note(turn.changes);
        // Rounds are counted from 1; those that nobody forged have no turn here.
        let period = (turn.round - 1) / self.period;
        if self.running != Some(period) {
            if self.running.replace(period).is_some() {
                self.set.end_epoch();
            }
            self.seated.clear();
            if !self.set.active().is_empty() {
                let seed = random_hash(turn.stream);
                let (seated, set) = (&mut self.seated, &self.set);
                self.draw.seats(
                    seed,
                    set.active(),
                    set.effective(),
                    Asked::Shuffled,
                    self.size,
                    |candidate| {
                        seated.push(Seat { validator: ValidatorId(candidate), seats: 1 });
                    },
                );
                gather(&mut self.seated);
            }
        }
        members.clear();
        members.extend(self.seated.iter().filter(|seat| self.set.holds(seat.validator)));
    }
}

#[cfg(test)]
mod tests {
    use crate::selection::evidence::{committee, committee_refusal, draws, seats_follow};

    #[test]
    fn seats_are_as_expected() {
        for size in [1, 4] {
            let rule = committee(&format!("{{ kind = 'ethereum-sync', size = {size}, period = 1 }}"));
            seats_follow(&*rule, 12_000, |_, _| None);
        }
    }

    #[test]
    fn seats_are_kept_for_a_period() {
        let rule = committee("{ kind = 'ethereum-sync', size = 16, period = 5 }");
        let committees = draws(&*rule, &[32, 64, 32, 2048, 0], 4, 50);
        assert!(committees.chunks(5).all(|period| period.iter().all(|members| members == &period[0])));
        assert!(committees.chunks(5).any(|period| period[0] != committees[0]));
        assert!(committees.iter().all(|members| members.iter().map(|seat| seat.seats).sum::<u32>() == 16));
    }

    #[test]
    fn impossible_settings_are_refused() {
        assert!(committee_refusal("{ kind = 'ethereum-sync', size = 0 }").contains("between 1 and 1000000"));
        assert!(committee_refusal("{ kind = 'ethereum-sync', period = 0 }").contains("`period` is 0"));
    }
}
