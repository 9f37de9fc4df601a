//! The steps at which a behaviour can differ from an honest one, and the registry of behaviours.

use super::{BlockFlaw, always_approve, always_reject, invalid_block, offline, silent_forger};
use crate::registry::Entry;

/// Every behaviour a scenario can name.
pub const BEHAVIOURS: &[Entry<dyn Behaviour>] = &[
    offline::ENTRY,
    always_approve::ENTRY,
    always_reject::ENTRY,
    silent_forger::ENTRY,
    invalid_block::ENTRY,
];

/// What an account does at the steps of a round. Each hook is honest unless overridden.
pub trait Behaviour: Send + Sync {
    /// What it does when it is drawn as the forger.
    fn forging(&self) -> Forging {
        Forging::Honest
    }

    /// What it does when it sits on the committee.
    fn attesting(&self) -> Attesting {
        Attesting::Honest
    }
}

/// What a drawn forger does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forging {
    /// Makes a valid block.
    Honest,
    /// Makes none.
    Silent,
    /// Makes a block with this flaw, or with one drawn anew each time.
    Flawed(Option<BlockFlaw>),
}

/// What an attestor does with a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attesting {
    /// Checks it, and approves or rejects accordingly.
    Honest,
    /// Casts no vote.
    Offline,
    /// Approves without looking.
    Approve,
    /// Rejects without looking.
    Reject,
}

impl Attesting {
    /// The number of different ways.
    pub const COUNT: usize = 4;

    /// Whether it approves a block, or `None` if it casts no vote.
    #[inline]
    pub fn vote(self, valid: bool) -> Option<bool> {
        match self {
            Attesting::Honest => Some(valid),
            Attesting::Offline => None,
            Attesting::Approve => Some(true),
            Attesting::Reject => Some(false),
        }
    }
}
