//! Who joined earlier counts more.

use crate::law::seniority_shares;
use crate::registry::{Entry, settings, within};
use crate::selection::sampling::{Weight, WeightedPool, forger};
use crate::selection::{Dispersion, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "seniority",
    summary: "proportional to stake x seniority: the first quarter to join counts four times, the next three times, ... (`levels` = 4)",
    source: "a hint of the teaching notebook this program grew from, where some rules give priority to seniority",
    parse: |table| {
        settings::<Seniority, _>(table, |rule| {
            within("levels", rule.levels, 1..=1_000_000, "")?;
            Ok(Box::new(rule))
        })
    },
};

/// Seniority in levels.
///
/// The holders at genesis are taken to have joined in their order: they are cut into `levels`
/// groups as equal as can be, the first of which counts `levels` times and the last once. Who joins
/// later, or comes back after its stake was gone, counts once for good.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Seniority {
    #[serde(default = "four")]
    levels: u64,
}

fn four() -> u64 {
    4
}

impl Rule for Seniority {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(seniority_shares(stakes, self.levels))
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let holders = start.stakes.iter().filter(|&&stake| stake > 0).count() as u64;
        let mut joined = 0u64;
        let mut levels = Vec::with_capacity(start.stakes.len());
        for &stake in start.stakes {
            if stake > 0 {
                let passed = u128::from(joined) * u128::from(self.levels) / u128::from(holders);
                levels.push(self.levels - passed as u64);
                joined += 1;
            } else {
                levels.push(1);
            }
        }
        let weights = start.stakes.iter().zip(&levels).map(|(&stake, &level)| weight(stake, level)).collect();
        Box::new(Elders { levels, pool: WeightedPool::new(weights) })
    }
}

fn weight(stake: u64, level: u64) -> Weight {
    Weight::integer(u128::from(stake) * u128::from(level))
}

struct Elders {
    levels: Vec<u64>,
    pool: WeightedPool,
}

impl Selector for Elders {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            let level = &mut self.levels[change.validator.index()];
            if change.stake == 0 {
                *level = 1;
            }
            self.pool.set(change.validator, weight(change.stake, *level));
        }
        forger(self.pool.draw(turn.lottery))
    }
}
