//! How far final shares of stake vary.

use crate::gallery::{Case, Estimand, Sample};
use crate::law::{CompoundEpoch, normalised_variance};
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Estimand> = Entry {
    name: "stake-dispersion",
    summary: "the variance of a validator's final share of stake over a(1 - a), or its standard deviation",
    source: "Fanti and others, FC 2019; Huang and others, SIGMOD 2021",
    parse: |table| settings(table, |settings: StakeDispersion| Ok(Box::new(settings))),
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct StakeDispersion {
    validator: String,
    #[serde(default)]
    scale: Scale,
}

#[derive(Clone, Copy, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Scale {
    #[default]
    NormalisedVariance,
    StandardDeviation,
}

impl Estimand for StakeDispersion {
    fn exact(&self, case: &Case) -> Result<f64, String> {
        let experiment = &case.scenario()?.experiment;
        let world = &experiment.world;
        let share = case.stake_share(case.validator(&self.validator)?)?;
        let policy = &world.protocol.reward.thing;
        let total: f64 = world.stakes.iter().map(|&stake| stake as f64).sum();
        let normalised = match policy.compound_epoch() {
            Some((lottery, split, blocks)) => {
                let epoch = CompoundEpoch {
                    lottery: lottery as f64 / total,
                    split: split as f64 / total,
                    proposers: blocks as f64,
                };
                epoch.share_variance(share, experiment.rounds / blocks) / (share * (1.0 - share))
            }
            None => {
                let amounts =
                    policy.amounts(world.genesis()).ok_or("the rewards are not known beforehand")?;
                let rewards = amounts.take(experiment.rounds as usize).map(|coins| coins as f64);
                normalised_variance(total, rewards)
            }
        };
        Ok(match self.scale {
            Scale::NormalisedVariance => normalised,
            Scale::StandardDeviation => (normalised * share * (1.0 - share)).sqrt(),
        })
    }

    fn simulate(&self, case: &Case) -> Result<Option<Sample>, String> {
        let validator = case.validator(&self.validator)?;
        let share = case.stake_share(validator)?;
        let squares: Vec<f64> = case
            .final_shares(validator)?
            .iter()
            .map(|end| (end - share).powi(2) / (share * (1.0 - share)))
            .collect();
        let normalised = Sample::mean(&squares);
        Ok(normalised.map(|normalised| match self.scale {
            Scale::NormalisedVariance => normalised,
            Scale::StandardDeviation => {
                normalised.map(|value| (value * share * (1.0 - share)).max(0.0).sqrt())
            }
        }))
    }
}
