//! The inverse of coin age: the longer the last win is past, the less a stake weighs.

use crate::law::{aged_long_run, inverse_age_weights};
use crate::registry::{Entry, settings, within};
use crate::selection::sampling::ByAge;
use crate::selection::{Dispersion, ExpectedShares, Rule, Selector, TrialContext};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "inverse-coin-age",
    summary: "proportional to coins / age, the rounds since the last win, at most `cap` (90): winners win again, in long runs",
    source: "the inverse of Peercoin's rule, a control that favours who was just favoured",
    parse: |table| {
        settings::<InverseCoinAge, _>(table, |rule| {
            within("cap", rule.cap, 2..=10_000, "rounds")?;
            Ok(Box::new(rule))
        })
    },
};

/// Inverse coin age.
///
/// The weight is `stake / min(age, cap)`, where the age is the number of rounds since its owner was
/// last selected, from 1 on; at genesis all are at the cap, and who joins later begins at 1. The
/// quotient `1 / age` is frozen to 40 binary digits. O(cap + log n) a round.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct InverseCoinAge {
    #[serde(default = "ninety")]
    cap: u32,
}

fn ninety() -> u32 {
    90
}

impl Rule for InverseCoinAge {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        match aged_long_run(stakes, &inverse_age_weights(self.cap as usize)) {
            Some(run) => ExpectedShares::Shares(run.shares),
            None => ExpectedShares::Unknown(
                "the ages of all holders are one Markov chain, which is solved only while it has at most 400 states",
            ),
        }
    }

    fn dispersion(&self, stakes: &[u64]) -> Dispersion {
        match aged_long_run(stakes, &inverse_age_weights(self.cap as usize)).and_then(|run| run.factors) {
            Some(factors) => Dispersion::Scaled { factors, cycle: 1 },
            None => Dispersion::Unknown(
                "wins attract each other: the dispersion is above that of independent draws by an unknown factor",
            ),
        }
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let weights = (0..=u64::from(self.cap)).map(|age| (1 << 40) / age.max(1)).collect();
        Box::new(ByAge::new(start.stakes, weights))
    }
}
