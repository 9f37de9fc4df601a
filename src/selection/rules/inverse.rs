//! One over the stake as weight.

use crate::law::inverse_shares;
use crate::registry::{Entry, settings};
use crate::selection::sampling::{ByWeight, Weight, draw_by_weight};
use crate::selection::{Dispersion, Draw, ExpectedShares, Rule, Selector, TrialContext};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "inverse",
    summary: "proportional to 1 / stake: the poorest is drawn most, and splitting pays more than in full",
    source: "a hint of the teaching notebook this program grew from, where some rules give more benefit to those who hardly take part",
    parse: |table| settings::<Inverse, _>(table, |rule| Ok(Box::new(rule))),
};

/// Inverse weights, with 64 significant binary digits. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Inverse {}

impl Rule for Inverse {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(inverse_shares(stakes))
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn draw(&self, stakes: &[u64]) -> Draw {
        draw_by_weight(stakes, Weight::inverse)
    }

    fn draws_afresh(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(ByWeight::new(start.stakes, Weight::inverse))
    }
}
