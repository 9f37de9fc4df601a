//! What was counted, of whom, and what it is held against.

use super::sampling_model::SamplingModel;
use crate::selection::ExpectedShares;
use crate::statistics::Moments;

/// Counts of wins, whatever they come from: a simulation, a pilot, or the table of a real chain.
///
/// What may be counted as independent is decided once, by the [`SamplingModel`]; intervals, tests
/// and everything made of them ask it and nothing else.
pub struct Observations<'a> {
    /// Who was counted, in the order of every table.
    pub names: &'a [String],
    /// Everybody's stake, before the first round.
    pub stakes: &'a [u64],
    /// Everybody's share of all stakes.
    pub stake_shares: Vec<f64>,
    /// In how many rounds each was selected, all trials together.
    pub wins: Vec<u64>,
    /// Rounds of all trials in which somebody was selected.
    pub selections: u64,
    /// The same of each trial, where it was the same in all.
    pub selections_each: Option<u64>,
    /// How many trials were counted.
    pub trials: u64,
    /// Whether the number of rounds was settled before the first of them. Where the results ended
    /// the run, tests and intervals for a fixed number of rounds do not hold.
    pub settled: bool,
    /// The expected share of wins of each, for these rounds and these stakes as they moved.
    pub expected_shares: ExpectedShares,
    /// What is independent of what.
    pub sampling_model: SamplingModel,
    /// The reward of every round relative to all stakes, where it is staked at once and every draw is by
    /// the stakes as they stand: then the wins of a trial are those of Pólya's urn.
    pub urn_reward: Option<f64>,
    /// How wins and win shares differ from trial to trial; empty unless trials are all that is
    /// independent.
    pub between_trials: Vec<BetweenTrials>,
}

/// One validator's wins and win shares over the trials.
#[derive(Clone, Copy, Debug)]
pub struct BetweenTrials {
    /// Of the wins.
    pub wins: Moments,
    /// Of the win shares, in the trials that have one.
    pub shares: Moments,
}

impl Observations<'_> {
    /// How many validators there are.
    pub fn validators(&self) -> usize {
        self.stakes.len()
    }

    /// How many rounds each independent draw decides, where rounds are draws, or whole runs of rounds
    /// are, and where their number was settled before the run.
    pub fn unit(&self) -> Option<u64> {
        match self.sampling_model {
            _ if !self.settled => None,
            SamplingModel::Rounds => Some(1),
            SamplingModel::Runs(runs) if runs.rests == 0 => Some(runs.run),
            _ => None,
        }
    }

    /// The expected share of wins of a validator, where it is known.
    pub fn expected_share(&self, validator: usize) -> Option<f64> {
        self.expected_shares.shares().map(|shares| shares[validator])
    }

    /// The estimate of a validator's win share: over all rounds where they are independent, the
    /// mean over trials where only those are.
    pub fn win_share(&self, validator: usize) -> Option<f64> {
        match self.sampling_model {
            SamplingModel::Trials(_) => self.between_trials.get(validator)?.shares.mean(),
            _ if self.selections == 0 => None,
            _ => Some(self.wins[validator] as f64 / self.selections as f64),
        }
    }
}
