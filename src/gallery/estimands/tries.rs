//! How many candidates are refused before one is accepted.

use crate::gallery::{Case, Estimand, Sample};
use crate::law::acceptance_chance;
use crate::registry::{Entry, settings, within};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Estimand> = Entry {
    name: "tries",
    summary: "candidates refused before a proposer is found: the chance of more than so many, or the median",
    source: "Ethereum consensus specifications, Electra: compute_proposer_index",
    parse: |table| {
        settings(table, |settings: Tries| {
            within("balance", settings.balance, 1..=settings.cap, "")?;
            within("trials", settings.trials, 100..=10_000_000, "")?;
            Ok(Box::new(settings))
        })
    },
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Tries {
    balance: u64,
    cap: u64,
    /// The largest random number.
    largest: u64,
    /// The chance of more failures than that; without it, the median.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    more_than: Option<u64>,
    trials: u64,
}

impl Estimand for Tries {
    fn needs_scenario(&self) -> bool {
        false
    }

    fn exact(&self, _: &Case) -> Result<f64, String> {
        let refused = (-acceptance_chance(self.balance, self.cap, self.largest)).ln_1p();
        Ok(match self.more_than {
            Some(failures) => ((failures + 1) as f64 * refused).exp(),
            // The smallest k with P(at most k) >= 1/2.
            None => (0.5f64.ln() / refused - 1.0).ceil().max(0.0),
        })
    }

    fn simulate(&self, case: &Case) -> Result<Option<Sample>, String> {
        let mut stream = case.stream();
        let mut failures: Vec<f64> = (0..self.trials)
            .map(|_| {
                let mut failures = 0.0;
                while self.balance * self.largest < self.cap * stream.below(self.largest + 1) {
                    failures += 1.0;
                }
                failures
            })
            .collect();
        Ok(match self.more_than {
            Some(most) => {
                let hits = failures.iter().filter(|&&failures| failures > most as f64).count() as u64;
                Some(Sample::Proportion { hits, trials: self.trials })
            }
            None => Sample::quantile(&mut failures, 0.5),
        })
    }
}
