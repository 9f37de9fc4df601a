//! The beta distribution, with both tails right far out.

use super::deviance::{deviance, exp_m1_minus, ln_1p_minus, stirling_error};
use super::tail_integral::bending_tail_integral;
use std::f64::consts::TAU;

/// The distribution on (0, 1) with the density x^(a−1) (1−x)^(b−1) / B(a, b).
///
/// Not `statrs`, for the reasons that stand at [`Binomial`](super::Binomial). A tail is an integral over
/// ln(x/(1−x)), in which the density is log-concave and its peak lies at the mean, for any a and b however
/// small: the density at the edge times an integral of order one.
#[derive(Clone, Copy, Debug)]
pub struct Beta {
    a: f64,
    b: f64,
}

impl Beta {
    /// `None` unless both parameters are positive and finite.
    pub fn new(a: f64, b: f64) -> Option<Self> {
        (a > 0.0 && b > 0.0 && (a + b).is_finite()).then_some(Beta { a, b })
    }

    /// a / (a + b).
    pub fn mean(self) -> f64 {
        self.a / (self.a + self.b)
    }

    /// The standard deviation.
    pub fn deviation(self) -> f64 {
        let all = self.a + self.b;
        ((self.a / all) * (self.b / all) / (all + 1.0)).sqrt()
    }

    /// P(X ≤ x). About 300 exponentials.
    pub fn lower(self, x: f64) -> f64 {
        if x <= 0.0 {
            0.0
        } else if x >= 1.0 {
            1.0
        } else if self.excess(x) > 0.0 {
            self.below(x, 1.0 - x, self.excess(x))
        } else {
            1.0 - self.above(x)
        }
    }

    /// P(X ≥ x), not as one minus the other tail.
    pub fn upper(self, x: f64) -> f64 {
        if x <= 0.0 {
            1.0
        } else if x >= 1.0 {
            0.0
        } else if self.excess(x) < 0.0 {
            self.above(x)
        } else {
            1.0 - self.below(x, 1.0 - x, self.excess(x))
        }
    }

    /// P(low ≤ X ≤ high).
    pub fn between(self, low: f64, high: f64) -> f64 {
        let inside = if high < self.mean() {
            self.lower(high) - self.lower(low)
        } else if low > self.mean() {
            self.upper(low) - self.upper(high)
        } else {
            1.0 - self.lower(low) - self.upper(high)
        };
        inside.max(0.0)
    }

    /// The derivative of P(X ≤ x) with respect to ln x.
    pub fn slope(self, x: f64) -> f64 {
        self.edge(x, 1.0 - x, self.excess(x)) / (1.0 - x)
    }

    /// The upper tail at an x beyond the mean: a lower one of 1 − X.
    fn above(self, x: f64) -> f64 {
        Beta { a: self.b, b: self.a }.below(1.0 - x, x, -self.excess(x))
    }

    /// a − (a + b) x, the product carried in two parts: positive below the mean.
    fn excess(self, x: f64) -> f64 {
        let all = self.a + self.b;
        let high = all * x;
        (self.a - high) - all.mul_add(x, -high)
    }

    /// x^a y^b / B(a, b), where y = 1 − x and `excess` is a − (a + b) x.
    fn edge(self, x: f64, y: f64, excess: f64) -> f64 {
        let all = self.a + self.b;
        let ln = stirling_error(all)
            - stirling_error(self.a)
            - stirling_error(self.b)
            - deviance(self.a, all * x, excess)
            - deviance(self.b, all * y, -excess);
        ln.exp() * (self.a * (self.b / all) / TAU).sqrt()
    }

