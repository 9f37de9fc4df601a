//! All pairs of treatments, trial by trial.

use super::{Estimate, Nature, Ranking, trials_to_separate};
use crate::statistics::{Interval, binomial_test, bonferroni, clopper_pearson, holm};

/// The chance with which the trials that are said to be needed would find the difference.
const POWER: f64 = 0.9;

/// How one treatment stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RankOrder {
    /// Its mean is shown to be lower.
    Lower,
    /// Its mean is shown to be higher.
    Higher,
    /// The trials cannot tell them apart.
    Undecided,
    /// Both gave the same value in every trial, so there is nothing to tell apart.
    Identical,
    /// Fewer than two trials have both values, and one says nothing of its dispersion.
    Unknown,
    /// The trials are not of the same size, so that one of the two varies more by chance alone.
    Unlike,
}

/// The difference of two treatments: the first less the second, trial by trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The first.
    pub first: usize,
    /// The second.
    pub second: usize,
    /// How many trials have both values.
    pub trials: u64,
    /// The mean difference; `None` without such trials.
    pub mean: Option<f64>,
    /// Its interval; the intervals of all pairs hold together with the confidence (Bonferroni).
    /// `None` with fewer than two trials, and for numbers that always differ by the same.
    pub interval: Option<Interval>,
    /// Two-sided p-value of no difference. `None` with fewer than two trials, and if no trial
    /// differs.
    pub p_value: Option<f64>,
    /// The same, corrected for the number of pairs (Holm).
    pub p_holm: Option<f64>,
    /// How they stand to each other: decided by `p_holm`.
    pub order: RankOrder,
    /// If they are undecided: about how many trials would find a difference of the observed size,
    /// with 90 % power, at the level that all pairs leave to each.
    pub trials_needed: Option<u64>,
    /// How the values of both go together over the trials: Pearson's correlation, which common random
    /// numbers make positive if they work. `None` without variation in both.
    pub correlation: Option<f64>,
    /// The part of the variance of the difference that pairing saved: 1 − Var(X − Y)/(Var X + Var Y);
    /// negative where pairing cost some. `None` as above.
    pub variance_saved: Option<f64>,
}

/// What trials of several treatments say about one quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// One for each treatment; `None` where no trial has a value.
    pub estimates: Vec<Option<Estimate>>,
    /// One for each pair, in the order (0, 1), (0, 2), ..., (1, 2), ...
    pub differences: Vec<Difference>,
    /// The order of the treatments, as far as the differences support one: of the most that are alike,
    /// the first of them on a tie.
    pub ranking: Ranking,
    /// The treatments that are unlike these, and not in the ranking.
    pub unranked: Vec<usize>,
}

/// Compares treatments whose trials share their random numbers: `values[treatment][trial]`, `None` where a
/// trial has no value. O(treatments² × trials).
///
/// The pairs of one quantity are one family: p-values are Holm's, intervals Bonferroni's. Two
/// treatments are in order only if their adjusted p-value is at most 1 − `confidence`.
pub fn compare(values: &[Vec<Option<f64>>], nature: Nature, confidence: f64) -> Comparison {
    compare_alike(values, nature, confidence, &vec![0; values.len()])
}

