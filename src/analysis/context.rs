//! What the estimates of a run rest on.

use super::memoise::memoise;
use super::observations::{BetweenTrials, Observations};
use super::sampling_model::SamplingModel;
use super::stopping::Stopping;
use crate::law::{CompoundEpoch, constant_normalised_variance, normalised_variance, proportional_shares};
use crate::reward::RewardPolicy;
use crate::scenario::AnalysisSection;
use crate::selection::ExpectedShares;
use crate::simulation::{
    Control, CountingUnit, Experiment, Results, SHARE_SCALE, TrialRecord, ValidatorTotals,
};
use crate::statistics::{Interval, Margin, MarginTest, Moments, Posterior, SampleUnits, binomial_test, work};
use rayon::prelude::*;
use std::ops::Deref;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Rounds up to which the rewards of a schedule that changes are added up.
const MOST_REWARDS: u64 = 1_000_000;

/// The observations of a run, which it dereferences to, and what only a run knows beside them.
pub struct AnalysisContext<'a> {
    pub experiment: &'a Experiment,
    pub settings: &'a AnalysisSection,
    pub results: &'a Results,
    /// What was counted.
    pub observations: Observations<'a>,
    /// What ended the run, if its own results did: then intervals must be those of a sequence.
    pub stopping: Option<&'a Stopping<'a>>,
    /// What every round paid its forger, where that is known beforehand, was staked at once, and
    /// every draw was by the stakes as they stood.
    pub schedule: Option<&'a dyn RewardPolicy>,
    /// The most such rounds of a single trial.
    pub longest_trial: u64,
    /// All tokens at genesis.
    genesis_stake: f64,
    /// The chance that a round which is counted in the order of wins has a winner: below one where empty
    /// slots are counted too.
    pub occupied: f64,
    /// The chance of each validator to win the lottery of a round by itself, where there is such a thing and
    /// stakes stayed.
    lead_chances: Option<Vec<f64>>,
    /// Every validator's tests against its margin, and its interval at the last level that was asked
    /// for, once they are known: the verdict on wins asks for them, and so may that on income.
    margin_tests: OnceLock<Vec<Option<MarginTest>>>,
    joint_intervals: Mutex<(f64, Vec<Option<Interval>>)>,
}

/// Rounds whose lottery a validator won by itself.
#[derive(Clone, Copy, Debug)]
pub struct Leads {
    pub counted: u64,
    pub expected: Option<f64>,
    pub p_value: Option<f64>,
}

impl<'a> Deref for AnalysisContext<'a> {
    type Target = Observations<'a>;

