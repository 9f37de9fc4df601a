//! An attestor that approves without looking.

use super::{Attesting, Behaviour};
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Behaviour> = Entry {
    name: "always-approve",
    summary: "as an attestor it approves every block without looking",
    source: "the lazy validator; cf. the verifier's dilemma (Luu et al., CCS 2015)",
    parse: |table| settings::<AlwaysApprove, _>(table, |behaviour| Ok(Box::new(behaviour))),
};

/// No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct AlwaysApprove {}

impl Behaviour for AlwaysApprove {
    fn attesting(&self) -> Attesting {
        Attesting::Approve
    }
}
