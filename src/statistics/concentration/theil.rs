//! Theil's index.

use super::{terms, total};

/// Theil's T: (1/n) Σ (x/μ) ln(x/μ), in nats: 0 where all hold the same, ln n where one holds
/// everything. A holding of zero adds nothing (x ln x tends to 0). O(n).
pub fn theil(holdings: &[u128]) -> Option<f64> {
    let sum = total(holdings)? as f64;
    let n = holdings.len() as f64;
    let nats: f64 = terms(holdings, |held| {
        let share = held / sum;
        share * (share * n).ln()
    })
    .sum();
    Some(nats.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values() {
        assert!((theil(&[3, 2, 1]).unwrap() - 0.087).abs() < 5e-4);
        assert_eq!(theil(&[4, 4]), Some(0.0));
        assert!((theil(&[0, 0, 0, 9]).unwrap() - 4.0f64.ln()).abs() < 1e-15);
        assert_eq!((theil(&[]), theil(&[0])), (None, None));
    }
}
