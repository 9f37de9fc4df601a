//! Step 6: each attestor checks the work and votes.

use super::chain::Chain;
use super::fidelity::{BlockContext, Fidelity};
use super::observer::Observer;
use super::protocol::{Verification, VoteWeight};
use crate::behaviour::Attesting;
use crate::reward::CountedVote;
use crate::selection::Seat;
use crate::stake::ValidatorId;

/// The weight that approves, and the weight of the whole committee, present or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ballot {
    /// Weight of the valid approving votes.
    pub approvals: u64,
    /// Weight of the committee.
    pub committee: u64,
}

impl<F: Fidelity> Chain<'_, F> {
    /// Lets the committee vote.
    pub(super) fn attest<W: Observer<F>>(&mut self, site: &BlockContext, observer: &mut W) -> Ballot {
        let everybody = !self.lottery.draws_committees();
        let keeps_votes = self.world.protocol.reward.thing.needs_votes();
        let keeps_absent = keeps_votes && self.world.protocol.reward.thing.needs_absent();
        self.votes.clear();
        self.absent.clear();
        if everybody && !F::CASTS_VOTES && self.world.protocol.loss.is_zero() && !keeps_votes {
            let valid = self.examine(site);
            return self.attest_by_kind(site.forger, valid);
        }
        let shared = match self.world.verification {
            Verification::Shared => Some(self.examine(site)),
            Verification::Each => None,
        };
        if everybody {
            self.members.clear();
            let losers = self
                .state
                .stakes()
                .iter()
                .enumerate()
                .filter(|&(index, &stake)| stake > 0 && index != site.forger.index());
            self.members
                .extend(losers.map(|(index, _)| Seat { validator: ValidatorId(index as u32), seats: 1 }));
        }
        let committee = self.members.iter().map(|seat| self.weight(seat)).sum();
        for index in 0..self.members.len() {
            let seat = self.members[index];
            let weight = self.weight(&seat);
            let lost = self.is_lost();
            let kind = self.world.behaviour_of[seat.validator.index()].attesting;
            let vote = match kind {
                _ if lost => None,
                Attesting::Honest => Some(shared.unwrap_or_else(|| self.examine(site))),
                careless => careless.vote(false),
            };
            if let Some(approves) = vote {
                self.fidelity.cast(seat.validator.into(), weight, committee, approves);
            }
            match vote {
                Some(true) if keeps_votes => {
                    let by_heads = self.world.protocol.weight == VoteWeight::Heads;
                    let seats = if by_heads { weight } else { 1 };
                    self.votes.push(CountedVote { validator: seat.validator, seats });
                }
                None if keeps_absent => self.absent.push(seat.validator),
                _ => {}
            }
            observer.voted(seat.validator, weight, vote, lost);
        }
        Ballot { approvals: self.fidelity.count(), committee }
    }

    /// What an honest attestor finds.
    fn examine(&mut self, site: &BlockContext) -> bool {
        self.fidelity.examine(site, &mut self.state, &self.waiting, self.world.verification)
    }

    /// The same count in O(1), where everybody but the forger attests, nothing is lost and nobody
    /// asks for the single vote.
    fn attest_by_kind(&self, forger: ValidatorId, valid: bool) -> Ballot {
        let by_heads = self.world.protocol.weight == VoteWeight::Heads;
        let own = if by_heads { 1 } else { self.state.stake(forger.into()) };
        let own_kind = self.world.behaviour_of[forger.index()].attesting;
        let mut ballot = Ballot { approvals: 0, committee: 0 };
        for (kind, heads, stake) in self.roster.kinds() {
            let weight = if by_heads { heads } else { stake } - if kind == own_kind { own } else { 0 };
            ballot.committee += weight;
            if kind.vote(valid) == Some(true) {
                ballot.approvals += weight;
            }
        }
        ballot
    }

    fn weight(&self, seat: &Seat) -> u64 {
        match self.world.protocol.weight {
            VoteWeight::Heads => u64::from(seat.seats),
            VoteWeight::Stake => self.state.stake(seat.validator.into()),
        }
    }
}
