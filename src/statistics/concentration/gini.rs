//! The Gini coefficient.

use super::Holdings;

/// The Gini coefficient: half the mean absolute difference of two holdings, relative to the mean.
/// 0 where all hold the same, (n − 1) / n where one holds everything.
///
/// Σ (2i − n − 1) x_i / (n Σ x) over ascending x, both sums in exact integers (the numerator as
/// Σ i (n − i) (x_{i+1} − x_i), whose terms are all positive). O(different amounts). `None` where nothing is
/// held or the sums leave 128 bits.
pub fn gini(holdings: &Holdings) -> Option<f64> {
    let sum = holdings.total()?;
    let n = u128::from(holdings.holders());
    let (mut below, mut numerator) = (0, 0u128);
    for pair in holdings.levels().windows(2) {
        below += u128::from(pair[0].1);
        let term = (pair[1].0 - pair[0].0).checked_mul(below.checked_mul(n - below)?)?;
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
        assert!((gini(&Holdings::of(&[5, 4, 3, 2, 1])).unwrap() - 0.26667).abs() < 5e-6);
        assert!((gini(&Holdings::of(&[1, 1, 3, 0, 0])).unwrap() - 0.56).abs() < 1e-15);
        assert_eq!(gini(&Holdings::of(&[7, 7, 7])), Some(0.0));
        assert_eq!(gini(&Holdings::of(&[0, 0, 0, 9])), Some(0.75));
        assert_eq!(gini(&Holdings::of(&[3])), Some(0.0));
        assert_eq!(
            (
                gini(&Holdings::of(&[])),
                gini(&Holdings::of(&[0, 0])),
                gini(&Holdings::of(&[u128::MAX, u128::MAX]))
            ),
            (None, None, None)
        );
    }

    proptest! {
        #[test]
        fn is_half_the_relative_mean_difference(holdings in prop::collection::vec(0u128..1_000_000, 1..40)) {
            prop_assume!(holdings.iter().any(|&held| held > 0));
            let n = holdings.len() as f64;
            let sum: u128 = holdings.iter().sum();
            let pairs: u128 = holdings.iter().flat_map(|a| holdings.iter().map(|b| a.abs_diff(*b))).sum();
            let expected = pairs as f64 / (2.0 * n * sum as f64);
            prop_assert!((gini(&Holdings::of(&holdings)).unwrap() - expected).abs() < 1e-14);
        }
    }
}
