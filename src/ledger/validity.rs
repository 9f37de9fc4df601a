//! Whether a transaction is valid against the state.

use super::{State, Transfer};
use std::fmt;

/// Why a transaction is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionFault {
    /// The sender or the recipient has no account.
    UnknownAccount,
    /// The signature is not the sender's.
    BadSignature,
    /// Nothing would change hands.
    ZeroAmount,
    /// Sender and recipient are the same.
    SelfTransfer,
    /// The nonce is not the sender's next one: the transaction was settled before, or one is
    /// missing in between.
    WrongNonce,
    /// The sender has less than amount and fee.
    Overdraft,
}

impl TransactionFault {
    /// All faults, in the order in which they are looked for and counted.
    pub const ALL: [TransactionFault; 6] = [
        TransactionFault::UnknownAccount,
        TransactionFault::BadSignature,
        TransactionFault::ZeroAmount,
        TransactionFault::SelfTransfer,
        TransactionFault::WrongNonce,
        TransactionFault::Overdraft,
    ];

    /// Its place in [`TransactionFault::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for TransactionFault {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            TransactionFault::UnknownAccount => "no such account",
            TransactionFault::BadSignature => "the signature is not the sender's",
            TransactionFault::ZeroAmount => "nothing would change hands",
            TransactionFault::SelfTransfer => "sender and recipient are the same",
            TransactionFault::WrongNonce => {
                "wrong nonce: it was settled before, or an earlier one is missing"
            }
            TransactionFault::Overdraft => "the sender has less than amount and fee",
        })
    }
}

/// Checks a transaction against the state. Whether the signature holds is told by the caller, who
/// looks at the bytes or knows the fact.
///
/// # Errors
/// The first fault, in the order of [`TransactionFault::ALL`].
pub fn check(state: &State, transfer: &Transfer, signature_holds: bool) -> Result<(), TransactionFault> {
    let (Some(sender), Some(recipient)) = (transfer.sender, transfer.recipient) else {
        return Err(TransactionFault::UnknownAccount);
    };
    if !signature_holds {
        return Err(TransactionFault::BadSignature);
    }
    if transfer.amount == 0 {
        return Err(TransactionFault::ZeroAmount);
    }
    if sender == recipient {
        return Err(TransactionFault::SelfTransfer);
    }
    if transfer.nonce != state.nonce(sender) {
        return Err(TransactionFault::WrongNonce);
    }
    match transfer.amount.checked_add(transfer.fee) {
        Some(spent) if spent <= state.balance(sender) => Ok(()),
        _ => Err(TransactionFault::Overdraft),
    }
}
