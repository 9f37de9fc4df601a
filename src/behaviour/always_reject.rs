//! An attestor that rejects without looking.

use super::{Attesting, Behaviour};
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Behaviour> = Entry {
    name: "always-reject",
    summary: "as an attestor it rejects every block without looking",
    source: "Byzantine fault against liveness",
    parse: |table| settings::<AlwaysReject, _>(table, |behaviour| Ok(Box::new(behaviour))),
};

/// No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct AlwaysReject {}

impl Behaviour for AlwaysReject {
    fn attesting(&self) -> Attesting {
        Attesting::Reject
    }
}
