//! Stopping when it is precise enough, with intervals that stay valid.

use crate::scenario::{AnalysisSection, UntilMetric, UntilSection};
use crate::selection::Dispersion;
use crate::simulation::{Experiment, SHARE_SCALE, StopRule, Totals, TrialRecord};
use crate::statistics::{
    BoundedMean, Interval, bernoulli_sequence, bonferroni, rounds_for_half_width, within_margin,
};

/// What a sequence may count. It is settled before the first round, so that nothing that happens
/// can choose it.
#[derive(Clone, Debug, PartialEq)]
enum Baseline {
    /// Rounds are independent draws with fixed chances.
    Rounds,
    /// Wins are within so many of the expected shares in every trial.
    Bounded(Vec<f64>),
    /// Trials are independent.
    Trials,
}

/// A run's stop rule, and the confidence sequences that it and the verdict rest on.
///
/// A fixed interval that one may look at again and again covers far less often than it says. The
/// sequences here hold at all looks at once, so they hold at the one that ends the run.
pub struct Stopping<'a> {
    experiment: &'a Experiment,
    settings: &'a AnalysisSection,
    until: &'a UntilSection,
    /// The validator that is asked about; all if none is.
    subject: Option<usize>,
    baseline: Baseline,
    trials: u64,
    selections: u64,
    wins: Vec<u64>,
    /// The win share of each validator over the trials; empty unless trials are the baseline.
    shares: Vec<BoundedMean>,
    followed: Vec<usize>,
    /// Trials of each followed validator that ended outside the tolerance, of those with a winner.
    outside: Vec<u64>,
    trials_with_wins: u64,
    /// The final stake share of each followed validator over the trials.
    finals: Vec<BoundedMean>,
    /// The number of rounds at which the sequence of rounds is shortest.
    shortest_at: u64,
}

impl<'a> Stopping<'a> {
    /// A stop rule that has seen nothing yet.
    pub fn new(experiment: &'a Experiment, settings: &'a AnalysisSection, until: &'a UntilSection) -> Self {
        let world = &experiment.world;
        let total: u64 = world.stakes.iter().sum();
        let share = |index: usize| world.stakes[index] as f64 / total.max(1) as f64;
        let baseline = if world.protocol.compounds() || !world.has_ideal_conditions() {
            Baseline::Trials
        } else {
            match world.rule.thing.dispersion(&world.stakes) {
                Dispersion::Independent => Baseline::Rounds,
                Dispersion::Bounded { bounds } => Baseline::Bounded(bounds),
                Dispersion::Scaled { .. } | Dispersion::Unknown(_) => Baseline::Trials,
            }
        };
        let subject = until.validator.as_ref().and_then(|name| world.names.iter().position(|n| n == name));
        let followed: Vec<usize> = experiment.followed().into_iter().map(|who| who.index()).collect();
        let validators = 0..world.validators();
        let shares = match baseline {
            Baseline::Trials => validators.map(|index| BoundedMean::new(share(index))).collect(),
            _ => Vec::new(),
        };
        // A sequence is about half again as wide as a fixed interval: twice the rounds of that.
        let widest = subject.map_or(0.5, share).clamp(0.01, 0.5);
        let level = settings.confidence;
        let shortest_at = rounds_for_half_width(widest, until.half_width, level).unwrap_or(1000).max(10) * 2;
        Stopping {
            experiment,
            settings,
            until,
            subject,
            baseline,
            trials: 0,
            selections: 0,
            wins: vec![0; world.validators()],
            shares,
            outside: vec![0; followed.len()],
            trials_with_wins: 0,
            finals: followed.iter().map(|&index| BoundedMean::new(share(index))).collect(),
            followed,
            shortest_at,
        }
    }

    /// How many trials were seen.
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// What is to be known, and how precisely.
    pub fn until(&self) -> &UntilSection {
        self.until
    }

    /// Whether rounds are what is counted, and not trials.
    pub fn counts_rounds(&self) -> bool {
        self.baseline == Baseline::Rounds
    }

    /// The confidence of the intervals that the stop rule looks at: corrected for all validators
    /// if it looks at all of them.
    pub fn confidence(&self) -> f64 {
        let compared = match (self.subject, self.until.metric) {
            (Some(_), _) => 1,
            (None, UntilMetric::WinShare) => self.wins.len(),
            (None, _) => self.followed.len(),
        };
        bonferroni(self.settings.confidence, compared)
    }

    /// The interval of a validator's win share.
    pub fn win_share(&self, validator: usize, confidence: f64) -> Option<Interval> {
        match &self.baseline {
            Baseline::Rounds => self.of_rounds(self.wins[validator], self.selections, confidence),
            Baseline::Bounded(bounds) => (self.selections > 0).then(|| {
                let (wins, n) = (self.wins[validator] as f64, self.selections as f64);
                let slack = bounds[validator] * self.trials as f64;
                Interval { low: ((wins - slack) / n).max(0.0), high: ((wins + slack) / n).min(1.0) }
            }),
            Baseline::Trials => self.shares[validator].interval_tuned(confidence, self.confidence()),
        }
    }

    /// The interval of a share of independent rounds, at any time of the run.
    pub fn of_rounds(&self, wins: u64, rounds: u64, confidence: f64) -> Option<Interval> {
        bernoulli_sequence(wins, rounds, confidence, self.shortest_at, self.confidence())
    }

