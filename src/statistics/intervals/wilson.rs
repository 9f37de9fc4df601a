//! Wilson's score interval of a probability.

use super::interval::{Interval, one_sided_level};
use crate::statistics::distributions::normal_quantile;

/// The interval of a probability after `successes` in `trials` independent attempts: all p that a
/// score test at this level would not reject (Wilson, JASA 22, 1927).
///
/// Its coverage is close to nominal on average over p, below it near the ends; for very high
/// confidence and few successes (many validators, corrected for all of them) it is far below, and
/// [`clopper_pearson`](super::clopper_pearson()) is the one to take. The lower end is exactly zero
/// without a success, the upper exactly one without a failure.
///
/// `None` without attempts, with more successes than attempts, or with a confidence outside (0, 1).
pub fn wilson(successes: u64, trials: u64, confidence: f64) -> Option<Interval> {
    if trials == 0 || successes > trials {
        return None;
    }
    let z = normal_quantile(one_sided_level(confidence)?);
    let n = trials as f64;
    let estimate = successes as f64 / n;
    let low = lower(successes as f64, n, z);
    let high = upper(successes as f64, n, z);
    Some(Interval {
        low: if successes == 0 { 0.0 } else { low.min(estimate) },
        high: if successes == trials { 1.0 } else { high.max(estimate) },
    })
}

/// The larger root of (k − np)² = z² n p (1 − p): a sum of positive terms.
fn upper(k: f64, n: f64, z: f64) -> f64 {
    let square = z * z;
    ((k + 0.5 * square + z * (k * ((n - k) / n) + 0.25 * square).sqrt()) / (n + square)).min(1.0)
}

/// The smaller root, from the product of both, since the difference would cancel.
fn lower(k: f64, n: f64, z: f64) -> f64 {
    k / n * (k / (n + z * z)) / upper(k, n, z)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(interval: Interval, low: f64, high: f64, tolerance: f64) {
        assert!(
            (interval.low - low).abs() < tolerance && (interval.high - high).abs() < tolerance,
            "{interval:?}"
        );
    }

    #[test]
    fn published_values() {
        // Oracles: 700 of 1,000.
        close(wilson(700, 1000, 0.95).unwrap(), 0.670876, 0.727593, 5e-7);
        // Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I.
        close(wilson(81, 263, 0.95).unwrap(), 0.2553, 0.3662, 5e-5);
        close(wilson(15, 148, 0.95).unwrap(), 0.0624, 0.1605, 5e-5);
        close(wilson(0, 20, 0.95).unwrap(), 0.0, 0.1611, 5e-5);
        close(wilson(1, 29, 0.95).unwrap(), 0.0061, 0.1718, 5e-5);
        // statsmodels proportion_confint(1, 10**15, 0.05, "wilson").
        let rare = wilson(1, 1_000_000_000_000_000, 0.95).unwrap();
        assert!((rare.low / 1.765245549351532e-16 - 1.0).abs() < 1e-12, "{rare:?}");
    }

    #[test]
    fn the_ends_are_exact() {
        assert_eq!(wilson(0, 7, 0.99).unwrap().low, 0.0);
        assert_eq!(wilson(7, 7, 0.99).unwrap().high, 1.0);
        assert_eq!(wilson(0, 0, 0.95), None);
        assert_eq!(wilson(2, 1, 0.95), None);
        for confidence in [0.0, 1.0, f64::NAN, -1.0, 2.0] {
            assert_eq!(wilson(1, 2, confidence), None);
        }
    }

    proptest! {
        #[test]
        fn holds_the_estimate_within_zero_and_one(
            trials in 1u64..=u64::MAX, part in 0.0f64..=1.0, confidence in 0.001f64..0.999_999_999,
        ) {
            let successes = ((trials as f64 * part) as u64).min(trials);
            let interval = wilson(successes, trials, confidence).unwrap();
            let estimate = successes as f64 / trials as f64;
            prop_assert!(0.0 <= interval.low && interval.low <= estimate * (1.0 + 1e-15));
            prop_assert!(estimate <= interval.high * (1.0 + 1e-15) && interval.high <= 1.0);
        }
    }
}
