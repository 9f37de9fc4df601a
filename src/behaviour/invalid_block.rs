//! A forger that cheats.

use super::{Behaviour, BlockFlaw, Forging};
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Behaviour> = Entry {
    name: "invalid-block",
    summary: "when drawn it makes an invalid block: with the given `flaw`, or with one drawn each time",
    source: "the cheat of the teaching notebook; second blocks are equivocation, slashed on Ethereum and the Cosmos Hub",
    parse: |table| settings::<InvalidBlock, _>(table, |behaviour| Ok(Box::new(behaviour))),
};

/// A forger of invalid blocks.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct InvalidBlock {
    /// What is wrong with the blocks; every kind in turn, by lot, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    flaw: Option<BlockFlaw>,
}

impl Behaviour for InvalidBlock {
    fn forging(&self) -> Forging {
        Forging::Flawed(self.flaw)
    }
}
