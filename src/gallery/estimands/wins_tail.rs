//! How likely so few or so many wins are.

use crate::gallery::{Case, Estimand, Sample};
use crate::registry::{Entry, Refusal, settings};
use crate::statistics::distributions::Binomial;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Estimand> = Entry {
    name: "wins-tail",
    summary: "the probability of at most, or at least, so many wins in a trial of independent rounds",
    source: "the binomial distribution",
    parse: |table| {
        settings(table, |settings: WinsTail| {
            if settings.at_most.is_some() == settings.at_least.is_some() {
                return Err(Refusal::Value {
                    key: "at_most",
                    problem: "and `at_least` exclude each other, and one of them is needed".to_owned(),
                });
            }
            Ok(Box::new(settings))
        })
    },
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WinsTail {
    validator: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_most: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_least: Option<u64>,
    /// That it happens in at least one of so many independent trials.
    #[serde(default = "one")]
    groups: u64,
}

fn one() -> u64 {
    1
}

impl WinsTail {
    fn in_any(&self, single: f64) -> f64 {
        -(self.groups as f64 * (-single).ln_1p()).exp_m1()
    }
}

impl Estimand for WinsTail {
    fn exact(&self, case: &Case) -> Result<f64, String> {
        let experiment = &case.scenario()?.experiment;
        let (world, validator) = (&experiment.world, case.validator(&self.validator)?);
        let expected = world.rule.thing.expected_shares(&world.stakes);
        let share = expected.shares().ok_or("no exact law is known")?[validator];
        let law = Binomial::new(experiment.rounds, share).ok_or("no binomial distribution")?;
        let single = match (self.at_most, self.at_least) {
            (Some(most), _) => law.lower(most),
            (_, least) => law.upper(least.unwrap_or(0)),
        };
        Ok(self.in_any(single))
    }

    fn simulate(&self, case: &Case) -> Result<Option<Sample>, String> {
        let wins = case.wins(case.validator(&self.validator)?)?;
        let within = |wins: u64| {
            self.at_most.is_none_or(|most| wins <= most) && self.at_least.is_none_or(|least| wins >= least)
        };
        let hits = wins.iter().filter(|&&(wins, _)| within(wins)).count() as u64;
        let single = Sample::Proportion { hits, trials: wins.len() as u64 };
        Ok(Some(if self.groups == 1 { single } else { single.map(|single| self.in_any(single)) }))
    }
}
