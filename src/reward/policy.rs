//! What a reward policy is, and the registry of all of them.

use super::constant;
use crate::registry::Entry;

/// Every reward policy a scenario can name.
pub const REWARDS: &[Entry<dyn RewardPolicy>] = &[constant::ENTRY];

/// Decides how many new coins a block earns its forger.
pub trait RewardPolicy: Send + Sync {
    /// New coins for the block at this height (the first block has height 1).
    fn amount(&self, height: u64) -> u64;

    /// The amount, if it is the same for every block.
    fn constant(&self) -> Option<u64> {
        None
    }

    /// New coins for all blocks up to and including this height. Scenarios are checked against it
    /// before a run, so that no sum can overflow while it runs.
    fn sum(&self, height: u64) -> u128;
}
