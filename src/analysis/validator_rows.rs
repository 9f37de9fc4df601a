//! The rows of `validators.csv`.

use super::context::AnalysisContext;
use super::memoise::memoise;
use super::observations::Observations;
use super::sampling_model::SamplingModel;
use crate::analysis::rows::{ValidatorRow, ValidatorTable};
use crate::simulation::SHARE_SCALE;
use crate::statistics::{
    Interval, LongestRun, Moments, benjamini_hochberg, bonferroni, clopper_pearson, goodman, holm,
    sison_glaz, wilson,
};
use rayon::prelude::*;

/// Sison and Glaz' intervals are computed for at most so many validators: they cost the square of
/// the different counts at worst, and for many small shares Goodman's are shorter.
const MOST_SISON_GLAZ: usize = 1000;

/// One row for each validator, in the order of the scenario.
pub fn rows(context: &AnalysisContext) -> ValidatorTable {
    let confidence = context.settings.confidence;
    let trials = context.results.totals.trials;
    let earned: u128 = context.results.totals.validators.iter().map(|totals| totals.reward).sum();
    let seats: u128 = context.results.totals.validators.iter().map(|totals| u128::from(totals.seats)).sum();
    let expected_duty = context.expected_duty();
    let reward_law = RewardLaw::new(context);
    // Intervals that verdicts use as well are found once.
    let joint_level = bonferroni(confidence, context.validators());
    let joint = if context.unit().is_none() { context.joint_intervals(joint_level) } else { Vec::new() };
    let shown = |index: usize, confidence: f64| context.interval(index, confidence);
    let corrected = |index: usize, confidence: f64| match joint.get(index) {
        Some(interval) if confidence == joint_level => *interval,
        _ => context.joint_interval(index, confidence),
    };
    let counted = OfCounts::new(context, confidence, &shown, &corrected);
    context.advance(2 * context.validators());
    let posteriors = context.posteriors();
    let row = |index: usize| {
        let counted = counted.row(index);
        let totals = context.totals(index);
        let stake = counted.stake;
        let longest = longest(context, index);
        let leads = context.leads(index);
        let reward = match (&reward_law, counted.win_share_low, counted.win_share_high) {
            (RewardLaw::Wins, Some(low), Some(high)) => Some(Interval { low, high }),
            (RewardLaw::Wins, ..) => None,
            _ => reward_law.interval(context, index).map(within_one),
        };
        context.advance(1);
        let posterior = posteriors.as_ref().and_then(|all| all[index]);
        ValidatorRow {
            posterior_mean: posterior.map(|posterior| posterior.mean),
            posterior_low: posterior.map(|posterior| posterior.interval.low),
            posterior_high: posterior.map(|posterior| posterior.interval.high),
            probability_within: posterior.map(|posterior| posterior.within),
            longest_unit: longest.gap.map(|_| context.experiment.unit.word().to_owned()),
            slots_led: leads.map(|leads| leads.counted),
            expected_slots_led: leads.and_then(|leads| leads.expected),
            slots_led_p: leads.and_then(|leads| leads.p_value),
            longest_gap: longest.gap.map(|longest| longest.rounds),
            longest_gap_p: longest.gap.and_then(|longest| longest.p_value),
            longest_run: longest.run.map(|longest| longest.rounds),
            longest_run_p: longest.run.and_then(|longest| longest.p_value),
            blocks: Some(totals.blocks),
            attestor_seats: Some(totals.seats),
            attestor_share: (seats > 0).then(|| totals.seats as f64 / seats as f64),
            expected_attestor_share: expected_duty.as_ref().map(|shares| shares[index]),
            reward: Some(totals.reward),
            reward_share: (earned > 0).then(|| totals.reward as f64 / earned as f64),
            reward_share_low: low(reward),
            reward_share_high: high(reward),
            return_on_stake: (stake > 0 && trials > 0)
                .then(|| totals.reward as f64 / trials as f64 / stake as f64),
            slashed: Some(totals.slashed),
            final_stake_share: (trials > 0)
                .then(|| totals.final_share as f64 / trials as f64 / SHARE_SCALE as f64),
            ..counted
        }
    };
    in_strides(context.validators(), row)
}

