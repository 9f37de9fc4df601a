//! What is independent, and so what intervals and tests may count.

use super::memoise::memoise;
use super::observations::Observations;
use crate::selection::Dispersion;
use crate::simulation::{Experiment, Results};
use crate::statistics::{
    Interval, Sample, binomial_test, clopper_pearson, clustered_share, scaled_interval, scaled_test, wilson,
};
use rayon::prelude::*;

/// What the scatter of wins is measured by.
#[derive(Clone, Debug, PartialEq)]
pub enum SamplingModel {
    /// The rounds are independent draws with fixed chances: counts are multinomial.
    Rounds,
    /// Runs of so many rounds are won together and drawn independently: counts of runs are
    /// multinomial.
    Runs(u64),
    /// The rule declares how much more or less than multinomial each validator's wins scatter.
    Scaled(Vec<f64>),
    /// The rule is deterministic up to so many wins a trial.
    Bounded(Vec<f64>),
    /// Only the trials are independent: everything comes from the spread between them.
    Trials(&'static str),
}

impl SamplingModel {
    /// The sampling_model that the rule's declared dispersion and what happened allow.
    pub fn new(experiment: &Experiment, results: &Results) -> Self {
        if results.totals.stakes_moved {
            return SamplingModel::Trials(
                "stakes moved during the trials, so their rounds are not independent",
            );
        }
        if experiment.world.rule.thing.minds_outcomes() && !experiment.world.has_ideal_conditions() {
            return SamplingModel::Trials(
                "the rule minds what became of blocks, so its rounds are not independent",
            );
        }
        match experiment.world.rule.thing.dispersion(&experiment.world.stakes) {
            Dispersion::Independent => SamplingModel::Rounds,
            Dispersion::Unknown(why) => SamplingModel::Trials(why),
            Dispersion::Bounded { bounds } => SamplingModel::Bounded(bounds),
            Dispersion::Scaled { factors, cycle } => {
                let whole_runs = factors.iter().all(|&factor| factor == cycle as f64)
                    && results.records.iter().all(|record| record.counters.rounds % cycle == 0)
                    && results.totals.validators.iter().all(|totals| totals.wins % cycle == 0);
                if whole_runs { SamplingModel::Runs(cycle) } else { SamplingModel::Scaled(factors) }
            }
        }
    }

    /// The sampling_model in words, for the notes of tables.
    pub fn words(&self) -> &'static str {
        match self {
            SamplingModel::Rounds => "the rounds are independent draws",
            SamplingModel::Runs(_) => "runs of rounds are won together; the runs are independent draws",
            SamplingModel::Scaled(_) => "the rule declares its scatter, and the normal law is used with it",
            SamplingModel::Bounded(_) => "the rule is deterministic up to bounded rounding",
            SamplingModel::Trials(why) => why,
        }
    }
}

