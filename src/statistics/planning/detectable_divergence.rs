//! The smallest departure from expected shares that a goodness-of-fit test can see.

use crate::statistics::distributions::{chi_square_upper, noncentral_chi_square_upper};

/// The smallest w such that a chi-square test of this level sees it with `power` in so many
/// independent rounds, where w² = Σ (p − q)² / q over the cells, q expected and p true (Cohen,
/// "Statistical Power Analysis", 1988): the relative deviation of a share, root mean square,
/// weighted by share. By the noncentral chi-square law with noncentrality n w².
///
/// `None` without rounds or degrees, or unless 0 < level < power < 1.
pub fn detectable_divergence(degrees: u64, rounds: u64, level: f64, power: f64) -> Option<f64> {
    if rounds == 0 || degrees == 0 || !(0.0 < level && level < power && power < 1.0) {
        return None;
    }
    let critical = bisect(0.0, |statistic| chi_square_upper(statistic, degrees) <= level);
    let needed =
        bisect(0.0, |noncentrality| noncentral_chi_square_upper(critical, degrees, noncentrality) >= power);
    Some((needed / rounds as f64).sqrt())
}

/// The smallest value from `low` on at which `reached`, which stays true once it is, is true.
fn bisect(low: f64, reached: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (low, 1.0);
    while !reached(high) && high < 1e18 {
        (low, high) = (high, 2.0 * high);
    }
    while high - low > 1e-10 * high {
        let middle = 0.5 * (low + high);
        if reached(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy: brentq of ncx2.sf(chi2.ppf(1 - level, degrees), degrees, n w²) - power.
    #[test]
    fn reference_values() {
        for (degrees, level, power, noncentrality) in [
            (1, 0.05, 0.9, 10.5074194097),
            (3, 0.05, 0.9, 14.1714873045),
            (50, 0.01, 0.8, 39.9188043042),
            (1000, 0.05, 0.9, 138.9765619208),
        ] {
            let w = detectable_divergence(degrees, 1000, level, power).unwrap();
            assert!((w * w * 1000.0 / noncentrality - 1.0).abs() < 1e-7, "{degrees} {w}");
        }
    }

    #[test]
    fn what_does_not_exist_is_none() {
        assert_eq!(detectable_divergence(0, 10, 0.05, 0.9), None);
        assert_eq!(detectable_divergence(3, 0, 0.05, 0.9), None);
        assert_eq!(detectable_divergence(3, 10, 0.95, 0.9), None);
        assert_eq!(detectable_divergence(3, 10, f64::NAN, 0.9), None);
        assert!(detectable_divergence(100_000, 1, 0.05, 0.9).is_some_and(f64::is_finite));
    }
}
