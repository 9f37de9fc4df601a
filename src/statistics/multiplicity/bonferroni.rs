//! One confidence for many intervals.

/// The confidence each of `comparisons` intervals needs so that all hold together with at least
/// `confidence`, however they depend on each other: 1 − (1 − confidence) / m.
pub fn bonferroni(confidence: f64, comparisons: usize) -> f64 {
    1.0 - (1.0 - confidence) / comparisons.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_what_may_be_missed() {
        assert!((bonferroni(0.95, 5) - 0.99).abs() < 1e-15);
        assert_eq!(bonferroni(0.95, 1), 0.95);
        assert_eq!(bonferroni(0.95, 0), 0.95);
    }
}
