//! Slots with several leaders, where stake is split among many pools.

use crate::gallery::{Case, Estimand, Sample};
use crate::law::slot_battle_limit;
use crate::registry::{Entry, Refusal, settings, within};
use rand_distr::{Distribution, Poisson};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Estimand> = Entry {
    name: "slot-battles",
    summary: "expected slots with more than one leader, for stake that is split among ever more pools",
    source: "Ouroboros Praos; David and others, EUROCRYPT 2018",
    parse: |table| {
        settings(table, |settings: SlotBattles| {
            if !(settings.f > 0.0 && settings.f < 1.0) {
                return Err(Refusal::Value {
                    key: "f",
                    problem: format!("is {}, but must lie strictly between 0 and 1", settings.f),
                });
            }
            within("epochs", settings.epochs, 2..=1_000, "")?;
            within("slots", settings.slots, 1..=1_000_000, "")?;
            Ok(Box::new(settings))
        })
    },
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SlotBattles {
    f: f64,
    slots: u64,
    /// Epochs that are simulated.
    epochs: u64,
}

impl Estimand for SlotBattles {
    fn needs_scenario(&self) -> bool {
        false
    }

    fn exact(&self, _: &Case) -> Result<f64, String> {
        Ok(self.slots as f64 * slot_battle_limit(self.f))
    }

    fn simulate(&self, case: &Case) -> Result<Option<Sample>, String> {
        let leaders = Poisson::new(-(-self.f).ln_1p()).map_err(|error| error.to_string())?;
        let mut stream = case.stream();
        let mut epoch = || (0..self.slots).filter(|_| leaders.sample(&mut stream) > 1.5).count() as u64;
        let hits: u64 = (0..self.epochs).map(|_| epoch()).sum();
        let slots = self.slots as f64;
        Ok(Some(Sample::Proportion { hits, trials: self.epochs * self.slots }.map(|share| share * slots)))
    }
}
