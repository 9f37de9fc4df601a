//! Block headers.

use super::{Address, DecodeError, Reader};
use crate::crypto::{Hash, sha256};

/// What a forger signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The block's place in the chain; the first block has height 1.
    pub height: u64,
    /// The round in which it was made; grows by more than one where rounds gave no block.
    pub round: u64,
    /// Hash of the previous block's header; the chain's identity for the first block.
    pub previous: Hash,
    /// Merkle root of the transactions.
    pub transactions_root: Hash,
    /// Who made it.
    pub forger: Address,
    /// Commitment to the state of all accounts before the block.
    pub parent_state: Hash,
}

impl Header {
    /// Length in bytes.
    pub const LENGTH: usize = 8 + 8 + 32 + 32 + 20 + 32;

    const HASH_TAG: &[u8] = b"tombola/header/v1";
    const SIGN_TAG: &[u8; 16] = b"tombola/block/v1";

    /// The bytes, fields in the order of their declaration.
    pub fn encode(&self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        bytes[..8].copy_from_slice(&self.height.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.round.to_le_bytes());
        bytes[16..48].copy_from_slice(&self.previous);
        bytes[48..80].copy_from_slice(&self.transactions_root);
        bytes[80..100].copy_from_slice(&self.forger.0);
        bytes[100..].copy_from_slice(&self.parent_state);
        bytes
    }

    /// Reads a header.
    ///
    /// # Errors
    /// If fewer bytes are left.
    pub fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        Ok(Header {
            height: reader.u64()?,
            round: reader.u64()?,
            previous: reader.take()?,
            transactions_root: reader.take()?,
            forger: Address(reader.take()?),
            parent_state: reader.take()?,
        })
    }

    /// The block's hash: tagged SHA-256 of the header's bytes.
    pub fn hash(&self) -> Hash {
        sha256(&[Self::HASH_TAG, &self.encode()])
    }

    /// The bytes that the forger signs: a tag, the chain's identity and the block's hash.
    pub fn message(chain: &Hash, hash: &Hash) -> [u8; 16 + 32 + 32] {
        let mut message = [0; 16 + 32 + 32];
        message[..16].copy_from_slice(Self::SIGN_TAG);
        message[16..48].copy_from_slice(chain);
        message[48..].copy_from_slice(hash);
        message
    }
}
