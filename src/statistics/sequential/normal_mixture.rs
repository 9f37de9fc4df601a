//! The two-sided normal mixture boundary.

/// The ρ that makes the boundary of level `alpha` tightest, nearly, where the variance process is
/// `variance`: v / (2 ln(1/α) + ln(1 + 2 ln(1/α))).
///
/// `None` unless the variance is positive and finite and alpha lies strictly between 0 and 1.
pub fn normal_mixture_tuning(variance: f64, alpha: f64) -> Option<f64> {
    let sane = variance > 0.0 && variance.is_finite() && alpha > 0.0 && alpha < 1.0;
    sane.then(|| {
        let doubled = -2.0 * alpha.ln();
        variance / (doubled + doubled.ln_1p())
    })
}

/// The bound u(v) = √((v + ρ) ln((v + ρ) / (ρ α²))): a sum of independent, centred, sub-Gaussian
/// steps leaves ± u(v) at **any** time with probability at most `alpha`, with v the sum of their
/// variances so far (Robbins 1970).
///
/// `None` unless the variance is finite and not negative, ρ is positive and alpha lies strictly
/// between 0 and 1.
pub fn normal_mixture_bound(variance: f64, alpha: f64, tuning: f64) -> Option<f64> {
    let sane = variance >= 0.0 && variance.is_finite() && tuning > 0.0 && tuning.is_finite();
    let level = alpha > 0.0 && alpha < 1.0;
    (sane && level).then(|| ((variance + tuning) * ((variance / tuning).ln_1p() - 2.0 * alpha.ln())).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values() {
        let tuning = normal_mixture_tuning(100.0, 0.05).unwrap();
        assert!((tuning - 12.60056).abs() < 5e-6);
        assert!((normal_mixture_bound(100.0, 0.05, tuning).unwrap() - 30.35209).abs() < 5e-6);
        assert_eq!(normal_mixture_tuning(0.0, 0.05), None);
        assert_eq!(normal_mixture_tuning(1.0, 1.0), None);
        assert_eq!(normal_mixture_bound(1.0, 0.05, 0.0), None);
        assert_eq!(normal_mixture_bound(f64::NAN, 0.05, 1.0), None);
    }
}
