//! The exact two-sided test of a probability.

use crate::statistics::distributions::Binomial;
use crate::statistics::search::first_near;

/// Outcomes this much likelier than the observed one still count as equally likely, so that
/// rounding does not decide about ties. The value of R's `binom.test` and SciPy's `binomtest`.
const TIES: f64 = 1e-7;

/// The probability, under `p`, of an outcome that is no likelier than the observed one.
///
/// The minimum-likelihood two-sided test of R and SciPy. Right to at least six digits down to
/// 1e-300 and for up to 2^53 trials; a few point probabilities and two tails, whatever the
/// trials.
///
/// `None` without trials, with more successes than trials, or with p outside 0..=1.
pub fn binomial_test(successes: u64, trials: u64, p: f64) -> Option<f64> {
    let value = match two_tails(successes, trials, p)? {
        Tails::Certain(value) => value,
        Tails::Both(law, lower, upper) => {
            lower.map_or(0.0, |count| law.lower(count)) + upper.map_or(0.0, |count| law.upper(count))
        }
    };
    Some(value.min(1.0))
}

/// The natural logarithm of [`binomial_test`], which goes on where that is below the smallest
/// double; minus infinity for what is impossible. Right to about twelve digits.
pub fn ln_binomial_test(successes: u64, trials: u64, p: f64) -> Option<f64> {
    let value = match two_tails(successes, trials, p)? {
        Tails::Certain(value) => value.ln(),
        Tails::Both(law, lower, upper) => {
            let lower = lower.map_or(f64::NEG_INFINITY, |count| law.ln_lower(count));
            let upper = upper.map_or(f64::NEG_INFINITY, |count| law.ln_upper(count));
            let (most, least) = (lower.max(upper), lower.min(upper));
            if most.is_finite() { most + (least - most).exp().ln_1p() } else { most }
        }
    };
    Some(value.min(0.0))
}

/// The outcomes no likelier than the observed one.
enum Tails {
    /// Their probability, where that needs no sum.
    Certain(f64),
    /// All counts up to the first and from the second, as far as there are any.
    Both(Binomial, Option<u64>, Option<u64>),
}

