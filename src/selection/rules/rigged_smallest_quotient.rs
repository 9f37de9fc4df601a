//! Rigged: the smallest uniform ÷ stake wins, passed off as proportional.

use crate::law::proportional_shares;
use crate::registry::{Entry, settings};
use crate::selection::sampling::{AmongAll, smallest_quotient};
use crate::selection::{Dispersion, ExpectedShares, Rule, Selector, TrialContext};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "rigged-smallest-quotient",
    summary: "rigged: the smallest uniform ÷ stake wins, passed off as proportional (which -ln(uniform) ÷ stake would be); the rich gain: 43 / 25 / 19 / 13 % with the seed's stakes",
    source: "public programs that race waiting times of random / stake; the same law as NXT's, which claims no proportionality",
    parse: |table| settings::<SmallestQuotient, _>(table, |rule| Ok(Box::new(rule))),
};

/// The smallest quotient. No settings. O(m) a round.
///
/// Quotients are compared exactly, by cross-multiplication in 128 bits. The first in the list wins a
/// tie, which 64-bit numbers make negligible.
///
/// True law: [`single_lottery_shares`](crate::law::single_lottery_shares).
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SmallestQuotient {}

impl Rule for SmallestQuotient {
    /// What the program believes: that waiting times inverse to the stake are proportional.
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
            smallest_quotient(stakes, |_| lottery.next_u64())
        }))
    }
}
