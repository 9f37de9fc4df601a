//! What is independent, and so what intervals and tests may count.

use super::memoise::memoise;
use super::observations::Observations;
use crate::law::beta_binomial_wins;
use crate::selection::Dispersion;
use crate::simulation::{Experiment, Results, TrialRecord};
use crate::statistics::distributions::{Binomial, PartialRuns, RepeatedSum};
use crate::statistics::{
    Interval, Margin, MarginTest, NullDraws, Posterior, SampleUnits, Side, Tails, binomial_test,
    clopper_pearson, clustered_tail, interval_by_tails, least_trials, scaled_tail, share_posterior, wilson,
};
use rayon::prelude::*;

/// Rounds of a trial up to which the distribution of an urn is computed: it takes a number for each, on every thread.
const MOST_URN_ROUNDS: u64 = 4_000_000;

/// Numbers of all validators up to which it is.
const MOST_URN_NUMBERS: u64 = 500_000_000;

/// What a transform takes, in those numbers.
const TRANSFORM: u64 = 50_000;

/// Validators up to which their intervals come from it too: each takes about a hundred distributions; and the numbers
/// of all of them.
const MOST_URN_INTERVALS: usize = 50;
const MOST_INTERVAL_NUMBERS: u64 = 10_000_000;

/// What the dispersion of wins is measured by.
#[derive(Clone, Debug, PartialEq)]
pub enum SamplingModel {
    /// The rounds are independent draws with fixed chances: counts are multinomial.
    Rounds,
    /// Runs of rounds are won together and drawn independently: counts of runs are multinomial. The last
    /// one of a trial may be cut short.
    Runs(PartialRuns),
    /// The rule declares how much more or less than multinomial each validator's wins vary.
    Scaled(Vec<f64>),
    /// The rule is deterministic up to so many wins a trial.
    Bounded(Vec<f64>),
    /// Only the trials are independent: everything comes from the spread between them.
    Trials(&'static str),
}

impl SamplingModel {
    /// The model that the rule's declared dispersion and what happened allow.
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
        let dispersion = experiment.world.rule.thing.dispersion(&experiment.world.stakes);
        SamplingModel::declared(dispersion, |factors, cycle| {
            let whole = results.totals.validators.iter().all(|totals| totals.wins % cycle == 0);
            runs(factors, cycle, &results.records).filter(|runs| runs.rests > 0 || whole)
        })
    }

    /// Of one stretch of a chain that may begin and end anywhere: what a rule declares, with these wins.
    pub fn of_stretch(dispersion: Dispersion, wins: &[u64]) -> Self {
        let whole_runs = |factors: &[f64], cycle: u64| {
            let whole = factors.iter().all(|&factor| factor == cycle as f64)
                && wins.iter().all(|wins| wins % cycle == 0);
            whole.then(|| PartialRuns {
                runs: wins.iter().sum::<u64>() / cycle,
                run: cycle,
                rests: 0,
                rest: 0,
            })
        };
        match SamplingModel::declared(dispersion, whole_runs) {
            // The bound holds from the first round on: a stretch lies between two ends, each as far off
            // as that.
            SamplingModel::Bounded(bounds) => {
                SamplingModel::Bounded(bounds.iter().map(|bound| 2.0 * bound).collect())
            }
            other => other,
        }
    }

    /// What a rule declares; `cut_into_runs` says how what was counted falls into cycles that were won
    /// together, if it does.
    fn declared(
        dispersion: Dispersion,
        cut_into_runs: impl FnOnce(&[f64], u64) -> Option<PartialRuns>,
    ) -> Self {
        match dispersion {
            Dispersion::Independent => SamplingModel::Rounds,
            Dispersion::Unknown(why) => SamplingModel::Trials(why),
            Dispersion::Bounded { bounds } => SamplingModel::Bounded(bounds),
            Dispersion::Scaled { factors, cycle } => {
                cut_into_runs(&factors, cycle).map_or(SamplingModel::Scaled(factors), SamplingModel::Runs)
            }
        }
    }

    /// The model in words, for the notes of tables.
    pub fn words(&self) -> &'static str {
        match self {
            SamplingModel::Rounds => "the rounds are independent draws",
            SamplingModel::Runs(_) => "runs of rounds are won together; the runs are independent draws",
            SamplingModel::Scaled(_) => {
                "the rule declares the variance of its wins, and nothing else is known of them"
            }
            SamplingModel::Bounded(_) => "the rule is deterministic up to bounded rounding",
            SamplingModel::Trials(why) => why,
        }
    }
}

