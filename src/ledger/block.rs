//! Blocks.

use super::{Address, DecodeError, Header, Reader, SignedTransaction};
use crate::crypto::{Hash, Signature, merkle_root};

/// A block: header, the forger's signature, transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What was signed.
    pub header: Header,
    /// The forger's signature of the header's hash.
    pub signature: Signature,
    /// The transactions, in the order in which they are settled.
    pub transactions: Vec<SignedTransaction>,
}

impl Block {
    /// A block of zeros, to be filled.
    pub fn blank() -> Self {
        Block {
            header: Header {
                height: 0,
                round: 0,
                previous: [0; 32],
                transactions_root: [0; 32],
                forger: Address([0; 20]),
                parent_state: [0; 32],
            },
            signature: Signature([0; 64]),
            transactions: Vec::new(),
        }
    }

    /// Appends the bytes: header, signature, number of transactions (4 bytes), transactions.
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.header.encode());
        bytes.extend_from_slice(&self.signature.0);
        bytes.extend_from_slice(&(self.transactions.len() as u32).to_le_bytes());
        for transaction in &self.transactions {
            transaction.encode(bytes);
        }
    }

    /// Reads a block into this one, so that its memory is used again.
    ///
    /// # Errors
    /// If the bytes are not exactly one block. What was read until then stays.
    pub fn decode_into(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        let mut reader = Reader::new(bytes);
        self.header = Header::decode(&mut reader)?;
        self.signature = Signature(reader.take()?);
        let count = reader.u32()?;
        self.transactions.clear();
        // Nothing is reserved for a count that the bytes cannot hold.
        for _ in 0..count {
            self.transactions.push(SignedTransaction::decode(&mut reader)?);
        }
        reader.end()
    }

    /// The Merkle root of the transactions as they are; `hashes` is working space.
    pub fn merkle_root(&self, hashes: &mut Vec<Hash>) -> Hash {
        hashes.clear();
        hashes.extend(self.transactions.iter().map(SignedTransaction::hash));
        merkle_root(hashes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn arbitrary_bytes_are_refused_or_read_back_exactly(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let mut block = Block::blank();
            if block.decode_into(&bytes).is_ok() {
                let mut again = Vec::new();
                block.encode(&mut again);
                prop_assert_eq!(again, bytes);
            }
        }

        #[test]
        fn encoding_and_decoding_are_inverse(count in 0usize..4, fill in any::<u8>(), cut in 0usize..100) {
            let mut block = Block::blank();
            block.header.height = 7;
            block.header.forger = Address([fill; 20]);
            for nonce in 0..count {
                block.transactions.push(SignedTransaction {
                    sender: Address([fill; 20]),
                    recipient: Address([1; 20]),
                    amount: 3,
                    fee: 1,
                    nonce: nonce as u64,
                    signature: Signature([fill; 64]),
                });
            }
            let mut bytes = Vec::new();
            block.encode(&mut bytes);
            prop_assert_eq!(bytes.len(), Header::LENGTH + 64 + 4 + count * SignedTransaction::LENGTH);
            let mut read = Block::blank();
            read.decode_into(&bytes).unwrap();
            prop_assert_eq!(&read, &block);
            let shorter = &bytes[..bytes.len() - 1 - cut.min(bytes.len() - 1)];
            prop_assert!(read.decode_into(shorter).is_err());
            bytes.push(0);
            prop_assert_eq!(read.decode_into(&bytes), Err(DecodeError::TooLong { left: 1 }));
        }
    }
}
