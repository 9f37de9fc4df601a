//! Theil's index.

use super::Holdings;

/// Theil's T: (1/n) Σ (x/μ) ln(x/μ), in nats: 0 where all hold the same, ln n where one holds
/// everything. A holding of zero adds nothing (x ln x tends to 0). O(different amounts).
pub fn theil(holdings: &Holdings) -> Option<f64> {
    let sum = holdings.total()? as f64;
    let n = holdings.holders() as f64;
    let nats = holdings.sum(|held| {
        let share = held / sum;
        share * (share * n).ln()
    });
    Some(nats.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values() {
        assert!((theil(&Holdings::of(&[3, 2, 1])).unwrap() - 0.087).abs() < 5e-4);
        assert_eq!(theil(&Holdings::of(&[4, 4])), Some(0.0));
        assert!((theil(&Holdings::of(&[0, 0, 0, 9])).unwrap() - 4.0f64.ln()).abs() < 1e-15);
        assert_eq!((theil(&Holdings::of(&[])), theil(&Holdings::of(&[0]))), (None, None));
    }
}