/// The table of so many rows, made on all threads some at a time, because they take more room than the table
/// of all of them.
pub fn in_strides(count: usize, row: impl Fn(usize) -> ValidatorRow + Sync) -> ValidatorTable {
    let mut table = ValidatorTable::default();
    for start in (0..count).step_by(STRIDE) {
        let end = count.min(start + STRIDE);
        table.extend((start..end).into_par_iter().map(&row).collect::<Vec<ValidatorRow>>());
    }
    table
}

/// Rows that are made at a time.
const STRIDE: usize = 1 << 14;

/// The interval of a validator's win share at a confidence.
type IntervalAt<'a> = &'a (dyn Fn(usize, f64) -> Option<Interval> + Sync);

/// What counts alone say of each validator.
pub struct OfCounts<'a> {
    observations: &'a Observations<'a>,
    confidence: f64,
    shown: IntervalAt<'a>,
    corrected: IntervalAt<'a>,
    p_values: Vec<Option<f64>>,
    exact: Vec<Option<Interval>>,
    adjusted: Vec<Option<f64>>,
    discovery: Vec<Option<f64>>,
    joint: Joint,
}

impl<'a> OfCounts<'a> {
    /// `shown` gives the interval of a win share by itself at a confidence, `corrected` one that holds at
    /// very high confidence.
    pub fn new(
        observations: &'a Observations<'a>,
        confidence: f64,
        shown: IntervalAt<'a>,
        corrected: IntervalAt<'a>,
    ) -> Self {
        let p_values = observations.p_values();
        OfCounts {
            exact: exact_intervals(observations, confidence),
            adjusted: holm(&p_values),
            discovery: benjamini_hochberg(&p_values),
            joint: Joint::new(observations, confidence),
            p_values,
            observations,
            confidence,
            shown,
            corrected,
        }
    }

    /// The row of a validator; the cells of which counts tell nothing are empty.
    pub fn row(&self, index: usize) -> ValidatorRow {
        let OfCounts { observations, p_values, exact, adjusted, discovery, joint, .. } = self;
        let expected = observations.expected_share(index);
        let interval = (self.shown)(index, self.confidence).map(within_one);
        let all = joint.interval(index, &|index| (self.corrected)(index, joint.level));
        let sison_glaz = joint.sison_glaz.as_ref().map(|intervals| intervals[index]);
        let relative = |share: f64| {
            expected.map(|p| share / p - 1.0).filter(|relative_deviation| relative_deviation.is_finite())
        };
        ValidatorRow {
            validator: observations.names[index].clone(),
            stake: observations.stakes[index],
            stake_share: observations.stake_shares[index],
            expected_share: expected,
            wins: observations.wins[index],
            win_share: observations.win_share(index),
            win_share_low: low(interval),
            win_share_high: high(interval),
            win_share_exact_low: low(exact[index]),
            win_share_exact_high: high(exact[index]),
            win_share_joint_low: low(all),
            win_share_joint_high: high(all),
            win_share_sison_glaz_low: low(sison_glaz),
            win_share_sison_glaz_high: high(sison_glaz),
            p_value: p_values[index],
            p_holm: adjusted[index],
            p_bh: discovery[index],
            relative_deviation: observations.win_share(index).and_then(relative),
            relative_deviation_low: low(interval).and_then(relative),
            relative_deviation_high: high(interval).and_then(relative),
            ..ValidatorRow::default()
        }
    }
}

fn low(interval: Option<Interval>) -> Option<f64> {
    interval.map(|interval| interval.low)
}

fn high(interval: Option<Interval>) -> Option<f64> {
    interval.map(|interval| interval.high)
}

/// The part of an interval in which a share can lie.
fn within_one(interval: Interval) -> Interval {
    Interval { low: interval.low.clamp(0.0, 1.0), high: interval.high.clamp(0.0, 1.0) }
}

fn exact_intervals(observations: &Observations, confidence: f64) -> Vec<Option<Interval>> {
    memoise(
        observations.validators(),
        |index| observations.wins[index],
        |index| {
            let unit = observations.unit().filter(|_| !observations.is_stopped())?;
            clopper_pearson(observations.wins[index] / unit, observations.selections / unit, confidence)
        },
    )
}

/// The intervals that hold for all validators together.
struct Joint {
    level: f64,
    independent: bool,
    goodman: Option<Vec<Interval>>,
    sison_glaz: Option<Vec<Interval>>,
}

