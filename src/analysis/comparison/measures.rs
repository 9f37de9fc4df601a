//! What rules are compared by. Each measure gives one number for each trial, so that trials are the
//! independent units, and two rules' trials with the same number are a pair.

use super::baseline::{Baseline, Trial};
use super::law::Draws;
use crate::law::gini as gini_of_shares;
use crate::statistics::comparison::Nature;
use crate::statistics::concentration::{expected_herfindahl, gini, herfindahl, nakamoto};
use crate::statistics::within_margin;

/// A measure of a trial.
pub struct Measure {
    /// The name in the tables.
    pub name: &'static str,
    /// What it is, as a heading.
    pub heading: &'static str,
    /// The same with its unit, as the title of an axis.
    pub axis: &'static str,
    /// Whether an axis shows it in percent.
    pub percent: bool,
    /// What its values can be.
    pub nature: Nature,
    /// Its value for a trial.
    pub(super) value: fn(&Trial) -> Option<f64>,
    /// Its expected value for independent rounds with fixed chances, exactly.
    pub(super) law: fn(&Draws) -> Option<f64>,
    /// Its value for win shares that are what the rule promises: endless rounds of fixed stakes.
    pub(super) limit: fn(&Baseline, &[f64]) -> Option<f64>,
}

/// Every measure, in the order of the tables.
pub static MEASURES: [Measure; 9] = [
    Measure {
        name: "total_variation",
        heading: "distance of win shares from stake shares",
        axis: "total variation distance of win shares from stake shares (%)",
        percent: true,
        nature: Nature::Number,
        value: |trial| some(half_distance(trial.shares()), trial.selections),
        law: |draws| draws.distance_from_stake(),
        limit: |baseline, promise| Some(half_distance(pairs(baseline, promise))),
    },
    Measure {
        name: "largest_deviation",
        heading: "largest deviation of a win share from its stake share",
        axis: "largest relative deviation of a validator (%)",
        percent: true,
        nature: Nature::Number,
        value: |trial| largest_deviation(trial.shares()),
        law: |_| None,
        limit: |baseline, promise| largest_deviation(pairs(baseline, promise)),
    },
    Measure {
        name: "stake_outside_tolerance",
        heading: "stake whose owners win outside the tolerance",
        axis: "share of stake held by validators outside the tolerance (%)",
        percent: true,
        nature: Nature::Number,
        value: |trial| {
            let outside = |&(index, _): &(usize, &f64)| is_outside(trial, index);
            let shares = trial.baseline.shares.iter().enumerate().filter(outside);
            some(sum(shares.map(|(_, share)| *share)), trial.selections)
        },
        law: |draws| draws.stake_outside_tolerance(),
        limit: |baseline, promise| {
            let outside = pairs(baseline, promise).filter(|&(stake, wins)| beyond(baseline, stake, wins));
            Some(sum(outside.map(|(stake, _)| stake)))
        },
    },
    Measure {
        name: "richest_gain",
        heading: "win share of the richest less its stake share",
        axis: "win share of the richest validator less its stake share (points)",
        percent: true,
        nature: Nature::Number,
        value: |trial| trial.shares().nth(trial.baseline.richest).map(|(stake, wins)| wins - stake),
        law: |draws| {
            Some(draws.chances[draws.baseline.richest] - draws.baseline.shares[draws.baseline.richest])
        },
        limit: |baseline, promise| Some(promise[baseline.richest] - baseline.shares[baseline.richest]),
    },
    Measure {
        name: "richest_outside_tolerance",
        heading: "unfair probability of the richest",
        axis: "trials in which the richest wins outside the tolerance (%)",
        percent: true,
        nature: Nature::Event,
        value: |trial| some(f64::from(u8::from(is_outside(trial, trial.baseline.richest))), trial.selections),
        law: |draws| draws.outside_tolerance(draws.baseline.richest),
        limit: |baseline, promise| {
            let (stake, wins) = (baseline.shares[baseline.richest], promise[baseline.richest]);
            Some(f64::from(u8::from(beyond(baseline, stake, wins))))
        },
    },
    Measure {
        name: "wins_gini",
        heading: "Gini coefficient of the wins",
        axis: "Gini coefficient of the wins",
        percent: false,
        nature: Nature::Number,
        value: |trial| gini(&trial.wins),
        law: |_| None,
        limit: |_, promise| gini_of_shares(promise),
    },
    Measure {
        name: "wins_herfindahl",
        heading: "Herfindahl index of the wins",
        axis: "Herfindahl index of the wins",
        percent: false,
        nature: Nature::Number,
        value: |trial| herfindahl(&trial.wins),
        law: |draws| expected_herfindahl(draws.chances, draws.rounds),
        limit: |_, promise| Some(promise.iter().map(|share| share * share).sum()),
    },
    Measure {
        name: "wins_nakamoto_half",
        heading: "Nakamoto coefficient of the wins",
        axis: "validators who together have more than half of the wins",
        percent: false,
        nature: Nature::Number,
        value: |trial| nakamoto(&trial.wins, 1, 2).map(|count| count as f64),
        law: |_| None,
        limit: |_, promise| {
            let holdings: Vec<u128> =
                promise.iter().map(|share| (share * (1u64 << 60) as f64) as u128).collect();
            nakamoto(&holdings, 1, 2).map(|count| count as f64)
        },
    },
    Measure {
        name: "final_stake_gini",
        heading: "Gini coefficient of stake at the end",
        axis: "Gini coefficient of stake at the end of a trial",
        percent: false,
        nature: Nature::Number,
        value: |trial| gini(&trial.final_shares),
        law: |_| None,
        limit: |_, _| None,
    },
];

/// The measure of that name.
pub fn measure(name: &str) -> Option<&'static Measure> {
    MEASURES.iter().find(|measure| measure.name == name)
}

/// Each validator's share of stake with its promised share of wins.
fn pairs<'a>(baseline: &'a Baseline, promise: &'a [f64]) -> impl Iterator<Item = (f64, f64)> + 'a {
    baseline.shares.iter().copied().zip(promise.iter().copied())
}

fn some(value: f64, selections: u64) -> Option<f64> {
    (selections > 0).then_some(value)
}

/// The sum from zero on; that of nothing by the standard library is minus zero.
fn sum(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |sum, value| sum + value)
}

/// Half the sum of absolute differences: the total variation distance.
fn half_distance(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    0.5 * sum(pairs.map(|(stake, wins)| (wins - stake).abs()))
}

/// The largest relative deviation of anybody with stake.
fn largest_deviation(pairs: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let holders = pairs.filter(|(stake, _)| *stake > 0.0);
    holders.map(|(stake, wins)| (wins / stake - 1.0).abs()).reduce(f64::max)
}

fn is_outside(trial: &Trial, validator: usize) -> bool {
    let wins = trial.wins[validator] as u64;
    !within_margin(wins, trial.selections, trial.baseline.shares[validator], trial.baseline.tolerance)
}

/// Whether a promised share is outside the tolerance around a share of stake; a trace of rounding is
/// allowed.
fn beyond(baseline: &Baseline, stake: f64, wins: f64) -> bool {
    (wins - stake).abs() > (baseline.tolerance + 1e-9) * stake
}
