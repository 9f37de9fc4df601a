//! The Herfindahl-Hirschman index.

use super::{terms, total};

/// The sum of squared shares: 1/n where all hold the same, 1 where one holds everything; its
/// inverse is an effective number of holders. O(n).
pub fn herfindahl(holdings: &[u128]) -> Option<f64> {
    let sum = total(holdings)? as f64;
    Some(terms(holdings, |held| (held / sum).powi(2)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values() {
        // Oracles: four firms with market shares 8, 6, 3, 3 of 20.
        assert!((herfindahl(&[8, 6, 3, 3]).unwrap() - 0.2950).abs() < 1e-15);
        assert!((herfindahl(&[4, 4, 4, 4]).unwrap() - 0.25).abs() < 1e-15);
        assert_eq!(herfindahl(&[0, 9]), Some(1.0));
        assert_eq!((herfindahl(&[]), herfindahl(&[0])), (None, None));
    }
}
