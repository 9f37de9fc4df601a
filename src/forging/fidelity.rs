//! How much of the story is carried out in bytes.

use super::protocol::Verification;
use crate::behaviour::BlockFlaw;
use crate::ledger::{AccountId, State, Transfer};
use crate::stake::ValidatorId;

/// What a wallet wants to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What it asks for. A sender of `None` is a stranger who has a key but no account.
    pub transfer: Transfer,
    /// Whether it is signed with the sender's own key.
    pub signed: bool,
}

/// A transaction that waits for a block.
#[derive(Clone, Copy, Debug)]
pub struct Waiting<T> {
    /// The transaction.
    pub transaction: T,
    /// Whether its signature holds: what its wallet knows, and from its admission on what the nodes
    /// found.
    pub signature_holds: bool,
    /// Whether a wallet has set money aside for it.
    pub reserved: bool,
}

/// Where and when a block is made.
#[derive(Clone, Copy, Debug)]
pub struct BlockContext {
    /// The height of the block to be made.
    pub height: u64,
    /// The current round.
    pub round: u64,
    /// Who was drawn.
    pub forger: ValidatorId,
}

/// The steps of a round that deal in bytes. Everything else is the round's own and common to all
/// fidelities, so that they cannot differ in who wins and what is settled.
pub trait Fidelity: Sized {
    /// A transaction as it waits and travels.
    type Transaction: Copy;

    /// Whether every vote must be cast for its own sake. Where not, votes may be counted by kinds
    /// of attestors.
    const CASTS_VOTES: bool;

    /// Makes a transaction and signs it.
    fn issue(&mut self, draft: &Draft) -> Self::Transaction;

    /// What a transaction asks for, as every node reads it.
    fn read(&self, transaction: &Self::Transaction) -> Transfer;

    /// Finds out whose signatures hold, when transactions are handed in: replaces what the wallets
    /// know with what the nodes find.
    fn admit(&mut self, fresh: &mut [Waiting<Self::Transaction>]);

    /// Creates a block of the waiting transactions, honest or with a flaw. `extra` is a
    /// transaction that a cheat slips in.
    fn create(
        &mut self,
        site: &BlockContext,
        state: &mut State,
        waiting: &[Waiting<Self::Transaction>],
        extra: Option<&Self::Transaction>,
        flaw: Option<BlockFlaw>,
    );

    /// Signs the created block.
    fn sign(&mut self, forger: ValidatorId, flaw: Option<BlockFlaw>);

    /// Encodes the block for its way to the attestors.
    fn broadcast(&mut self);

    /// What an honest attestor finds when it checks the block that reached it. With
    /// [`Verification::Shared`] the verdicts on transactions that were handed in are those of that
    /// moment; with [`Verification::Each`] every signature is checked anew.
    fn examine(
        &mut self,
        site: &BlockContext,
        state: &mut State,
        waiting: &[Waiting<Self::Transaction>],
        verification: Verification,
    ) -> bool;

    /// Takes down an attestor's vote. `committee` is the weight of the whole committee.
    fn cast(&mut self, attestor: AccountId, weight: u64, committee: u64, approves: bool);

    /// Counts the weight of the approvals whose signatures hold.
    fn count(&mut self) -> u64;

    /// Joins the block to the chain.
    fn append(&mut self);

    /// Carries out what was put off, and tells whether everything that was taken for granted until
    /// then was true. If not, all rounds so far are void.
    fn conclude(&mut self) -> bool;
}