impl Observations<'_> {
    /// The interval of a validator's win share that its row shows.
    pub fn interval(&self, validator: usize, confidence: f64) -> Option<Interval> {
        match &self.sampling_model {
            SamplingModel::Rounds => wilson(self.wins[validator], self.selections, confidence),
            SamplingModel::Runs(run) => wilson(self.wins[validator] / run, self.selections / run, confidence),
            _ => self.joint_interval(validator, confidence),
        }
    }

    /// The interval of a validator's win share that verdicts use: exact where that is possible, as
    /// very high confidence asks for.
    pub fn joint_interval(&self, validator: usize, confidence: f64) -> Option<Interval> {
        if self.is_stopped() {
            return None;
        }
        let wins = self.wins[validator];
        match &self.sampling_model {
            SamplingModel::Rounds => clopper_pearson(wins, self.selections, confidence),
            SamplingModel::Runs(run) => clopper_pearson(wins / run, self.selections / run, confidence),
            SamplingModel::Scaled(factors) if factors[validator] > 0.0 => {
                scaled_interval(wins, self.selections, factors[validator], confidence)
            }
            SamplingModel::Scaled(_) => self.certain_interval(validator, 1.0),
            SamplingModel::Bounded(bounds) => self.certain_interval(validator, bounds[validator]),
            SamplingModel::Trials(_) => self.clustered_interval(validator, confidence),
        }
    }

    /// The same of all validators.
    pub fn joint_intervals(&self, confidence: f64) -> Vec<Option<Interval>> {
        if self.unit().is_some() {
            let wins = |validator: usize| self.wins[validator];
            return memoise(self.validators(), wins, |validator| self.joint_interval(validator, confidence));
        }
        let all = (0..self.validators()).into_par_iter();
        all.map(|validator| self.joint_interval(validator, confidence)).collect()
    }

    /// The interval from the spread between trials. Where all trials had the same number of
    /// rounds, Korn and Graubard's, which holds for few wins too; otherwise Student's.
    fn clustered_interval(&self, validator: usize, confidence: f64) -> Option<Interval> {
        let between = self.between_trials.get(validator)?;
        match self.selections_each {
            Some(selections) => clustered_share(&between.wins, selections, confidence),
            None => between.shares.interval(confidence),
        }
    }

    /// Where the share must lie if every trial is off by at most `bound` wins.
    fn certain_interval(&self, validator: usize, bound: f64) -> Option<Interval> {
        if self.selections == 0 {
            return None;
        }
        let n = self.selections as f64;
        let (wins, slack) = (self.wins[validator] as f64, bound * self.trials as f64);
        Some(Interval { low: ((wins - slack) / n).max(0.0), high: ((wins + slack) / n).min(1.0) })
    }

    /// Two-sided p-value of a validator's wins against the promise; `None` where there is no law
    /// of the scatter to hold them against, or no scatter at all.
    pub fn p_value(&self, validator: usize) -> Option<f64> {
        if !self.settled || self.is_stopped() {
            return None;
        }
        let expected = self.expected_share(validator)?;
        let wins = self.wins[validator];
        match &self.sampling_model {
            SamplingModel::Rounds => binomial_test(wins, self.selections, expected),
            SamplingModel::Runs(run) => binomial_test(wins / run, self.selections / run, expected),
            SamplingModel::Scaled(factors) => {
                scaled_test(wins, self.selections, expected, factors[validator])
            }
            SamplingModel::Bounded(_) => None,
            SamplingModel::Trials(_) => self.between_trials.get(validator)?.shares.p_value(expected),
        }
    }

    /// The same of all validators.
    pub fn p_values(&self) -> Vec<Option<f64>> {
        if self.unit().is_some() {
            let key =
                |validator: usize| (self.wins[validator], self.expected_share(validator).map(f64::to_bits));
            return memoise(self.validators(), key, |validator| self.p_value(validator));
        }
        (0..self.validators()).into_par_iter().map(|validator| self.p_value(validator)).collect()
    }

    /// What the intervals rest on.
    pub fn sample(&self) -> Sample {
        match &self.sampling_model {
            SamplingModel::Rounds | SamplingModel::Bounded(_) => Sample::Rounds(self.selections),
            SamplingModel::Runs(run) => Sample::Rounds(self.selections / run),
            SamplingModel::Scaled(factors) => {
                // The rounds that independent draws would need for the widest of the intervals.
                let largest = factors.iter().copied().fold(1.0, f64::max);
                Sample::Rounds((self.selections as f64 / largest) as u64)
            }
            SamplingModel::Trials(_) => {
                Sample::Trials(self.between_trials.first().map_or(0, |own| own.shares.trials))
            }
        }
    }

    /// How many times the multinomial scatter the rule declares, over all validators: the factor
    /// by which Pearson's statistic exceeds its degrees of freedom on average.
    pub fn declared_dispersion(&self) -> Option<f64> {
        let shares = self.expected_shares.shares()?;
        let over_all = |factors: &[f64]| {
            let rest: f64 = shares.iter().map(|share| 1.0 - share).sum();
            let sum: f64 = factors.iter().zip(shares).map(|(factor, share)| factor * (1.0 - share)).sum();
            if rest > 0.0 { Some(sum / rest) } else { None }
        };
        match &self.sampling_model {
            SamplingModel::Rounds => Some(1.0),
            SamplingModel::Runs(run) => Some(*run as f64),
            SamplingModel::Scaled(factors) => over_all(factors),
            SamplingModel::Bounded(_) => Some(0.0),
            SamplingModel::Trials(_) => None,
        }
    }
}
