//! Selection against wealth: the opposite of a stake, and its blend with the proportional rule.

use super::weights::normalised;

/// Shares in proportion to `max(s) - s_i` among the holders of stake; equal shares if all hold the
/// same, where the definition gives nothing to anybody. O(n).
pub fn opposite_shares(stakes: &[u64]) -> Vec<f64> {
    let largest = stakes.iter().copied().max().unwrap_or(0);
    let distance = |stake: u64| if stake == 0 { 0.0 } else { (largest - stake) as f64 };
    let weights: Vec<f64> = stakes.iter().map(|&stake| distance(stake)).collect();
    if weights.iter().all(|&weight| weight == 0.0) {
        return super::equal_shares(stakes);
    }
    normalised(weights)
}

/// The straight line through the opposite shares (`t` = 0) and the proportional ones (`t` = 1).
/// Beyond 1 it would give negative chances to the poorest: those count as zero and the others are
/// scaled to sum to one. O(n).
pub fn blended_shares(stakes: &[u64], t: f64) -> Vec<f64> {
    let opposite = opposite_shares(stakes);
    let proportional = super::proportional_shares(stakes);
    let line = opposite.iter().zip(&proportional).map(|(o, p)| ((1.0 - t) * o + t * p).max(0.0));
    normalised(line.collect())
}

/// Whether the Gini coefficient of the holders' stakes exceeds `numerator / denominator`, decided
/// in exact integers. O(n log n).
///
/// `G = sum over pairs of |s_i - s_j|, divided by n * S`.
pub fn gini_exceeds(stakes: &[u64], numerator: u64, denominator: u64) -> bool {
    let mut ascending: Vec<u64> = stakes.iter().copied().filter(|&stake| stake > 0).collect();
    ascending.sort_unstable();
    let mut before = 0u128;
    let mut distances = 0u128;
    for (rank, &stake) in ascending.iter().enumerate() {
        distances += rank as u128 * u128::from(stake) - before;
        before += u128::from(stake);
    }
    distances * u128::from(denominator) > u128::from(numerator) * ascending.len() as u128 * before
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(shares: &[f64], expected: &[f64]) {
        for (share, expected) in shares.iter().zip(expected) {
            assert!((share - expected).abs() < 1e-14, "{shares:?} is not near {expected}");
        }
    }

    #[test]
    fn small_pools_by_hand() {
        close(&opposite_shares(&[1, 2, 4, 0]), &[0.6, 0.4, 0.0, 0.0]);
        close(&opposite_shares(&[3, 3, 0]), &[0.5, 0.5, 0.0]);
        close(&opposite_shares(&[7]), &[1.0]);
        // Stakes 1, 2, 5: opposite 4/7, 3/7, 0; proportional 1/8, 2/8, 5/8.
        close(&blended_shares(&[1, 2, 5], 0.5), &[39.0 / 112.0, 38.0 / 112.0, 35.0 / 112.0]);
        // At t = 3/2 the line gives -11/112, 18/112, 105/112: the first counts as zero.
        close(&blended_shares(&[1, 2, 5], 1.5), &[0.0, 18.0 / 123.0, 105.0 / 123.0]);
        close(&blended_shares(&[4, 4], 1.5), &[0.5, 0.5]);
    }

    /// Gini(5, 4, 3, 2, 1) = 4/15 and Gini(1, 1, 3) over its holders = 4/15 (by hand).
    #[test]
    fn the_gini_coefficient_is_compared_exactly() {
        assert!(!gini_exceeds(&[5, 4, 3, 2, 1], 4, 15));
        assert!(gini_exceeds(&[5, 4, 3, 2, 1], 3_999_999, 15_000_000));
        assert!(!gini_exceeds(&[1, 1, 3, 0, 0], 4, 15));
        assert!(gini_exceeds(&[1, 1, 3, 0, 0], 26, 100));
        assert!(!gini_exceeds(&[], 0, 1));
    }
}
