//! What an honest node checks about a block.

use super::Directory;
use crate::crypto::{Hash, Signature};
use crate::ledger::{
    AccountId, Address, Block, Header, SignedTransaction, State, TransactionFault, Transfer, check,
};
use thiserror::Error;

/// A node's own view of the chain, against which it checks a block.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// The chain's identity.
    pub chain: Hash,
    /// The height of the next block.
    pub height: u64,
    /// Hash of the last block, or the chain's identity before the first.
    pub tip: Hash,
    /// The round of the last block, or 0 before the first.
    pub tip_round: u64,
    /// Commitment to the state of all accounts.
    pub state: Hash,
}

/// Why a block is invalid.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BlockFault {
    /// The height is not the next one.
    #[error("the height is {found}, but the next block has height {expected}")]
    Height {
        /// The next height.
        expected: u64,
        /// What the header says.
        found: u64,
    },
    /// The round is not after that of the last block.
    #[error("the round is {found}, but the last block was made in round {last}")]
    Round {
        /// The round of the last block.
        last: u64,
        /// What the header says.
        found: u64,
    },
    /// The block does not follow the last one.
    #[error(
        "the previous hash is {}, but the last block's hash is {}",
        hex::encode(found),
        hex::encode(expected)
    )]
    Previous {
        /// Hash of the last block.
        expected: Hash,
        /// What the header says.
        found: Hash,
    },
    /// The block builds on another state.
    #[error(
        "the parent state is {}, but the accounts' state is {}",
        hex::encode(found),
        hex::encode(expected)
    )]
    State {
        /// Commitment to the state.
        expected: Hash,
        /// What the header says.
        found: Hash,
    },
    /// The forger is not the one who was drawn, or no validator at all.
    #[error("the forger {found} {problem}")]
    Forger {
        /// The address in the header.
        found: Address,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The block is not signed by its forger.
    #[error("the signature is not the forger's")]
    Signature,
    /// The transactions are not those that were signed.
    #[error("the Merkle root is {}, but the transactions give {}", hex::encode(found), hex::encode(expected))]
    MerkleRoot {
        /// The root of the transactions.
        expected: Hash,
        /// What the header says.
        found: Hash,
    },
    /// A transaction is invalid.
    #[error("transaction {place} is invalid: {fault}")]
    Transaction {
        /// Its place in the block, counted from 1.
        place: usize,
        /// What is wrong with it.
        fault: TransactionFault,
    },
}

impl BlockFault {
    /// Whether a block with this fault proves that its forger cheated: its signature holds, it
    /// names the last block as its predecessor, and contradicts it all the same. A block that
    /// names another predecessor cannot be told from an honest one that came too late.
    pub fn is_proof(&self) -> bool {
        matches!(
            self,
            BlockFault::Height { .. }
                | BlockFault::Round { .. }
                | BlockFault::State { .. }
                | BlockFault::Transaction { .. }
        )
    }
}

/// What a transaction asks for, accounts looked up by address.
#[inline]
pub fn read(directory: &Directory, transaction: &SignedTransaction) -> Transfer {
    Transfer {
        sender: directory.find(&transaction.sender),
        recipient: directory.find(&transaction.recipient),
        amount: transaction.amount,
        fee: transaction.fee,
        nonce: transaction.nonce,
    }
}

/// A signature that the check of a block comes to.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// Whose it must be.
    pub signer: AccountId,
    /// What was signed.
    pub message: &'a [u8],
    /// The signature.
    pub signature: &'a Signature,
    /// The transaction that bears it and its place in the block, counted from 0; `None` for the
    /// block's own.
    pub transaction: Option<(usize, &'a SignedTransaction)>,
}

/// Checks everything about a block that does not depend on the round's draw: signature, Merkle
/// root, height, links, state, and every transaction in order. `signature_verdict` tells whether a
/// signature holds, so that a verdict already known is not sought again. The state
/// is as before when this returns.
///
/// # Errors
/// The first fault. Those that make a block worthless as a proof come first: forger, signature,
/// Merkle root, predecessor.
pub fn examine(
    block: &Block,
    view: &View,
    state: &mut State,
    directory: &Directory,
    hashes: &mut Vec<Hash>,
    mut signature_verdict: impl FnMut(&Signed) -> bool,
) -> Result<(), BlockFault> {
    let header = &block.header;
    check_seal(directory, &view.chain, block, &mut signature_verdict)?;
    let root = block.merkle_root(hashes);
    if header.transactions_root != root {
        return Err(BlockFault::MerkleRoot { expected: root, found: header.transactions_root });
    }
    if header.previous != view.tip {
        return Err(BlockFault::Previous { expected: view.tip, found: header.previous });
    }
    if header.height != view.height {
        return Err(BlockFault::Height { expected: view.height, found: header.height });
    }
    if header.round <= view.tip_round {
        return Err(BlockFault::Round { last: view.tip_round, found: header.round });
    }
    if header.parent_state != view.state {
        return Err(BlockFault::State { expected: view.state, found: header.parent_state });
    }
    let mut verdict = Ok(());
    let mut applied = 0;
    for (place, transaction) in block.transactions.iter().enumerate() {
        let transfer = read(directory, transaction);
        let holds = transfer.sender.is_some_and(|signer| {
            let message = &transaction.message(&view.chain);
            let (signature, transaction) = (&transaction.signature, Some((place, transaction)));
            signature_verdict(&Signed { signer, message, signature, transaction })
        });
        if let Err(fault) = check(state, &transfer, holds) {
            verdict = Err(BlockFault::Transaction { place: place + 1, fault });
            break;
        }
        state.apply(&transfer);
        applied += 1;
    }
    for transaction in block.transactions[..applied].iter().rev() {
        state.undo(&read(directory, transaction));
    }
    verdict
}

/// Checks that a block is signed by the account that its header names as its forger.
///
/// # Errors
/// If that account does not exist, or the signature is not its own.
pub fn check_seal(
    directory: &Directory,
    chain: &Hash,
    block: &Block,
    mut signature_verdict: impl FnMut(&Signed) -> bool,
) -> Result<(), BlockFault> {
    let Block { header, signature, .. } = block;
    let signer = directory
        .find(&header.forger)
        .ok_or(BlockFault::Forger { found: header.forger, problem: "has no account" })?;
    let message = &Header::message(chain, &header.hash());
    if signature_verdict(&Signed { signer, message, signature, transaction: None }) {
        Ok(())
    } else {
        Err(BlockFault::Signature)
    }
}