    /// The lower tail at an x below the mean, likewise.
    fn below(self, x: f64, y: f64, excess: f64) -> f64 {
        let all = self.a + self.b;
        // −a s − (a + b) ln(1 − x (1 − e^−s)), each part less x s, in the form that keeps its digits.
        let exponent = |s: f64| {
            let curve = if y >= 0.5 {
                ln_1p_minus(x * (-s).exp_m1()) + x * exp_m1_minus(-s)
            } else if y * s.exp_m1() < 0.2 {
                ln_1p_minus(y * s.exp_m1()) + y * exp_m1_minus(s)
            } else if s < 700.0 {
                (y * s.exp_m1()).ln_1p() - y * s
            } else {
                y.ln() + x * s
            };
            -excess * s - all * curve.max(0.0)
        };
        (self.edge(x, y, excess) * bending_tail_integral(exponent)).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::distributions::Binomial;

    /// a, b, x, and both tails by mpmath 1.3 in forty digits.
    const BY_MPMATH: [(f64, f64, f64, f64, f64); 9] = [
        (0.001, 1000.999, 1e-06, 0.993688142974149, 0.00631185702585131),
        (0.001, 1000.999, 0.001, 0.999780759427646, 0.000219240572353843),
        (0.25, 1000.75, 0.002, 0.982774989633946, 0.0172250103660541),
        (3.25, 97.75, 0.01, 0.0562997508217667, 0.943700249178233),
        (3.25, 97.75, 0.1, 0.997154973477382, 0.00284502652261778),
        (352.25, 650.75, 0.4, 0.999276738171228, 0.000723261828772189),
        (352.25, 650.75, 0.26, 9.63246458570505e-11, 0.999999999903675),
        (1000.999, 0.001, 0.9999, 0.00182149399433143, 0.998178506005669),
        (0.01, 0.01, 0.3, 0.495823613602382, 0.504176386397618),
    ];

    /// P(X ≤ x) = x² for the larger of two uniform numbers, and 1 − (1 − x)² for the smaller.
    #[test]
    fn tails_by_hand() {
        let near =
            |found: f64, expected: f64| assert!((found - expected).abs() < 1e-13, "{found} {expected}");
        let (larger, smaller) = (Beta::new(2.0, 1.0).unwrap(), Beta::new(1.0, 2.0).unwrap());
        for x in [0.1, 0.4, 0.7, 0.9] {
            near(larger.lower(x), x * x);
            near(larger.upper(x), 1.0 - x * x);
            near(smaller.lower(x), 1.0 - (1.0 - x) * (1.0 - x));
            near(smaller.upper(x), (1.0 - x) * (1.0 - x));
        }
    }

    #[test]
    fn tails_of_whole_parameters_are_those_of_counts() {
        // P(Beta(k, n - k + 1) <= p) = P(Binomial(n, p) >= k).
        for (k, n, p) in
            [(1u64, 1u64, 0.3), (3, 10, 0.2), (70, 1000, 0.1), (5, 1_000_000, 1e-5), (999, 1000, 0.9)]
        {
            let beta = Beta::new(k as f64, (n - k + 1) as f64).unwrap();
            let counts = Binomial::new(n, p).unwrap();
            assert!((beta.lower(p) / counts.upper(k) - 1.0).abs() < 1e-11, "{k} {n} {p}");
            assert!((beta.upper(p) / counts.lower(k - 1) - 1.0).abs() < 1e-11, "{k} {n} {p}");
        }
    }

    /// Of the uniform distribution 1/√12; of Beta(2, 3), mean 2/5 and variance 1/25.
    #[test]
    fn moments_by_hand() {
        let uniform = Beta::new(1.0, 1.0).unwrap();
        assert!((uniform.deviation() - 12f64.sqrt().recip()).abs() < 1e-15);
        let skewed = Beta::new(2.0, 3.0).unwrap();
        assert!((skewed.mean() - 0.4).abs() < 1e-15 && (skewed.deviation() - 0.2).abs() < 1e-15);
    }

    #[test]
    fn tails_by_mpmath() {
        for (a, b, x, lower, upper) in BY_MPMATH {
            let beta = Beta::new(a, b).unwrap();
            assert!((beta.lower(x) / lower - 1.0).abs() < 1e-9, "{a} {b} {x}: {}", beta.lower(x));
            assert!((beta.upper(x) / upper - 1.0).abs() < 1e-9, "{a} {b} {x}: {}", beta.upper(x));
        }
        assert!(Beta::new(0.0, 1.0).is_none() && Beta::new(1.0, f64::INFINITY).is_none());
    }
}
