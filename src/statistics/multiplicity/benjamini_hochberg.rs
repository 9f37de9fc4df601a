//! Benjamini and Hochberg's adjustment for the false discovery rate.

use super::ascending;

/// Adjusted p-values: among the tests rejected at or below α, the expected share of false ones is
/// at most α, for independent or positively dependent tests (JRSS B 57, 1995). Step-up: the k-th
/// smallest of m is multiplied by m / k, never exceeds the one after, and is capped at one.
/// O(m log m).
///
/// Empty cells (and NaN) stay empty and do not count as comparisons.
pub fn benjamini_hochberg(p_values: &[Option<f64>]) -> Vec<Option<f64>> {
    let known = ascending(p_values);
    let mut adjusted = vec![None; p_values.len()];
    let mut ceiling: f64 = 1.0;
    for (rank, &(p, index)) in known.iter().enumerate().rev() {
        ceiling = ceiling.min(p * known.len() as f64 / (rank + 1) as f64);
        adjusted[index] = Some(ceiling);
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_papers_own_example() {
        // Benjamini and Hochberg 1995, section 3.2: 15 comparisons, four rejected at 5 %.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
            0.6528, 0.7590, 1.0000,
        ];
        let adjusted = benjamini_hochberg(&p.map(Some));
        assert_eq!(adjusted.iter().filter(|p| p.unwrap() <= 0.05).count(), 4);
        assert!((adjusted[3].unwrap() - 0.035625).abs() < 1e-12);
        // R: p.adjust(p, "BH")[5:8] are all 0.0645 or below it; the sixth takes the eighth's value.
        assert!((adjusted[5].unwrap() - 0.0638571428571).abs() < 1e-9);
        assert_eq!(adjusted[14], Some(1.0));
    }

    #[test]
    fn empty_cells_do_not_count() {
        assert_eq!(
            benjamini_hochberg(&[None, Some(0.01), Some(f64::NAN), Some(0.02)]),
            [None, Some(0.02), None, Some(0.02)]
        );
        assert!(benjamini_hochberg(&[]).is_empty());
    }
}
