//! The exact two-sided test of an expected count.

use crate::statistics::distributions::Poisson;

/// The probability of a count at least as far out as this one, on its own side, doubled: the central
/// two-sided test of a Poisson mean, which rejects at level α exactly where [`garwood`] at confidence
/// 1 − α does not cover the mean. For counts of rare events (blocks won by one of many in many slots),
/// and wider than it need be where the events are not rare.
///
/// `None` if the mean is negative or not finite.
///
/// [`garwood`]: crate::statistics::garwood
pub fn poisson_test(count: u64, mean: f64) -> Option<f64> {
    let counts = Poisson::new(mean)?;
    Some((2.0 * counts.lower(count).min(counts.upper(count))).min(1.0))
}

/// The natural logarithm of [`poisson_test`], which goes on where that is below the smallest double;
/// minus infinity for what is impossible.
pub fn ln_poisson_test(count: u64, mean: f64) -> Option<f64> {
    let counts = Poisson::new(mean)?;
    let tail = if (count as f64) < mean { counts.ln_lower(count) } else { counts.ln_upper(count) };
    Some((tail + std::f64::consts::LN_2).min(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twice the sums of exp(-m) m^k / k!, in exact rational multiples of exp(-m) (Python's fractions).
    #[test]
    fn twice_the_sum_of_the_tail() {
        for (count, mean, p) in [
            (9, 30.5, 9.962526148853145e-6),
            (210, 300.0, 4.9663203653034736e-8),
            (6, 25.0, 1.2212588923855765e-5),
        ] {
            assert!((poisson_test(count, mean).unwrap() / p - 1.0).abs() < 1e-10, "{count} {mean}");
            assert!((ln_poisson_test(count, mean).unwrap() - p.ln()).abs() < 1e-10);
        }
        assert_eq!(poisson_test(30, 30.0), Some(1.0));
    }

    #[test]
    fn the_ends_of_the_range() {
        assert_eq!((poisson_test(0, 0.0), poisson_test(1, 0.0)), (Some(1.0), Some(0.0)));
        assert_eq!(ln_poisson_test(1, 0.0), Some(f64::NEG_INFINITY));
        assert_eq!((poisson_test(1, -1.0), poisson_test(1, f64::NAN)), (None, None));
        // exp(-5000), doubled.
        assert!((ln_poisson_test(0, 5000.0).unwrap() + 5000.0 - std::f64::consts::LN_2).abs() < 1e-9);
    }
}
