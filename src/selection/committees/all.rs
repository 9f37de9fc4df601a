//! Everybody who lost the draw attests.

use crate::registry::{Entry, settings};
use crate::selection::{Committee, CommitteeDrawer};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Committee> = Entry {
    name: "all",
    summary: "every validator but the forger attests",
    source: "the teaching notebook this program grew from",
    parse: |table| settings::<All, _>(table, |all| Ok(Box::new(all))),
};

/// All the losers. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct All {}

impl Committee for All {
    fn seats(&self) -> Option<u64> {
        None
    }

    fn drawer(&self, _stakes: &[u64]) -> Option<Box<dyn CommitteeDrawer>> {
        None
    }
}