fn two_tails(successes: u64, trials: u64, p: f64) -> Option<Tails> {
    if trials == 0 || successes > trials {
        return None;
    }
    let law = Binomial::new(trials, p)?;
    if p == 0.0 || p == 1.0 {
        let certain = if p == 0.0 { 0 } else { trials };
        return Some(Tails::Certain(if successes == certain { 1.0 } else { 0.0 }));
    }
    let limit = law.ln_mass(successes) + TIES;
    let deviation = law.deviation(successes);
    let mean = trials as f64 * p;
    Some(if deviation == 0.0 {
        Tails::Certain(1.0)
    } else if deviation > 0.0 {
        // Below the mean the point probabilities rise: how many are low enough?
        let to = (mean.floor() as u64).min(trials) + 1;
        let opposite = first_near(0, to, mean - deviation, |count| law.ln_mass(count) > limit);
        Tails::Both(law, opposite.checked_sub(1), Some(successes))
    } else {
        let from = (mean.ceil() as u64).min(trials);
        let opposite = first_near(from, trials + 1, mean - deviation, |count| law.ln_mass(count) <= limit);
        Tails::Both(law, Some(successes), (opposite <= trials).then_some(opposite))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn degenerate_questions() {
        assert_eq!(binomial_test(0, 0, 0.5), None);
        assert_eq!(binomial_test(2, 1, 0.5), None);
        assert_eq!(binomial_test(1, 2, f64::NAN), None);
        assert_eq!(binomial_test(1, 2, -0.1), None);
        assert_eq!(binomial_test(0, 9, 0.0), Some(1.0));
        assert_eq!(binomial_test(1, 9, 0.0), Some(0.0));
        assert_eq!(binomial_test(9, 9, 1.0), Some(1.0));
        assert_eq!(binomial_test(8, 9, 1.0), Some(0.0));
        assert_eq!(binomial_test(5, 10, 0.5), Some(1.0));
        assert_eq!(binomial_test(0, 1, 0.5), Some(1.0));
    }

    #[test]
    fn reference_values() {
        // The definition in 60 digits (mpmath); the first four agree with SciPy's binomtest.
        for (k, n, p, expected) in [
            (682, 925, 0.75, 0.382491559575),
            (11, 100, 0.25, 0.000717483203016),
            (5, 18, 0.5, 0.0962524414063),
            (200, 1000, 0.151, 3.16270285913e-5),
            (377_397_000_000, 1_000_000_000_000, 0.3774, 6.05722056974e-10),
            (500_000_585_000_000, 1_000_000_000_000_000, 0.5, 1.2038708224e-299),
            (100_000_300_000_000, 1_000_000_000_000_000, 0.1, 1.79662990826e-219),
            (999_000, 1_000_000_000_000_000, 1e-09, 0.317552518708),
            (37, 1_000_000_000_000_000, 1e-15, 2.74500035839e-44),
            (999_999_950_800_000, 1_000_000_000_000_000, 0.999999951, 2.64689392913e-179),
        ] {
            let value = binomial_test(k, n, p).unwrap();
            assert!((value / expected - 1.0).abs() < 1e-8, "{k} of {n} at {p}: {value:e}, not {expected:e}");
        }
        // Beyond the smallest double: zero, since it cannot be written otherwise.
        assert_eq!(binomial_test(250_000, 1_000_000, 0.15), Some(0.0));
    }

    #[test]
    fn the_logarithm_goes_on_beyond_the_smallest_double() {
        // The definition in 60 digits (mpmath), both tails, as decimal logarithms.
        for (k, n, p, expected) in [
            (60, 100, 0.5, -1.24497984096624),
            (250_000, 1_000_000, 0.15, -14696.3984931589),
            (600_000, 1_000_000, 0.5, -8747.05347845691),
            (1_000_000_000_000_000, 1_000_000_000_000_000, 0.01, -2e15),
        ] {
            let value = ln_binomial_test(k, n, p).unwrap() / std::f64::consts::LN_10;
            assert!((value / expected - 1.0).abs() < 1e-12, "{k} of {n} at {p}: {value}");
        }
        assert_eq!(ln_binomial_test(1, 9, 0.0), Some(f64::NEG_INFINITY));
        assert_eq!(ln_binomial_test(5, 10, 0.5), Some(0.0));
        assert_eq!(ln_binomial_test(0, 0, 0.5), None);
    }

    proptest! {
        /// Straight from the definition, for small n.
        #[test]
        fn is_the_sum_over_outcomes_no_likelier(n in 1u64..40, part in 0.0f64..=1.0, p in 0.001f64..0.999) {
            let k = ((n as f64 * part) as u64).min(n);
            let mut mass = vec![(1.0 - p).powi(n as i32)];
            for j in 1..=n {
                mass.push(mass[j as usize - 1] * (n - j + 1) as f64 / j as f64 * p / (1.0 - p));
            }
            let limit = mass[k as usize] * (1.0 + 1e-7);
            let expected: f64 = mass.iter().filter(|&&m| m <= limit).sum();
            let value = binomial_test(k, n, p).unwrap();
            prop_assert!((value / expected - 1.0).abs() < 1e-9, "{value} {expected}");
        }

        #[test]
        fn lies_between_zero_and_one(
            n in any::<u64>(), k in any::<u64>(), p in prop_oneof![0.0f64..=1.0, any::<f64>()],
        ) {
            if let Some(value) = binomial_test(k % n.max(1), n, p) {
                prop_assert!((0.0..=1.0).contains(&value));
                let ln = ln_binomial_test(k % n.max(1), n, p).unwrap();
                prop_assert!(ln <= 0.0);
                if value > 1e-290 {
                    prop_assert!((ln - value.ln()).abs() < 1e-6 * (1.0 - ln));
                }
            }
        }
    }
}
