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

/// The test that rounds a lag apart are independent: `matches` of so many `pairs` a lag apart have the
/// same winner, while `shares` are the expected ones. `overlapping` is how often the second round of a
/// pair is the first of another; all three may be summed over several sequences.
///
/// The variance is exact: pairs (t, t + l) and (t + l, t + 2l) share a round and are correlated
/// through Σ p³, which vanishes for equal shares. The p-value is twice the smaller tail of as many matches
/// with that variance ([`scaled_tails`]), which holds for few matches too. O(m).
///
/// `None` if there is no pair, if there are more matches than pairs, if the shares are not shares,
/// or if only one validator can win.
pub fn lag_matches_test(matches: u64, pairs: u64, overlapping: u64, shares: &[f64]) -> Option<LagMatches> {
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
            let z = lag_matches_test(matches, 198, 196, &[0.5, 0.3, 0.2]).unwrap().z;
            sum += z;
            squares += z * z;
        }
        assert!((sum / 3000.0).abs() < 5.0 / 3000f64.sqrt(), "{}", sum / 3000.0);
        assert!((squares / 3000.0 - 1.0).abs() < 5.0 * (2.0 / 3000f64).sqrt(), "{}", squares / 3000.0);
    }

    #[test]
    fn a_repeated_winner_is_seen() {
        // Blocks of four (a leader keeps four slots): matches at lag 1 are 3/4 + h/4.
        let test = lag_matches_test(8_450, 10_000, 9_999, &[0.5, 0.3, 0.2]).unwrap();
        assert!((test.expected - 0.38).abs() < 1e-12 && test.z > 50.0 && test.p_value < 1e-300 + 1e-299);
        assert_eq!(lag_matches_test(0, 0, 0, &[0.5, 0.5]), None);
        assert_eq!(lag_matches_test(1, 4, 5, &[0.5, 0.5]), None);
        assert_eq!(lag_matches_test(4, 4, 3, &[1.0]), None);
        assert_eq!(lag_matches_test(5, 4, 3, &[0.5, 0.5]), None);
    }
}
