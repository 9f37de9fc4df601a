//! The share of rounds that somebody wins.

use super::unfair_probability::win_masses;
use crate::gallery::{Case, Estimand, Sample};
use crate::law::{mistakes, single_lottery_shares};
use crate::registry::{Chosen, Entry, settings};
use crate::selection::{Dispersion, ExpectedShares, Rule};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Estimand> = Entry {
    name: "win-share",
    summary: "the expected share of rounds of one validator, or of all whose names begin alike",
    source: "each rule's own definition",
    parse: |table| settings(table, |settings: WinShare| Ok(Box::new(settings))),
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WinShare {
    /// A name, or the beginning of several, followed by a star.
    validator: String,
    /// Whether it is the relative deviation from the share of stake instead.
    #[serde(default)]
    relative: bool,
}

impl WinShare {
    fn members(&self, case: &Case) -> Result<Vec<usize>, String> {
        match self.validator.strip_suffix('*') {
            None => Ok(vec![case.validator(&self.validator)?]),
            Some(beginning) => {
                let world = &case.scenario()?.experiment.world;
                let names = world.names.iter().take(world.validators()).enumerate();
                Ok(names.filter(|(_, name)| name.starts_with(beginning)).map(|(place, _)| place).collect())
            }
        }
    }

    fn stake_share(&self, case: &Case, members: &[usize]) -> Result<f64, String> {
        members.iter().map(|&member| case.stake_share(member)).sum()
    }
}

/// What a rigged rule does, which is not what it states.
fn mistaken_shares(rule: &Chosen<dyn Rule>, stakes: &[u64]) -> Option<Vec<f64>> {
    match rule.name {
        "rigged-largest-product" => Some(mistakes::largest_product_shares(stakes)),
        "rigged-smallest-quotient" => Some(single_lottery_shares(stakes)),
        "rigged-reused-hash" => {
            let expected = rule.settings.get("expected")?.as_integer()?;
            Some(mistakes::reused_hash_shares(stakes, expected as u64))
        }
        _ => None,
    }
}

impl Estimand for WinShare {
    fn exact(&self, case: &Case) -> Result<f64, String> {
        let experiment = &case.scenario()?.experiment;
        let world = &experiment.world;
        let members = self.members(case)?;
        let rule = &world.rule.thing;
        let compounds = world.protocol.compounds();
        let stake = self.stake_share(case, &members)?;
        if let Some(shares) = mistaken_shares(&world.rule, &world.stakes).filter(|_| !compounds) {
            let share: f64 = members.iter().map(|&member| shares[member]).sum();
            return Ok(if self.relative { share / stake - 1.0 } else { share });
        }
        let expected = if compounds {
            rule.expected_shares_when_compounding(&world.stakes)
        } else {
            rule.expected_shares(&world.stakes)
        };
        let share = match &expected {
            ExpectedShares::Unknown(why) if !compounds => {
                return Err(format!("no exact law is known: {why}"));
            }
            ExpectedShares::Unknown(why) => {
                let masses = win_masses(case, stake)?.ok_or(format!("no exact law is known: {why}"))?;
                crate::law::expected_share(&masses)
            }
            _ => {
                let shares = expected.shares().ok_or("no exact law is known")?;
                members.iter().map(|&member| shares[member]).sum()
            }
        };
        Ok(if self.relative { share / stake - 1.0 } else { share })
    }

    fn simulate(&self, case: &Case) -> Result<Option<Sample>, String> {
        let world = &case.scenario()?.experiment.world;
        let members = self.members(case)?;
        let totals = &case.results()?.totals;
        let selections = totals.counters.rounds - totals.counters.empty;
        let wins: u64 = members.iter().map(|&member| totals.validators[member].wins).sum();
        let stake = self.stake_share(case, &members)?;
        let sample = match world.rule.thing.dispersion(&world.stakes) {
            // Rounds of one trial are not independent; its trials are.
            _ if world.protocol.compounds() => {
                let [member] = members[..] else {
                    return Err("with compounding rewards the share of one validator only".to_owned());
                };
                let shares: Vec<f64> =
                    case.wins(member)?.iter().map(|&(wins, of)| wins as f64 / of.max(1) as f64).collect();
                Sample::mean(&shares)
            }
            Dispersion::Independent => Some(Sample::Proportion { hits: wins, trials: selections }),
            Dispersion::Scaled { factors, .. } => {
                let factor = members.iter().map(|&member| factors[member]).fold(0.0, f64::max);
                let share = wins as f64 / selections as f64;
                let se = (factor * share * (1.0 - share) / selections as f64).sqrt();
                Some(Sample::Estimate { value: share, se })
            }
            Dispersion::Bounded { .. } => {
                Some(Sample::Estimate { value: wins as f64 / selections as f64, se: 0.0 })
            }
            Dispersion::Unknown(why) => return Err(format!("the dispersion is unknown: {why}")),
        };
        Ok(sample.map(|sample| if self.relative { sample.map(|share| share / stake - 1.0) } else { sample }))
    }
}
