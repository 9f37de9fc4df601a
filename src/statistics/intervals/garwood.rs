//! Garwood's exact interval of a Poisson mean.

use super::interval::{Interval, one_sided_level};
use crate::statistics::distributions::Poisson;

/// The interval of the mean of a Poisson count: all means that neither exact one-sided test at half the
/// level would reject (Garwood, Biometrika 28, 1936). It covers at least as often as it says. The lower
/// end is exactly zero for a count of zero. About fifty tails for each end.
///
/// `None` with a confidence outside (0, 1).
pub fn garwood(count: u64, confidence: f64) -> Option<Interval> {
    let level = one_sided_level(confidence)?;
    let tail = |mean: f64, lower: bool| match Poisson::new(mean) {
        Some(counts) if lower => counts.lower(count),
        Some(counts) => counts.upper(count),
        None => f64::NAN,
    };
    let k = count as f64;
    // A hundred standard deviations, and more than any level leaves room for.
    let reach = 100.0 * (k + 1.0).sqrt() - 2.0 * level.ln();
    let high = bisect(k, k + reach, |mean| tail(mean, true) > level);
    let low = if count == 0 { 0.0 } else { bisect(0.0, k, |mean| tail(mean, false) <= level) };
    Some(Interval { low, high })
}

/// The point up to which a condition holds.
fn bisect(mut holds: f64, mut fails: f64, condition: impl Fn(f64) -> bool) -> f64 {
    while fails - holds > 1e-15 * fails {
        let middle = 0.5 * (holds + fails);
        if middle <= holds || middle >= fails {
            break;
        }
        if condition(middle) { holds = middle } else { fails = middle }
    }
    0.5 * (holds + fails)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::poisson_test;

    /// Garwood's table: 0 (0, 3.689), 1 (.0253, 5.572), 5 (1.623, 11.668), 10 (4.795, 18.390).
    #[test]
    fn published_values() {
        for (count, low, high) in
            [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390)]
        {
            let interval = garwood(count, 0.95).unwrap();
            assert!((interval.low - low).abs() < 6e-4 && (interval.high - high).abs() < 6e-4, "{interval:?}");
        }
        // Nothing seen: the upper end is minus the logarithm of the level, however small that is.
        let certain: f64 = 1.0 - 1e-15;
        let level = 0.5 * (1.0 - certain);
        assert!((garwood(0, certain).unwrap().high + level.ln()).abs() < 1e-9);
        assert_eq!((garwood(3, 0.0), garwood(3, 1.0), garwood(3, f64::NAN)), (None, None, None));
    }

    #[test]
    fn its_ends_are_where_the_test_begins_to_reject() {
        for count in [1u64, 9, 210, 1_000_000] {
            for confidence in [0.5, 0.95, 0.999_999] {
                let interval = garwood(count, confidence).unwrap();
                for end in [interval.low, interval.high] {
                    let p = poisson_test(count, end).unwrap();
                    assert!((p / (1.0 - confidence) - 1.0).abs() < 1e-6, "{count} {confidence} {p}");
                }
            }
        }
    }
}