    fn deref(&self) -> &Observations<'a> {
        &self.observations
    }
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
        } else if !world.protocol.keeps_expected_shares() {
            ExpectedShares::Unknown("what is staked is not paid in proportion to stake on average")
        } else if world.has_ideal_conditions() {
            rule.expected_shares_when_compounding(&world.stakes)
        } else {
            ExpectedShares::Unknown("rewards compound and not everybody earned them in the same way")
        };
        let selections_each = selections_each(results);
        let schedule = schedule(experiment, results).filter(|_| selections_each == Some(experiment.rounds));
        let between_trials = match sampling_model {
            SamplingModel::Trials(_) => {
                totals.validators.iter().map(|own| between_trials(results, own)).collect()
            }
            _ => Vec::new(),
        };
        let validators = world.stakes.len();
        let staked = world.stakes.iter().map(|&stake| u128::from(stake)).sum::<u128>() as f64;
        let urn_reward = schedule
            .and_then(RewardPolicy::constant)
            .and_then(|reward| world.protocol.restake.at_once_of(reward))
            .filter(|&restaked| restaked > 0)
            .map(|restaked| restaked as f64 / staked);
        let wins = |index: usize| totals.validators.get(index).map_or(0, |own| own.wins);
        AnalysisContext {
            experiment,
            settings,
            results,
            observations: Observations {
                names: &world.names[..validators],
                stakes: &world.stakes,
                stake_shares: proportional_shares(&world.stakes),
                wins: (0..validators).map(wins).collect(),
                selections: totals.selections(),
                selections_each,
                trials: totals.trials,
                settled: stopping.is_none(),
                expected_shares,
                sampling_model,
                urn_reward,
                between_trials,
                control: None,
            },
            stopping,
            schedule,
            longest_trial: results
                .records
                .iter()
                .map(|record| counted_rounds(experiment, record))
                .max()
                .unwrap_or(0),
            genesis_stake: staked,
            margin_tests: OnceLock::new(),
            joint_intervals: Mutex::new((f64::NAN, Vec::new())),
            lead_chances: if totals.stakes_moved { None } else { rule.lead_chances(&world.stakes) },
            occupied: match experiment.unit {
                CountingUnit::Blocks => 1.0,
                CountingUnit::Slots => rule.occupied(&world.stakes),
            },
        }
    }

    /// The same, watched and stopped by somebody.
    pub fn watched_by(mut self, control: &'a Control<'a>) -> Self {
        self.observations.control = Some(control);
        self
    }

    /// The interval of a validator's win share that its row shows: that of the sequence which ended
    /// the run, if one did.
    pub fn interval(&self, validator: usize, confidence: f64) -> Option<Interval> {
        match self.stopping {
            Some(stopping) => stopping.win_share(validator, stopping.confidence().max(confidence)),
            None => self.observations.interval(validator, confidence),
        }
    }

    /// The interval of a validator's win share that verdicts use, likewise.
    pub fn joint_interval(&self, validator: usize, confidence: f64) -> Option<Interval> {
        match self.stopping {
            Some(stopping) => stopping.win_share(validator, confidence),
            None => self.observations.joint_interval(validator, confidence),
        }
    }

    /// The same of all validators.
    pub fn joint_intervals(&self, confidence: f64) -> Vec<Option<Interval>> {
        let kept = || self.joint_intervals.lock().unwrap_or_else(PoisonError::into_inner);
        if kept().0 == confidence {
            return kept().1.clone();
        }
        let intervals: Vec<Option<Interval>> = match self.stopping {
            Some(_) => {
                let all = (0..self.validators()).into_par_iter();
                all.map(|validator| self.joint_interval(validator, confidence)).collect()
            }
            None => self.observations.joint_intervals(confidence),
        };
        *kept() = (confidence, intervals.clone());
        intervals
    }

    /// Every validator's tests against the margin around its share of stake; by the sequence which ended
    /// the run, if one did.
    pub fn margin_tests(&self) -> &[Option<MarginTest>] {
        if let Some(tests) = self.margin_tests.get() {
            return tests;
        }
        let tests = self.new_margin_tests();
        self.margin_tests.get_or_init(|| tests)
    }

    fn new_margin_tests(&self) -> Vec<Option<MarginTest>> {
        let tolerance = self.settings.tolerance;
        let Some(stopping) = self.stopping else { return self.observations.margin_tests(tolerance) };
        let test = |validator: usize| {
            let margin = Margin::around(self.stake_shares[validator], tolerance);
            MarginTest::by_intervals(margin, |confidence| stopping.win_share(validator, confidence))
        };
        (0..self.validators()).into_par_iter().map(test).collect()
    }

    /// Every validator's posterior, where the scenario asks for one; of nobody where there is none.
    pub fn posteriors(&self) -> Option<Vec<Option<Posterior>>> {
        let AnalysisSection { bayes, prior_weight, tolerance, confidence, .. } = *self.settings;
        if !bayes {
            return None;
        }
        let own = prior_weight / self.validators() as f64;
        let posterior = |validator: usize| {
            let margin = Margin::around(self.stake_shares[validator], tolerance);
            self.posterior(validator, (own, prior_weight - own), margin, confidence)
        };
        let key = |validator: usize| (self.wins[validator], self.stakes[validator]);
        Some(memoise(self.validators(), key, posterior))
    }

    /// What the intervals rest on. What a sequence can show is read off its width.
    pub fn sample(&self) -> SampleUnits {
        match self.stopping {
            Some(_) => SampleUnits::Trials(self.results.totals.trials_with_wins),
            None => self.observations.sample(),
        }
    }

    /// The validators that were followed, by their index, with their place among them.
    pub fn followed(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        self.experiment.followed().into_iter().map(|validator| validator.index()).enumerate()
    }

    /// All tokens at genesis.
    pub fn genesis_stake(&self) -> f64 {
        self.genesis_stake
    }

    /// C-PoS, and its epochs in a trial: the proposers of an epoch are drawn by the stakes at its start, and
    /// what is paid at its end is staked at once. In units of the stake at genesis.
    pub fn compound_epochs(&self) -> Option<(CompoundEpoch, u64)> {
        let (world, rounds) = (&self.experiment.world, self.experiment.rounds);
        let (forgers, stake, blocks) = world.protocol.reward.thing.compound_epoch()?;
        let draws_by_epoch = world.rule.name == "compound-epoch"
            && world.rule.settings.get("slots_per_epoch").and_then(toml::Value::as_integer)
                == Some(blocks as i64);
        let at_once = world.protocol.restake.is_all_at_once() && world.protocol.pools.is_empty();
        let undisturbed = world.has_ideal_conditions() && world.traffic.per_round == 0;
        if !(at_once && undisturbed && draws_by_epoch && rounds > 0 && rounds.is_multiple_of(blocks)) {
            return None;
        }
        let law = CompoundEpoch {
            lottery: forgers as f64 / self.genesis_stake(),
            split: stake as f64 / self.genesis_stake(),
            proposers: blocks as f64,
        };
        Some((law, rounds / blocks))
    }

    /// Variance of a final share of stake over a(1 - a), where every draw is by the stakes as they stand
    /// and rewards follow a schedule, or under C-PoS. Exact; in closed form where every block earns the
    /// same, by addition, and for at most a million rounds, where rewards change.
    pub fn normalised_variance(&self) -> Option<f64> {
        let rounds = self.experiment.rounds;
        if let Some((law, epochs)) = self.compound_epochs().filter(|_| rounds <= MOST_REWARDS) {
            // The same for every share: four times that of one half.
            return Some(4.0 * law.share_variance(0.5, epochs));
        }
        if let Some(reward) = self.urn_reward {
            return Some(constant_normalised_variance(1.0, reward, rounds));
        }
        let policy = self.schedule.filter(|_| rounds <= MOST_REWARDS)?;
        let amounts = policy.amounts(self.experiment.world.genesis())?;
        work::count(rounds);
        let rewards = amounts.take(rounds as usize).map(|coins| coins as f64);
        Some(normalised_variance(self.genesis_stake(), rewards))
    }

    /// The expected share of a validator of the rounds in which the order of wins is counted.
    pub fn share_of_counted(&self, validator: usize) -> Option<f64> {
        Some(self.expected_share(validator)? * self.occupied)
    }

    /// The rounds of a trial in which the order of wins is counted.
    pub fn counted_rounds(&self, record: &TrialRecord) -> u64 {
        counted_rounds(self.experiment, record)
    }

    /// In how many rounds a validator won the lottery by itself, before a battle was decided, how many
    /// that should be, and the two-sided p-value: while stakes stay, rounds are independent. Nothing under
    /// rules that draw one winner.
    pub fn leads(&self, validator: usize) -> Option<Leads> {
        let counted = *self.results.totals.leads.get(validator)?;
        let rounds = self.results.totals.counters.rounds;
        let chance = self.lead_chances.as_ref().map(|chances| chances[validator]);
        Some(Leads {
            counted,
            expected: chance.map(|chance| chance * rounds as f64),
            p_value: chance
                .filter(|_| self.settled && !self.is_stopped())
                .and_then(|chance| binomial_test(counted, rounds, chance)),
        })
    }

    /// Whether every block that joins the chain earns its forger the same, and nobody else anything.
    pub fn pays_blocks_alike(&self) -> bool {
        let world = &self.experiment.world;
        world.protocol.reward.thing.constant().is_some()
            && world.protocol.pools.smoothing.is_empty()
            && (world.traffic.per_round == 0 || world.traffic.fee == 0)
    }

    /// Whether every win earns the same, so that shares of income are those of the wins: what the scenario
    /// says, not incomes that happen to be alike. Where nobody earned anything too.
    pub fn income_follows_wins(&self) -> bool {
        let all = &self.results.totals.validators;
        let earned: u128 = all.iter().map(|totals| totals.reward).sum();
        let pays_alike = self.pays_blocks_alike() && self.experiment.world.has_ideal_conditions();
        // No block of a win may have been refused either.
        self.selections > 0
            && (pays_alike || earned == 0)
            && all.iter().all(|totals| {
                let (mine, due) =
                    (totals.reward.checked_mul(self.selections.into()), u128::from(totals.wins));
                mine.is_some() && mine == earned.checked_mul(due)
            })
    }

    pub fn totals(&self, validator: usize) -> ValidatorTotals {
        self.results.totals.validators.get(validator).copied().unwrap_or_default()
    }

    /// The win share of a validator over the trials.
    pub fn moments(&self, validator: usize) -> Moments {
        between_trials(self.results, &self.totals(validator)).shares
    }

    /// The wins of a validator over the trials.
    pub fn win_moments(&self, validator: usize) -> Moments {
        between_trials(self.results, &self.totals(validator)).wins
    }

    /// The share of attestors' seats that rule and committee give each validator, while stakes
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
}

