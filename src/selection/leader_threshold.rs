//! Leader thresholds of the Praos family, as exact integers.

use super::ratio::Ratio;

/// The threshold below which a uniform 128-bit lottery value makes a stake's holder a leader:
/// `2^128 (1 - (1 - c)^(stake/total))`, for `0 < c <= 1/2`. A stake of zero has threshold zero.
///
/// Computed in integers of 128 fractional bits: `x = -ln(1 - c) * stake / total` from the series
/// of the logarithm, then `1 - e^-x` by its own series. The result is within 2^-120 of the exact
/// probability (256 units in its last place) and the same on every machine. (Substrate computes
/// a double and scales it up, which is right to 53 bits.)
///
/// # Panics
/// If `c` is outside its range, or the stake above the total.
pub fn leader_threshold(c: Ratio, stake: u64, total: u64) -> u128 {
    assert!(c.numerator > 0 && c.numerator <= c.denominator / 2, "{c} is not in 0..=1/2");
    assert!(stake <= total, "a part is not above the whole");
    if stake == 0 {
        return 0;
    }
    let x = product(minus_log_of_complement(c), fraction(stake, total));
    // 1 - e^-x = x (1 - x/2 (1 - x/3 (1 - ...))); x < 0.7, so 40 terms are below 2^-160.
    let mut inner = u128::MAX;
    for divisor in (2..=40).rev() {
        inner = u128::MAX - product(x, inner) / divisor;
    }
    product(x, inner)
}

/// `-ln(1 - c)` as a fraction of 2^128: `c + c²/2 + c³/3 + ...`; below 0.7 for `c <= 1/2`.
fn minus_log_of_complement(c: Ratio) -> u128 {
    let c = fraction(c.numerator, c.denominator);
    let mut power = c;
    let mut sum = 0;
    let mut term = 1;
    while power > 0 {
        sum += power / term;
        power = product(power, c);
        term += 1;
    }
    sum
}

/// `⌊2^128 part / whole⌋`, or the largest fraction if they are equal.
fn fraction(part: u64, whole: u64) -> u128 {
    if part >= whole {
        return u128::MAX;
    }
    let whole = u128::from(whole);
    let upper = (u128::from(part) << 64) / whole;
    let rest = (u128::from(part) << 64) % whole;
    (upper << 64) + (rest << 64) / whole
}

/// The product of two fractions of 2^128, rounded down.
fn product(a: u128, b: u128) -> u128 {
    const LOW: u128 = u64::MAX as u128;
    let (a_high, a_low) = (a >> 64, a & LOW);
    let (b_high, b_low) = (b >> 64, b & LOW);
    let (outer, inner) = (a_high * b_low, a_low * b_high);
    let carry = ((a_low * b_low) >> 64) + (outer & LOW) + (inner & LOW);
    a_high * b_high + (outer >> 64) + (inner >> 64) + (carry >> 64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Vectors {
        source: String,
        published: Vec<Case>,
        exact: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        c: Ratio,
        weights: Vec<u64>,
        authority: usize,
        threshold: String,
    }

    /// Published thresholds come from doubles: within 2^-52. Exact ones: within 256 units.
    #[test]
    fn published_and_exact_thresholds() {
        let text = include_str!("../../tests/vectors/babe-threshold.json");
        let vectors: Vectors = serde_json::from_str(text).unwrap();
        assert!(!vectors.source.is_empty() && vectors.published.len() >= 2 && vectors.exact.len() >= 7);
        for (cases, tolerance) in [(vectors.published, 1u128 << 76), (vectors.exact, 256)] {
            for case in cases {
                let total = case.weights.iter().sum();
                let threshold = leader_threshold(case.c, case.weights[case.authority], total);
                let expected: u128 = case.threshold.parse().unwrap();
                assert!(threshold.abs_diff(expected) <= tolerance, "{threshold} against {expected}");
            }
        }
    }

    /// 1 - φ(a + b) = (1 - φ(a)) (1 - φ(b)): splitting a stake does not change the chance that
    /// one of its parts leads.
    #[test]
    fn parts_together_lead_as_often_as_the_whole() {
        let c = Ratio { numerator: 1, denominator: 4 };
        for (a, b, total) in [(1, 2, 10), (500, 499, 1_000), (1 << 61, 1 << 60, 1 << 62), (3, 4, 7)] {
            let stay = |stake| u128::MAX - leader_threshold(c, stake, total);
            assert!(product(stay(a), stay(b)).abs_diff(stay(a + b)) < 1024);
        }
    }

    #[test]
    fn products_are_exact() {
        assert_eq!(product(u128::MAX, u128::MAX), u128::MAX - 1);
        assert_eq!(product(1 << 127, 1 << 127), 1 << 126);
        assert_eq!(product(1, u128::MAX), 0);
        assert_eq!(fraction(1, 3), u128::MAX / 3);
        assert_eq!(fraction(u64::MAX - 1, u64::MAX), !((1 << 64) + 1));
    }
}
