//! Certificates: the signed votes on a block.

use super::{Address, DecodeError, Reader};
use crate::crypto::{Hash, Signature};

/// One vote in a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CastVote {
    /// Who voted.
    pub attestor: Address,
    /// With what weight: seats, or coins of stake.
    pub weight: u64,
    /// Approves (true) or rejects.
    pub approves: bool,
    /// The attestor's signature of [`super::vote_message`].
    pub signature: Signature,
}

/// The votes on one block, as they came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The block's hash.
    pub block: Hash,
    /// The weight of the whole committee, present or not.
    pub committee: u64,
    /// The votes.
    pub votes: Vec<CastVote>,
}

impl Certificate {
    /// Length of one vote in bytes.
    pub const VOTE: usize = 20 + 8 + 1 + 64;

    /// A certificate with no votes yet.
    pub fn blank() -> Self {
        Certificate { block: [0; 32], committee: 0, votes: Vec::new() }
    }

    /// The weight of the approving votes.
    pub fn approvals(&self) -> u64 {
        self.votes.iter().filter(|vote| vote.approves).map(|vote| vote.weight).sum()
    }

    /// Appends the bytes: block hash, committee weight, number of votes (4 bytes), votes.
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.block);
        bytes.extend_from_slice(&self.committee.to_le_bytes());
        bytes.extend_from_slice(&(self.votes.len() as u32).to_le_bytes());
        for vote in &self.votes {
            bytes.extend_from_slice(&vote.attestor.0);
            bytes.extend_from_slice(&vote.weight.to_le_bytes());
            bytes.push(u8::from(vote.approves));
            bytes.extend_from_slice(&vote.signature.0);
        }
    }

    /// Reads a certificate.
    ///
    /// # Errors
    /// If the bytes are not exactly one certificate.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let block = reader.take()?;
        let committee = reader.u64()?;
        let count = reader.u32()?;
        let mut votes = Vec::new();
        for _ in 0..count {
            votes.push(CastVote {
                attestor: Address(reader.take()?),
                weight: reader.u64()?,
                approves: reader.bool()?,
                signature: Signature(reader.take()?),
            });
        }
        reader.end()?;
        Ok(Certificate { block, committee, votes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn arbitrary_bytes_are_refused_or_read_back_exactly(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(certificate) = Certificate::decode(&bytes) {
                let mut again = Vec::new();
                certificate.encode(&mut again);
                prop_assert_eq!(again, bytes);
            }
        }
    }

    #[test]
    fn a_certificate_is_read_back() {
        let vote =
            CastVote { attestor: Address([3; 20]), weight: 5, approves: true, signature: Signature([9; 64]) };
        let against = CastVote { approves: false, weight: 2, ..vote };
        let certificate = Certificate { block: [1; 32], committee: 8, votes: vec![vote, against] };
        assert_eq!(certificate.approvals(), 5);
        let mut bytes = Vec::new();
        certificate.encode(&mut bytes);
        assert_eq!(bytes.len(), 32 + 8 + 4 + 2 * Certificate::VOTE);
        assert_eq!(Certificate::decode(&bytes), Ok(certificate));
    }
}
