//! Does who won then say who wins now?

use crate::statistics::scaled_tails;

/// The outcome of [`lag_matches_test`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LagMatches {
    /// The share of pairs, a lag apart, that were won by the same validator.
    pub matched: f64,
    /// The share that independent rounds would give: Σ p².
    pub expected: f64,
    /// Difference in standard deviations.
    pub z: f64,
    /// Two-sided p-value.
    pub p_value: f64,
}

/// The test that rounds `lag` apart are independent: of `rounds` rounds, `matches` pairs a lag
/// apart have the same winner, while `shares` are the expected ones.
///
/// The variance is exact: pairs (t, t + l) and (t + l, t + 2l) share a round and are correlated
/// through Σ p³, which vanishes for equal shares. The p-value is twice the smaller tail of as many matches
/// with that variance ([`scaled_tails`]), which holds for few matches too. O(m).
///
/// `None` if there is no pair, if there are more matches than pairs, if the shares are not shares,
/// or if only one validator can win.
pub fn lag_matches_test(matches: u64, rounds: u64, lag: u64, shares: &[f64]) -> Option<LagMatches> {
    let pairs = rounds.checked_sub(lag).filter(|_| lag > 0)?;
    lag_matches_among(matches, pairs, rounds.saturating_sub(lag.saturating_mul(2)), shares)
}

/// The same for several sequences together: `matches` of so many `pairs` a lag apart, `overlapping`
/// being how often the second round of a pair is the first of another, each summed over the
/// sequences.
pub fn lag_matches_among(matches: u64, pairs: u64, overlapping: u64, shares: &[f64]) -> Option<LagMatches> {
    if pairs == 0 || matches > pairs || overlapping > pairs {
        return None;
    }
    let sum: f64 = shares.iter().sum();
    let sane = shares.iter().all(|&share| (0.0..=1.0 + 1e-6).contains(&share));
    if !sane || (sum - 1.0).abs() > 1e-6 {
        return None;
    }
    let expected: f64 = shares.iter().map(|p| p * p).sum();
    let cubes: f64 = shares.iter().map(|p| p * p * p).sum();
    let variance = pairs as f64 * expected * (1.0 - expected)
        + 2.0 * overlapping as f64 * (cubes - expected * expected).max(0.0);
    if variance <= 1e-12 * pairs as f64 {
        return None;
    }
    let z = (matches as f64 - pairs as f64 * expected) / variance.sqrt();
    let factor = variance / (pairs as f64 * expected * (1.0 - expected));
    // A factor that is one but for rounding is one.
    let factor = if factor < 1.0 + 1e-6 { 1.0 } else { factor };
    Some(LagMatches {
        matched: matches as f64 / pairs as f64,
        expected,
        z,
        p_value: scaled_tails(matches, pairs, expected, factor)?.two_sided(),
    })
}

/// The correlation of two outcomes of one validator, from counts over `pairs` of rounds: it won
/// `both`, `first` of the earlier and `second` of the later ones. Under independence it times √pairs
/// is about standard normal.
///
/// `None` without pairs, if the counts contradict each other, or if one outcome never varied.
pub fn lag_correlation(pairs: u64, both: u64, first: u64, second: u64) -> Option<f64> {
    if both > first.min(second) || first.max(second) > pairs || pairs == 0 {
        return None;
    }
    let (n, a, b) = (pairs as f64, first as f64, second as f64);
    let spread = (a * (n - a)).sqrt() * (b * (n - b)).sqrt();
    // Products of 64 bits fit 128; their difference is exact.
    let (seen, expected) = (u128::from(both) * u128::from(pairs), u128::from(first) * u128::from(second));
    let sign = if seen < expected { -1.0 } else { 1.0 };
    (spread > 0.0).then(|| (sign * (seen.abs_diff(expected) as f64 / spread)).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Stream, StreamKey};

    #[test]
    fn independent_rounds_have_the_stated_variance() {
        // 3,000 sequences of 200 rounds, lag 2, shares 5:3:2 of 10: z has mean 0 and variance 1
        // within 5 sigma (1/sqrt(3000), sqrt(2/3000)).
        let mut stream = Stream::open(StreamKey::new().text("lags"));
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..3000 {
            let winners: Vec<u8> = (0..200)
                .map(|_| match stream.below(10) {
                    0..5 => 0,
                    5..8 => 1,
                    _ => 2,
                })
                .collect();
            let matches = winners.windows(3).filter(|w| w[0] == w[2]).count() as u64;
            let z = lag_matches_test(matches, 200, 2, &[0.5, 0.3, 0.2]).unwrap().z;
            sum += z;
            squares += z * z;
        }
        assert!((sum / 3000.0).abs() < 5.0 / 3000f64.sqrt(), "{}", sum / 3000.0);
        assert!((squares / 3000.0 - 1.0).abs() < 5.0 * (2.0 / 3000f64).sqrt(), "{}", squares / 3000.0);
    }

    #[test]
    fn a_repeated_winner_is_seen() {
        // Blocks of four (a leader keeps four slots): matches at lag 1 are 3/4 + h/4.
        let test = lag_matches_test(8_450, 10_001, 1, &[0.5, 0.3, 0.2]).unwrap();
        assert!((test.expected - 0.38).abs() < 1e-12 && test.z > 50.0 && test.p_value < 1e-300 + 1e-299);
        assert_eq!(lag_matches_test(1, 5, 5, &[0.5, 0.5]), None);
        assert_eq!(lag_matches_test(1, 5, 0, &[0.5, 0.5]), None);
        assert_eq!(lag_matches_test(4, 5, 1, &[1.0]), None);
        assert_eq!(lag_matches_test(5, 5, 1, &[0.5, 0.5]), None);
    }

    #[test]
    fn correlation_of_a_two_by_two_table() {
        // 10 pairs: both 3, first 4, second 5 (phi coefficient): (30 - 20) / sqrt(4*6*5*5).
        assert!((lag_correlation(10, 3, 4, 5).unwrap() - 10.0 / 600f64.sqrt()).abs() < 1e-14);
        assert_eq!(lag_correlation(10, 10, 10, 10), None);
        assert_eq!(lag_correlation(0, 0, 0, 0), None);
        assert_eq!(lag_correlation(10, 5, 4, 5), None);
        assert_eq!(lag_correlation(8, 4, 4, 4), Some(1.0));
    }
}
