//! The Poisson law, with both tails.

use super::deviance::{deviance, exp_m1_minus, ln_1p_minus, stirling_error};
use super::tail_integral::tail_integral;
use std::f64::consts::TAU;

/// Counts with a given mean; for means up to 2^53.
#[derive(Clone, Copy, Debug)]
pub struct Poisson {
    mean: f64,
}

impl Poisson {
    /// The law with this mean; `None` unless it is finite and not negative.
    pub fn new(mean: f64) -> Option<Self> {
        (mean >= 0.0 && mean.is_finite()).then_some(Poisson { mean })
    }

    /// P(X = count), in Loader's form.
    pub fn mass(&self, count: u64) -> f64 {
        let k = count as f64;
        if count == 0 {
            return (-self.mean).exp();
        }
        if self.mean == 0.0 {
            return 0.0;
        }
        (-stirling_error(k) - deviance(k, self.mean, k - self.mean)).exp() / (TAU * k).sqrt()
    }

    /// P(X ≥ count).
    pub fn upper(&self, count: u64) -> f64 {
        if count == 0 {
            1.0
        } else if self.mean == 0.0 {
            0.0
        } else if count as f64 > self.mean {
            self.upper_beyond_mean(count)
        } else {
            (1.0 - self.lower_beyond_mean(count - 1)).max(0.0)
        }
    }

    /// P(X ≤ count).
    pub fn lower(&self, count: u64) -> f64 {
        if self.mean == 0.0 {
            1.0
        } else if (count as f64) < self.mean {
            self.lower_beyond_mean(count)
        } else {
            (1.0 - self.upper_beyond_mean(count + 1)).max(0.0)
        }
    }

    /// ln P(X ≥ count), which goes on where [`Poisson::upper`] is below the smallest double; minus
    /// infinity where that is impossible.
    pub fn ln_upper(&self, count: u64) -> f64 {
        if self.mean > 0.0 && count as f64 > self.mean {
            (self.ln_mass(count) + (count as f64 * self.tail_above(count)).ln()).min(0.0)
        } else {
            self.upper(count).ln()
        }
    }

    /// ln P(X ≤ count), as [`Poisson::ln_upper`].
    pub fn ln_lower(&self, count: u64) -> f64 {
        if (count as f64) < self.mean {
            (self.ln_mass(count) + self.tail_below(count).ln()).min(0.0)
        } else {
            self.lower(count).ln()
        }
    }

    /// Where a count stands: P(X < count) + ½ P(X = count), ½ on average.
    pub fn mid_p(&self, count: u64) -> f64 {
        let below = if count == 0 { 0.0 } else { self.lower(count - 1) };
        (below + 0.5 * self.mass(count)).min(1.0)
    }

    /// ln P(X = count) for a positive mean.
    fn ln_mass(&self, count: u64) -> f64 {
        let k = count as f64;
        if count == 0 {
            return -self.mean;
        }
        -stirling_error(k) - deviance(k, self.mean, k - self.mean) - 0.5 * (TAU * k).ln()
    }

    fn upper_beyond_mean(&self, count: u64) -> f64 {
        (count as f64 * self.mass(count) * self.tail_above(count)).min(1.0)
    }

    fn lower_beyond_mean(&self, count: u64) -> f64 {
        (self.mass(count) * self.tail_below(count)).min(1.0)
    }

    /// From P(X ≥ k) = ∫₀^m u^(k−1) e^(−u) du / (k − 1)! with u = m e^(−s), over k P(X = k).
    fn tail_above(&self, count: u64) -> f64 {
        let slope = count as f64 - self.mean;
        tail_integral(|s: f64| -slope * s - self.mean * exp_m1_minus(-s), f64::INFINITY)
    }

    /// From P(X ≤ k) = ∫_m^∞ u^k e^(−u) du / k! with u = m + v, over P(X = k).
    fn tail_below(&self, count: u64) -> f64 {
        let k = count as f64;
        let slope = 1.0 - k / self.mean;
        tail_integral(|v: f64| -slope * v + k * ln_1p_minus(v / self.mean), f64::INFINITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_laws_are_sums() {
        for mean in [1e-6, 0.4, 3.5, 30.0] {
            let law = Poisson::new(mean).unwrap();
            let mut mass = vec![(-mean).exp()];
            for k in 1..300 {
                mass.push(mass[k - 1] * mean / k as f64);
            }
            for k in (0..60).filter(|&k| mass[k] > 1e-300) {
                let upper: f64 = mass[k..].iter().rev().sum();
                let lower: f64 = mass[..=k].iter().sum();
                assert!((law.mass(k as u64) / mass[k] - 1.0).abs() < 1e-12);
                assert!((law.upper(k as u64) / upper - 1.0).abs() < 1e-12, "{mean} {k}");
                assert!((law.lower(k as u64) / lower - 1.0).abs() < 1e-12, "{mean} {k}");
            }
        }
    }

    #[test]
    fn large_means() {
        // mpmath, 50 digits.
        for (mean, k, tail) in [
            (1e6, 1_003_000, 0.0013580352726831),
            (1e6, 1_000_000, 0.50013298076087),
            (1e12, 1_000_010_000_000, 7.621161211669e-24),
        ] {
            assert!((Poisson::new(mean).unwrap().upper(k) / tail - 1.0).abs() < 1e-11);
        }
        for (mean, k, tail) in
            [(1e3, 400, 1.3196933768973e-103), (1e12, 999_980_000_000, 2.7499826661397e-89)]
        {
            assert!((Poisson::new(mean).unwrap().lower(k) / tail - 1.0).abs() < 1e-11);
        }
        let none = Poisson::new(0.0).unwrap();
        assert_eq!((none.mass(0), none.mass(1), none.lower(0), none.upper(1)), (1.0, 0.0, 1.0, 0.0));
        assert!(Poisson::new(-1.0).is_none() && Poisson::new(f64::NAN).is_none());
    }
}
