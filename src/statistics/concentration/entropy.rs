//! Entropies of the shares.

use super::Holdings;

/// Shannon's entropy of the shares in bits: log2 n where all hold the same, 0 where one holds
/// everything. O(different amounts).
pub fn shannon(holdings: &Holdings) -> Option<f64> {
    let sum = holdings.total()? as f64;
    let bits = holdings.sum(|held| {
        let share = held / sum;
        -share * share.log2()
    });
    Some(bits.max(0.0))
}

/// Rényi's entropy of the shares in bits, log2(Σ p^α) / (1 − α): the logarithm of the number of
/// holders (α = 0), Shannon's (α = 1), minus that of Herfindahl's index (α = 2), minus that of the
/// largest share (α = ∞). It falls in α. O(different amounts). `None` for a negative order or NaN.
pub fn renyi(holdings: &Holdings, order: f64) -> Option<f64> {
    if order == 1.0 {
        return shannon(holdings);
    }
    let sum = holdings.total()? as f64;
    let largest = holdings.levels().last().map(|&(held, _)| held as f64 / sum)?;
    if order == f64::INFINITY {
        return Some((-largest.log2()).max(0.0));
    }
    if order.is_nan() || order < 0.0 {
        return None;
    }
    // Relative to the largest share, so that a large order does not underflow.
    let powers = holdings.sum(|held| (order * (held / sum / largest).ln()).exp());
    Some(((powers.log2() + order * largest.log2()) / (1.0 - order)).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::super::herfindahl;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_values() {
        assert!((shannon(&Holdings::of(&[3, 2, 1])).unwrap() - 1.459).abs() < 5e-4);
        assert!((shannon(&Holdings::of(&[5; 8])).unwrap() - 3.0).abs() < 1e-14);
        assert_eq!(shannon(&Holdings::of(&[0, 9])), Some(0.0));
        assert_eq!((shannon(&Holdings::of(&[])), shannon(&Holdings::of(&[0]))), (None, None));
    }

    #[test]
    fn the_orders_of_renyi() {
        let holdings = Holdings::of(&[8, 6, 3, 3, 0]);
        assert!((renyi(&holdings, 0.0).unwrap() - 2.0).abs() < 1e-14);
        assert_eq!(renyi(&holdings, 1.0), shannon(&holdings));
        assert!((renyi(&holdings, 2.0).unwrap() + herfindahl(&holdings).unwrap().log2()).abs() < 1e-14);
        assert!((renyi(&holdings, f64::INFINITY).unwrap() + 0.4f64.log2()).abs() < 1e-14);
        assert!((renyi(&holdings, 1e9).unwrap() + 0.4f64.log2()).abs() < 1e-8);
        // Half a bit of everything: (√.4 + √.3 + 2 √.15)² in bits (by hand).
        let half = 2.0 * (0.4f64.sqrt() + 0.3f64.sqrt() + 2.0 * 0.15f64.sqrt()).log2();
        assert!((renyi(&holdings, 0.5).unwrap() - half).abs() < 1e-14);
        assert_eq!(
            (renyi(&holdings, -1.0), renyi(&holdings, f64::NAN), renyi(&Holdings::of(&[]), 2.0)),
            (None, None, None)
        );
    }

    proptest! {
        #[test]
        fn falls_in_its_order(holdings in prop::collection::vec(0u128..1000, 1..20), order in 0.0f64..5.0) {
            prop_assume!(holdings.iter().any(|&held| held > 0));
            let holdings = Holdings::of(&holdings);
            let here = renyi(&holdings, order).unwrap();
            prop_assert!(renyi(&holdings, order + 0.5).unwrap() <= here + 1e-9);
            prop_assert!(here <= (holdings.holders() as f64).log2() + 1e-9);
        }
    }
}
