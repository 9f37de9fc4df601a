//! How much wins vary between trials, against independent draws.

use crate::gallery::{Case, Estimand, Sample};
use crate::law::variance_inflation;
use crate::registry::{Entry, settings};
use crate::selection::Dispersion;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Estimand> = Entry {
    name: "variance-ratio",
    summary: "the variance of a validator's wins in a trial, over the binomial variance",
    source: "Huang and others, SIGMOD 2021; each rule's own definition",
    parse: |table| settings(table, |settings: VarianceRatio| Ok(Box::new(settings))),
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct VarianceRatio {
    validator: String,
}

impl Estimand for VarianceRatio {
    fn exact(&self, case: &Case) -> Result<f64, String> {
        let experiment = &case.scenario()?.experiment;
        let world = &experiment.world;
        let validator = case.validator(&self.validator)?;
        if world.protocol.compounds() && world.rule.thing.draws_by_current_stake() {
            return Ok(variance_inflation(case.reward()?, experiment.rounds));
        }
        match world.rule.thing.dispersion(&world.stakes) {
            Dispersion::Independent => Ok(1.0),
            Dispersion::Scaled { factors, .. } => Ok(factors[validator]),
            _ => Err("no exact law of the dispersion is known".to_owned()),
        }
    }

    fn simulate(&self, case: &Case) -> Result<Option<Sample>, String> {
        let validator = case.validator(&self.validator)?;
        let share = case.stake_share(validator)?;
        let squares: Vec<f64> = case
            .wins(validator)?
            .iter()
            .map(|&(wins, of)| {
                let of = of as f64;
                (wins as f64 - of * share).powi(2) / (of * share * (1.0 - share))
            })
            .collect();
        Ok(Sample::mean(&squares))
    }
}
