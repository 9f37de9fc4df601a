//! A forger that makes no block.

use super::{Behaviour, Forging};
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Behaviour> = Entry {
    name: "silent-forger",
    summary: "when drawn it makes no block",
    source: "missed slots of real chains",
    parse: |table| settings::<SilentForger, _>(table, |behaviour| Ok(Box::new(behaviour))),
};

/// No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SilentForger {}

impl Behaviour for SilentForger {
    fn forging(&self) -> Forging {
        Forging::Silent
    }
}
