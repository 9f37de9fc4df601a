//! Percentile intervals by resampling.

use super::interval::{Interval, one_sided_level};
use crate::random::Stream;

/// The percentile interval (Efron 1979) of a statistic of independent observations: `replicates`
/// resamples with replacement, each of the same size, and the order statistics of its values that
/// leave out no more than half of what `confidence` leaves at either end (999 replicates: the 25th and
/// the 975th for 95 %).
///
/// `None` for fewer than two observations, where the statistic is `None` or NaN for a resample, for
/// fewer replicates than the confidence asks for (39 for 95 %), or with a confidence outside (0, 1).
/// The intervals of small or skewed samples are too short; a hundred observations or more are
/// advisable.
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
    let mut values = Vec::new();
    for _ in 0..replicates {
        for slot in &mut workspace {
            slot.clone_from(&sample[stream.below(sample.len() as u64) as usize]);
        }
        values.push(statistic(&workspace).filter(|value| !value.is_nan())?);
    }
    percentile_interval(&mut values, confidence)
}

/// The order statistics of resampled values that leave out no more than half of what `confidence`
/// leaves at either end; `None` for too few of them, or with a confidence outside (0, 1).
pub fn percentile_interval(values: &mut [f64], confidence: f64) -> Option<Interval> {
    let level = one_sided_level(confidence)?;
    // A product that is whole but for rounding is whole.
    let rank = (level * (values.len() as f64 + 1.0) * (1.0 + 1e-12)) as usize;
    if rank == 0 {
        return None;
    }
    values.sort_unstable_by(f64::total_cmp);
    Some(Interval { low: values[rank - 1], high: values[values.len() - rank] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::StreamKey;

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
    fn its_ends_are_order_statistics() {
        // The statistic counts its calls, so that the replicates are 1, 2, ..., 999.
        let calls = std::cell::Cell::new(0.0);
        let count = |_: &[u8]| {
            calls.set(calls.get() + 1.0);
            Some(calls.get())
        };
        let interval = bootstrap(&[0, 1], count, 999, 0.95, &mut stream("order")).unwrap();
        assert_eq!((interval.low, interval.high), (25.0, 975.0));
        // One too few for 95 % inside the smallest and the largest of them.
        assert_eq!(bootstrap(&[0, 1], count, 38, 0.95, &mut stream("order")), None);
        assert!(bootstrap(&[0, 1], count, 39, 0.95, &mut stream("order")).is_some());
    }

    #[test]
    fn what_does_not_exist_is_none() {
        let any = |_: &[u64]| Some(1.0);
        assert_eq!(bootstrap(&[1u64], any, 100, 0.9, &mut stream("x")), None);
        assert_eq!(bootstrap(&[1u64, 2], any, 5, 0.9, &mut stream("x")), None);
        assert_eq!(bootstrap(&[1u64, 2], |_: &[u64]| None, 100, 0.9, &mut stream("x")), None);
        assert_eq!(bootstrap(&[1u64, 2], |_: &[u64]| Some(f64::NAN), 100, 0.9, &mut stream("x")), None);
        assert_eq!(bootstrap(&[1u64, 2], any, 100, 1.0, &mut stream("x")), None);
    }
}
