//! The round without bytes: validity travels as a fact.

use super::fidelity::{BlockContext, Draft, Fidelity, Waiting};
use super::protocol::Verification;
use crate::behaviour::BlockFlaw;
use crate::ledger::{AccountId, State, Transfer};
use crate::stake::ValidatorId;

/// The fidelity that draws, decides and settles, and makes no bytes.
#[derive(Default)]
pub struct Draws {
    flaw: Option<BlockFlaw>,
    approvals: u64,
}

impl Fidelity for Draws {
    type Transaction = Draft;

    const CASTS_VOTES: bool = false;

    fn issue(&mut self, draft: &Draft) -> Draft {
        *draft
    }

    #[inline]
    fn read(&self, transaction: &Draft) -> Transfer {
        transaction.transfer
    }

    #[inline]
    fn admit(&mut self, _fresh: &mut [Waiting<Draft>]) {}

    #[inline]
    fn create(
        &mut self,
        _site: &BlockContext,
        _state: &mut State,
        _waiting: &[Waiting<Draft>],
        _extra: Option<&Draft>,
        flaw: Option<BlockFlaw>,
    ) {
        self.flaw = flaw;
        self.approvals = 0;
    }

    #[inline]
    fn sign(&mut self, _forger: ValidatorId, _flaw: Option<BlockFlaw>) {}

    #[inline]
    fn broadcast(&mut self) {}

    #[inline]
    fn examine(
        &mut self,
        _site: &BlockContext,
        _state: &mut State,
        _waiting: &[Waiting<Draft>],
        _verification: Verification,
    ) -> bool {
        self.flaw.is_none()
    }

    #[inline]
    fn cast(&mut self, _attestor: AccountId, weight: u64, _committee: u64, approves: bool) {
        if approves {
            self.approvals += weight;
        }
    }

    #[inline]
    fn count(&mut self) -> u64 {
        self.approvals
    }

    #[inline]
    fn append(&mut self) {}

    #[inline]
    fn conclude(&mut self) -> bool {
        true
    }
}
