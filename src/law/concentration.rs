//! How unequally a whole is divided.

/// The Gini coefficient of non-negative values: `Σ (2i - n - 1) x_i / (n Σ x_i)` over the values in
/// ascending order, `i` counted from 1. O(n log n).
///
/// Zero if all are equal, `(n - 1) / n` if one has everything; never 1. `None` if there is no
/// value, if all are zero (nothing is divided), or if one is negative or not finite. The values are
/// scaled by the largest before they are summed, so that no sum overflows.
///
/// Source: Gini, "Variabilità e mutabilità", 1912; this form: Sen, "On Economic Inequality", 1973.
pub fn gini(values: &[f64]) -> Option<f64> {
    if values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mut ascending = values.to_vec();
    ascending.sort_unstable_by(f64::total_cmp);
    gini_of_ascending(&ascending)
}

/// [`gini`] of finite values that already stand in ascending order; O(n), and nothing is copied.
pub fn gini_of_ascending(ascending: &[f64]) -> Option<f64> {
    debug_assert!(ascending.is_sorted());
    let (&smallest, &largest) = (ascending.first()?, ascending.last()?);
    if !(smallest >= 0.0 && largest > 0.0 && largest.is_finite()) {
        return None;
    }
    let n = ascending.len() as f64;
    let (mut sum, mut weighted) = (0.0, 0.0);
    for (index, value) in ascending.iter().enumerate() {
        let value = value / largest;
        sum += value;
        weighted += (2.0 * index as f64 + 1.0 - n) * value;
    }
    // Rounding may leave a trace below zero where all are equal.
    Some((weighted / (n * sum)).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 4/15 and 14/25 are published with other implementations; the extremes follow from the
    /// definition.
    #[test]
    fn published_values() {
        assert!((gini(&[5.0, 4.0, 3.0, 2.0, 1.0]).unwrap() - 4.0 / 15.0).abs() < 1e-15);
        assert!((gini(&[1.0, 1.0, 3.0, 0.0, 0.0]).unwrap() - 0.56).abs() < 1e-15);
        assert_eq!(gini(&[7.0; 10]), Some(0.0));
        assert_eq!(gini(&[0.0, 0.0, 9.0, 0.0]), Some(0.75));
        assert_eq!(gini(&[3.0]), Some(0.0));
    }

    #[test]
    fn what_has_no_coefficient() {
        for values in [&[][..], &[0.0, 0.0], &[1.0, -1.0], &[1.0, f64::NAN], &[1.0, f64::INFINITY]] {
            assert_eq!(gini(values), None, "{values:?}");
        }
        assert_eq!(gini(&[-f64::NAN, 1.0]), None);
    }

    #[test]
    fn neither_huge_nor_tiny_values_break_the_sums() {
        assert!((gini(&[f64::MAX, f64::MAX / 2.0, f64::MAX / 2.0]).unwrap() - 1.0 / 6.0).abs() < 1e-15);
        assert_eq!(gini(&[5e-324, 0.0]), Some(0.5));
    }

    proptest! {
        /// The other definition: half the relative mean absolute difference over all pairs.
        #[test]
        fn equals_half_the_relative_mean_difference(
            values in prop::collection::vec(0.0f64..1e6, 1..40), scale in 1e-9f64..1e9,
        ) {
            prop_assume!(values.iter().any(|&value| value > 0.0));
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let pairs: f64 = values.iter().flat_map(|a| values.iter().map(move |b| (a - b).abs())).sum();
            let found = gini(&values).unwrap();
            prop_assert!((found - pairs / (2.0 * n * n * mean)).abs() < 1e-12);
            let scaled: Vec<f64> = values.iter().map(|value| value * scale).collect();
            prop_assert!((found - gini(&scaled).unwrap()).abs() < 1e-12);
        }
    }
}
