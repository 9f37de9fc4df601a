//! The logarithm of the stake as weight.

use crate::law::logarithmic_shares;
use crate::registry::{Entry, settings};
use crate::selection::sampling::{ByWeight, Weight, draw_by_weight};
use crate::selection::{Dispersion, Draw, ExpectedShares, Rule, Selector, TrialContext};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "logarithmic",
    summary: "proportional to log(1 + stake): nearly uniform, so that splitting pays almost in full",
    source: "Motepalli and Jacobsen, arXiv 2312.13938",
    parse: |table| settings::<Logarithmic, _>(table, |rule| Ok(Box::new(rule))),
};

/// Logarithmic weights, in fixed point with 57 binary digits after the point. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Logarithmic {}

impl Rule for Logarithmic {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(logarithmic_shares(stakes))
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn draw(&self, stakes: &[u64]) -> Draw {
        draw_by_weight(stakes, Weight::logarithm)
    }

    fn draws_afresh(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(ByWeight::new(start.stakes, Weight::logarithm))
    }
}
