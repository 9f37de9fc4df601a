//! The smallest effect a sample can see.

use crate::statistics::distributions::{Binomial, normal_quantile};

/// The variance of a count from which on it is taken to be nearly normal.
const LEAST_VARIANCE: f64 = 9.0;

/// The smallest relative deviation above `share` that a two-sided test at level 1 − `confidence` sees
/// with `power` in so many independent rounds: the effect at which
/// [`rounds_for_difference`](super::rounds_for_difference) is `rounds`, by the normal approximation; where the variance
/// of the wins is below 9, which is too little for that, by the exact binomial test.
///
/// `None` without rounds, unless share, confidence and power lie strictly between 0 and 1, or if
/// not even a deviation to certainty is seen.
pub fn detectable_difference(share: f64, rounds: u64, confidence: f64, power: f64) -> Option<f64> {
    let inside = |probability: f64| probability > 0.0 && probability < 1.0;
    if !(inside(share) && inside(confidence) && inside(power)) || rounds == 0 {
        return None;
    }
    if rounds as f64 * share * (1.0 - share) < LEAST_VARIANCE {
        let critical = Binomial::new(rounds, share)?.least_above(0.5 * (1.0 - confidence));
        return least_truth(share, |truth| {
            Binomial::new(rounds, truth).is_some_and(|law| law.upper(critical) >= power)
        });
    }
    let level = normal_quantile(0.5 * (1.0 - confidence)) * (share * (1.0 - share)).sqrt();
    let powered = normal_quantile(1.0 - power);
    let root = (rounds as f64).sqrt();
    // The distance seen minus the one needed rises in the truth beyond the share.
    least_truth(share, |truth| {
        (truth - share) * root - level - powered * (truth * (1.0 - truth)).sqrt() >= 0.0
    })
}

/// The least relative deviation above a share that is seen.
fn least_truth(share: f64, seen: impl Fn(f64) -> bool) -> Option<f64> {
    if !seen(1.0) {
        return None;
    }
    let (mut least, mut most) = (share, 1.0);
    while most - least > 1e-15 * most {
        let middle = 0.5 * (least + most);
        if middle <= least || middle >= most {
            break;
        }
        if seen(middle) {
            most = middle;
        } else {
            least = middle;
        }
    }
    Some(most / share - 1.0)
}

#[cfg(test)]
mod tests {
    use super::super::rounds_for_difference;
    use super::*;

    /// 0.2 wins are expected: two or more are seen (scipy.stats.binom.sf(1, 1000, 2e-4) is .0175), nine times in ten
    /// from a share on with which binom.sf(1, 1000, p) is 0.9; the normal approximation promises an eighth less.
    #[test]
    fn few_wins_are_counted_exactly() {
        let effect = detectable_difference(2e-4, 1_000, 0.95, 0.9).unwrap();
        assert!((effect / 18.4205219919861 - 1.0).abs() < 1e-9, "{effect}");
        let (n, share) = (1_000, 2e-4 * (1.0 + effect));
        assert!((Binomial::new(n, share).unwrap().upper(2) - 0.9).abs() < 1e-9);
    }

    #[test]
    fn is_the_inverse_of_the_sample_size() {
        for (share, rounds) in [(0.2, 818), (0.01, 1_000_000), (0.5, 100), (1e-6, 10_000_000)] {
            let effect = detectable_difference(share, rounds, 0.95, 0.8).unwrap();
            let needed = rounds_for_difference(share, effect, 0.95, 0.8).unwrap();
            assert!(needed.abs_diff(rounds) <= 1 + rounds / 1_000_000, "{needed} {rounds}");
        }
        assert!((detectable_difference(0.2, 818, 0.95, 0.8).unwrap() - 0.2).abs() < 1e-3);
        assert_eq!(detectable_difference(0.2, 0, 0.95, 0.8), None);
        assert_eq!(detectable_difference(0.9, 1, 0.95, 0.8), None);
        assert_eq!(detectable_difference(f64::NAN, 9, 0.95, 0.8), None);
    }
}
