//! What a committee decides about a block.

use crate::behaviour::Attesting;
use crate::forging::{VoteWeight, World};

/// What can go wrong in a vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A valid block has too few approvals.
    ValidRejected,
    /// An invalid block has enough.
    InvalidAccepted,
}

impl Event {
    /// Its name in tables.
    pub fn word(self) -> &'static str {
        match self {
            Event::ValidRejected => "valid-rejected",
            Event::InvalidAccepted => "invalid-accepted",
        }
    }
}

/// The vote on a block while stakes are those of the genesis: who approves, and how many must.
///
/// An attestor votes once, whatever its seats, and its block is lost independently of those of others.
#[derive(Clone, Copy)]
pub(super) struct Ballots<'a> {
    pub world: &'a World,
    pub event: Event,
}

impl Ballots<'_> {
    /// Whether a validator approves the block if it arrives.
    pub fn would_approve(&self, validator: usize) -> bool {
        let attesting: Attesting = self.world.behaviour_of[validator].attesting;
        attesting.vote(self.event == Event::ValidRejected) == Some(true)
    }

    /// The chance that a block is lost on its way to an attestor.
    pub fn loss(&self) -> f64 {
        let loss = self.world.protocol.loss;
        loss.numerator() as f64 / loss.denominator() as f64
    }

    /// The chance that it arrives.
    pub fn arrival(&self) -> f64 {
        let loss = self.world.protocol.loss;
        (loss.denominator() - loss.numerator()) as f64 / loss.denominator() as f64
    }

    /// Whether votes count by stake.
    pub fn by_stake(&self) -> bool {
        self.world.protocol.weight == VoteWeight::Stake
    }

    /// What the vote of somebody on so many seats weighs.
    pub fn weight(&self, validator: usize, seats: u64) -> u64 {
        if self.by_stake() { self.world.stakes[validator] } else { seats }
    }

    /// Whether the event takes place with so much approval of a committee of such a weight.
    pub fn takes_place(&self, approvals: u64, committee: u64) -> bool {
        let accepted = committee > 0 && self.world.protocol.quorum.is_reached_by(approvals, committee);
        accepted == (self.event == Event::InvalidAccepted)
    }

    /// How much weight must be missing for a rejection, or approve for an acceptance, of a committee that is not
    /// empty.
    pub fn threshold(&self, committee: u64) -> u128 {
        let quorum = self.world.protocol.quorum;
        let (part, whole) = (u128::from(quorum.numerator()), u128::from(quorum.denominator()));
        match self.event {
            Event::ValidRejected => u128::from(committee) * whole.saturating_sub(part) / whole + 1,
            Event::InvalidAccepted => (u128::from(committee) * part).div_ceil(whole),
        }
    }

    /// The chance that a validator's vote counts towards the threshold.
    pub fn counts(&self, validator: usize) -> f64 {
        match (self.event, self.would_approve(validator)) {
            (Event::ValidRejected, true) => self.loss(),
            (Event::ValidRejected, false) => 1.0,
            (Event::InvalidAccepted, true) => self.arrival(),
            (Event::InvalidAccepted, false) => 0.0,
        }
    }
}
