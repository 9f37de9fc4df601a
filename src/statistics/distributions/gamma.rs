//! The gamma distribution of scale one, with both tails right far out.

use super::deviance::{deviance, exp_m1_minus, stirling_error};
use super::tail_integral::bending_tail_integral;
use std::f64::consts::TAU;

/// The distribution on (0, ∞) with the density x^(a−1) e^(−x) / Γ(a).
///
/// A tail is an integral over ln x, in which the density is log-concave with its peak at the mean, as at
/// [`Beta`](super::Beta).
#[derive(Clone, Copy, Debug)]
pub struct Gamma {
    shape: f64,
}

impl Gamma {
    /// `None` unless the shape is positive and finite.
    pub fn new(shape: f64) -> Option<Self> {
        (shape > 0.0 && shape.is_finite()).then_some(Gamma { shape })
    }

    /// P(X ≤ x).
    pub fn lower(self, x: f64) -> f64 {
        if x <= 0.0 {
            0.0
        } else if x < self.shape {
            let (excess, edge) = (self.shape - x, self.edge(x));
            (edge * bending_tail_integral(|s| -excess * s - x * exp_m1_minus(-s))).min(1.0)
        } else {
            1.0 - self.upper(x)
        }
    }

    /// P(X ≥ x), not as one minus the other tail.
    pub fn upper(self, x: f64) -> f64 {
        if x <= 0.0 {
            1.0
        } else if x >= self.shape {
            let (excess, edge) = (x - self.shape, self.edge(x));
            (edge * bending_tail_integral(|s| -excess * s - x * exp_m1_minus(s))).min(1.0)
        } else {
            1.0 - self.lower(x)
        }
    }

    /// P(low ≤ X ≤ high).
    pub fn between(self, low: f64, high: f64) -> f64 {
        let inside = if high < self.shape {
            self.lower(high) - self.lower(low)
        } else if low > self.shape {
            self.upper(low) - self.upper(high)
        } else {
            1.0 - self.lower(low) - self.upper(high)
        };
        inside.max(0.0)
    }

    /// x^a e^(−x) / Γ(a): the derivative of P(X ≤ x) with respect to ln x.
    pub fn edge(self, x: f64) -> f64 {
        let ln = -stirling_error(self.shape) - deviance(self.shape, x, self.shape - x);
        ln.exp() * (self.shape / TAU).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::distributions::Poisson;

    #[test]
    fn tails_of_whole_shapes_are_those_of_counts() {
        // P(Gamma(k) <= m) = P(Poisson(m) >= k).
        for (k, mean) in [(1u64, 0.2), (1, 30.0), (9, 30.5), (500, 400.0), (1_000_000, 1_003_000.0)] {
            let (gamma, counts) = (Gamma::new(k as f64).unwrap(), Poisson::new(mean).unwrap());
            assert!((gamma.lower(mean) / counts.upper(k) - 1.0).abs() < 1e-11, "{k} {mean}");
            assert!((gamma.upper(mean) / counts.lower(k - 1) - 1.0).abs() < 1e-11, "{k} {mean}");
        }
        // erf(sqrt(x)) is P(Gamma(1/2) <= x): erf(1) = .842700792949714869.
        assert!((Gamma::new(0.5).unwrap().lower(1.0) - 0.842_700_792_949_714_9).abs() < 1e-14);
    }
}
