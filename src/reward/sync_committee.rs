//! A committee that is drawn every period, and paid at its end.

use super::range::of_base;
use super::{
    Base, Genesis, IncomeTerms, Outset, PaidCommittees, Payer, Payments, RewardPolicy, Roster, SettledBlock,
    Source,
};
use crate::random::{Purpose, Stream};
use crate::registry::{Entry, Refusal, settings, within};
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn RewardPolicy> = Entry {
    name: "sync-committee",
    summary: "every `blocks` blocks, `seats` different validators, drawn with the same chance for everybody who holds stake, are paid `amount` each; on top of `base`",
    source: "Ethereum consensus specifications, Altair, sync committees: 512 seats for 256 epochs, 2 of 64 weights",
    parse: |table| {
        settings::<SyncCommittee, _>(table, |committee| {
            within("blocks", committee.blocks, 1..=MOST_BLOCKS, "")?;
            within("seats", committee.seats, 1..=MOST_SEATS, "")?;
            Ok(Box::new(committee))
        })
    },
};

/// The longest period.
const MOST_BLOCKS: u64 = i64::MAX as u64;
/// The largest committee.
const MOST_SEATS: u64 = 10_000_000;

/// Where in a period a trial begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Phase {
    /// With one.
    Start,
    /// Anywhere, drawn at random.
    Random,
}

/// A paid committee.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct SyncCommittee {
    /// The blocks of a period.
    blocks: u64,
    /// The members of a committee.
    seats: u64,
    /// Coins for each of them.
    amount: u64,
    /// Where in a period a trial begins.
    phase: Phase,
    /// What is paid besides.
    base: Base,
}

impl Default for SyncCommittee {
    fn default() -> Self {
        SyncCommittee { blocks: 256, seats: 32, amount: 100, phase: Phase::Start, base: Base::constant(10) }
    }
}

impl RewardPolicy for SyncCommittee {
    fn base(&self) -> Option<&dyn RewardPolicy> {
        Some(self.base.policy())
    }

    fn most(&self, genesis: Genesis, rounds: u64) -> u128 {
        let ends = match self.phase {
            Phase::Start => rounds / self.blocks,
            Phase::Random => rounds.div_ceil(self.blocks),
        };
        // The product of two 63-bit numbers and the seats may not fit.
        let own = (u128::from(ends) * u128::from(self.amount)).saturating_mul(u128::from(self.seats));
        self.base.most_with(own, genesis, rounds)
    }

    fn is_random(&self) -> bool {
        true
    }

    fn keeps_expected_shares(&self) -> bool {
        false
    }

    fn accept(&self, rounds: u64) -> Result<(), Refusal> {
        if self.blocks > rounds && self.phase == Phase::Start {
            let problem = format!(
                "is {}, but the run has {rounds} rounds, so that no committee would be paid; lower it, let `phase` be \"random\", or raise `run.rounds`",
                self.blocks
            );
            return Err(Refusal::Value { key: "blocks", problem });
        }
        self.base.policy().accept(rounds).map_err(of_base)
    }

    fn terms(&self, genesis: Genesis, marks: &[u64], validators: u64) -> Option<IncomeTerms> {
        let mut terms = self.base.policy().terms(genesis, marks, validators)?;
        let rounds = marks.last().copied().unwrap_or(0);
        let rest = match self.phase {
            Phase::Start => 0,
            Phase::Random => rounds % self.blocks,
        };
        terms.committees.push(PaidCommittees {
            whole: rounds / self.blocks,
            more: rest as f64 / self.blocks as f64,
            seats: self.seats,
            amount: self.amount,
        });
        Some(terms)
    }

    fn payer(&self, outset: &Outset) -> Box<dyn Payer> {
        let mut stream = Stream::of_trial(outset.seed, outset.trial, Purpose::Duties);
        let gone = match self.phase {
            Phase::Start => 0,
            Phase::Random => stream.below(self.blocks),
        };
        Box::new(SyncCommitteePayer {
            left: self.blocks - gone,
            blocks: self.blocks,
            seats: self.seats,
            amount: self.amount,
            roster: Roster::new(outset.stakes.len()),
            stream,
            base: self.base.policy().payer(outset),
        })
    }
}

struct SyncCommitteePayer {
    /// Blocks until the period ends.
    left: u64,
    blocks: u64,
    seats: u64,
    amount: u64,
    roster: Roster,
    stream: Stream,
    base: Box<dyn Payer>,
}

impl Payer for SyncCommitteePayer {
    fn block(&mut self, block: &SettledBlock, payments: &mut Payments) {
        self.base.block(block, payments);
        self.left -= 1;
        if self.left == 0 {
            self.left = self.blocks;
            let amount = self.amount;
            self.roster.draw(self.seats, block.stakes, &mut self.stream, |who| {
                payments.pay(ValidatorId(who as u32), Source::Attestation, amount);
            });
        }
    }

    fn missed(&mut self, forger: ValidatorId, payments: &mut Payments) {
        self.base.missed(forger, payments);
    }

    fn owed(&self) -> u64 {
        self.base.owed()
    }
}
