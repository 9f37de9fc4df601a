//! An attestor that is not there.

use super::{Attesting, Behaviour};
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Behaviour> = Entry {
    name: "offline",
    summary: "as an attestor it casts no vote",
    source: "crash fault; the quorum of the teaching notebook tolerates a quarter of them",
    parse: |table| settings::<Offline, _>(table, |behaviour| Ok(Box::new(behaviour))),
};

/// No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Offline {}

impl Behaviour for Offline {
    fn attesting(&self) -> Attesting {
        Attesting::Offline
    }
}
