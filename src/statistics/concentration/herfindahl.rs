//! The Herfindahl-Hirschman index.

use super::Holdings;

/// The sum of squared shares: 1/n where all hold the same, 1 where one holds everything; its
/// inverse is an effective number of holders. O(different amounts).
pub fn herfindahl(holdings: &Holdings) -> Option<f64> {
    let sum = holdings.total()? as f64;
    Some(holdings.sum(|held| (held / sum).powi(2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values() {
        // Oracles: four firms with market shares 8, 6, 3, 3 of 20.
        assert!((herfindahl(&Holdings::of(&[8, 6, 3, 3])).unwrap() - 0.2950).abs() < 1e-15);
        assert!((herfindahl(&Holdings::of(&[4, 4, 4, 4])).unwrap() - 0.25).abs() < 1e-15);
        assert_eq!(herfindahl(&Holdings::of(&[0, 9])), Some(1.0));
        assert_eq!((herfindahl(&Holdings::of(&[])), herfindahl(&Holdings::of(&[0]))), (None, None));
    }
}
