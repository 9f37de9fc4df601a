//! The Gini coefficient.

use super::total;

/// The Gini coefficient: half the mean absolute difference of two holdings, relative to the mean.
/// 0 where all hold the same, (n − 1) / n where one holds everything.
///
/// Σ (2i − n − 1) x_i / (n Σ x) over ascending x, both sums in exact integers (the numerator as
/// Σ i (n − i) (x_{i+1} − x_i), whose terms are all positive). O(n log n). `None` where nothing is
/// held or the sums leave 128 bits.
pub fn gini(holdings: &[u128]) -> Option<f64> {
    let sum = total(holdings)?;
    let mut sorted = holdings.to_vec();
    sorted.sort_unstable();
    let n = sorted.len() as u128;
    let mut numerator: u128 = 0;
    for (index, pair) in sorted.windows(2).enumerate() {
        let below = index as u128 + 1;
        let term = (pair[1] - pair[0]).checked_mul(below.checked_mul(n - below)?)?;
        numerator = numerator.checked_add(term)?;
    }
    Some(numerator as f64 / n.checked_mul(sum)? as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_values() {
        assert!((gini(&[5, 4, 3, 2, 1]).unwrap() - 0.26667).abs() < 5e-6);
        assert!((gini(&[1, 1, 3, 0, 0]).unwrap() - 0.56).abs() < 1e-15);
        assert_eq!(gini(&[7, 7, 7]), Some(0.0));
        assert_eq!(gini(&[0, 0, 0, 9]), Some(0.75));
        assert_eq!(gini(&[3]), Some(0.0));
        assert_eq!((gini(&[]), gini(&[0, 0]), gini(&[u128::MAX, u128::MAX])), (None, None, None));
    }

    proptest! {
        #[test]
        fn is_half_the_relative_mean_difference(holdings in prop::collection::vec(0u128..1_000_000, 1..40)) {
            prop_assume!(holdings.iter().any(|&held| held > 0));
            let n = holdings.len() as f64;
            let sum: u128 = holdings.iter().sum();
            let pairs: u128 = holdings.iter().flat_map(|a| holdings.iter().map(|b| a.abs_diff(*b))).sum();
            let expected = pairs as f64 / (2.0 * n * sum as f64);
            prop_assert!((gini(&holdings).unwrap() - expected).abs() < 1e-14);
        }
    }
}
