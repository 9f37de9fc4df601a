//! Empirical quantiles.

/// The quantile of a sorted sample at `probability` (Hyndman and Fan's type 7, the default of R and
/// NumPy): linear between the order statistics at (n − 1) p. O(1).
///
/// `None` for an empty sample or a probability outside 0..=1. The sample must be ascending and
/// finite.
pub fn quantile(sorted: &[f64], probability: f64) -> Option<f64> {
    if sorted.is_empty() || !(0.0..=1.0).contains(&probability) {
        return None;
    }
    let position = (sorted.len() - 1) as f64 * probability;
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    let part = position - below as f64;
    Some(sorted[below] + part * (sorted[above] - sorted[below]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_seven() {
        // numpy.quantile([1, 2, 4, 8, 16], ...).
        let sample = [1.0, 2.0, 4.0, 8.0, 16.0];
        for (probability, value) in
            [(0.0, 1.0), (0.05, 1.2), (0.5, 4.0), (0.9, 12.8), (0.95, 14.4), (1.0, 16.0)]
        {
            assert!((quantile(&sample, probability).unwrap() - value).abs() < 1e-12);
        }
        assert_eq!(quantile(&[3.0], 0.3), Some(3.0));
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&sample, f64::NAN), None);
        assert_eq!(quantile(&sample, 1.01), None);
    }
}
