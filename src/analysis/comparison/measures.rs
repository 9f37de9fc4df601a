//! What rules are compared by. Each measure gives one number for each trial, so that trials are the
//! independent units, and two rules' trials with the same number are a pair.

use super::baseline::{Baseline, Trial};
use super::law::CountDraws;
use crate::law::gini as gini_of_shares;
use crate::statistics::comparison::Nature;
use crate::statistics::concentration::{Holdings, expected_herfindahl, gini, herfindahl, nakamoto};
use crate::statistics::within_margin;

/// Which values of a measure are the fairer ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FairerValues {
    /// Small ones.
    SmallerIsFairer,
    /// Those near zero, on either side.
    NearerToZeroIsFairer,
    /// Small ones are less concentrated.
    SmallerIsMoreEven,
    /// Large ones are less concentrated.
    LargerIsMoreEven,
}

impl Measure {
    /// Whether its value for a trial is a count, so that an axis has whole numbers only.
    pub fn is_count(&self) -> bool {
        self.name.ends_with("nakamoto_half")
    }
}

impl FairerValues {
    /// The direction in words.
    pub fn words(self) -> &'static str {
        match self {
            FairerValues::SmallerIsFairer => "smaller is fairer",
            FairerValues::NearerToZeroIsFairer => "nearer to 0 is fairer",
            FairerValues::SmallerIsMoreEven => "smaller is more even",
            FairerValues::LargerIsMoreEven => "larger is more even",
        }
    }
}

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
    /// Which of its values are the fairer ones.
    pub direction: FairerValues,
    /// Whether its mean depends on how many blocks a trial has, even where all chances are the same.
    pub depends_on_blocks: bool,
    /// Its value for a trial.
    pub(super) value: fn(&Trial) -> Option<f64>,
    /// Its expected value for independent rounds with fixed chances, exactly.
    pub(super) law: fn(&CountDraws) -> Option<f64>,
    /// What it tends to in endless rounds of fixed stakes, from the expected shares. `None` where a
    /// measure that jumps has a jump there: its values then go on varying by chance, however many the
    /// rounds.
    pub(super) limit: fn(&Baseline, &[f64]) -> Option<f64>,
}

