//! What the estimates rest on.

use super::footing::Footing;
use super::stopping::Stopping;
use crate::law::proportional_shares;
use crate::scenario::AnalysisSection;
use crate::selection::Promise;
use crate::simulation::{Experiment, Results, SHARE_SCALE, ValidatorTotals};
use crate::statistics::Moments;

/// The results together with what they are held against.
pub struct Basis<'a> {
    pub experiment: &'a Experiment,
    pub settings: &'a AnalysisSection,
    pub results: &'a Results,
    pub footing: Footing,
    /// What ended the run, if its own results did: then intervals must be those of a sequence.
    pub stopping: Option<&'a Stopping<'a>>,
    /// What the rule promises, for these rounds and these stakes as they moved.
    pub promise: Promise,
    /// Every validator's share of all tokens at genesis.
    pub stake_shares: Vec<f64>,
    /// Rounds of all trials in which somebody was selected.
    pub selections: u64,
}

impl<'a> Basis<'a> {
    pub fn new(
        experiment: &'a Experiment,
        settings: &'a AnalysisSection,
        results: &'a Results,
        stopping: Option<&'a Stopping<'a>>,
    ) -> Self {
        let world = &experiment.world;
        let totals = &results.totals;
        let rule = &world.rule.thing;
        let footing = Footing::new(experiment, results);
        let promise = if rule.minds_outcomes() && !world.is_undisturbed() {
            Promise::Unknown("the rule minds what became of blocks, and not everybody is honest")
        } else if !totals.stakes_moved {
            rule.promise(&world.stakes)
        } else if totals.counters.slashings > 0 {
            Promise::Unknown("stakes were slashed on the way")
        } else if world.is_undisturbed() {
            rule.promise_when_compounding(&world.stakes)
        } else {
            Promise::Unknown("rewards compound and not everybody earned them in the same way")
        };
        Basis {
            experiment,
            settings,
            results,
            footing,
            stopping,
            promise,
            stake_shares: proportional_shares(&world.stakes),
            selections: totals.selections(),
        }
    }

    pub fn validators(&self) -> usize {
        self.stake_shares.len()
    }

    pub fn totals(&self, validator: usize) -> ValidatorTotals {
        self.results.totals.validators.get(validator).copied().unwrap_or_default()
    }

    /// The estimate of a validator's win share: over all rounds where they are independent, the
    /// mean over trials where only those are.
    pub fn win_share(&self, validator: usize) -> Option<f64> {
        match self.footing {
            Footing::Trials(_) => self.moments(validator).mean(),
            _ if self.selections == 0 => None,
            _ => Some(self.totals(validator).wins as f64 / self.selections as f64),
        }
    }

    /// The win share of a validator over the trials.
    pub fn moments(&self, validator: usize) -> Moments {
        let totals = self.totals(validator);
        Moments {
            trials: self.results.totals.trials_with_wins,
            sum: totals.win_share as i128,
            squares: totals.win_share_squared,
            scale: SHARE_SCALE as f64,
        }
    }

    /// The share of attestors' seats that rule and committee promise each validator, while stakes
    /// stay as they are.
    pub fn expected_duty(&self) -> Option<Vec<f64>> {
        if self.results.totals.stakes_moved {
            return None;
        }
        let world = &self.experiment.world;
        let duty = world.committee.thing.expected_seats(&world.stakes, self.promise.shares()?);
        let seats = duty.seats()?;
        let all: f64 = seats.iter().sum();
        (all > 0.0).then(|| seats.iter().map(|seats| seats / all).collect())
    }

    /// What the rule promises a validator.
    pub fn expected_share(&self, validator: usize) -> Option<f64> {
        self.promise.shares().map(|shares| shares[validator])
    }
}
