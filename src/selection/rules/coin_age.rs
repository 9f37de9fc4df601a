//! Peercoin: coins weigh by their age.

use crate::law::{aged_long_run, coin_age_weights};
use crate::registry::{Entry, Refusal, settings};
use crate::selection::sampling::ByAge;
use crate::selection::{Dispersion, ExpectedShares, Rule, Selector, TrialContext};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "coin-age",
    summary: "proportional to coins x age, which counts from `minimum` (30) rounds on, stops at `cap` (90), and begins anew with a win",
    source: "Peercoin, kernel.cpp since protocol 0.3 (weight = min(age, 90 days) - 30 days); King and Nadal, 2012",
    parse: |table| {
        settings::<CoinAge, _>(table, |rule| {
            if !(2..=10_000).contains(&rule.cap) {
                return Err(Refusal::Value {
                    key: "cap",
                    problem: format!("is {}, but must lie in 2..=10000 rounds", rule.cap),
                });
            }
            if rule.minimum >= rule.cap {
                return Err(Refusal::Value {
                    key: "minimum",
                    problem: format!("is {}, but must be below the cap of {}", rule.minimum, rule.cap),
                });
            }
            Ok(Box::new(rule))
        })
    },
};

/// Coin age, with a round for a day.
///
/// The weight of a stake is `stake * (min(age, cap) - minimum)`, and nothing up to the minimum; the
/// age is the number of rounds since its owner was last selected, whatever became of the block.
/// At genesis all coins are fully aged; who joins later begins at age 0; a stake that grows or
/// shrinks keeps its age. If nobody is old enough, nobody forges: with fewer holders than the
/// minimum of rounds, turns and empty rounds are all that is left of the lottery.
///
/// O(cap + log n) a round.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct CoinAge {
    #[serde(default = "thirty")]
    minimum: u32,
    #[serde(default = "ninety")]
    cap: u32,
}

fn thirty() -> u32 {
    30
}

fn ninety() -> u32 {
    90
}

const UNKNOWN: &str =
    "the ages of all holders are one Markov chain, which is solved only while it has at most 400 states";

impl CoinAge {
    /// The share of each holder, where everybody must rest at least as many rounds as there are others:
    /// then nobody wins twice before all have won once, and the order of the first round repeats for ever.
    fn turns(&self, stakes: &[u64]) -> Option<Vec<f64>> {
        let holders = stakes.iter().filter(|&&stake| stake > 0).count();
        let share = |stake: &u64| if *stake > 0 { 1.0 / holders as f64 } else { 0.0 };
        (holders > 0 && holders <= self.minimum as usize + 1).then(|| stakes.iter().map(share).collect())
    }
}

impl Rule for CoinAge {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        if let Some(shares) = self.turns(stakes) {
            return ExpectedShares::Shares(shares);
        }
        let weights = coin_age_weights(self.minimum as usize, self.cap as usize);
        match aged_long_run(stakes, &weights) {
            Some(run) => ExpectedShares::Shares(run.shares),
            None => ExpectedShares::Unknown(UNKNOWN),
        }
    }

    fn dispersion(&self, stakes: &[u64]) -> Dispersion {
        if self.turns(stakes).is_some() {
            return Dispersion::Bounded { bounds: vec![1.0; stakes.len()] };
        }
        let weights = coin_age_weights(self.minimum as usize, self.cap as usize);
        match aged_long_run(stakes, &weights).and_then(|run| run.factors) {
            Some(factors) => Dispersion::Scaled { factors, cycle: 1 },
            None => Dispersion::Unknown(
                "wins repel each other for a while, and rounds may stay empty: the scatter is below that of independent draws",
            ),
        }
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let weights = (0..=self.cap).map(|age| u64::from(age.saturating_sub(self.minimum))).collect();
        Box::new(ByAge::new(start.stakes, weights))
    }
}