/// Every measure, in the order of the tables.
pub static MEASURES: [Measure; 12] = [
    Measure {
        name: "total_variation",
        heading: "distance of win shares from stake shares",
        axis: "total variation distance of win shares from stake shares (%)",
        percent: true,
        nature: Nature::Number,
        direction: FairerValues::SmallerIsFairer,
        depends_on_blocks: true,
        value: |trial| some(half_distance(trial.shares()), trial.selections),
        law: |draws| draws.distance_from_stake(),
        limit: |baseline, expected| Some(half_distance(pairs(baseline, expected))),
    },
    Measure {
        name: "largest_deviation",
        heading: "largest deviation of a win share from its stake share",
        axis: "largest relative deviation of a validator (%)",
        percent: true,
        nature: Nature::Number,
        direction: FairerValues::SmallerIsFairer,
        depends_on_blocks: true,
        value: |trial| largest_deviation(trial.shares()),
        law: |_| None,
        limit: |baseline, expected| largest_deviation(pairs(baseline, expected)),
    },
    Measure {
        name: "stake_outside_tolerance",
        heading: "stake whose owners win outside the tolerance",
        axis: "share of stake held by validators outside the tolerance (%)",
        percent: true,
        nature: Nature::Number,
        direction: FairerValues::SmallerIsFairer,
        depends_on_blocks: true,
        value: |trial| {
            let outside = |&(index, _): &(usize, &f64)| is_outside(trial, index);
            let shares = trial.baseline.shares.iter().enumerate().filter(outside);
            some(sum(shares.map(|(_, share)| *share)), trial.selections)
        },
        law: |draws| draws.stake_outside_tolerance(),
        limit: |baseline, expected| {
            let sides: Option<Vec<(f64, bool)>> = pairs(baseline, expected)
                .map(|(stake, wins)| Some((stake, beyond(baseline, stake, wins)?)))
                .collect();
            Some(sum(sides?.into_iter().filter(|(_, outside)| *outside).map(|(stake, _)| stake)))
        },
    },
    Measure {
        name: "richest_gain",
        heading: "win share of the richest less its stake share",
        axis: "win share of the richest validator less its stake share (points)",
        percent: true,
        nature: Nature::Number,
        direction: FairerValues::NearerToZeroIsFairer,
        depends_on_blocks: false,
        value: |trial| trial.shares().nth(trial.baseline.richest).map(|(stake, wins)| wins - stake),
        law: |draws| {
            Some(draws.chances[draws.baseline.richest] - draws.baseline.shares[draws.baseline.richest])
        },
        limit: |baseline, expected| Some(expected[baseline.richest] - baseline.shares[baseline.richest]),
    },
    Measure {
        name: "richest_outside_tolerance",
        heading: "unfair probability of the richest",
        axis: "trials in which the richest wins outside the tolerance (%)",
        percent: true,
        nature: Nature::Event,
        direction: FairerValues::SmallerIsFairer,
        depends_on_blocks: true,
        value: |trial| some(f64::from(u8::from(is_outside(trial, trial.baseline.richest))), trial.selections),
        law: |draws| draws.outside_tolerance(draws.baseline.richest),
        limit: |baseline, expected| {
            let (stake, wins) = (baseline.shares[baseline.richest], expected[baseline.richest]);
            beyond(baseline, stake, wins).map(|outside| f64::from(u8::from(outside)))
        },
    },
    Measure {
        name: "wins_gini",
        heading: "Gini coefficient of the wins",
        axis: "Gini coefficient of the wins",
        percent: false,
        nature: Nature::Number,
        direction: FairerValues::SmallerIsMoreEven,
        depends_on_blocks: true,
        value: |trial| gini(&trial.distinct_wins),
        law: |_| None,
        limit: |_, expected| gini_of_shares(expected),
    },
    Measure {
        name: "wins_herfindahl",
        heading: "Herfindahl index of the wins",
        axis: "Herfindahl index of the wins",
        percent: false,
        nature: Nature::Number,
        direction: FairerValues::SmallerIsMoreEven,
        depends_on_blocks: true,
        value: |trial| herfindahl(&trial.distinct_wins),
        law: |draws| expected_herfindahl(draws.chances, draws.rounds),
        limit: |_, expected| Some(expected.iter().map(|share| share * share).sum()),
    },
    Measure {
        name: "wins_nakamoto_half",
        heading: "Nakamoto coefficient of the wins",
        axis: "validators who together have more than half of the wins",
        percent: false,
        nature: Nature::Number,
        direction: FairerValues::LargerIsMoreEven,
        depends_on_blocks: true,
        value: |trial| nakamoto(&trial.distinct_wins, 1, 2).map(|count| count as f64),
        law: |_| None,
        limit: |_, expected| nakamoto_limit(expected),
    },
    Measure {
        name: "income_total_variation",
        heading: "distance of income shares from stake shares",
        axis: "total variation distance of income shares from stake shares (%)",
        percent: true,
        nature: Nature::Number,
        direction: FairerValues::SmallerIsFairer,
        depends_on_blocks: true,
        value: |trial| trial.income_shares().map(half_distance),
        law: |_| None,
        limit: |_, _| None,
    },
    Measure {
        name: "income_below_half",
        heading: "stake that earns less than half of its share",
        axis: "share of stake whose owners earn less than half of what it deserves (%)",
        percent: true,
        nature: Nature::Number,
        direction: FairerValues::SmallerIsFairer,
        depends_on_blocks: true,
        value: |trial| {
            let poor = trial.income_shares()?.filter(|(stake, income)| *income < 0.5 * stake - 1e-12);
            Some(sum(poor.map(|(stake, _)| stake)))
        },
        law: |_| None,
        limit: |_, _| None,
    },
    Measure {
        name: "income_gini",
        heading: "Gini coefficient of income",
        axis: "Gini coefficient of what validators earn in a trial",
        percent: false,
        nature: Nature::Number,
        direction: FairerValues::SmallerIsMoreEven,
        depends_on_blocks: true,
        value: |trial| gini(&Holdings::of(&trial.rewards)),
        law: |_| None,
        limit: |_, _| None,
    },
    Measure {
        name: "final_stake_gini",
        heading: "Gini coefficient of stake at the end",
        axis: "Gini coefficient of stake at the end of a trial",
        percent: false,
        nature: Nature::Number,
        direction: FairerValues::SmallerIsMoreEven,
        depends_on_blocks: true,
        value: |trial| gini(&Holdings::of(&trial.final_shares)),
        law: |_| None,
        limit: |_, _| None,
    },
];