/// Runs of `cycle` rounds that are won together: where every factor of the variance is their length,
/// and every trial of the same number of rounds had a winner in each.
fn runs(factors: &[f64], cycle: u64, records: &[TrialRecord]) -> Option<PartialRuns> {
    let rounds = records.first()?.counters.rounds;
    let whole = factors.iter().all(|&factor| factor == cycle as f64)
        && records.iter().all(|record| record.counters.rounds == rounds && record.counters.empty == 0);
    let trials = records.len() as u64;
    whole.then(|| PartialRuns {
        runs: trials * (rounds / cycle),
        run: cycle,
        rests: if rounds.is_multiple_of(cycle) { 0 } else { trials },
        rest: rounds % cycle,
    })
}

impl Observations<'_> {
    /// How likely wins as extreme as those of a validator are if its share is `share`: exact where rounds
    /// or runs are drawn or wins are those of an urn, and otherwise bounds or approximations that hold for
    /// few wins. `None` where nothing is known.
    pub fn tails(&self, validator: usize, share: f64) -> Option<Tails> {
        let tail = |side| self.tail(validator, share, side);
        Some(Tails { at_least: tail(Side::AtLeast)?, at_most: tail(Side::AtMost)? })
    }

    /// Whether one of both is known to be at least one half.
    fn is_likely(&self, validator: usize, share: f64, side: Side) -> bool {
        let (won, draws) = match &self.sampling_model {
            SamplingModel::Rounds => (self.wins[validator], self.selections),
            SamplingModel::Runs(runs) if runs.rests == 0 => (self.wins[validator] / runs.run, runs.runs),
            _ => return false,
        };
        draws > 0 && Binomial::new(draws, share).is_some_and(|law| law.is_likely(won, side == Side::AtLeast))
    }

    /// One of both.
    fn tail(&self, validator: usize, share: f64, side: Side) -> Option<f64> {
        if self.selections == 0 || !(0.0..=1.0).contains(&share) || self.is_stopped() {
            return None;
        }
        let wins = self.wins[validator];
        match &self.sampling_model {
            SamplingModel::Rounds => {
                let law = Binomial::new(self.selections, share)?;
                Some(match side {
                    Side::AtLeast => law.upper(wins),
                    Side::AtMost => law.lower(wins),
                })
            }
            SamplingModel::Runs(runs) => match side {
                Side::AtLeast => runs.at_least(wins, share),
                Side::AtMost => runs.at_most(wins, share),
            },
            SamplingModel::Scaled(factors) if factors[validator] > 0.0 => {
                scaled_tail(wins, self.selections, share, factors[validator], side)
            }
            SamplingModel::Scaled(_) => Some(side.of(self.certain_tails(wins, 1.0, share))),
            SamplingModel::Bounded(bounds) => {
                Some(side.of(self.certain_tails(wins, bounds[validator], share)))
            }
            SamplingModel::Trials(_) => match self.urn_sum(share) {
                Some(sum) => Some(match side {
                    Side::AtLeast => sum.at_least(wins),
                    Side::AtMost => sum.at_most(wins),
                }),
                None => self.clustered(validator, share, side),
            },
        }
    }

    /// The distribution of all wins of somebody with this share of an urn; `None` where wins are not
    /// those of one, or it would take too long.
    fn urn_sum(&self, share: f64) -> Option<RepeatedSum> {
        let reward = self.urn_reward?;
        let rounds = self.selections_each.filter(|&rounds| rounds > 0 && rounds <= MOST_URN_ROUNDS)?;
        if (rounds + TRANSFORM).saturating_mul(self.validators() as u64) > MOST_URN_NUMBERS {
            return None;
        }
        let masses = match share {
            0.0 => vec![1.0],
            1.0 => (0..=rounds).map(|wins| if wins == rounds { 1.0 } else { 0.0 }).collect(),
            _ => beta_binomial_wins(rounds, share / reward, (1.0 - share) / reward),
        };
        RepeatedSum::new(&masses, self.trials)
    }

    /// Whether intervals may come from the distribution of an urn.
    fn urn_has_intervals(&self) -> bool {
        let numbers = self.selections_each.unwrap_or(0).saturating_mul(self.validators() as u64);
        self.validators() <= MOST_URN_INTERVALS && numbers <= MOST_INTERVAL_NUMBERS
    }

    /// From the spread between trials.
    fn clustered(&self, validator: usize, share: f64, side: Side) -> Option<f64> {
        let between = self.between_trials.get(validator)?;
        let wins = self.selections_each.map(|rounds| (&between.wins, rounds));
        clustered_tail(&between.shares, wins, share, side)
    }

    /// Whether a share is possible if every trial is off by at most `bound` wins: certain, or impossible.
    fn certain_tails(&self, wins: u64, bound: f64, share: f64) -> Tails {
        let (n, slack) = (self.selections as f64, bound * self.trials as f64);
        // A float of this size is not exact to less than this.
        let rounding = n * 1e-12;
        let excess = wins as f64 - n * share;
        let possible = |impossible: bool| if impossible { 0.0 } else { 1.0 };
        Tails { at_least: possible(excess > slack + rounding), at_most: possible(-excess > slack + rounding) }
    }

    /// Every validator's tests against the margin around its share of stake.
    pub fn margin_tests(&self, tolerance: f64) -> Vec<Option<MarginTest>> {
        let test = |validator: usize| {
            let margin = Margin::around(self.stake_shares[validator], tolerance);
            let tail = |share: f64, side: Side| self.tail(validator, share, side);
            MarginTest::by_sides(margin, tail, |share, side| self.is_likely(validator, share, side))
        };
        if self.counts_decide() {
            let key = |validator: usize| (self.wins[validator], self.stakes[validator]);
            return memoise(self.validators(), key, test);
        }
        (0..self.validators()).into_par_iter().map(test).collect()
    }

    /// Whether two validators with the same wins and the same share have the same tails.
    fn counts_decide(&self) -> bool {
        match self.sampling_model {
            SamplingModel::Rounds | SamplingModel::Runs(_) => true,
            SamplingModel::Trials(_) => self.urn_reward.is_some(),
            SamplingModel::Scaled(_) | SamplingModel::Bounded(_) => false,
        }
    }

    /// The interval of a validator's win share that its row shows.
    pub fn interval(&self, validator: usize, confidence: f64) -> Option<Interval> {
        match &self.sampling_model {
            SamplingModel::Rounds => wilson(self.wins[validator], self.selections, confidence),
            SamplingModel::Runs(runs) if runs.rests == 0 => {
                wilson(self.wins[validator] / runs.run, runs.runs, confidence)
            }
            _ => self.joint_interval(validator, confidence),
        }
    }

    /// The interval of a validator's win share that belongs to its tests: exact where that is possible,
    /// as very high confidence asks for.
    pub fn joint_interval(&self, validator: usize, confidence: f64) -> Option<Interval> {
        if self.is_stopped() {
            return None;
        }
        let wins = self.wins[validator];
        match &self.sampling_model {
            SamplingModel::Rounds => clopper_pearson(wins, self.selections, confidence),
            SamplingModel::Runs(runs) if runs.rests == 0 => {
                clopper_pearson(wins / runs.run, runs.runs, confidence)
            }
            SamplingModel::Bounded(bounds) => self.certain_interval(validator, bounds[validator]),
            SamplingModel::Scaled(factors) if factors[validator] == 0.0 => {
                self.certain_interval(validator, 1.0)
            }
            SamplingModel::Trials(_) if !self.urn_has_intervals() => {
                let tail = |share: f64, side: Side| self.clustered(validator, share, side);
                interval_by_tails(
                    self.win_share(validator)?,
                    confidence,
                    self.about(validator, confidence)?,
                    tail,
                )
            }
            _ => {
                let about = self.about(validator, confidence)?;
                interval_by_tails(self.win_share(validator)?, confidence, about, |share, side| {
                    self.tail(validator, share, side)
                })
            }
        }
    }

    /// About where an interval ends: Wilson's for as many independent rounds as say as much.
    fn about(&self, validator: usize, confidence: f64) -> Option<Interval> {
        let factor = match &self.sampling_model {
            SamplingModel::Scaled(factors) => factors[validator].max(1.0),
            SamplingModel::Runs(runs) => runs.run as f64,
            _ => 1.0,
        };
        let rounds = ((self.selections as f64 / factor) as u64).max(1);
        let wins = ((self.wins[validator] as f64 / factor) as u64).min(rounds);
        wilson(wins, rounds, confidence)
    }

    /// The same of all validators.
    pub fn joint_intervals(&self, confidence: f64) -> Vec<Option<Interval>> {
        if self.counts_decide() && self.between_trials.is_empty() {
            let wins = |validator: usize| self.wins[validator];
            return memoise(self.validators(), wins, |validator| self.joint_interval(validator, confidence));
        }
        let all = (0..self.validators()).into_par_iter();
        all.map(|validator| self.joint_interval(validator, confidence)).collect()
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

    /// Two-sided p-value of a validator's wins against a share; `None` where there is no distribution to
    /// hold them against, or nothing is left to chance.
    pub fn two_sided_p(&self, validator: usize, share: f64) -> Option<f64> {
        if !self.settled || self.is_stopped() {
            return None;
        }
        match &self.sampling_model {
            SamplingModel::Rounds => binomial_test(self.wins[validator], self.selections, share),
            SamplingModel::Runs(runs) if runs.rests == 0 => {
                binomial_test(self.wins[validator] / runs.run, runs.runs, share)
            }
            SamplingModel::Bounded(_) => None,
            SamplingModel::Scaled(factors) if factors[validator] == 0.0 => None,
            _ => Some(self.tails(validator, share)?.two_sided()),
        }
    }

    /// The same against the expected share.
    pub fn p_value(&self, validator: usize) -> Option<f64> {
        self.two_sided_p(validator, self.expected_share(validator)?)
    }

    /// The same of all validators.
    pub fn p_values(&self) -> Vec<Option<f64>> {
        if self.counts_decide() {
            let key =
                |validator: usize| (self.wins[validator], self.expected_share(validator).map(f64::to_bits));
            return memoise(self.validators(), key, |validator| self.p_value(validator));
        }
        (0..self.validators()).into_par_iter().map(|validator| self.p_value(validator)).collect()
    }

    /// How many rounds each draw decides whose likelihood is multinomial, so that a Dirichlet prior has a
    /// Dirichlet posterior; otherwise why there is none. What ended a run is of no consequence to it.
    pub fn rounds_per_draw(&self) -> Result<u64, &'static str> {
        match &self.sampling_model {
            SamplingModel::Rounds => Ok(1),
            SamplingModel::Runs(runs) if runs.rests == 0 => Ok(runs.run),
            SamplingModel::Runs(_) => {
                Err("rounds are won in runs, and the last run of a trial was cut short")
            }
            SamplingModel::Scaled(_) => {
                Err("the rule declares the variance of its wins, and no likelihood is known")
            }
            SamplingModel::Bounded(_) => Err("the rule is deterministic up to bounded rounding"),
            SamplingModel::Trials(why) => Err(why),
        }
    }

    /// The posterior of a validator's share, from a Dirichlet prior in which it has `own` and all others
    /// have `others` draws; `None` where [`Observations::rounds_per_draw`] has a reason.
    pub fn posterior(
        &self,
        validator: usize,
        (own, others): (f64, f64),
        margin: Margin,
        confidence: f64,
    ) -> Option<Posterior> {
        let run = self.rounds_per_draw().ok()?;
        let counted = (self.wins[validator] / run, self.selections / run);
        share_posterior(counted, (own, others), margin, confidence)
    }

    /// What the tests rest on.
    pub fn sample(&self) -> SampleUnits {
        match &self.sampling_model {
            SamplingModel::Rounds | SamplingModel::Bounded(_) => SampleUnits::Rounds(self.selections),
            SamplingModel::Runs(runs) => SampleUnits::Rounds(runs.effective_draws() as u64),
            SamplingModel::Scaled(factors) => {
                // The rounds that independent draws would need for the widest of the intervals.
                let largest = factors.iter().copied().fold(1.0, f64::max);
                SampleUnits::Rounds((self.selections as f64 / largest) as u64)
            }
            SamplingModel::Trials(_) => {
                SampleUnits::Trials(self.between_trials.first().map_or(0, |own| own.shares.trials))
            }
        }
    }

    /// What all win shares together rest on.
    pub fn draws(&self) -> NullDraws {
        match &self.sampling_model {
            _ if !self.settled || self.selections == 0 => NullDraws::Unknown,
            SamplingModel::Rounds => NullDraws::Independent(self.selections as f64),
            SamplingModel::Runs(runs) => NullDraws::Independent(runs.effective_draws()),
            SamplingModel::Bounded(bounds) => {
                let all: f64 = bounds.iter().sum();
                NullDraws::Certain(0.5 * all * self.trials as f64 / self.selections as f64)
            }
            SamplingModel::Scaled(_) => NullDraws::Independent(self.trials as f64),
            SamplingModel::Trials(_) => NullDraws::Independent(self.sample().size() as f64),
        }
    }

    /// How many trials the validator that varies most needs at least, where there are too few.
    pub fn trials_needed(&self) -> Option<u64> {
        if !matches!(self.sampling_model, SamplingModel::Trials(_)) || self.urn_sum(0.5).is_some() {
            return None;
        }
        let needed = self.between_trials.iter().map(|own| least_trials(&own.shares));
        let most = needed.flatten().max().unwrap_or(2);
        (most > self.sample().size()).then_some(most)
    }

    /// How many times the multinomial variance the rule declares, over all validators: the factor
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
            SamplingModel::Runs(runs) => Some(self.selections as f64 / runs.effective_draws()),
            SamplingModel::Scaled(factors) => over_all(factors),
            SamplingModel::Bounded(_) => Some(0.0),
            SamplingModel::Trials(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::AnalysisContext;
    use crate::scenario::load_text;
    use crate::selection::ExpectedShares;
    use crate::simulation::{Control, Quiet, run};
    use std::path::Path;
    use std::sync::atomic::AtomicBool;

    /// The sums of an urn are convolved for trials of some rounds, and of no more than that takes little time for.
    #[test]
    fn an_urn_of_too_many_rounds_is_not_added_up() {
        let names = ["a", "b"].map(str::to_owned);
        let known = |rounds: u64| {
            let urn = Observations {
                selections_each: Some(rounds),
                trials: 3,
                urn_reward: Some(0.01),
                ..Observations::of_stretch(
                    &names,
                    &[0, 1],
                    vec![0, 3 * rounds],
                    ExpectedShares::Shares(vec![0.0, 1.0]),
                    SamplingModel::Trials("rewards compound"),
                )
            };
            urn.urn_sum(0.0).is_some()
        };
        let rounds = [0, 1, MOST_URN_ROUNDS, MOST_URN_ROUNDS + 1];
        assert_eq!(rounds.map(known), [false, true, true, false]);
    }

    /// Intervals by the distribution of an urn are for few validators; those of more are by the spread between trials,
    /// as if nothing were known of an urn.
    #[test]
    fn intervals_of_many_are_by_the_spread_between_trials() {
        let interval = |validators: usize, by_urn: bool| {
            let text = format!(
                "[run]\nseed = 7\nrounds = 60\ntrials = 12\nengine = 'draws'\n[population]\ncount = {validators}\n\
                 total_stake = 10_000\nstake = 'equal'\n[reward]\npolicy = {{ kind = 'constant', amount = 10 }}\n\
                 compound = true\n"
            );
            let scenario = load_text(Path::new("test.toml"), text, &[]).unwrap();
            let control = Control { progress: &Quiet, stop: &AtomicBool::new(false) };
            let results = run(&scenario.experiment, 1, None, &control).unwrap();
            let mut context =
                AnalysisContext::new(&scenario.experiment, &scenario.file.analysis, &results, None);
            assert!(context.observations.urn_reward.is_some());
            if !by_urn {
                context.observations.urn_reward = None;
            }
            context.observations.joint_interval(0, 0.95)
        };
        assert_eq!(interval(MOST_URN_INTERVALS + 1, true), interval(MOST_URN_INTERVALS + 1, false));
        assert_ne!(interval(MOST_URN_INTERVALS, true), interval(MOST_URN_INTERVALS, false));
    }

    /// A rule that is off by at most one win may give 51, 50 or 49 of 100 to one half, and nothing else.
    #[test]
    fn a_bounded_rule_may_be_off_by_its_whole_bound() {
        let names = ["a", "b"].map(str::to_owned);
        for (wins, at_least, at_most) in
            [(48, 1.0, 0.0), (49, 1.0, 1.0), (50, 1.0, 1.0), (51, 1.0, 1.0), (52, 0.0, 1.0)]
        {
            let counts = Observations::of_stretch(
                &names,
                &[1, 1],
                vec![wins, 100 - wins],
                ExpectedShares::Shares(vec![0.5, 0.5]),
                SamplingModel::Bounded(vec![1.0, 1.0]),
            );
            assert_eq!(counts.tails(0, 0.5), Some(Tails { at_least, at_most }), "{wins}");
        }
    }
}