/// The rounds of a trial in which the order of wins is counted.
fn counted_rounds(experiment: &Experiment, record: &TrialRecord) -> u64 {
    match experiment.unit {
        CountingUnit::Blocks => record.selections(),
        CountingUnit::Slots => record.counters.rounds,
    }
}

/// How one validator's wins and win shares differ from trial to trial.
fn between_trials(results: &Results, own: &ValidatorTotals) -> BetweenTrials {
    let totals = &results.totals;
    BetweenTrials {
        wins: Moments {
            trials: totals.trials,
            sum: i128::from(own.wins),
            squares: own.wins_squared,
            scale: 1.0,
        },
        shares: Moments {
            trials: totals.trials_with_wins,
            sum: own.win_share as i128,
            squares: own.win_share_squared,
            scale: SHARE_SCALE as f64,
        },
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
    let restake = world.protocol.restake;
    let at_once = match world.protocol.reward.thing.constant() {
        Some(reward) => restake.compounds() && restake.at_once_of(reward).is_some(),
        None => restake.is_all_at_once(),
    };
    let by_rewards_alone = at_once && world.has_ideal_conditions() && counters.fees == 0;
    (world.rule.thing.draws_by_current_stake() && by_rewards_alone && all_accepted)
        .then_some(&*world.protocol.reward.thing)
        .filter(|policy| policy.amounts(world.genesis()).is_some())
}
