//! Percentile intervals by resampling.

use super::interval::{Interval, one_sided_level};
use crate::random::Stream;
use crate::statistics::distributions::sample_multinomial;
use crate::statistics::quantile;

/// The percentile interval (Efron 1979) of a statistic of independent observations: `replicates`
/// resamples with replacement, each of the same size, and the quantiles of the statistic over them.
/// `workspace` is what a resample is written to, so that none is allocated.
///
/// `None` for fewer than two observations, where the statistic is `None` or NaN for a resample,
/// for fewer replicates than the level asks for (at least 1/α, so that both ends lie inside the
/// sample), or with a confidence outside (0, 1). The intervals of small or skewed samples are too
/// short; a hundred observations or more are advisable.
pub fn bootstrap<T: Clone>(
    sample: &[T],
    statistic: impl Fn(&[T]) -> Option<f64>,
    replicates: u32,
    confidence: f64,
    stream: &mut Stream,
) -> Option<Interval> {
    if sample.len() < 2 {
        return None;
    }
    let mut workspace = sample.to_vec();
    percentile_interval(replicates, confidence, || {
        for slot in &mut workspace {
            slot.clone_from(&sample[stream.below(sample.len() as u64) as usize]);
        }
        statistic(&workspace)
    })
}

/// The percentile interval of a statistic of multinomial counts: each replicate draws as many
/// rounds from the observed shares. For indices of wins, whose rounds are too many to resample one
/// by one. The same conditions.
///
/// An index that is biased upward in counts (Gini, Herfindahl) is biased once more in resamples:
/// the interval says how much the value varies, not where the index of the shares lies.
pub fn bootstrap_counts(
    counts: &[u64],
    statistic: impl Fn(&[u64]) -> Option<f64>,
    replicates: u32,
    confidence: f64,
    stream: &mut Stream,
) -> Option<Interval> {
    let total =
        counts.iter().try_fold(0u64, |sum, &count| sum.checked_add(count)).filter(|&total| total > 0)?;
    let shares: Vec<f64> = counts.iter().map(|&count| count as f64 / total as f64).collect();
    let mut resample = vec![0; counts.len()];
    percentile_interval(replicates, confidence, || {
        sample_multinomial(&mut resample, &shares, total, stream);
        statistic(&resample)
    })
}

fn percentile_interval(
    replicates: u32,
    confidence: f64,
    mut replicate: impl FnMut() -> Option<f64>,
) -> Option<Interval> {
    let level = one_sided_level(confidence)?;
    if f64::from(replicates) * 2.0 * level < 1.0 {
        return None;
    }
    let mut values: Vec<f64> = Vec::with_capacity(replicates as usize);
    for _ in 0..replicates {
        values.push(replicate().filter(|value| !value.is_nan())?);
    }
    values.sort_unstable_by(f64::total_cmp);
    Some(Interval { low: quantile(&values, level)?, high: quantile(&values, 1.0 - level)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::StreamKey;
    use crate::statistics::concentration::herfindahl;

    fn stream(purpose: &str) -> Stream {
        Stream::open(StreamKey::new().text(purpose))
    }

    #[test]
    fn of_a_mean_it_is_nearly_the_normal_interval() {
        // 0..400: mean 199.5, standard error 115.47 / 20 = 5.7735, ± 11.316; the ends of 20,000
        // replicates vary by about 0.1.
        let sample: Vec<f64> = (0..400).map(f64::from).collect();
        let mean = |values: &[f64]| Some(values.iter().sum::<f64>() / values.len() as f64);
        let interval = bootstrap(&sample, mean, 20_000, 0.95, &mut stream("mean")).unwrap();
        assert!(
            (interval.low - 188.184).abs() < 0.5 && (interval.high - 210.816).abs() < 0.5,
            "{interval:?}"
        );
        assert_eq!(
            bootstrap(&sample, mean, 1000, 0.9, &mut stream("a")),
            bootstrap(&sample, mean, 1000, 0.9, &mut stream("a"))
        );
    }

    #[test]
    fn of_counts() {
        // The share of the first cell: binomial, .3 ± 1.96 sqrt(.21 / 10000).
        let first = |counts: &[u64]| Some(counts[0] as f64 / 10_000.0);
        let interval =
            bootstrap_counts(&[3000, 2000, 5000], first, 20_000, 0.95, &mut stream("counts")).unwrap();
        assert!(
            (interval.low - 0.29102).abs() < 4e-4 && (interval.high - 0.30898).abs() < 4e-4,
            "{interval:?}"
        );
        let index = |counts: &[u64]| herfindahl(&counts.iter().map(|&c| u128::from(c)).collect::<Vec<_>>());
        assert!(
            bootstrap_counts(&[3000, 2000, 5000], index, 1000, 0.95, &mut stream("h"))
                .unwrap()
                .contains(0.38)
        );
    }

    #[test]
    fn what_does_not_exist_is_none() {
        let any = |_: &[u64]| Some(1.0);
        assert_eq!(bootstrap(&[1u64], any, 100, 0.9, &mut stream("x")), None);
        assert_eq!(bootstrap(&[1u64, 2], any, 5, 0.9, &mut stream("x")), None);
        assert_eq!(bootstrap(&[1u64, 2], |_: &[u64]| None, 100, 0.9, &mut stream("x")), None);
        assert_eq!(bootstrap(&[1u64, 2], |_: &[u64]| Some(f64::NAN), 100, 0.9, &mut stream("x")), None);
        assert_eq!(bootstrap(&[1u64, 2], any, 100, 1.0, &mut stream("x")), None);
        assert_eq!(bootstrap_counts(&[0, 0], any, 100, 0.9, &mut stream("x")), None);
        assert_eq!(
            bootstrap_counts(&[0, 1], any, 100, 0.9, &mut stream("x")),
            Some(Interval { low: 1.0, high: 1.0 })
        );
    }
}
