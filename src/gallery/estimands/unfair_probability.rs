//! Robust fairness: how likely a share of wins ends outside the tolerance.

use crate::gallery::{Case, Estimand, Sample};
use crate::law::{
    beta_binomial_wins, binomial_wins, limiting_unfair_probability, two_party_race, two_party_wins,
    unfair_probability,
};
use crate::registry::{Entry, settings};
use crate::statistics::within_margin;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Estimand> = Entry {
    name: "unfair-probability",
    summary: "the probability that a validator's share of wins ends outside the tolerance",
    source: "Huang and others, SIGMOD 2021",
    parse: |table| settings(table, |settings: UnfairProbability| Ok(Box::new(settings))),
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct UnfairProbability {
    validator: String,
    /// Whether it is that of endless rounds.
    #[serde(default)]
    limit: bool,
}

impl Estimand for UnfairProbability {
    fn exact(&self, case: &Case) -> Result<f64, String> {
        let scenario = case.scenario()?;
        let experiment = &scenario.experiment;
        let world = &experiment.world;
        let share = case.stake_share(case.validator(&self.validator)?)?;
        let tolerance = scenario.file.analysis.tolerance;
        let unknown = "no exact law of the wins is known here";
        if self.limit {
            return limiting_unfair_probability(share, case.reward()?, tolerance).ok_or(unknown.to_owned());
        }
        let wins = win_masses(case, share)?.ok_or(unknown)?;
        debug_assert!(world.validators() > 1);
        Ok(unfair_probability(&wins, share, tolerance))
    }

    fn simulate(&self, case: &Case) -> Result<Option<Sample>, String> {
        let validator = case.validator(&self.validator)?;
        let (share, tolerance) = (case.stake_share(validator)?, case.scenario()?.file.analysis.tolerance);
        let wins = case.wins(validator)?;
        let unfair = wins.iter().filter(|&&(wins, of)| !within_margin(wins, of, share, tolerance)).count();
        Ok(Some(Sample::Proportion { hits: unfair as u64, trials: wins.len() as u64 }))
    }
}

/// The distribution of the wins of a party with this share of stake after the scenario's rounds: binomial,
/// that of Pólya's urn, or that of two parties in a race whose winner stakes its reward.
pub fn win_masses(case: &Case, share: f64) -> Result<Option<Vec<f64>>, String> {
    let experiment = &case.scenario()?.experiment;
    let (world, rounds) = (&experiment.world, experiment.rounds);
    let rule = &world.rule;
    if !world.protocol.compounds() {
        // The share of stake stands for itself where the rule is proportional.
        let stakes: Vec<f64> = world.stakes.iter().map(|&stake| stake as f64).collect();
        let total: f64 = stakes.iter().sum();
        let place = stakes.iter().position(|stake| stake / total == share);
        let expected = rule.thing.expected_shares(&world.stakes);
        let chance = place.and_then(|place| expected.shares().map(|shares| shares[place]));
        return Ok(chance.and_then(|chance| binomial_wins(rounds, chance)));
    }
    let reward = case.reward()?;
    if rule.thing.draws_by_current_stake() {
        return Ok(Some(beta_binomial_wins(rounds, share / reward, (1.0 - share) / reward)));
    }
    let races = matches!(rule.name, "single-lottery" | "nxt") && world.validators() == 2;
    Ok(races.then(|| two_party_wins(share, 1.0 - share, reward, rounds as usize, two_party_race)))
}
