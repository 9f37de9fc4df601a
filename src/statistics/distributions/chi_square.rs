//! The chi-square law.

use super::normal_upper;
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// P(X ≥ statistic), through the survival function: one minus the other side would be zero from
/// 1e-16 on. A statistic of zero or less gives 1, an infinite one 0. `degrees` ≥ 1.
pub fn chi_square_upper(statistic: f64, degrees: u64) -> f64 {
    if statistic <= 0.0 {
        return 1.0;
    }
    if statistic == f64::INFINITY {
        return 0.0;
    }
    ChiSquared::new(degrees as f64).map_or(1.0, |law| law.sf(statistic).clamp(0.0, 1.0))
}

/// P(X ≥ z) of the gamma distribution, shifted and scaled to mean 0, variance 1 and this skewness (Pearson's
/// type III); the normal distribution where there is no skewness.
pub fn skewed_upper(z: f64, skewness: f64) -> f64 {
    if skewness < 1e-3 {
        return normal_upper(z);
    }
    let shape = 4.0 / (skewness * skewness);
    let point = 2.0 * (shape + z * shape.sqrt());
    if point <= 0.0 {
        return 1.0;
    }
    ChiSquared::new(2.0 * shape).map_or(1.0, |law| law.sf(point).clamp(0.0, 1.0))
}

/// P(X ≤ statistic).
pub fn chi_square_lower(statistic: f64, degrees: u64) -> f64 {
    if statistic <= 0.0 {
        return 0.0;
    }
    if statistic == f64::INFINITY {
        return 1.0;
    }
    ChiSquared::new(degrees as f64).map_or(1.0, |law| law.cdf(statistic).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tails_keep_their_digits() {
        // scipy.stats.chi2.sf and cdf.
        for (x, degrees, tail, tolerance) in [
            (2.533333, 2, 0.2817693360565104, 1e-12),
            (1300.0, 1, 1.1303728441493301e-284, 1e-11),
            (1700.0, 100, 4.294041177945265e-289, 1e-11),
            (110_000.0, 100_000, 2.5841772471794118e-104, 1e-9),
            (1_050_000.0, 1_000_000, 2.185638417489151e-265, 1e-7),
        ] {
            assert!((chi_square_upper(x, degrees) / tail - 1.0).abs() < tolerance, "{x} {degrees}");
        }
        for (x, degrees, tail) in [
            (1.0, 1, 0.6826894921370859),
            (1e-100, 5, 5.3192304053524e-252),
            (20.0, 100, 1.8547268838698e-19),
            (500.0, 1000, 4.067165681999e-44),
        ] {
            assert!((chi_square_lower(x, degrees) / tail - 1.0).abs() < 1e-10, "{x} {degrees}");
        }
        assert_eq!((chi_square_upper(0.0, 3), chi_square_lower(0.0, 3)), (1.0, 0.0));
        assert_eq!((chi_square_upper(f64::INFINITY, 3), chi_square_lower(f64::INFINITY, 3)), (0.0, 1.0));
    }
}
