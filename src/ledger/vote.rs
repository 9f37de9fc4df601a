//! Votes of attestors.

use crate::crypto::Hash;

const TAG: &[u8; 15] = b"tombola/vote/v1";

/// The bytes that an attestor signs: a tag, the chain's identity, the block's hash, the attestor's
/// own weight, the weight of the whole committee, and the decision (1 approves, 0 rejects).
///
/// Because every vote says how large the committee is, nobody can shrink the committee afterwards
/// to turn a minority into a quorum.
pub fn vote_message(chain: &Hash, block: &Hash, weight: u64, committee: u64, approves: bool) -> [u8; 96] {
    let mut message = [0; 96];
    message[..15].copy_from_slice(TAG);
    message[15..47].copy_from_slice(chain);
    message[47..79].copy_from_slice(block);
    message[79..87].copy_from_slice(&weight.to_le_bytes());
    message[87..95].copy_from_slice(&committee.to_le_bytes());
    message[95] = u8::from(approves);
    message
}