/// The same for treatments of several kinds: only those of the same kind are tested and ranked, and
/// corrected for the pairs of the same kind. `kinds` has a number for each treatment.
pub fn compare_alike(
    values: &[Vec<Option<f64>>],
    nature: Nature,
    confidence: f64,
    kinds: &[usize],
) -> Comparison {
    let estimates: Vec<Option<Estimate>> = values
        .iter()
        .map(|trials| Estimate::new(trials.iter().copied().flatten(), nature, confidence))
        .collect();
    let all =
        (0..values.len()).flat_map(|first| (first + 1..values.len()).map(move |second| (first, second)));
    let alike = |&(first, second): &(usize, usize)| kinds[first] == kinds[second];
    let pairs = all.clone().filter(alike).count();
    let level = bonferroni(confidence, pairs.max(1));
    let mut differences: Vec<Difference> = all
        .map(|(first, second)| {
            let pair = difference(values, first, second, nature, level);
            match alike(&(first, second)) {
                true => pair,
                false => Difference { order: RankOrder::Unlike, p_value: None, trials_needed: None, ..pair },
            }
        })
        .collect();
    let adjusted = holm(&differences.iter().map(|pair| pair.p_value).collect::<Vec<_>>());
    for (pair, adjusted) in differences.iter_mut().zip(adjusted) {
        pair.p_holm = adjusted;
        let shown = adjusted.is_some_and(|p| p <= 1.0 - confidence);
        if pair.order == RankOrder::Undecided && shown {
            pair.order = if pair.mean < Some(0.0) { RankOrder::Lower } else { RankOrder::Higher };
        }
        if pair.order != RankOrder::Undecided {
            pair.trials_needed = None;
        }
    }
    let members = |kind: usize| kinds.iter().filter(|&&other| other == kind).count();
    let ranked =
        kinds.iter().copied().reduce(|most, kind| if members(kind) > members(most) { kind } else { most });
    let unranked: Vec<usize> = (0..kinds.len()).filter(|&index| Some(kinds[index]) != ranked).collect();
    let mut alike = estimates.clone();
    unranked.iter().for_each(|&index| alike[index] = None);
    let ranking = Ranking::new(&alike, &differences);
    Comparison { estimates, differences, ranking, unranked }
}

/// A pair before the correction of its p-value.
fn difference(
    values: &[Vec<Option<f64>>],
    first: usize,
    second: usize,
    nature: Nature,
    level: f64,
) -> Difference {
    let both = values[first].iter().zip(&values[second]).filter_map(|(one, other)| (*one).zip(*other));
    let estimate = Estimate::new(both.clone().map(|(one, other)| one - other), Nature::Number, level);
    let nothing = Difference {
        first,
        second,
        trials: 0,
        mean: None,
        interval: None,
        p_value: None,
        p_holm: None,
        order: RankOrder::Unknown,
        trials_needed: None,
        correlation: None,
        variance_saved: None,
    };
    let Some(estimate) = estimate else { return nothing };
    let pair = Difference { trials: estimate.trials, mean: Some(estimate.mean), ..nothing };
    let Some(deviation) = estimate.deviation else { return pair };
    let mut pair = Difference {
        interval: estimate.interval,
        p_value: estimate.p_value_of_zero(),
        order: RankOrder::Undecided,
        trials_needed: trials_to_separate(deviation, estimate.mean.abs(), level, POWER),
        ..pair
    };
    let variance = |of: fn((f64, f64)) -> f64| {
        let estimate = Estimate::new(both.clone().map(of), Nature::Number, level)?;
        estimate.deviation.map(|deviation| deviation * deviation).filter(|&variance| variance > 0.0)
    };
    if let (Some(one), Some(other)) = (variance(|pair| pair.0), variance(|pair| pair.1)) {
        let of_difference = deviation * deviation;
        pair.correlation =
            Some(((one + other - of_difference) / (2.0 * (one * other).sqrt())).clamp(-1.0, 1.0));
        pair.variance_saved = Some(1.0 - of_difference / (one + other));
    }
    if deviation == 0.0 {
        if estimate.mean == 0.0 {
            pair.order = RankOrder::Identical;
        } else {
            // Always the same difference: no dispersion for Student, but so many equal signs for a
            // sign test.
            pair.p_value = binomial_test(estimate.trials, estimate.trials, 0.5);
        }
    }
    if nature == Nature::Event {
        let only_first = both.clone().filter(|(one, other)| one > other).count() as u64;
        let only_second = both.filter(|(one, other)| one < other).count() as u64;
        pair.interval = events_apart(only_first, only_second, estimate.trials, level);
        pair.p_value = binomial_test(only_first, only_first + only_second, 0.5);
    }
    pair
}

