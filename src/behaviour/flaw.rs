//! The ways in which a block can be invalid.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What is wrong with a block that a dishonest forger makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlockFlaw {
    /// Signed with a key that is not the forger's.
    WrongKey,
    /// The height is not the next one.
    WrongHeight,
    /// The round is that of the last block, not the current one.
    WrongRound,
    /// The previous hash is not that of the last block.
    WrongPrevious,
    /// The Merkle root is not that of the transactions.
    WrongMerkleRoot,
    /// The parent state is not the state of the accounts.
    WrongState,
    /// One transaction spends more than its sender has.
    InvalidTransaction,
    /// A second block for the same round is signed and broadcast too.
    SecondBlock,
}

impl BlockFlaw {
    /// All flaws.
    pub const ALL: [BlockFlaw; 8] = [
        BlockFlaw::WrongKey,
        BlockFlaw::WrongHeight,
        BlockFlaw::WrongRound,
        BlockFlaw::WrongPrevious,
        BlockFlaw::WrongMerkleRoot,
        BlockFlaw::WrongState,
        BlockFlaw::InvalidTransaction,
        BlockFlaw::SecondBlock,
    ];

    /// Whether the rejected block proves to anybody, for ever, that its forger cheated.
    ///
    /// It must carry the forger's own signature, name the last block as its predecessor, and
    /// contradict it under that signature; or there must be two signatures for one round. A block
    /// with a foreign signature proves nothing about the forger; neither does one whose
    /// transactions do not match the signed Merkle root (anybody could have swapped them), nor one
    /// that names another predecessor (an honest block that came too late looks the same).
    pub fn is_proof(self) -> bool {
        !matches!(self, BlockFlaw::WrongKey | BlockFlaw::WrongMerkleRoot | BlockFlaw::WrongPrevious)
    }
}

impl fmt::Display for BlockFlaw {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            BlockFlaw::WrongKey => "signed with a key that is not the forger's",
            BlockFlaw::WrongHeight => "the height is not the next one",
            BlockFlaw::WrongRound => "the round is that of the last block",
            BlockFlaw::WrongPrevious => "the previous hash is not that of the last block",
            BlockFlaw::WrongMerkleRoot => "the Merkle root is not that of the transactions",
            BlockFlaw::WrongState => "the parent state is not the state of the accounts",
            BlockFlaw::InvalidTransaction => "a transaction spends more than its sender has",
            BlockFlaw::SecondBlock => "a second block was signed for the same round",
        })
    }
}
