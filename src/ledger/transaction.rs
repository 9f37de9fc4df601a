//! Transactions: what they move, and the signed bytes that say so.

use super::{AccountId, Address, DecodeError, Reader};
use crate::crypto::{Hash, KeyPair, Signature, sha256};

/// What a transaction asks for, with accounts by number. `None` is an address that no account
/// has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Who pays.
    pub sender: Option<AccountId>,
    /// Who is paid.
    pub recipient: Option<AccountId>,
    /// How many coins change hands.
    pub amount: u64,
    /// How many coins the sender pays the forger for it.
    pub fee: u64,
    /// How many transactions of the sender were settled before this one.
    pub nonce: u64,
}

/// A transaction as it travels: 64 bytes of body and 64 bytes of signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedTransaction {
    /// Who pays.
    pub sender: Address,
    /// Who is paid.
    pub recipient: Address,
    /// Coins to the recipient.
    pub amount: u64,
    /// Coins to the forger.
    pub fee: u64,
    /// How many transactions of the sender were settled before this one.
    pub nonce: u64,
    /// The sender's signature of [`SignedTransaction::message`].
    pub signature: Signature,
}

impl SignedTransaction {
    /// Length of the body in bytes.
    pub const BODY: usize = 20 + 20 + 8 + 8 + 8;
    /// Length of the whole in bytes.
    pub const LENGTH: usize = Self::BODY + 64;

    const TAG: &[u8; 22] = b"tombola/transaction/v1";

    /// Signs the transaction with its sender's key, for one chain only.
    pub fn sign(mut self, chain: &Hash, key: &KeyPair) -> Self {
        self.signature = key.sign(&self.message(chain));
        self
    }

    /// The bytes that are signed: a tag, the chain's identity and the body. The chain's identity
    /// makes a signature worthless on any other chain.
    pub fn message(&self, chain: &Hash) -> [u8; 22 + 32 + Self::BODY] {
        let mut message = [0; 22 + 32 + Self::BODY];
        message[..22].copy_from_slice(Self::TAG);
        message[22..54].copy_from_slice(chain);
        message[54..].copy_from_slice(&self.body());
        message
    }

    /// The 64 bytes of the body.
    pub fn body(&self) -> [u8; Self::BODY] {
        let mut body = [0; Self::BODY];
        body[..20].copy_from_slice(&self.sender.0);
        body[20..40].copy_from_slice(&self.recipient.0);
        body[40..48].copy_from_slice(&self.amount.to_le_bytes());
        body[48..56].copy_from_slice(&self.fee.to_le_bytes());
        body[56..].copy_from_slice(&self.nonce.to_le_bytes());
        body
    }

    /// Appends the 128 bytes of the whole.
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.body());
        bytes.extend_from_slice(&self.signature.0);
    }

    /// Reads the 128 bytes of the whole.
    ///
    /// # Errors
    /// If fewer bytes are left.
    pub fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        Ok(SignedTransaction {
            sender: Address(reader.take()?),
            recipient: Address(reader.take()?),
            amount: reader.u64()?,
            fee: reader.u64()?,
            nonce: reader.u64()?,
            signature: Signature(reader.take()?),
        })
    }

    /// The hash that stands for the transaction in the Merkle tree: SHA-256 of all 128 bytes.
    pub fn hash(&self) -> Hash {
        sha256(&[&self.body(), &self.signature.0])
    }
}
