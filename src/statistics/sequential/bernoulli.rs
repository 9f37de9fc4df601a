//! A confidence sequence of a probability.

use super::normal_mixture_tuning;
use crate::statistics::Interval;
use crate::statistics::distributions::{deviance, stirling_error};

/// The interval of a probability after `successes` in `trials` independent attempts, valid at all
/// numbers of trials at once: the probability that any of the intervals of a run ever misses is at
/// most 1 − `confidence`, so one may look after every round and stop when it is short enough. It
/// is shortest around `optimal_at` trials, nearly, at the confidence `tuned_for`. Intervals with the same of
/// both lie in each other, the smaller the confidence the further inside.
///
/// All p against which the beta-binomial mixture, a martingale under p, has not reached 1/α. The
/// prior under p is Beta(κ p, κ (1 − p)), with κ + 1 the tuning of the normal mixture at
/// `optimal_at` (the choice of the confseq library). Evaluated in Loader's form: right for any
/// number of trials up to 2^53.
///
/// `None` without trials, with more successes than trials, with `optimal_at` zero, or with a
/// confidence outside (0, 1).
pub fn bernoulli_sequence(
    successes: u64,
    trials: u64,
    confidence: f64,
    optimal_at: u64,
    tuned_for: f64,
) -> Option<Interval> {
    let alpha = 1.0 - confidence;
    if trials == 0 || successes > trials || !(alpha > 0.0 && alpha < 1.0) {
        return None;
    }
    let prior = (normal_mixture_tuning(optimal_at as f64, 1.0 - tuned_for)? - 1.0).max(1e-3);
    let process = Mixture { successes: successes as f64, trials: trials as f64, prior };
    let limit = -alpha.ln();
    let estimate = process.successes / process.trials;
    let low = if successes == 0 { 0.0 } else { crossing(|p| process.ln_value(p, 1.0 - p) > limit, estimate) };
    // From the failures' side, with q as the small number.
    let failures = (trials - successes) as f64 / process.trials;
    let miss =
        if successes == trials { 0.0 } else { crossing(|q| process.ln_value(1.0 - q, q) > limit, failures) };
    let high = 1.0 - miss;
    Some(Interval { low: low.min(estimate), high: high.max(estimate) })
}

/// The largest p below `estimate` that is excluded.
fn crossing(excluded: impl Fn(f64) -> bool, estimate: f64) -> f64 {
    let (mut least, mut most) = (0.0, estimate);
    // Down to the right order of magnitude first, so that small ends get their digits.
    let mut probe = 0.5 * estimate;
    while probe > 1e-300 && !excluded(probe) {
        most = probe;
        probe *= 1e-2;
    }
    if probe > 1e-300 {
        least = probe;
    }
    while most - least > 1e-14 * most {
        let middle = 0.5 * (least + most);
        if middle <= least || middle >= most {
            break;
        }
        if excluded(middle) {
            least = middle;
        } else {
            most = middle;
        }
    }
    least
}

/// The beta-binomial mixture of likelihood ratios.
struct Mixture {
    successes: f64,
    trials: f64,
    prior: f64,
}

impl Mixture {
    /// ln of B(κp + S, κq + F) / B(κp, κq) / (p^S q^F), with Stirling's main terms cancelled by hand.
    fn ln_value(&self, p: f64, q: f64) -> f64 {
        let failures = self.trials - self.successes;
        let (first, second) = (self.prior * p, self.prior * q);
        let (a, b, n) = (first + self.successes, second + failures, self.prior + self.trials);
        let difference = self.successes - self.trials * p;
        let remains = |a: f64, b: f64, n: f64| {
            stirling_error(a) + stirling_error(b) - stirling_error(n) - 0.5 * (a / n * b).ln()
        };
        deviance(a, n * p, difference) + deviance(b, n * q, -difference) + remains(a, b, n)
            - remains(first, second, self.prior)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_value() {
        let interval = bernoulli_sequence(700, 1000, 0.95, 100, 0.95).unwrap();
        assert!(
            (interval.low - 0.651629).abs() < 1e-6 && (interval.high - 0.745949).abs() < 1e-6,
            "{interval:?}"
        );
    }

    #[test]
    fn reference_values() {
        // The definition with scipy.special.betaln and brentq.
        for (successes, trials, confidence, optimal_at, low, high) in [
            (7, 10, 0.95, 100, 0.16906035719602133, 0.985926697368043),
            (0, 50, 0.95, 100, 0.0, 0.09298081260550463),
            (50, 50, 0.95, 100, 1.0 - 0.09298081260550463, 1.0),
            (3, 1_000_000, 0.99, 100_000, 1.3081071017938e-8, 1.4443163799516e-5),
            (
                200_000_000_000_000,
                1_000_000_000_000_000,
                0.999,
                1_000_000_000,
                0.19999993021742,
                0.2000000697826,
            ),
        ] {
            let interval = bernoulli_sequence(successes, trials, confidence, optimal_at, confidence).unwrap();
            assert!((interval.low - low).abs() <= 1e-9 * low, "{interval:?} {low}");
            assert!((interval.high - high).abs() <= 1e-9 * high, "{interval:?} {high}");
        }
    }

    #[test]
    fn is_wider_than_a_fixed_interval_and_shrinks() {
        let at =
            |n: u64| bernoulli_sequence(n / 5, n, 0.95, 1000, 0.95).unwrap().half_width() * (n as f64).sqrt();
        // About 2.8 to 3.3 standard deviations instead of 1.96 around the optimum, and slowly more.
        assert!(at(1000) > 1.96 * 0.4 && at(1000) < 1.3);
        assert!(at(1_000_000_000_000_000) < 3.0);
        assert_eq!(bernoulli_sequence(0, 0, 0.95, 10, 0.95), None);
        assert_eq!(bernoulli_sequence(2, 1, 0.95, 10, 0.95), None);
        assert_eq!(bernoulli_sequence(1, 2, 0.95, 0, 0.95), None);
        assert_eq!(bernoulli_sequence(1, 2, f64::NAN, 10, 0.95), None);
    }

    proptest! {
        #[test]
        fn holds_the_estimate(
            trials in prop_oneof![1u64..100, 1u64..1_000_000_000_000_000], part in 0.0f64..=1.0,
            confidence in 0.1f64..0.999_999, optimal_at in 1u64..1_000_000_000_000,
        ) {
            let successes = ((trials as f64 * part) as u64).min(trials);
            let interval = bernoulli_sequence(successes, trials, confidence, optimal_at, confidence).unwrap();
            let estimate = successes as f64 / trials as f64;
            prop_assert!(0.0 <= interval.low && interval.low <= estimate);
            prop_assert!(estimate <= interval.high && interval.high <= 1.0);
        }
    }
}
