//! What it costs to be absent.

use super::{Base, Genesis, IncomeTerms, Outset, Payer, Payments, RewardPolicy, SettledBlock};
use crate::registry::{Entry, settings};
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn RewardPolicy> = Entry {
    name: "missed",
    summary: "who is selected and makes no block, or one that is rejected, loses `block` coins of stake, an attestor whose vote is missing from a block's certificate `attestation`; on top of `base`",
    source: "Ethereum consensus specifications, phase 0, get_attestation_deltas: who does not attest is charged what it would have earned",
    parse: |table| settings::<Missed, _>(table, |missed| Ok(Box::new(missed))),
};

/// Penalties for absence.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Missed {
    /// Coins of stake for a block that was not made, or was rejected.
    #[serde(default = "Missed::default_block")]
    block: u64,
    /// Coins of stake for a vote that was not cast.
    #[serde(default = "Missed::default_attestation")]
    attestation: u64,
    /// What is paid.
    #[serde(default = "Missed::default_base")]
    base: Base,
}

impl Missed {
    fn default_block() -> u64 {
        10
    }

    fn default_attestation() -> u64 {
        1
    }

    fn default_base() -> Base {
        Base::constant(10)
    }
}

impl RewardPolicy for Missed {
    fn base(&self) -> Option<&dyn RewardPolicy> {
        Some(self.base.policy())
    }

    fn most(&self, genesis: Genesis, rounds: u64) -> u128 {
        self.base.policy().most(genesis, rounds)
    }

    fn needs_votes(&self) -> bool {
        self.attestation > 0 || self.base.policy().needs_votes()
    }

    fn needs_absent(&self) -> bool {
        self.attestation > 0 || self.base.policy().needs_absent()
    }

    fn terms(&self, genesis: Genesis, marks: &[u64], validators: u64) -> Option<IncomeTerms> {
        self.base.policy().terms(genesis, marks, validators)
    }

    fn payer(&self, outset: &Outset) -> Box<dyn Payer> {
        Box::new(MissedPayer {
            block: self.block,
            attestation: self.attestation,
            base: self.base.policy().payer(outset),
        })
    }
}

struct MissedPayer {
    block: u64,
    attestation: u64,
    base: Box<dyn Payer>,
}

impl Payer for MissedPayer {
    fn block(&mut self, block: &SettledBlock, payments: &mut Payments) {
        self.base.block(block, payments);
        if self.attestation > 0 {
            for &attestor in block.absent {
                payments.fine(attestor, self.attestation);
            }
        }
    }

    fn missed(&mut self, forger: ValidatorId, payments: &mut Payments) {
        self.base.missed(forger, payments);
        payments.fine(forger, self.block);
    }

    fn owed(&self) -> u64 {
        self.base.owed()
    }
}
