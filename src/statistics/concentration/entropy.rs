//! Entropies of the shares.

use super::total;

/// Shannon's entropy of the shares in bits: log2 n where all hold the same, 0 where one holds
/// everything. O(n).
pub fn shannon(holdings: &[u128]) -> Option<f64> {
    let sum = total(holdings)? as f64;
    let bits: f64 = holdings
        .iter()
        .filter(|&&held| held > 0)
        .map(|&held| {
            let share = held as f64 / sum;
            -share * share.log2()
        })
        .sum();
    Some(bits.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values() {
        assert!((shannon(&[3, 2, 1]).unwrap() - 1.459).abs() < 5e-4);
        assert!((shannon(&[5; 8]).unwrap() - 3.0).abs() < 1e-14);
        assert_eq!(shannon(&[0, 9]), Some(0.0));
        assert_eq!((shannon(&[]), shannon(&[0])), (None, None));
    }
}
