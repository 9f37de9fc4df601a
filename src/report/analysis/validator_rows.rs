//! The rows of `validators.csv`.

use super::basis::Basis;
use super::each_once::each_once;
use super::footing::Footing;
use crate::report::tables::ValidatorRow;
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
pub fn rows(basis: &Basis) -> Vec<ValidatorRow> {
    let confidence = basis.settings.confidence;
    let validators = 0..basis.validators();
    let trials = basis.results.totals.trials;
    let earned: u128 = basis.results.totals.validators.iter().map(|totals| totals.reward).sum();
    let seats: u128 = basis.results.totals.validators.iter().map(|totals| u128::from(totals.seats)).sum();
    let expected_duty = basis.expected_duty();
    let p_values = basis.p_values();
    let exact = exact_intervals(basis);
    let adjusted = holm(&p_values);
    let discovery = benjamini_hochberg(&p_values);
    let joint = Joint::new(basis);
    let reward_law = RewardLaw::new(basis);
    validators
        .into_par_iter()
        .map(|index| {
            let totals = basis.totals(index);
            let stake = basis.experiment.world.stakes[index];
            let expected = basis.expected_share(index);
            let interval = basis.interval(index, confidence).map(within_one);
            let exact = exact[index];
            let all = joint.interval(basis, index);
            let sison_glaz = joint.sison_glaz.as_ref().map(|intervals| intervals[index]);
            let relative = |share: f64| expected.map(|p| share / p - 1.0).filter(|effect| effect.is_finite());
            let longest = longest(basis, index);
            let reward = reward_law.interval(basis, index).map(within_one);
            ValidatorRow {
                validator: basis.experiment.world.names[index].clone(),
                stake,
                stake_share: basis.stake_shares[index],
                expected_share: expected,
                wins: totals.wins,
                win_share: basis.win_share(index),
                win_share_low: low(interval),
                win_share_high: high(interval),
                win_share_exact_low: low(exact),
                win_share_exact_high: high(exact),
                win_share_joint_low: low(all),
                win_share_joint_high: high(all),
                win_share_sison_glaz_low: low(sison_glaz),
                win_share_sison_glaz_high: high(sison_glaz),
                p_value: p_values[index],
                p_adjusted: adjusted[index],
                p_discovery: discovery[index],
                effect: basis.win_share(index).and_then(relative),
                effect_low: low(interval).and_then(relative),
                effect_high: high(interval).and_then(relative),
                longest_drought: longest.drought.map(|longest| longest.rounds),
                longest_drought_p: longest.drought.and_then(|longest| longest.p_value),
                longest_streak: longest.streak.map(|longest| longest.rounds),
                longest_streak_p: longest.streak.and_then(|longest| longest.p_value),
                blocks: totals.blocks,
                attestor_seats: totals.seats,
                attestor_share: (seats > 0).then(|| totals.seats as f64 / seats as f64),
                expected_attestor_share: expected_duty.as_ref().map(|shares| shares[index]),
                reward: totals.reward,
                reward_share: (earned > 0).then(|| totals.reward as f64 / earned as f64),
                reward_share_low: low(reward),
                reward_share_high: high(reward),
                return_on_stake: (stake > 0 && trials > 0)
                    .then(|| totals.reward as f64 / trials as f64 / stake as f64),
                slashed: totals.slashed,
                final_stake_share: (trials > 0)
                    .then(|| totals.final_share as f64 / trials as f64 / SHARE_SCALE as f64),
            }
        })
        .collect()
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

fn exact_intervals(basis: &Basis) -> Vec<Option<Interval>> {
    let wins = |index| basis.totals(index).wins;
    each_once(basis.validators(), wins, |index| {
        let unit = basis.unit()?;
        clopper_pearson(wins(index) / unit, basis.selections / unit, basis.settings.confidence)
    })
}

/// The intervals that hold for all validators together.
struct Joint {
    level: f64,
    goodman: Option<Vec<Interval>>,
    sison_glaz: Option<Vec<Interval>>,
}

impl Joint {
    fn new(basis: &Basis) -> Self {
        let confidence = basis.settings.confidence;
        let level = bonferroni(confidence, basis.validators());
        let Some(unit) = basis.unit() else { return Joint { level, goodman: None, sison_glaz: None } };
        let draws: Vec<u64> =
            basis.results.totals.validators.iter().map(|totals| totals.wins / unit).collect();
        let few = draws.len() <= MOST_SISON_GLAZ;
        Joint {
            level,
            goodman: goodman(&draws, confidence),
            sison_glaz: if few { sison_glaz(&draws, confidence) } else { None },
        }
    }

    /// Goodman's where draws are independent, otherwise the footing's own at a corrected level.
    fn interval(&self, basis: &Basis, index: usize) -> Option<Interval> {
        match (&self.goodman, basis.unit()) {
            (Some(intervals), _) => Some(intervals[index]),
            (None, Some(_)) => None,
            (None, None) => basis.joint_interval(index, self.level).map(within_one),
        }
    }
}

/// What the interval of a reward share rests on.
enum RewardLaw {
    /// Every win earned the same: the reward share is the win share.
    Wins,
    /// Every accepted block earned the same, and rounds are independent: the blocks of each
    /// validator among the accepted ones, of which there are so many, are multinomial.
    Blocks(u64),
    /// The spread between trials.
    Trials,
}

impl RewardLaw {
    fn new(basis: &Basis) -> Self {
        let all = &basis.results.totals.validators;
        let blocks: u64 = all.iter().map(|totals| totals.blocks).sum();
        let earned: u128 = all.iter().map(|totals| totals.reward).sum();
        let alike = all.iter().all(|totals| {
            let (mine, per_block) = (totals.reward.checked_mul(blocks.into()), u128::from(totals.blocks));
            mine.is_some() && mine == earned.checked_mul(per_block)
        });
        if !alike || earned == 0 {
            RewardLaw::Trials
        } else if all.iter().all(|totals| totals.blocks == totals.wins) {
            RewardLaw::Wins
        } else if basis.footing == Footing::Rounds {
            RewardLaw::Blocks(blocks)
        } else {
            RewardLaw::Trials
        }
    }

    fn interval(&self, basis: &Basis, index: usize) -> Option<Interval> {
        let confidence = basis.settings.confidence;
        let totals = basis.totals(index);
        match self {
            RewardLaw::Wins => basis.interval(index, confidence),
            // The number of trials is no longer a settled one.
            _ if basis.stopping.is_some() => None,
            RewardLaw::Blocks(all) => wilson(totals.blocks, *all, confidence),
            RewardLaw::Trials => {
                let shares = Moments {
                    trials: basis.results.totals.trials_with_rewards,
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
    drought: Option<Longest>,
    streak: Option<Longest>,
}

/// The longest drought and streak over all trials. Where trials differ in their rounds, the law is
/// that of the longest trial for all: the p-value is then too large rather than too small.
fn longest(basis: &Basis, index: usize) -> LongestOfBoth {
    let totals = &basis.results.totals;
    let Some(seen) = totals.order.serial.as_ref().and_then(|serial| serial.longest.get(index)) else {
        return LongestOfBoth { drought: None, streak: None };
    };
    let p_value = |rounds: u64, law: fn(u64, f64) -> Option<LongestRun>| {
        let unit = basis.unit().filter(|unit| rounds.is_multiple_of(*unit))?;
        let share = basis.expected_share(index)?.clamp(0.0, 1.0);
        Some(law(basis.longest_trial / unit, share)?.over_trials(totals.trials).at_least(rounds / unit))
    };
    LongestOfBoth {
        drought: Some(Longest { rounds: seen.drought, p_value: p_value(seen.drought, LongestRun::drought) }),
        streak: Some(Longest { rounds: seen.streak, p_value: p_value(seen.streak, LongestRun::streak) }),
    }
}
