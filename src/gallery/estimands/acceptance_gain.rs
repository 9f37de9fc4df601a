//! What a coarse random number gives to a balance that it cannot tell from the next larger one.

use crate::gallery::{Case, Estimand, Sample};
use crate::law::acceptance_chance;
use crate::registry::{Entry, settings, within};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Estimand> = Entry {
    name: "acceptance-gain",
    summary: "the chance that a coarse random number accepts a balance, relative to that of a fine one",
    source: "Ethereum consensus specifications, Electra: compute_proposer_index",
    parse: |table| {
        settings(table, |settings: AcceptanceGain| {
            within("balance", settings.balance, 1..=settings.cap, "")?;
            within("trials", settings.trials, 1..=100_000_000, "")?;
            Ok(Box::new(settings))
        })
    },
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct AcceptanceGain {
    balance: u64,
    cap: u64,
    /// The largest coarse number.
    coarse: u64,
    /// The largest fine number.
    fine: u64,
    trials: u64,
}

impl AcceptanceGain {
    fn of(&self, chance: f64) -> f64 {
        chance / acceptance_chance(self.balance, self.cap, self.fine) - 1.0
    }
}

impl Estimand for AcceptanceGain {
    fn needs_scenario(&self) -> bool {
        false
    }

    fn exact(&self, _: &Case) -> Result<f64, String> {
        Ok(self.of(acceptance_chance(self.balance, self.cap, self.coarse)))
    }

    fn simulate(&self, case: &Case) -> Result<Option<Sample>, String> {
        let mut stream = case.stream();
        let accepted = |number: u64| self.balance * self.coarse >= self.cap * number;
        let hits = (0..self.trials).filter(|_| accepted(stream.below(self.coarse + 1))).count() as u64;
        Ok(Some(Sample::Proportion { hits, trials: self.trials }.map(|chance| self.of(chance))))
    }
}
