//! Rigged: one random number, drawn before the loop, is shared by all contenders of a round.

use crate::law::proportional_shares;
use crate::registry::{Entry, settings};
use crate::selection::sampling::{AmongAll, largest_score};
use crate::selection::{Dispersion, ExpectedShares, Rule, Selector, TrialContext};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "rigged-shared-number",
    summary: "rigged: one random number per round is shared by all contenders of a race; it cancels out, and the largest stake wins every round",
    source: "public programs that draw once before the loop over the validators",
    parse: |table| settings::<SharedNumber, _>(table, |rule| Ok(Box::new(rule))),
};

/// The race with one number for all. No settings. O(m) a round.
///
/// True law: [`shared_number_shares`](crate::law::mistakes::shared_number_shares): the first of the
/// largest stakes takes all.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SharedNumber {}

impl Rule for SharedNumber {
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
            // The mistake: this line belongs into the contest. Zero would make all scores equal.
            let number = lottery.next_u64().max(1);
            largest_score(stakes, |stake| u128::from(number) * u128::from(stake))
        }))
    }
}