/// The interval of the difference of two probabilities from trials in which only the one event
/// happened, or only the other: Clopper and Pearson's of both, each missing half of what may be
/// missed. Wide, but never too narrow, however few the trials.
fn events_apart(only_first: u64, only_second: u64, trials: u64, confidence: f64) -> Option<Interval> {
    let each = bonferroni(confidence, 2);
    let more = clopper_pearson(only_first, trials, each)?;
    let less = clopper_pearson(only_second, trials, each)?;
    Some(Interval { low: more.low - less.high, high: more.high - less.low })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().map(|&value| Some(value)).collect()
    }

    /// Student's data again, as what they are: two drugs given to the same ten patients.
    #[test]
    fn two_drugs() {
        let one = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
        let two = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        let found = compare(&[some(&one), some(&two)], Nature::Number, 0.95);
        let pair = found.differences[0];
        assert!((pair.mean.unwrap() + 1.58).abs() < 1e-14);
        let interval = pair.interval.unwrap();
        assert!((interval.low + 2.4598858).abs() < 5e-8 && (interval.high + 0.7001142).abs() < 5e-8);
        assert!((pair.p_holm.unwrap() - 0.00283289).abs() < 5e-9);
        assert_eq!((pair.order, pair.trials_needed), (RankOrder::Lower, None));
        assert_eq!(found.ranking.groups, [vec![0], vec![1]]);
        // R: cor(extra[group == 1], extra[group == 2]); 1 - 1.229995^2 / (1.789010^2 + 2.002249^2).
        assert!((pair.correlation.unwrap() - 0.7951702).abs() < 5e-8, "{:?}", pair.correlation);
        assert!((pair.variance_saved.unwrap() - 0.7901550).abs() < 1e-6, "{:?}", pair.variance_saved);
        // Unpaired, the same data show nothing: Welch's p is 0.07939.
        let strict = compare(&[some(&one), some(&two)], Nature::Number, 0.999);
        assert_eq!(strict.differences[0].order, RankOrder::Undecided);
        // scipy.stats.nct: sd 1.229995, difference 1.58, level 0.001: 19 trials have 90 % power.
        assert!(strict.differences[0].trials_needed.unwrap().abs_diff(19) <= 1);
    }

    #[test]
    fn every_pair_is_corrected_for_all() {
        // Differences with means 0, 10 and 10 and deviations that leave no doubt about the latter.
        let base = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let near = [1.2, 1.7, 3.1, 4.2, 4.6, 6.1];
        let far: Vec<f64> = near.iter().zip(base).map(|(near, base)| 10.0 + 2.0 * base - near).collect();
        let found = compare(&[some(&far), some(&base), some(&near)], Nature::Number, 0.95);
        let alone = compare(&[some(&base), some(&near)], Nature::Number, 0.95);
        let (among, alone) = (found.differences[2], alone.differences[0]);
        assert_eq!((among.p_value, among.p_holm), (alone.p_value, alone.p_value));
        assert!(among.interval.unwrap().half_width() > 1.2 * alone.interval.unwrap().half_width());
        let smallest = found.differences.iter().min_by(|a, b| a.p_value.partial_cmp(&b.p_value).unwrap());
        let smallest = smallest.unwrap();
        assert_eq!(smallest.p_holm, smallest.p_value.map(|p| 3.0 * p));
        assert_eq!(found.differences[0].order, RankOrder::Higher);
        assert_eq!(among.order, RankOrder::Undecided);
    }

    #[test]
    fn what_never_differs_is_identical_and_what_always_differs_alike_has_a_sign() {
        let common = [0.3, 0.1, 0.7, 0.2, 0.9, 0.4, 0.8];
        let shifted: Vec<f64> = common.iter().map(|value| value + 0.5).collect();
        let found = compare(&[some(&common), some(&common)], Nature::Number, 0.95);
        let pair = found.differences[0];
        assert_eq!((pair.order, pair.p_value, pair.interval), (RankOrder::Identical, None, None));
        let sevens = compare(&[some(&[7.0; 6]), some(&[9.0; 6])], Nature::Number, 0.95).differences[0];
        // Two to the power of minus five: six equal signs, on either side.
        assert!((sevens.p_value.unwrap() - 0.03125).abs() < 1e-12);
        assert_eq!((sevens.order, sevens.interval), (RankOrder::Lower, None));
        let few = compare(&[some(&[7.0; 3]), some(&[9.0; 3])], Nature::Number, 0.95).differences[0];
        assert_eq!((few.order, few.trials_needed), (RankOrder::Undecided, None));
        let found = compare(&[some(&common), some(&shifted)], Nature::Number, 0.95);
        assert_eq!(found.differences[0].order, RankOrder::Lower);
    }

    #[test]
    fn unlike_treatments_are_neither_tested_nor_ranked() {
        let (low, high) = ([1.0, 1.3, 0.9, 1.1, 0.8, 1.2], [9.1, 8.8, 9.3, 9.0, 8.7, 9.2]);
        let values = [some(&low), some(&high), some(&high)];
        let found = compare_alike(&values, Nature::Number, 0.95, &[0, 1, 0]);
        assert_eq!((&found.ranking.groups, &found.unranked), (&vec![vec![0], vec![2]], &vec![1]));
        let orders: Vec<RankOrder> = found.differences.iter().map(|pair| pair.order).collect();
        assert_eq!(orders, [RankOrder::Unlike, RankOrder::Lower, RankOrder::Unlike]);
        assert!(found.differences[0].mean.is_some() && found.differences[0].p_holm.is_none());
        // One pair is tested, so nothing is corrected.
        assert_eq!(found.differences[1].p_holm, found.differences[1].p_value);
        let none = compare_alike(&values[..2], Nature::Number, 0.95, &[0, 1]);
        assert_eq!((&none.ranking.groups, &none.unranked), (&vec![vec![0]], &vec![1]));
    }

    /// Agresti's example of matched pairs (Categorical Data Analysis, section 10.1): approval of the
    /// Prime Minister in two surveys of the same 1600 people, 150 and 86 changed their minds.
    #[test]
    fn events_are_counted_exactly() {
        let mut one = vec![1.0; 794 + 150];
        one.resize(1600, 0.0);
        let mut two = vec![1.0; 794];
        two.resize(794 + 150, 0.0);
        two.resize(794 + 150 + 86, 1.0);
        two.resize(1600, 0.0);
        let pair = compare(&[some(&one), some(&two)], Nature::Event, 0.95).differences[0];
        assert!((pair.mean.unwrap() - 0.04).abs() < 1e-12);
        // scipy.stats.binomtest(150, 236).pvalue; the usual interval is 0.022 to 0.058.
        assert!((pair.p_value.unwrap() / 3.7159361395713866e-5 - 1.0).abs() < 1e-6);
        let interval = pair.interval.unwrap();
        assert!(interval.low > 0.0 && interval.low < 0.022 && interval.high > 0.058, "{interval:?}");
        // Nothing differs: the interval still says what twenty trials cannot exclude.
        let never = compare(&[some(&[0.0; 20]), some(&[0.0; 20])], Nature::Event, 0.95).differences[0];
        assert_eq!((never.order, never.p_value), (RankOrder::Identical, None));
        assert!(never.interval.unwrap().high > 0.15);
    }

    #[test]
    fn trials_without_a_value_are_left_out_and_one_says_nothing() {
        let one = vec![Some(1.0), None, Some(2.0), Some(4.0)];
        let two = vec![Some(2.0), Some(9.0), None, Some(6.0)];
        let found = compare(&[one, two], Nature::Number, 0.95);
        assert_eq!(found.estimates[0].unwrap().trials, 3);
        assert_eq!((found.differences[0].trials, found.differences[0].mean), (2, Some(-1.5)));
        let single = compare(&[some(&[1.0]), some(&[2.0]), vec![None]], Nature::Number, 0.95);
        assert_eq!(single.differences[0].order, RankOrder::Unknown);
        assert_eq!(single.differences[0].mean, Some(-1.0));
        assert_eq!((single.differences[1].trials, single.differences[1].mean), (0, None));
        assert!(compare(&[], Nature::Number, 0.95).differences.is_empty());
    }
}