impl Joint {
    fn new(observations: &Observations, confidence: f64) -> Self {
        let level = bonferroni(confidence, observations.validators());
        let Some(unit) = observations.unit() else {
            return Joint { level, independent: false, goodman: None, sison_glaz: None };
        };
        let draws: Vec<u64> = observations.wins.iter().map(|wins| wins / unit).collect();
        let few = draws.len() <= MOST_SISON_GLAZ;
        Joint {
            level,
            independent: true,
            goodman: goodman(&draws, confidence),
            sison_glaz: if few { sison_glaz(&draws, confidence) } else { None },
        }
    }

    /// Goodman's where draws are independent, otherwise the sampling model's own at a corrected level.
    fn interval(&self, index: usize, own: &dyn Fn(usize) -> Option<Interval>) -> Option<Interval> {
        match &self.goodman {
            Some(intervals) => Some(intervals[index]),
            None if self.independent => None,
            None => own(index).map(within_one),
        }
    }
}

/// What the interval of a reward share rests on.
enum RewardLaw {
    /// Every win earns the same: the reward share is the win share.
    Wins,
    /// Every accepted block earns the same, and rounds are independent: the blocks of each
    /// validator among the accepted ones, of which there are so many, are multinomial.
    Blocks(u64),
    /// The spread between trials.
    Trials,
}

impl RewardLaw {
    fn new(context: &AnalysisContext) -> Self {
        let all = &context.results.totals.validators;
        let blocks: u64 = all.iter().map(|totals| totals.blocks).sum();
        let earned: u128 = all.iter().map(|totals| totals.reward).sum();
        let alike = all.iter().all(|totals| {
            let (mine, per_block) = (totals.reward.checked_mul(blocks.into()), u128::from(totals.blocks));
            mine.is_some() && mine == earned.checked_mul(per_block)
        });
        if !alike || earned == 0 || !context.pays_blocks_alike() {
            RewardLaw::Trials
        } else if all.iter().all(|totals| totals.blocks == totals.wins) {
            RewardLaw::Wins
        } else if context.sampling_model == SamplingModel::Rounds {
            RewardLaw::Blocks(blocks)
        } else {
            RewardLaw::Trials
        }
    }

    fn interval(&self, context: &AnalysisContext, index: usize) -> Option<Interval> {
        let confidence = context.settings.confidence;
        let totals = context.totals(index);
        match self {
            // That of the wins, which stands in the row.
            RewardLaw::Wins => None,
            // The number of trials is no longer a settled one.
            _ if context.stopping.is_some() => None,
            RewardLaw::Blocks(all) => wilson(totals.blocks, *all, confidence),
            RewardLaw::Trials => {
                let shares = Moments {
                    trials: context.results.totals.trials_with_rewards,
                    sum: totals.reward_share as i128,
                    squares: totals.reward_share_squared,
                    scale: SHARE_SCALE as f64,
                };
                shares.interval(confidence)
            }
        }
    }
}

/// A longest stretch and its exact p-value, where it has one.
#[derive(Clone, Copy)]
struct Longest {
    rounds: u64,
    p_value: Option<f64>,
}

struct LongestOfBoth {
    gap: Option<Longest>,
    run: Option<Longest>,
}

/// The longest gap and run over all trials. Where trials differ in their rounds, the law is
/// that of the longest trial for all: the p-value is then too large rather than too small.
fn longest(context: &AnalysisContext, index: usize) -> LongestOfBoth {
    let totals = &context.results.totals;
    let Some(seen) = totals.order.serial.as_ref().and_then(|serial| serial.longest.get(index)) else {
        return LongestOfBoth { gap: None, run: None };
    };
    let p_value = |rounds: u64, law: fn(u64, f64) -> Option<LongestRun>| {
        let unit = context.unit().filter(|unit| rounds.is_multiple_of(*unit) && !context.is_stopped())?;
        let share = context.share_of_counted(index)?.clamp(0.0, 1.0);
        Some(law(context.longest_trial / unit, share)?.over_trials(totals.trials).at_least(rounds / unit))
    };
    LongestOfBoth {
        gap: Some(Longest { rounds: seen.gap, p_value: p_value(seen.gap, LongestRun::gap) }),
        run: Some(Longest { rounds: seen.run, p_value: p_value(seen.run, LongestRun::run) }),
    }
}
