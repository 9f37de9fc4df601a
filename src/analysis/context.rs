//! What the estimates rest on.

use super::sampling_model::SamplingModel;
use super::stopping::Stopping;
use crate::law::{normalised_variance, proportional_shares};
use crate::reward::RewardPolicy;
use crate::scenario::AnalysisSection;
use crate::selection::ExpectedShares;
use crate::simulation::{Experiment, Results, SHARE_SCALE, TrialRecord, ValidatorTotals};
use crate::statistics::Moments;

/// Rounds up to which the rewards of a schedule are added up.
const MOST_REWARDS: u64 = 10_000_000;

/// The results together with what they are held against.
pub struct AnalysisContext<'a> {
    pub experiment: &'a Experiment,
    pub settings: &'a AnalysisSection,
    pub results: &'a Results,
    pub sampling_model: SamplingModel,
    /// What ended the run, if its own results did: then intervals must be those of a sequence.
    pub stopping: Option<&'a Stopping<'a>>,
    /// What the rule promises, for these rounds and these stakes as they moved.
    pub expected_shares: ExpectedShares,
    /// Every validator's share of all tokens at genesis.
    pub stake_shares: Vec<f64>,
    /// Rounds of all trials in which somebody was selected.
    pub selections: u64,
    /// The same of each trial, where it was the same in all.
    pub selections_each: Option<u64>,
    /// What every round paid its forger, where that is known beforehand, was staked at once, and
    /// every draw was by the stakes as they stood.
    pub schedule: Option<&'a dyn RewardPolicy>,
    /// The same reward of every round, if it was the same: then the wins are those of Pólya's urn.
    pub urn_reward: Option<u64>,
    /// The most such rounds of a single trial.
    pub longest_trial: u64,
}

impl<'a> AnalysisContext<'a> {
    pub fn new(
        experiment: &'a Experiment,
        settings: &'a AnalysisSection,
        results: &'a Results,
        stopping: Option<&'a Stopping<'a>>,
    ) -> Self {
        let world = &experiment.world;
        let totals = &results.totals;
        let rule = &world.rule.thing;
        let sampling_model = SamplingModel::new(experiment, results);
        let expected_shares = if rule.minds_outcomes() && !world.has_ideal_conditions() {
            ExpectedShares::Unknown("the rule minds what became of blocks, and not everybody is honest")
        } else if !totals.stakes_moved {
            rule.expected_shares(&world.stakes)
        } else if totals.counters.slashings > 0 {
            ExpectedShares::Unknown("stakes were slashed on the way")
        } else if world.has_ideal_conditions() {
            rule.expected_shares_when_compounding(&world.stakes)
        } else {
            ExpectedShares::Unknown("rewards compound and not everybody earned them in the same way")
        };
        let selections_each = selections_each(results);
        let schedule = schedule(experiment, results).filter(|_| selections_each == Some(experiment.rounds));
        AnalysisContext {
            experiment,
            settings,
            results,
            sampling_model,
            stopping,
            expected_shares,
            stake_shares: proportional_shares(&world.stakes),
            selections: totals.selections(),
            selections_each,
            schedule,
            urn_reward: schedule.and_then(|policy| constant_reward(policy, experiment.rounds)),
            longest_trial: results.records.iter().map(TrialRecord::selections).max().unwrap_or(0),
        }
    }

    /// How many rounds each independent draw decides, where rounds are draws, or whole runs of rounds
    /// are, and where their number was settled before the run.
    pub fn unit(&self) -> Option<u64> {
        match self.sampling_model {
            _ if self.stopping.is_some() => None,
            SamplingModel::Rounds => Some(1),
            SamplingModel::Runs(run) => Some(run),
            _ => None,
        }
    }

    /// The validators that were followed, by their index, with their place among them.
    pub fn followed(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        self.experiment.followed().into_iter().map(|validator| validator.index()).enumerate()
    }

    /// All tokens at genesis.
    pub fn genesis_stake(&self) -> f64 {
        self.experiment.world.stakes.iter().map(|&stake| u128::from(stake)).sum::<u128>() as f64
    }

    /// The reward of every round relative to all tokens at genesis, where the wins are those of
    /// Pólya's urn.
    pub fn relative_reward(&self) -> Option<f64> {
        Some(self.urn_reward? as f64 / self.genesis_stake())
    }

    /// Variance of a final share of stake over a(1 - a), where rewards follow a schedule and every
    /// draw is by the stakes as they stand. Exact, O(rounds), so not for more than ten million.
    pub fn schedule_variance(&self) -> Option<f64> {
        let rounds = self.experiment.rounds;
        let policy = self.schedule.filter(|_| rounds <= MOST_REWARDS)?;
        let rewards = (1..=rounds).map(|height| policy.amount(height) as f64);
        Some(normalised_variance(self.genesis_stake(), rewards))
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
        match self.sampling_model {
            SamplingModel::Trials(_) => self.moments(validator).mean(),
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

    /// The share of attestors' seats that rule and committee expected_shares each validator, while stakes
    /// stay as they are.
    pub fn expected_duty(&self) -> Option<Vec<f64>> {
        if self.results.totals.stakes_moved {
            return None;
        }
        let world = &self.experiment.world;
        let duty = world.committee.thing.expected_seats(&world.stakes, self.expected_shares.shares()?);
        let seats = duty.seats()?;
        let all: f64 = seats.iter().sum();
        (all > 0.0).then(|| seats.iter().map(|seats| seats / all).collect())
    }

    /// What the rule promises a validator.
    pub fn expected_share(&self, validator: usize) -> Option<f64> {
        self.expected_shares.shares().map(|shares| shares[validator])
    }
}

/// Selections of a trial, if all trials had as many.
fn selections_each(results: &Results) -> Option<u64> {
    let mut all = results.records.iter().map(|record| record.counters.rounds - record.counters.empty);
    let first = all.next()?;
    all.all(|selections| selections == first).then_some(first)
}

/// The rewards, where they alone moved stakes and every draw was in proportion to them.
fn schedule<'a>(experiment: &'a Experiment, results: &Results) -> Option<&'a dyn RewardPolicy> {
    let world = &experiment.world;
    let counters = &results.totals.counters;
    let all_accepted = counters.rejected + counters.silent + counters.slashings == 0;
    let by_rewards_alone = world.protocol.compound && world.has_ideal_conditions() && counters.fees == 0;
    (world.rule.thing.draws_by_current_stake() && by_rewards_alone && all_accepted)
        .then_some(&*world.protocol.reward.thing)
}

/// The reward of every height up to `rounds`, if it is the same and not nothing.
fn constant_reward(policy: &dyn RewardPolicy, rounds: u64) -> Option<u64> {
    let reward = policy.amount(1);
    let same =
        policy.sum(rounds) == u128::from(reward) * u128::from(rounds) && policy.amount(rounds) == reward;
    (same && reward > 0).then_some(reward)
}
