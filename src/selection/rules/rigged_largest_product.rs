//! Rigged: the largest uniform × stake wins.

use crate::law::proportional_shares;
use crate::registry::{Entry, settings};
use crate::selection::sampling::{AmongAll, largest_score};
use crate::selection::{Dispersion, ExpectedShares, Rule, Selector, TrialContext};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "rigged-largest-product",
    summary: "rigged: the largest uniform × stake wins, passed off as proportional; the rich gain: 56.5 / 26.4 / 13.0 / 4.1 % with the seed's stakes instead of 37.7 / 26.4 / 20.8 / 15.1 %",
    source: "several public proof-of-stake demonstration programs",
    parse: |table| settings::<LargestProduct, _>(table, |rule| Ok(Box::new(rule))),
};

/// The largest product. No settings. O(m) a round.
///
/// Products are exact: a 64-bit number times the stake, in 128 bits. The first in the list wins a
/// tie, which two 64-bit numbers make negligible.
///
/// True law: [`largest_product_shares`](crate::law::mistakes::largest_product_shares).
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct LargestProduct {}

impl Rule for LargestProduct {
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
            largest_score(stakes, |stake| u128::from(lottery.next_u64()) * u128::from(stake))
        }))
    }
}
