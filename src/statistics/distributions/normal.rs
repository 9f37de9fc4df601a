//! The standard normal law.

use statrs::distribution::{ContinuousCDF, Normal};

/// P(Z ≥ z), right in the far tail (a survival function, not one minus the other side).
pub fn normal_upper(z: f64) -> f64 {
    Normal::standard().sf(z)
}

/// The z with P(Z ≥ z) = `upper`; `upper` strictly between 0 and 1.
pub fn normal_quantile(upper: f64) -> f64 {
    -Normal::standard().inverse_cdf(upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_to_the_end_of_the_type() {
        // mpmath erfc.
        for (z, tail) in
            [(1.0, 0.15865525393145705), (10.0, 7.61985302416053e-24), (37.0, 5.72557122252458e-300)]
        {
            assert!((normal_upper(z) / tail - 1.0).abs() < 1e-9);
            assert!((normal_quantile(tail) - z).abs() < 1e-9);
        }
        assert!((normal_quantile(0.025) - 1.959963984540054).abs() < 1e-14);
    }
}
