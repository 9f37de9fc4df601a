//! What a Bayesian says of one share, or of one rate.

use super::interval::{Interval, one_sided_level};
use crate::statistics::Margin;
use crate::statistics::distributions::{Beta, Gamma};

/// The posterior distribution of a share or of a rate, in three numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Posterior {
    /// Its mean.
    pub mean: f64,
    /// The equal-tailed credible interval.
    pub interval: Interval,
    /// The probability that the margin holds it.
    pub within: f64,
}

/// The posterior of a probability after `successes` in `trials` independent attempts, from a beta prior
/// whose two parameters are counted like successes and failures: a cell of a Dirichlet prior has its own
/// weight and that of all others.
///
/// `None` with more successes than attempts, a weight that is not positive, or a confidence outside
/// (0, 1). An end below the smallest double is 0.
pub fn share_posterior(
    (successes, trials): (u64, u64),
    (own, others): (f64, f64),
    margin: Margin,
    confidence: f64,
) -> Option<Posterior> {
    let level = one_sided_level(confidence)?;
    let failures = trials.checked_sub(successes)?;
    if !(own > 0.0 && others > 0.0) {
        return None;
    }
    let beta = Beta::new(own + successes as f64, others + failures as f64)?;
    let (mean, spread) = (beta.mean(), 2.0 * beta.deviation());
    let low = solve((mean - spread, 1.0), level, |x| (beta.lower(x), beta.slope(x)));
    let high = solve((mean + spread, 1.0), level, |x| (beta.upper(x), -beta.slope(x)));
    Some(Posterior { mean, interval: Interval { low, high }, within: beta.between(margin.low, margin.high) })
}

/// The posterior of how many times its expectation a Poisson count has as its mean, from a gamma prior of
/// this shape and of no rate: 1/2 is Jeffreys' prior.
///
/// `None` unless the expectation and the shape are positive, or with a confidence outside (0, 1).
pub fn rate_posterior(
    events: u64,
    expected: f64,
    shape: f64,
    margin: Margin,
    confidence: f64,
) -> Option<Posterior> {
    let level = one_sided_level(confidence)?;
    if !(expected > 0.0 && expected.is_finite() && shape > 0.0) {
        return None;
    }
    let shape = shape + events as f64;
    let gamma = Gamma::new(shape)?;
    let spread = 2.0 * shape.sqrt();
    let low = solve((shape - spread, f64::INFINITY), level, |x| (gamma.lower(x), gamma.edge(x)));
    let high = solve((shape + spread, f64::INFINITY), level, |x| (gamma.upper(x), -gamma.edge(x)));
    Some(Posterior {
        mean: shape / expected,
        interval: Interval { low: low / expected, high: high / expected },
        within: gamma.between(margin.low * expected, margin.high * expected),
    })
}

/// The x between 0 and `most` at which a tail is `level`: Newton's method for the logarithm of the tail in
/// ln x, kept inside a bracket that shrinks. `tail` gives the tail and its derivative with respect to ln x.
fn solve((start, most): (f64, f64), level: f64, tail: impl Fn(f64) -> (f64, f64)) -> f64 {
    let rises = tail(f64::MIN_POSITIVE).0 < tail(most.min(f64::MAX)).0;
    if (tail(f64::MIN_POSITIVE).0 > level) == rises {
        return 0.0;
    }
    let (mut low, mut high) = (f64::MIN_POSITIVE, most);
    let mut x = start;
    for _ in 0..200 {
        if !(x > low && x < high) {
            x = if high.is_finite() { (low * high).sqrt().max(low) } else { 2.0 * low.max(1.0) };
        }
        let (value, slope) = tail(x);
        if (value > level) == rises {
            high = x;
        } else {
            low = x;
        }
        let next = x * ((level / value).ln() * value / slope).exp();
        if (next - x).abs() <= 1e-13 * x || high.is_finite() && high - low <= 1e-15 * high {
            return next.clamp(low, high);
        }
        x = next;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// scipy 1.17.1, `beta` and `gamma`: successes, attempts, members of the Dirichlet prior of weight one,
    /// share and tolerance of the margin; mean, 95 % interval, probability within.
    #[test]
    fn values_by_scipy() {
        for ((k, n, m), (share, tolerance), expected) in [
            (
                (7, 100, 4),
                (0.08, 0.2),
                [0.07178217821782178, 0.030221364382842703, 0.12927859535347105, 0.413107907339376],
            ),
            (
                (352, 1000, 5),
                (0.35, 0.1),
                [0.3518481518481518, 0.32256718364925197, 0.38168986601172133, 0.9785464593723],
            ),
            (
                (0, 50, 100),
                (0.01, 0.1),
                [0.000196078431372549, 6.976192576503334e-163, 0.0009330658058149926, 0.0012152779469717379],
            ),
        ] {
            let own = 1.0 / f64::from(m);
            let found =
                share_posterior((k, n), (own, 1.0 - own), Margin::around(share, tolerance), 0.95).unwrap();
            let found = [found.mean, found.interval.low, found.interval.high, found.within];
            assert!(
                found.iter().zip(expected).all(|(a, b)| (a / b - 1.0).abs() < 1e-9),
                "{found:?} {expected:?}"
            );
        }
        // Nine blocks where 30.5 were due.
        let found = rate_posterior(9, 30.5, 0.5, Margin::around(1.0, 0.1), 0.95).unwrap();
        let expected = [0.3114754098360656, 0.1460084669178356, 0.5385627354381917, 2.38004213037879e-05];
        let found = [found.mean, found.interval.low, found.interval.high, found.within];
        assert!(found.iter().zip(expected).all(|(a, b)| (a / b - 1.0).abs() < 1e-8), "{found:?}");
    }

    #[test]
    fn nothing_without_a_prior() {
        let margin = Margin::around(0.5, 0.1);
        assert_eq!(share_posterior((1, 2), (0.0, 1.0), margin, 0.95), None);
        assert_eq!(share_posterior((3, 2), (0.5, 0.5), margin, 0.95), None);
        assert_eq!(share_posterior((1, 2), (0.5, 0.5), margin, 1.0), None);
        assert_eq!(rate_posterior(1, 0.0, 0.5, margin, 0.95), None);
    }

    proptest! {
        #[test]
        fn the_interval_has_its_probability(
            n in 0u64..1_000_000_000_000,
            part in 0.0f64..=1.0,
            m in 2u32..100_000,
            confidence in 0.5f64..0.9999,
        ) {
            let own = 1.0 / f64::from(m);
            let k = (n as f64 * part) as u64;
            let all = Margin { low: 0.0, high: 1.0 };
            let found = share_posterior((k, n), (own, 1.0 - own), all, confidence).unwrap();
            prop_assert!((found.within - 1.0).abs() < 1e-9);
            let Interval { low, high } = found.interval;
            prop_assert!(0.0 <= low && low <= high && high <= 1.0, "{:?}", found);
            let beta = Beta::new(own + k as f64, 1.0 - own + (n - k) as f64).unwrap();
            // Where an end underflows to 0, or differs from 1 by less than a double can, so much is lost.
            if low > 0.0 && high < 1.0 - 1e-9 {
                prop_assert!((beta.between(low, high) - confidence).abs() < 1e-6, "{:?}", found);
            }
        }
    }
}
