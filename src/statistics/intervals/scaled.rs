//! Score intervals and tests of a share whose counts scatter more, or less, than independent
//! rounds would.

use super::interval::{Interval, one_sided_level};
use crate::statistics::distributions::{normal_quantile, normal_upper};

/// The interval of a share from `wins` of `rounds` whose variance is `factor` times the binomial
/// one: all p that a score test at this level would not reject. It is Wilson's interval of
/// `wins / factor` in `rounds / factor`, and as approximate as that.
///
/// `None` without rounds, with more wins than rounds, with a factor that is not positive, or with a
/// confidence outside (0, 1).
pub fn scaled_interval(wins: u64, rounds: u64, factor: f64, confidence: f64) -> Option<Interval> {
    if rounds == 0 || wins > rounds || !(factor > 0.0 && factor.is_finite()) {
        return None;
    }
    let square = normal_quantile(one_sided_level(confidence)?).powi(2);
    let (k, n) = (wins as f64 / factor, rounds as f64 / factor);
    let root = (square * (k * (1.0 - wins as f64 / rounds as f64) + 0.25 * square)).sqrt();
    let high = ((k + 0.5 * square + root) / (n + square)).min(1.0);
    // From the product of both ends, since the difference would cancel.
    let low = if wins == 0 { 0.0 } else { k / n * (k / (n + square)) / high };
    Some(Interval { low, high: if wins == rounds { 1.0 } else { high } })
}

/// Two-sided p-value that the share is `p`, by the normal law with `factor` times the binomial
/// variance. Approximate: the counts must be large.
///
/// `None` without rounds, with p outside [0, 1], or with a factor that is not positive; 0 or 1
/// where p leaves nothing to chance.
pub fn scaled_test(wins: u64, rounds: u64, p: f64, factor: f64) -> Option<f64> {
    if rounds == 0 || wins > rounds || !(0.0..=1.0).contains(&p) || !(factor > 0.0 && factor.is_finite()) {
        return None;
    }
    let n = rounds as f64;
    let deviation = (wins as f64 - n * p).abs();
    let spread = (factor * n * p * (1.0 - p)).sqrt();
    if spread == 0.0 {
        return Some(if deviation == 0.0 { 1.0 } else { 0.0 });
    }
    Some((2.0 * normal_upper(deviation / spread)).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::wilson;

    #[test]
    fn a_factor_of_one_is_wilsons_interval() {
        for (wins, rounds) in [(0, 20), (81, 263), (700, 1000), (20, 20)] {
            let plain = wilson(wins, rounds, 0.95).unwrap();
            let scaled = scaled_interval(wins, rounds, 1.0, 0.95).unwrap();
            assert!((plain.low - scaled.low).abs() < 1e-15 && (plain.high - scaled.high).abs() < 1e-15);
        }
    }

    /// Runs of four: 2,800 of 4,000 in runs of four say as much as 700 of 1,000.
    #[test]
    fn runs_of_four_count_for_a_quarter() {
        let runs = scaled_interval(2800, 4000, 4.0, 0.95).unwrap();
        assert!((runs.low - 0.670876).abs() < 5e-7 && (runs.high - 0.727593).abs() < 5e-7);
        // z = 100 / sqrt(4 * 4000 * 0.21) = 1.7251...; p = 0.08450 (standard normal tables).
        let p = scaled_test(2900, 4000, 0.7, 4.0).unwrap();
        assert!((p - 0.084498).abs() < 5e-6, "{p}");
        assert!(scaled_test(2900, 4000, 0.7, 1.0).unwrap() < 1e-3);
    }

    #[test]
    fn the_ends_of_the_range() {
        assert_eq!(scaled_interval(0, 0, 1.0, 0.95), None);
        assert_eq!(scaled_interval(1, 2, 0.0, 0.95), None);
        assert_eq!(scaled_test(0, 10, 0.0, 2.0), Some(1.0));
        assert_eq!(scaled_test(1, 10, 0.0, 2.0), Some(0.0));
        assert_eq!(scaled_test(1, 10, f64::NAN, 2.0), None);
    }
}