    /// The interval of the probability that a followed validator, by its place among them, ends
    /// outside the tolerance.
    pub fn unfair_probability(&self, place: usize, confidence: f64) -> Option<Interval> {
        self.of_trials(self.outside[place], self.trials_with_wins, confidence)
    }

    /// The interval of the probability of something that happened in so many of the trials, at any time of
    /// the run.
    pub fn of_trials(&self, times: u64, trials: u64, confidence: f64) -> Option<Interval> {
        let shortest_at = rounds_for_half_width(0.25, self.until.half_width, self.settings.confidence);
        let shortest_at = shortest_at.unwrap_or(1000).max(10);
        bernoulli_sequence(times, trials, confidence, shortest_at, self.confidence())
    }

    /// The interval of the mean final share of stake of a followed validator, by its place among them.
    fn final_stake_share(&self, place: usize, confidence: f64) -> Option<Interval> {
        self.finals[place].interval_tuned(confidence, self.confidence())
    }

    /// The interval of what the rule is asked to know of one validator; `None` where it is not
    /// known, or where many are asked about.
    pub fn of_subject(&self) -> Option<Interval> {
        self.of(self.subject?)
    }

    fn of(&self, validator: usize) -> Option<Interval> {
        let place = || self.followed.iter().position(|&index| index == validator);
        match self.until.metric {
            UntilMetric::WinShare => self.win_share(validator, self.confidence()),
            UntilMetric::UnfairProbability => self.unfair_probability(place()?, self.confidence()),
            UntilMetric::FinalStakeShare => self.final_stake_share(place()?, self.confidence()),
        }
    }

    /// Half the width of the widest of the intervals that are asked for; `None` if one is missing.
    pub fn half_width(&self) -> Option<f64> {
        let validators: Vec<usize> = match (self.subject, self.until.metric) {
            (Some(subject), _) => vec![subject],
            (None, UntilMetric::WinShare) => (0..self.wins.len()).collect(),
            (None, _) => self.followed.clone(),
        };
        validators.into_iter().try_fold(0.0, |most: f64, index| Some(most.max(self.of(index)?.half_width())))
    }
}

impl StopRule for Stopping<'_> {
    fn look(&mut self, totals: &Totals, records: &[TrialRecord]) -> bool {
        let scale = SHARE_SCALE as f64;
        self.trials += totals.trials;
        self.trials_with_wins += totals.trials_with_wins;
        self.selections += totals.selections();
        for (sum, validator) in self.wins.iter_mut().zip(&totals.validators) {
            *sum += validator.wins;
        }
        for (mean, validator) in self.shares.iter_mut().zip(&totals.validators) {
            let (sum, squares) = (validator.win_share as f64, validator.win_share_squared as f64);
            mean.observe(totals.trials_with_wins, sum / scale, squares / scale / scale);
        }
        let total: u64 = self.experiment.world.stakes.iter().sum();
        for (place, &index) in self.followed.iter().enumerate() {
            let share = self.experiment.world.stakes[index] as f64 / total.max(1) as f64;
            let (mut sum, mut squares) = (0.0, 0.0);
            for record in records {
                let selections = record.counters.rounds - record.counters.empty;
                let wins = record.followed[place].wins;
                let fair = within_margin(wins, selections, share, self.settings.tolerance);
                self.outside[place] += u64::from(selections > 0 && !fair);
                let last = record.followed[place].stake_share as f64 / scale;
                sum += last;
                squares += last * last;
            }
            self.finals[place].observe(records.len() as u64, sum, squares);
        }
        self.half_width().is_some_and(|half_width| half_width <= self.until.half_width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load_text;
    use crate::simulation::{Control, Quiet, run_until};
    use std::path::Path;
    use std::sync::atomic::AtomicBool;

    /// Turns of three: in a trial of 100 rounds each wins 33 or 34, within its bound. Four trials are within
    /// four bounds.
    #[test]
    fn bounds_add_up_over_trials() {
        let text = "[run]\nseed = 3\nrounds = 100\ntrials = 4\nengine = 'draws'\n\
                    until = { metric = 'win_share', half_width = 0.000001 }\n[population]\n\
                    accounts = [{ name = 'a', balance = 1 }, { name = 'b', balance = 2 }, { name = 'c', balance = 3 }]\n\
                    [selection]\nrule = 'round-robin'\n";
        let scenario = load_text(Path::new("test.toml"), text.to_owned(), &[]).unwrap();
        let (experiment, settings) = (&scenario.experiment, &scenario.file.analysis);
        let until = scenario.file.run.until.as_ref().unwrap();
        let mut rule = Stopping::new(experiment, settings, until);
        let control = Control { progress: &Quiet, stop: &AtomicBool::new(false) };
        run_until(experiment, 1, None, &control, &mut rule).unwrap();
        let Dispersion::Bounded { bounds } = experiment.world.rule.thing.dispersion(&experiment.world.stakes)
        else {
            panic!("turns are bounded")
        };
        assert_eq!(rule.trials(), 4);
        for (who, wins) in [136.0, 132.0, 132.0].into_iter().enumerate() {
            let Interval { low, high } = rule.win_share(who, 0.95).unwrap();
            assert!((0.5 * (low + high) - wins / 400.0).abs() < 1e-12, "{low} {high}");
            assert!(
                (0.5 * (high - low) - 4.0 * bounds[who] / 400.0).abs() < 1e-12,
                "{low} {high} {bounds:?}"
            );
            assert!(low - 1e-12 <= 1.0 / 3.0 && 1.0 / 3.0 <= high + 1e-12, "{low} {high}");
        }
    }
}
