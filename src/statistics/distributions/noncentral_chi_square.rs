//! The noncentral chi-square law.

use super::deviance::{deviance, stirling_error};
use super::{Poisson, chi_square_upper};
use std::f64::consts::TAU;

/// P(X ≥ x) for x > 0: central ones with 2j more degrees, j Poisson with half the noncentrality as its mean. The j
/// that are left out have a probability below 1e-15. O(the root of the noncentrality).
///
/// Two more degrees add (x/2)^(d/2) e^(-x/2) / Γ(d/2 + 1) to the tail of d (Abramowitz and Stegun, 26.4.8), so that
/// one tail is found and the others are sums of positive terms.
pub fn noncentral_chi_square_upper(x: f64, degrees: u64, noncentrality: f64) -> f64 {
    let mean = 0.5 * noncentrality;
    let Some(law) = Poisson::new(mean) else { return 0.0 };
    let reach = 8.5 * mean.sqrt() + 20.0;
    let (first, last) = ((mean - reach).max(0.0) as u64, (mean + reach) as u64);
    let half = 0.5 * x;
    let mut k = 0.5 * degrees as f64 + first as f64;
    let mut tail = chi_square_upper(x, degrees + 2 * first);
    // In Loader's form, which loses no digits where k is large.
    let mut step = (-stirling_error(k) - deviance(k, half, k - half) - 0.5 * (TAU * k).ln()).exp();
    let mut sum = 0.0;
    for j in first..=last {
        sum += law.mass(j) * tail;
        tail = (tail + step).min(1.0);
        k += 1.0;
        step *= half / k;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_values() {
        // scipy.stats.ncx2.sf.
        for (x, degrees, noncentrality, tail) in [
            (7.81, 3, 14.17, 0.900123505085941),
            (5.0, 1, 10.5, 0.8423835762847184),
            (100.0, 50, 40.0, 0.25665990427186947),
            (100.0, 50, 0.5, 4.495451081198678e-05),
            (10168.0, 9999, 450.0, 0.9723079639944023),
            (500500.0, 500000, 3000.0, 0.9935875655655111),
            (9000.0, 9999, 450.0, 1.0),
        ] {
            let found = noncentral_chi_square_upper(x, degrees, noncentrality);
            assert!((found / tail - 1.0).abs() < 1e-9, "{x} {degrees} {noncentrality}: {found}");
        }
    }
}
