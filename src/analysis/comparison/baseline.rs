//! What all rules of a comparison share: the population, and what one trial of it is measured by.

use super::measures::MEASURES;
use crate::law::proportional_shares;
use crate::simulation::{Experiment, TrialEnd};
use crate::statistics::concentration::Holdings;

/// The population that the rules are compared on.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// Every validator's share of all tokens at genesis.
    pub shares: Vec<f64>,
    /// The validator with most stake at genesis, the first one on a tie.
    pub richest: usize,
    /// How far a win share may be from the share of stake, relative to it.
    pub tolerance: f64,
}

/// The measures of one trial, in the order of [`MEASURES`]; `None` where it has no value.
pub type Measurements = [Option<f64>; MEASURES.len()];

impl Baseline {
    /// The baseline of an experiment.
    pub fn new(experiment: &Experiment, tolerance: f64) -> Self {
        let stakes = &experiment.world.stakes;
        let richest = (0..stakes.len()).rev().max_by_key(|&index| stakes[index]).unwrap_or(0);
        Baseline { shares: proportional_shares(stakes), richest, tolerance }
    }

    /// Measures a trial at its end. O(m log m) for m validators. A function of the trial's integers
    /// alone, so the digits depend on nothing else.
    pub fn measure(&self, end: &TrialEnd) -> Measurements {
        let trial = Trial::new(self, end);
        MEASURES.each_ref().map(|measure| (measure.value)(&trial).filter(|value| value.is_finite()))
    }
}

/// A trial at its end.
pub struct Trial<'a> {
    pub baseline: &'a Baseline,
    /// Rounds in which somebody was selected.
    pub selections: u64,
    /// Every validator's wins.
    pub wins: Vec<u128>,
    /// The same without the order of the validators.
    pub distinct_wins: Holdings,
    /// What every validator earned, in coins.
    pub rewards: Vec<u128>,
    /// Every validator's share of all tokens at the end, in fixed point.
    pub final_shares: Vec<u128>,
}

impl<'a> Trial<'a> {
    fn new(baseline: &'a Baseline, end: &TrialEnd) -> Self {
        let validators = &end.totals.validators;
        let wins: Vec<u128> = validators.iter().map(|totals| u128::from(totals.wins)).collect();
        Trial {
            baseline,
            selections: end.totals.selections(),
            distinct_wins: Holdings::of(&wins),
            wins,
            rewards: validators.iter().map(|totals| totals.reward).collect(),
            final_shares: validators.iter().map(|totals| totals.final_share).collect(),
        }
    }

    /// Every validator's share of stake at genesis and share of the wins; nothing if nobody was ever
    /// selected.
    pub fn shares(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let wins = self.wins.iter().map(|&wins| wins as f64 / self.selections as f64);
        let some = if self.selections > 0 { usize::MAX } else { 0 };
        self.baseline.shares.iter().copied().zip(wins).take(some)
    }

    /// Every validator's share of stake at genesis and share of what all earned; `None` if nobody earned
    /// anything.
    pub fn income_shares(&self) -> Option<impl Iterator<Item = (f64, f64)> + '_> {
        let all: u128 = self.rewards.iter().sum();
        let incomes = self.rewards.iter().map(move |&reward| reward as f64 / all as f64);
        (all > 0).then(|| self.baseline.shares.iter().copied().zip(incomes))
    }
}
