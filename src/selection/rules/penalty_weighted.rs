//! Missed or refused work lowers the weight for a while.

use crate::law::{Ratio, proportional_shares};
use crate::registry::{Entry, Refusal, settings, within};
use crate::selection::sampling::{Weight, WeightedPool, forger};
use crate::selection::{
    BlockOutcome, Dispersion, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext,
};
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "penalty-weighted",
    summary: "proportional to stake, but every missed or refused block multiplies the weight by `penalty` (1/2) for `recovery` (100) rounds",
    source: "a hint of the teaching notebook this program grew from, where some rules penalise certain actions",
    parse: |table| settings::<PenaltyWeighted, _>(table, accept),
};

/// Proportional selection with strikes.
///
/// Who is selected and makes no block, or one that is refused, gets a strike, up to `most` at a
/// time; the weight is `stake * penalty ^ strikes`. Each strike is forgiven after `recovery`
/// rounds. With a penalty of 0 a strike suspends.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct PenaltyWeighted {
    #[serde(default = "a_half")]
    penalty: Ratio,
    #[serde(default = "a_hundred")]
    recovery: u64,
    #[serde(default = "eight")]
    most: u8,
}

fn a_half() -> Ratio {
    Ratio::new(1, 2).expect("a half is a ratio")
}

fn a_hundred() -> u64 {
    100
}

fn eight() -> u8 {
    8
}

fn accept(rule: PenaltyWeighted) -> Result<Box<dyn Rule>, Refusal> {
    if rule.penalty >= Ratio::ONE {
        return Err(Refusal::Value {
            key: "penalty",
            problem: format!("is {}, but must be at least 0 and below 1", rule.penalty),
        });
    }
    within("recovery", rule.recovery, 1..=1_000_000, "rounds")?;
    within("most", rule.most, 1..=u8::MAX, "")?;
    if rule.factors().is_none() {
        return Err(Refusal::Value {
            key: "most",
            problem: format!(
                "is {}, but the denominator of the penalty, {}, to that power must stay below 2^63",
                rule.most,
                rule.penalty.denominator()
            ),
        });
    }
    Ok(Box::new(rule))
}

impl PenaltyWeighted {
    /// What a coin weighs after 0, 1, ... strikes, in exact integers with a common denominator.
    fn factors(&self) -> Option<Vec<u64>> {
        let (above, below) = (self.penalty.numerator(), self.penalty.denominator());
        let most = u32::from(self.most);
        below.checked_pow(most).filter(|&power| power < 1 << 63)?;
        Some((0..=most).map(|strikes| above.pow(strikes) * below.pow(most - strikes)).collect())
    }
}

impl Rule for PenaltyWeighted {
    /// While everybody does its work: the share of stake. What strikes take away shows as the
    /// distance from it.
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(proportional_shares(stakes))
    }

    /// While everybody does its work shares of stake are martingales, as for the raffle.
    fn expected_shares_when_compounding(&self, stakes: &[u64]) -> ExpectedShares {
        self.expected_shares(stakes)
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn minds_outcomes(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let factors = self.factors().expect("settings were checked when they were read");
        let weights = start.stakes.iter().map(|&stake| weight(stake, factors[0])).collect();
        Box::new(Strikes {
            recovery: self.recovery,
            factors,
            stakes: start.stakes.to_vec(),
            strikes: vec![0; start.stakes.len()],
            open: VecDeque::new(),
            pool: WeightedPool::new(weights),
        })
    }
}

fn weight(stake: u64, factor: u64) -> Weight {
    Weight::integer(u128::from(stake) * u128::from(factor))
}

struct Strikes {
    recovery: u64,
    factors: Vec<u64>,
    stakes: Vec<u64>,
    strikes: Vec<u8>,
    /// Strikes that are not yet forgiven: the round in which they will be, and whose they are.
    open: VecDeque<(u64, ValidatorId)>,
    pool: WeightedPool,
}

impl Strikes {
    fn weigh(&mut self, validator: ValidatorId) {
        let index = validator.index();
        let factor = self.factors[usize::from(self.strikes[index])];
        self.pool.set(validator, weight(self.stakes[index], factor));
    }
}

impl Selector for Strikes {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.stakes[change.validator.index()] = change.stake;
            self.weigh(change.validator);
        }
        while let Some(&(round, validator)) = self.open.front()
            && round <= turn.round
        {
            self.open.pop_front();
            self.strikes[validator.index()] -= 1;
            self.weigh(validator);
        }
        if let Some(last) = turn.last
            && let Some(validator) = last.forger
            && last.block_outcome != BlockOutcome::Accepted
            && usize::from(self.strikes[validator.index()]) + 1 < self.factors.len()
        {
            self.strikes[validator.index()] += 1;
            self.open.push_back((turn.round + self.recovery, validator));
            self.weigh(validator);
        }
        forger(self.pool.draw(turn.lottery))
    }
}
