//! Rigged: the largest whole part of uniform × stake wins, the first of equals.

use crate::law::proportional_shares;
use crate::registry::{Entry, settings};
use crate::selection::sampling::{AmongAll, largest_score};
use crate::selection::{Dispersion, ExpectedShares, Rule, Selector, TrialContext};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "rigged-floored-product",
    summary: "rigged: the largest floor(uniform × stake) wins, the first in the list on a tie; with small stakes the head of the list gains at the cost of its tail",
    source: "public teaching programs that score each validator with an integer cast of random × stake",
    parse: |table| settings::<FlooredProduct, _>(table, |rule| Ok(Box::new(rule))),
};

/// The largest floored product. No settings. O(m) a round.
///
/// The whole part of uniform × stake is an integer uniform in `0..stake`.
///
/// True law: [`floored_product_shares`](crate::law::mistakes::floored_product_shares).
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct FlooredProduct {}

impl Rule for FlooredProduct {
    /// What the program believes: that a random number weighted by stake is proportional.
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(proportional_shares(stakes))
    }

    fn expected_shares_when_compounding(&self, stakes: &[u64]) -> ExpectedShares {
        self.expected_shares(stakes)
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(AmongAll::new(start.stakes, |stakes, lottery| {
            largest_score(stakes, |stake| lottery.below(stake))
        }))
    }
}
