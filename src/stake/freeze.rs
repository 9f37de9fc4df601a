//! From real-valued weights to integer stakes with an exact sum.

/// Splits `total` coins in proportion to `weights`, exactly: the result sums to `total`.
///
/// The weights are first frozen to integers (the largest becomes 2^62), and from there on
/// everything is exact: each gets the floor of its quota and the coins left over go to the largest
/// remainders, earlier ones first on a tie (Hamilton's method). O(n log n).
///
/// Returns `None` if a weight is negative or not finite, or if none is positive.
pub fn freeze(weights: &[f64], total: u64) -> Option<Vec<u64>> {
    let largest = weights.iter().copied().fold(0.0, f64::max);
    if !(largest > 0.0 && largest.is_finite()) || weights.iter().any(|w| w.is_nan() || *w < 0.0) {
        return None;
    }
    const SCALE: f64 = (1u64 << 62) as f64;
    let frozen: Vec<u128> = weights.iter().map(|w| (w / largest * SCALE) as u128).collect();
    let sum: u128 = frozen.iter().sum();
    let mut stakes = Vec::with_capacity(weights.len());
    let mut remainders: Vec<(u128, usize)> = Vec::with_capacity(weights.len());
    let mut given = 0u64;
    for (index, weight) in frozen.iter().enumerate() {
        // At most 2^62 * 2^64: fits 128 bits.
        let product = weight * u128::from(total);
        let quota = (product / sum) as u64;
        given += quota;
        stakes.push(quota);
        remainders.push((product % sum, index));
    }
    remainders.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for &(_, index) in remainders.iter().take((total - given) as usize) {
        stakes[index] += 1;
    }
    Some(stakes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sums_exactly_and_stays_within_one_coin_of_the_quota(
            weights in prop::collection::vec(0.0f64..1e6, 1..50),
            total in prop_oneof![0u64..1000, any::<u64>()],
        ) {
            prop_assume!(weights.iter().any(|&w| w > 0.0));
            let stakes = freeze(&weights, total).unwrap();
            prop_assert_eq!(stakes.iter().map(|&s| u128::from(s)).sum::<u128>(), u128::from(total));
            let sum: f64 = weights.iter().sum();
            for (weight, stake) in weights.iter().zip(&stakes) {
                let quota = weight / sum * total as f64;
                prop_assert!((quota - *stake as f64).abs() <= 1.0 + quota * 1e-12);
            }
        }
    }

    #[test]
    fn ties_go_to_the_earlier_and_bad_weights_are_refused() {
        assert_eq!(freeze(&[1.0, 1.0, 1.0], 10), Some(vec![4, 3, 3]));
        assert_eq!(freeze(&[0.0, 2.0], 7), Some(vec![0, 7]));
        assert_eq!(freeze(&[0.0, 0.0], 7), None);
        assert_eq!(freeze(&[], 7), None);
        assert_eq!(freeze(&[1.0, f64::NAN], 7), None);
        assert_eq!(freeze(&[1.0, f64::INFINITY], 7), None);
        assert_eq!(freeze(&[1.0, -1.0], 7), None);
    }
}
