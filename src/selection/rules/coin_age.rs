//! Coins weigh by their age, as in Peercoin: a holder's as a whole, or each output's.

use crate::law::{aged_long_run, aged_output_shares, coin_age_weights, rest_makes_turns};
use crate::registry::{Entry, Refusal, settings, within};
use crate::selection::sampling::{ByAge, ByOutput, output_sizes};
use crate::selection::{Dispersion, ExpectedShares, Rule, Selector, TrialContext};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "coin-age",
    summary: "proportional to coins x age, which counts from `minimum` (30) days on, stops at `cap` (90), and begins anew with a win: that of a holder's whole stake, a round being a day, or with `outputs` and `seconds_per_round` that of each output, as in Peercoin",
    source: "the weights of Peercoin, kernel.cpp, CheckStakeKernelHash since protocol 0.3 (min(age, 90 days) - 30 days, of one output, in seconds); King and Nadal, 2012",
    parse: |table| {
        settings::<CoinAge, _>(table, |rule| {
            let refuse = |key, problem| Err(Refusal::Value { key, problem });
            within("cap", rule.cap, 2..=10_000, "days")?;
            if rule.minimum >= rule.cap {
                let problem = format!("is {}, but must be below the cap of {}", rule.minimum, rule.cap);
                return refuse("minimum", problem);
            }
            within("outputs", rule.outputs, 0..=1_000_000, "")?;
            let least = (u64::from(rule.cap) * DAY).div_ceil(MOST_AGES);
            if !(least..=u64::from(rule.cap) * DAY).contains(&rule.seconds_per_round) {
                let problem = format!(
                    "is {}, but with a cap of {} days must lie between {least} and {}",
                    rule.seconds_per_round,
                    rule.cap,
                    u64::from(rule.cap) * DAY
                );
                return refuse("seconds_per_round", problem);
            }
            Ok(Box::new(rule))
        })
    },
};

/// Seconds of a day.
const DAY: u64 = 86_400;
/// The most different ages, in rounds, that are told apart.
const MOST_AGES: u64 = 100_000;

/// Coin age.
///
/// The weight of some coins is `coins * (min(age, cap) - minimum)`, and nothing up to the minimum,
/// with the age in seconds: the rounds since they last forged, times `seconds_per_round`, whatever
/// became of the block. By default a holder's whole stake is weighed and begins anew together, so
/// that a large holder is hardly better off than a small one. With `outputs` the coins of everybody
/// lie in outputs of a size at which there are so many of them, and only the output that forges
/// begins anew, as in Peercoin; what a forger earns joins that output. (On the chain outputs differ
/// in size, are split and merged by their owners, and blocks come at random times.)
///
/// At genesis all coins are fully aged; coins that join later begin at age 0. If nothing is old
/// enough, nobody forges: with no more holders (outputs) than rounds of the minimum age, turns and
/// empty rounds are all that is left of the lottery.
///
/// O(cap in rounds + log n) a round.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct CoinAge {
    minimum: u32,
    cap: u32,
    outputs: u32,
    seconds_per_round: u64,
}

impl Default for CoinAge {
    fn default() -> Self {
        CoinAge { minimum: 30, cap: 90, outputs: 0, seconds_per_round: DAY }
    }
}

const UNKNOWN: &str =
    "the ages of all holders are one Markov chain, which is solved only while it has at most 400 states";

impl CoinAge {
    /// The seconds that both a day and a round have a whole number of.
    fn unit(&self) -> u64 {
        greatest_common_divisor(self.seconds_per_round, DAY)
    }

    /// The weight of each age in rounds, for the laws.
    fn law_weights(&self) -> Vec<f64> {
        let day = DAY / self.unit();
        let (minimum, cap) = (u64::from(self.minimum) * day, u64::from(self.cap) * day);
        coin_age_weights(minimum, cap, self.seconds_per_round / self.unit())
    }

    /// The same in integers, as small as can be.
    fn weights(&self) -> Vec<u64> {
        let (minimum, cap) = (u64::from(self.minimum) * DAY, u64::from(self.cap) * DAY);
        let oldest = cap.div_ceil(self.seconds_per_round);
        let seconds = |age: u64| (age * self.seconds_per_round).min(cap).saturating_sub(minimum);
        (0..=oldest).map(|age| seconds(age) / self.unit()).collect()
    }

    /// Everybody's outputs, owner and coins; `None` where stakes are weighed as a whole.
    fn sizes(&self, stakes: &[u64]) -> Option<Vec<(usize, u64)>> {
        let sizes = (self.outputs > 0).then(|| output_sizes(stakes, self.outputs))?;
        Some(sizes.into_iter().map(|(owner, size)| (owner.index(), size)).collect())
    }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

impl Rule for CoinAge {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        let weights = self.law_weights();
        let shares = match self.sizes(stakes) {
            Some(sizes) => aged_output_shares(&sizes, stakes.len(), &weights),
            None => aged_long_run(stakes, &weights).map(|run| run.shares),
        };
        shares.map_or(ExpectedShares::Unknown(UNKNOWN), ExpectedShares::Shares)
    }

    /// In turns, k of m outputs are never further from their due than k wins less their share of k.
    fn dispersion(&self, stakes: &[u64]) -> Dispersion {
        let weights = self.law_weights();
        let mut outputs: Vec<u64> = stakes.iter().map(|&stake| u64::from(stake > 0)).collect();
        let sizes = self.sizes(stakes);
        if let Some(sizes) = &sizes {
            outputs.fill(0);
            sizes.iter().for_each(|&(owner, _)| outputs[owner] += 1);
        }
        let all: u64 = outputs.iter().sum();
        if rest_makes_turns(all as usize, &weights) {
            let bound = |&own: &u64| own as f64 * (1.0 - own as f64 / all as f64);
            return Dispersion::Bounded { bounds: outputs.iter().map(bound).collect() };
        }
        match aged_long_run(stakes, &weights).filter(|_| sizes.is_none()).and_then(|run| run.factors) {
            Some(factors) => Dispersion::Scaled { factors, cycle: 1 },
            None => Dispersion::Unknown(
                "wins repel each other for a while, and rounds may stay empty: the dispersion is below that of independent draws",
            ),
        }
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        if self.outputs > 0 {
            return Box::new(ByOutput::new(start.stakes, self.outputs, self.weights()));
        }
        Box::new(ByAge::new(start.stakes, self.weights()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With a round a day the ages are days; with ten minutes they are the same in sixths of an hour.
    #[test]
    fn ages_are_seconds() {
        let days = CoinAge::default();
        let expected: Vec<u64> = (0..=90u64).map(|age| age.saturating_sub(30)).collect();
        assert_eq!(days.weights(), expected);
        let chain = CoinAge { seconds_per_round: 600, ..CoinAge::default() };
        let weights = chain.weights();
        assert_eq!((weights.len(), weights[4_320], weights[4_321]), (12_961, 0, 1));
        assert_eq!((weights[12_959], weights[12_960]), (8_639, 8_640));
        // A round that divides neither a day nor the cap: min(age, 90 days) - 30 days in seconds.
        let odd = CoinAge { seconds_per_round: 7_000, ..CoinAge::default() };
        for (age, weight) in odd.weights().into_iter().enumerate() {
            assert_eq!(weight * 200, (age as u64 * 7_000).min(7_776_000).saturating_sub(2_592_000));
        }
        for rule in [days, chain, odd] {
            let exact: Vec<f64> = rule.weights().into_iter().map(|weight| weight as f64).collect();
            assert_eq!(exact, rule.law_weights());
        }
    }
}
