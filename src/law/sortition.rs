//! Sortition by independent coins.

/// The chance that nobody is selected when each of `total` coins is, with an average of `expected`:
/// `(1 - expected/total)^total`, in the limit `e^-expected`.
pub fn nobody_selected(total: u64, expected: u64) -> f64 {
    if total <= expected {
        return 0.0;
    }
    (total as f64 * (-(expected as f64 / total as f64)).ln_1p()).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1 - e^-20 of all rounds have a proposer with Algorand's 20 expected ones.
    #[test]
    fn limit_and_small_cases() {
        assert!((nobody_selected(1 << 62, 20) / (-20.0f64).exp() - 1.0).abs() < 1e-12);
        assert!((nobody_selected(4, 1) - 81.0 / 256.0).abs() < 1e-15);
        assert_eq!(nobody_selected(20, 20), 0.0);
    }
}
