//! Robust fairness of rewards: how likely a share of all rewards ends outside the tolerance.

use crate::gallery::{Case, Estimand, Sample};
use crate::law::CompoundEpoch;
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Estimand> = Entry {
    name: "unfair-rewards",
    summary: "under C-PoS, the probability that a validator's share of all rewards ends outside the tolerance",
    source: "Huang and others, SIGMOD 2021",
    parse: |table| settings(table, |settings: UnfairRewards| Ok(Box::new(settings))),
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct UnfairRewards {
    validator: String,
}

/// An epoch's rewards: those of its forgers, those by stake, and its blocks.
fn epoch_of(case: &Case) -> Result<(u64, u64, u64), String> {
    let policy = &case.scenario()?.experiment.world.protocol.reward.thing;
    policy.compound_epoch().ok_or_else(|| "the reward is not that of C-PoS".to_owned())
}

impl Estimand for UnfairRewards {
    fn exact(&self, case: &Case) -> Result<f64, String> {
        let scenario = case.scenario()?;
        let experiment = &scenario.experiment;
        let share = case.stake_share(case.validator(&self.validator)?)?;
        let total: f64 = experiment.world.stakes.iter().map(|&stake| stake as f64).sum();
        let (forgers, stake, blocks) = epoch_of(case)?;
        let law = CompoundEpoch {
            lottery: forgers as f64 / total,
            split: stake as f64 / total,
            proposers: blocks as f64,
        };
        let (epochs, tolerance) = (experiment.rounds / blocks, scenario.file.analysis.tolerance);
        law.exact_unfair_probability(share, tolerance, epochs)
            .ok_or_else(|| "the exact law of so many epochs is not worked out".to_owned())
    }

    fn simulate(&self, case: &Case) -> Result<Option<Sample>, String> {
        let validator = case.validator(&self.validator)?;
        let scenario = case.scenario()?;
        let (share, tolerance) = (case.stake_share(validator)?, scenario.file.analysis.tolerance);
        let (forgers, stake, blocks) = epoch_of(case)?;
        let paid = (forgers + stake) as f64 * (scenario.experiment.rounds / blocks) as f64;
        let rewards = case.rewards(validator)?;
        let unfair = |reward: &&u64| (**reward as f64 / paid - share).abs() > tolerance * share;
        let hits = rewards.iter().filter(unfair).count() as u64;
        Ok(Some(Sample::Proportion { hits, trials: rewards.len() as u64 }))
    }
}
