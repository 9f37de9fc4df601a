//! Holm's adjustment for the family-wise error.

use super::ascending;

/// Adjusted p-values: rejecting those at or below α keeps the probability of any false rejection
/// at or below α, however the tests depend on each other (Holm, Scandinavian Journal of Statistics
/// 6, 1979). Step-down: the k-th smallest of m is multiplied by m − k + 1, never falls below the
/// one before, and is capped at one. O(m log m).
///
/// Empty cells (and NaN) stay empty and do not count as comparisons.
pub fn holm(p_values: &[Option<f64>]) -> Vec<Option<f64>> {
    let known = ascending(p_values);
    let mut adjusted = vec![None; p_values.len()];
    let mut floor: f64 = 0.0;
    for (rank, &(p, index)) in known.iter().enumerate() {
        floor = floor.max((p * (known.len() - rank) as f64).min(1.0));
        adjusted[index] = Some(floor);
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_r() {
        // R: p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.5), "holm").
        let adjusted = holm(&[Some(0.01), Some(0.04), None, Some(0.03), Some(0.005), Some(0.5)]);
        let expected = [Some(0.04), Some(0.09), None, Some(0.09), Some(0.025), Some(0.5)];
        for (value, expected) in adjusted.iter().zip(expected) {
            match (value, expected) {
                (Some(value), Some(expected)) => assert!((value - expected).abs() < 1e-15),
                (value, expected) => assert_eq!(*value, expected),
            }
        }
        assert_eq!(holm(&[Some(0.9), Some(0.8)]), [Some(1.0), Some(1.0)]);
        assert_eq!(holm(&[None, Some(f64::NAN), Some(1e-300)]), [None, None, Some(1e-300)]);
        assert!(holm(&[]).is_empty());
    }
}
