//! Somebody who watches a round and writes down what happens.

use super::attest::Ballot;
use super::chain::{Chain, RoundOutcome};
use super::fidelity::Fidelity;
use crate::behaviour::BlockFlaw;
use crate::ledger::{State, TransactionFault, Transfer};
use crate::stake::ValidatorId;

/// Hooks at every step of a round; each does nothing unless overridden, and none can change
/// anything.
pub trait Observer<F: Fidelity> {
    /// A round begins.
    fn opened(&mut self, chain: &Chain<F>) {
        let _ = chain;
    }

    /// Somebody was selected, by the token named if the rule draws one.
    fn selected(&mut self, forger: ValidatorId, token: Option<u64>) {
        let _ = (forger, token);
    }

    /// Nobody was selected.
    fn nobody_selected(&mut self) {}

    /// The forger makes no block.
    fn stayed_silent(&mut self, forger: ValidatorId) {
        let _ = forger;
    }

    /// A waiting transaction was verified: it goes into the block, or it is refused.
    fn verified(
        &mut self,
        transaction: &F::Transaction,
        transfer: &Transfer,
        verdict: Result<(), TransactionFault>,
    ) {
        let _ = (transaction, transfer, verdict);
    }

    /// The block was created, signed and broadcast.
    fn broadcast(&mut self, fidelity: &F, flaw: Option<BlockFlaw>) {
        let _ = (fidelity, flaw);
    }

    /// An attestor voted, or did not: it was offline, or the block was `lost` on its way.
    fn voted(&mut self, attestor: ValidatorId, weight: u64, vote: Option<bool>, lost: bool) {
        let _ = (attestor, weight, vote, lost);
    }

    /// The votes were counted.
    fn decided(&mut self, fidelity: &F, ballot: &Ballot, accepted: bool) {
        let _ = (fidelity, ballot, accepted);
    }

    /// A proven cheat lost tokens.
    fn slashed(&mut self, fidelity: &F, forger: ValidatorId, amount: u64) {
        let _ = (fidelity, forger, amount);
    }

    /// A forger that made no block, or one that was rejected and proves nothing, was penalised for it.
    fn penalised(&mut self, fidelity: &F, forger: ValidatorId) {
        let _ = (fidelity, forger);
    }

    /// Whether it can no longer do what it is there for, so that no more rounds need to be played.
    fn gave_up(&self) -> bool {
        false
    }

    /// The round is over.
    fn closed(&mut self, fidelity: &F, state: &State, outcome: &RoundOutcome) {
        let _ = (fidelity, state, outcome);
    }
}

/// The observer that writes nothing down.
pub struct Silent;

impl<F: Fidelity> Observer<F> for Silent {}