/// The measure of that name.
pub fn measure(name: &str) -> Option<&'static Measure> {
    MEASURES.iter().find(|measure| measure.name == name)
}

/// Each validator's share of stake with its expected share of wins.
fn pairs<'a>(baseline: &'a Baseline, expected: &'a [f64]) -> impl Iterator<Item = (f64, f64)> + 'a {
    baseline.shares.iter().copied().zip(expected.iter().copied())
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

/// Whether an expected share is outside the tolerance around a share of stake; `None` on the very edge,
/// but for a trace of rounding: there the wins of endless rounds are on either side.
fn beyond(baseline: &Baseline, stake: f64, wins: f64) -> Option<bool> {
    let (apart, allowed, trace) = ((wins - stake).abs(), baseline.tolerance * stake, 1e-9 * stake);
    if stake > 0.0 && (apart - allowed).abs() <= trace { None } else { Some(apart > allowed) }
}

/// The smallest number of validators whose expected shares exceed one half together; `None` where some
/// hold one half exactly, but for a trace of rounding: whether they win more than that is then a matter of
/// chance, however many the rounds (four equal validators: two of them always do, and three have to by
/// their expected shares).
fn nakamoto_limit(shares: &[f64]) -> Option<f64> {
    let mut sorted = shares.to_vec();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let mut together = 0.0;
    for (index, share) in sorted.into_iter().enumerate() {
        together += share;
        if (together - 0.5).abs() <= 1e-9 {
            return None;
        }
        if together > 0.5 {
            return Some((index + 1) as f64);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_few_wins_deviate_as_too_many_do() {
        assert_eq!(largest_deviation([(0.25, 0.0625), (0.75, 0.9375)].into_iter()), Some(0.75));
        assert_eq!(largest_deviation([(0.25, 0.4375), (0.75, 0.5625)].into_iter()), Some(0.75));
        assert_eq!(largest_deviation([(0.0, 0.5), (0.0, 0.5)].into_iter()), None);
    }

    #[test]
    fn a_measure_that_jumps_has_no_limit_at_the_jump() {
        assert_eq!(nakamoto_limit(&[0.25; 4]), None);
        assert_eq!(nakamoto_limit(&[0.5, 0.3, 0.2]), None);
        assert_eq!((nakamoto_limit(&[0.2; 5]), nakamoto_limit(&[0.6, 0.4])), (Some(3.0), Some(1.0)));
        let baseline = Baseline { shares: vec![0.2, 0.8], richest: 1, tolerance: 0.1 };
        let edge = [beyond(&baseline, 0.2, 0.22), beyond(&baseline, 0.2, 0.21), beyond(&baseline, 0.2, 0.23)];
        assert_eq!(edge, [None, Some(false), Some(true)]);
        // A trace is one of the stake, however small that is.
        let small = [1.05e-6, 1.2e-6].map(|wins| beyond(&baseline, 1e-6, wins));
        assert_eq!(small, [Some(false), Some(true)]);
        assert_eq!((beyond(&baseline, 0.0, 0.0), beyond(&baseline, 0.0, 0.1)), (Some(false), Some(true)));
    }
}
