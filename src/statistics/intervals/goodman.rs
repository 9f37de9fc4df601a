//! Goodman's simultaneous intervals of multinomial shares.

use super::{Interval, wilson};
use crate::statistics::bonferroni;

/// Intervals of all shares that hold together with about `confidence`: each is Wilson's interval
/// at the Bonferroni-corrected level (Goodman, Technometrics 7, 1965). Expects counts of at least
/// five; conservative for few cells of large counts. O(m).
///
/// `None` without cells or counts, or with a confidence outside (0, 1).
pub fn goodman(counts: &[u64], confidence: f64) -> Option<Vec<Interval>> {
    let total = counts.iter().try_fold(0u64, |sum, &count| sum.checked_add(count))?;
    let level = bonferroni(confidence, counts.len());
    let intervals: Option<Vec<Interval>> = counts.iter().map(|&count| wilson(count, total, level)).collect();
    intervals.filter(|intervals| !intervals.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values() {
        // Sison and Glaz 1995; statsmodels multinomial_proportions_confint(..., "goodman").
        let intervals = goodman(&[56, 72, 73, 59, 62, 87, 58], 0.95).unwrap();
        assert!((intervals[0].low - 0.085167).abs() < 5e-7 && (intervals[0].high - 0.166261).abs() < 5e-7);
        assert!(
            (intervals[5].low - 0.14274911).abs() < 5e-9 && (intervals[5].high - 0.23941594).abs() < 5e-9
        );
        assert_eq!(goodman(&[], 0.95), None);
        assert_eq!(goodman(&[0, 0], 0.95), None);
        assert_eq!(goodman(&[1, 2], 1.5), None);
        assert_eq!(goodman(&[u64::MAX, 1], 0.95), None);
    }
}
