//! The square root of the stake as weight.

use crate::law::power_shares;
use crate::registry::{Entry, settings};
use crate::selection::sampling::{ByWeight, Weight, draw_by_weight};
use crate::selection::{Dispersion, Draw, ExpectedShares, Rule, Selector, TrialContext};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "square-root",
    summary: "proportional to the square root of stake: evens shares out, but who splits its stake in four doubles its chance",
    source: "Motepalli and Jacobsen, arXiv 2312.13938",
    parse: |table| settings::<SquareRoot, _>(table, |rule| Ok(Box::new(rule))),
};

/// Square-root weights, with 63 significant binary digits. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SquareRoot {}

impl Rule for SquareRoot {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(power_shares(stakes, 0.5))
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn draw(&self, stakes: &[u64]) -> Draw {
        draw_by_weight(stakes, Weight::square_root)
    }

    fn draws_afresh(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(ByWeight::new(start.stakes, Weight::square_root))
    }
}
