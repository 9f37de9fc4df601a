//! Do wins vary between trials as independent rounds would make them?

use crate::statistics::Moments;
use crate::statistics::distributions::{chi_square_lower, chi_square_upper};

/// The outcome of the test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DispersionTest {
    /// Mean squared distance of the wins from their expectation, over the binomial variance: 1 for
    /// independent rounds, above for compounding or leaders who keep several slots, below for
    /// rules that take turns.
    pub ratio: f64,
    /// Two-sided p-value: twice the smaller tail, at most one.
    pub p_value: f64,
}

/// The test that a validator's wins in trials of `rounds` rounds each vary as a rule with the expected
/// `share` declares, `factor` times the binomial variance (1 for independent rounds):
/// Σ (x − np)² / (`factor` np(1 − p)) is about chi-square with as many degrees of freedom as trials, if
/// neither trials nor that variance are few. `wins` holds the sums of the wins over the trials (its
/// scale is not used).
///
/// A deterministic rule passes every test of its mean and fails this one, far below; it must be
/// reported as such, not as random and fair.
///
/// `None` for fewer than five trials, with a share outside (0, 1), unless the factor is positive and
/// finite, with an expected variance below five (counts are then too coarse for the lower tail), or if
/// the sums contradict each other.
pub fn dispersion_test(wins: &Moments, rounds: u64, share: f64, factor: f64) -> Option<DispersionTest> {
    let expected = rounds as f64 * share * (1.0 - share) * factor;
    if wins.trials < 5 || !(share > 0.0 && share < 1.0 && expected >= 5.0 && expected.is_finite()) {
        return None;
    }
    let counts = Moments { scale: 1.0, ..*wins };
    let trials = wins.trials as f64;
    // Around the expectation: the spread around the mean, and the mean's own distance.
    let squares =
        counts.variance()? * (trials - 1.0) + trials * (counts.mean()? - rounds as f64 * share).powi(2);
    let statistic = squares / expected;
    let above = chi_square_upper(statistic, wins.trials);
    let below = chi_square_lower(statistic, wins.trials);
    Some(DispersionTest { ratio: statistic / trials, p_value: (2.0 * above.min(below)).min(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(wins: &[u64]) -> Moments {
        Moments {
            trials: wins.len() as u64,
            sum: wins.iter().map(|&w| i128::from(w)).sum(),
            squares: wins.iter().map(|&w| u128::from(w).pow(2)).sum(),
            scale: 1.0,
        }
    }

    #[test]
    fn reference_value() {
        // 100 rounds at 1/2: squares 25 + 9 + 0 + 64 + 1 over 25 = 3.96 with 5 degrees;
        // scipy.stats.chi2.cdf = 0.444811, doubled.
        let test = dispersion_test(&of(&[55, 47, 50, 58, 49]), 100, 0.5, 1.0).unwrap();
        assert!((test.ratio - 0.792).abs() < 1e-12);
        assert!((test.p_value - 2.0 * 0.444810735843).abs() < 1e-9, "{test:?}");
    }

    #[test]
    fn turns_and_clusters_are_seen() {
        // Every trial alike: far too regular. Blocks of four: four times the variance.
        let regular = dispersion_test(&of(&[500; 50]), 1000, 0.5, 1.0).unwrap();
        assert_eq!((regular.ratio, regular.p_value), (0.0, 0.0));
        let clustered: Vec<u64> = (0..50).map(|i| if i % 2 == 0 { 468 } else { 532 }).collect();
        let clustered = dispersion_test(&of(&clustered), 1000, 0.5, 1.0).unwrap();
        assert!((clustered.ratio - 4.096).abs() < 1e-12 && clustered.p_value < 1e-15);
        assert_eq!(dispersion_test(&of(&[]), 100, 0.5, 1.0), None);
        assert_eq!(dispersion_test(&of(&[50; 4]), 100, 0.5, 1.0), None);
        assert_eq!(dispersion_test(&of(&[1; 9]), 100, 0.01, 1.0), None);
        assert_eq!(dispersion_test(&of(&[1; 9]), 100, 1.0, 1.0), None);
        assert!(dispersion_test(&of(&[50; 5]), 100, 0.5, 1.0).is_some());
    }

    #[test]
    fn a_declared_factor_is_the_unit() {
        // Four times the wins of runs of four vary four times as much as single rounds.
        let plain = dispersion_test(&of(&[55, 47, 50, 58, 49]), 100, 0.5, 1.0).unwrap();
        let runs = dispersion_test(&of(&[220, 188, 200, 232, 196]), 400, 0.5, 4.0).unwrap();
        assert!((runs.ratio - plain.ratio).abs() < 1e-12 && (runs.p_value - plain.p_value).abs() < 1e-12);
        assert_eq!(dispersion_test(&of(&[50; 5]), 100, 0.5, 0.0), None);
        assert_eq!(dispersion_test(&of(&[50; 5]), 100, 0.5, f64::INFINITY), None);
    }
}
