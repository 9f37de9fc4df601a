//! The binomial law, with both tails right to about twelve digits from 1 down to 1e-300.

use super::deviance::{deviance, ln_1p_minus, stirling_error};
use super::normal::normal_quantile;
use super::tail_integral::tail_integral;
use crate::statistics::search::first_near;
use crate::statistics::work;
use std::f64::consts::TAU;

/// How often something of probability p happens in n independent attempts.
///
/// Not `statrs`: its incomplete beta function takes a difference of log-gammas (at n = 1e12 that
/// leaves four digits), stops its continued fraction after 140 steps (n = 1e6 needs more near the
/// middle) and gets upper tails as one minus the lower. Here the point probability is Loader's,
/// and a tail is the point probability at its edge times an integral of order one.
///
/// Exact in n up to 2^53.
#[derive(Clone, Copy, Debug)]
pub struct Binomial {
    attempts: u64,
    p: f64,
    q: f64,
}

impl Binomial {
    /// The law of `attempts` with probability `p`; `None` unless p is between 0 and 1.
    pub fn new(attempts: u64, p: f64) -> Option<Self> {
        (0.0..=1.0).contains(&p).then_some(Binomial { attempts, p, q: 1.0 - p })
    }

    /// `count` − np, rounded once: the product is carried in two parts.
    pub fn deviation(&self, count: u64) -> f64 {
        let n = self.attempts as f64;
        let high = n * self.p;
        let low = n.mul_add(self.p, -high);
        (count as f64 - high) - low
    }

    /// ln P(X = count); minus infinity where that is impossible.
    pub fn ln_mass(&self, count: u64) -> f64 {
        if count > self.attempts {
            return f64::NEG_INFINITY;
        }
        let n = self.attempts as f64;
        if count == 0 {
            return if self.attempts == 0 { 0.0 } else { n * ln(self.q, self.p) };
        }
        if count == self.attempts {
            return n * ln(self.p, self.q);
        }
        if self.p == 0.0 || self.q == 0.0 {
            return f64::NEG_INFINITY;
        }
        let k = count as f64;
        let rest = (self.attempts - count) as f64;
        let difference = self.deviation(count);
        stirling_error(n)
            - stirling_error(k)
            - stirling_error(rest)
            - deviance(k, n * self.p, difference)
            - deviance(rest, n * self.q, -difference)
            - 0.5 * (TAU * k * (rest / n)).ln()
    }

    /// P(X ≥ count).
    pub fn upper(&self, count: u64) -> f64 {
        if count == 0 {
            1.0
        } else if count > self.attempts || self.p == 0.0 {
            0.0
        } else if self.q == 0.0 {
            1.0
        } else if self.deviation(count) > 0.0 {
            self.upper_beyond_mean(count)
        } else {
            (1.0 - self.lower_beyond_mean(count - 1)).max(0.0)
        }
    }

    /// P(X ≤ count).
    pub fn lower(&self, count: u64) -> f64 {
        if count >= self.attempts || self.p == 0.0 {
            1.0
        } else if self.q == 0.0 {
            0.0
        } else if self.deviation(count) < 0.0 {
            self.lower_beyond_mean(count)
        } else {
            (1.0 - self.upper_beyond_mean(count + 1)).max(0.0)
        }
    }

    /// Whether the upper tail from a count, or the lower one up to it, is known to be at least one half
    /// because the count is one or more on that side of the mean: no median is as far from it.
    pub fn is_likely(&self, count: u64, upper: bool) -> bool {
        let deviation = self.deviation(count);
        if upper { deviation <= -1.0 } else { deviation >= 1.0 }
    }

    /// ln P(X ≥ count), which goes on where [`Binomial::upper`] is below the smallest double; minus
    /// infinity where that is impossible.
    pub fn ln_upper(&self, count: u64) -> f64 {
        if count > 0 && count <= self.attempts && self.p > 0.0 && self.q > 0.0 && self.deviation(count) > 0.0
        {
            let tail = tail_over_edge(self.attempts, count, self.p, self.q, self.deviation(count));
            (self.ln_mass(count) + tail.ln()).min(0.0)
        } else {
            self.upper(count).ln()
        }
    }

    /// ln P(X ≤ count), as [`Binomial::ln_upper`].
    pub fn ln_lower(&self, count: u64) -> f64 {
        if count < self.attempts && self.p > 0.0 && self.q > 0.0 && self.deviation(count) < 0.0 {
            let failures = self.attempts - count;
            let tail = tail_over_edge(self.attempts, failures, self.q, self.p, -self.deviation(count));
            (self.ln_mass(count) + tail.ln()).min(0.0)
        } else {
            self.lower(count).ln()
        }
    }

    /// The smallest count that is not exceeded with at least this probability; `None` unless it is
    /// between 0 and 1. A few tails, whatever n.
    pub fn quantile(&self, probability: f64) -> Option<u64> {
        if !(0.0..=1.0).contains(&probability) {
            return None;
        }
        if probability == 1.0 && self.p > 0.0 {
            return Some(self.attempts);
        }
        let guess = if probability > 0.0 { self.near(-normal_quantile(probability)) } else { 0.0 };
        // A probability that is met exactly, as by symmetry, is met whatever the last digits say.
        let met = probability * (1.0 - 1e-13);
        Some(first_near(0, self.attempts, guess, |count| self.lower(count) >= met))
    }

    /// The smallest count that is reached with at most this probability; one more than can be if there
    /// is none. A few tails, whatever n.
    pub fn least_above(&self, level: f64) -> u64 {
        self.least_above_by(level, |count| self.upper(count))
    }

    /// The same by an upper tail of the caller's.
    pub(super) fn least_above_by(&self, level: f64, upper: impl Fn(u64) -> f64) -> u64 {
        let guess = self.near(normal_quantile(level));
        first_near(0, self.attempts + 1, guess, |count| upper(count) <= level)
    }

    /// The largest count that is not exceeded with at most this probability; `None` if there is none. A
    /// few tails, whatever n.
    pub fn most_below(&self, level: f64) -> Option<u64> {
        self.most_below_by(level, |count| self.lower(count))
    }

    /// The same by a lower tail of the caller's.
    pub(super) fn most_below_by(&self, level: f64, lower: impl Fn(u64) -> f64) -> Option<u64> {
        let guess = self.near(-normal_quantile(level));
        first_near(0, self.attempts + 1, guess, |count| lower(count) > level).checked_sub(1)
    }

    /// The count so many standard deviations from the mean, corrected for skewness (Cornish and Fisher):
    /// where to begin to look.
    fn near(&self, deviations: f64) -> f64 {
        let mean = self.attempts as f64 * self.p;
        let skew = (deviations * deviations - 1.0) * (self.q - self.p) / 6.0;
        mean + deviations * (mean * self.q).sqrt() + skew
    }

    /// Where a count stands in the law: P(X < count) + ½ P(X = count), ½ on average.
    pub fn percentile(&self, count: u64) -> f64 {
        let below = if count == 0 { 0.0 } else { self.lower(count - 1) };
        (below + 0.5 * self.ln_mass(count).exp()).min(1.0)
    }

    fn upper_beyond_mean(&self, count: u64) -> f64 {
        let edge = self.ln_mass(count).exp();
        (edge * tail_over_edge(self.attempts, count, self.p, self.q, self.deviation(count))).min(1.0)
    }

    /// The upper tail of the failures.
    fn lower_beyond_mean(&self, count: u64) -> f64 {
        let edge = self.ln_mass(count).exp();
        let failures = self.attempts - count;
        (edge * tail_over_edge(self.attempts, failures, self.q, self.p, -self.deviation(count))).min(1.0)
    }
}

/// ln p, given the complement q = 1 − p for the sake of p near one.
fn ln(p: f64, q: f64) -> f64 {
    if p > 0.5 { (-q).ln_1p() } else { p.ln() }
}

/// The ratio of neighbouring probabilities is summed up to so many wins, or so many losses: at most some 600
/// terms, each far cheaper than what the integral evaluates.
const MOST_SUMMED: u64 = 4096;

/// P(X ≥ k) / P(X = k) for k above the mean.
fn tail_over_edge(n: u64, k: u64, p: f64, q: f64, deviation: f64) -> f64 {
    if k.min(n - k) <= MOST_SUMMED {
        summed_tail_over_edge(n, k, p / q)
    } else {
        integrated_tail_over_edge(n, k, p, q, deviation)
    }
}

/// As a sum: 1 + r₁ + r₁r₂ + ..., with rⱼ = P(X = k + j) / P(X = k + j − 1), which is below one and falls.
fn summed_tail_over_edge(n: u64, k: u64, odds: f64) -> f64 {
    let (mut wins, mut losses) = (k as f64, (n - k) as f64);
    let (mut sum, mut term) = (1.0, 1.0);
    let mut terms = 0;
    while losses > 0.0 && term > 1e-17 * sum {
        wins += 1.0;
        term *= losses / wins * odds;
        losses -= 1.0;
        sum += term;
        terms += 1;
    }
    work::count(terms);
    sum
}

/// As an integral, at a cost that does not grow with n, from P(X ≥ k) = k C(n,k) ∫₀ᵖ tᵏ⁻¹ (1−t)ⁿ⁻ᵏ dt with
/// t = p (1 − s). The part of the exponent that is linear in s is written with k − np, so that
/// nothing large cancels.
fn integrated_tail_over_edge(n: u64, k: u64, p: f64, q: f64, deviation: f64) -> f64 {
    let wins = (k - 1) as f64;
    let losses = (n - k) as f64;
    let slope = (deviation - q) / q;
    let odds = p / q;
    let exponent =
        |s: f64| -slope * s + wins * ln_1p_minus_or_end(-s) + losses * ln_1p_minus_or_end(odds * s);
    k as f64 * tail_integral(exponent, 1.0)
}

/// [`ln_1p_minus`], with a finite stand-in at −1, where zero times infinity must stay zero.
fn ln_1p_minus_or_end(x: f64) -> f64 {
    if x <= -1.0 { -1e9 } else { ln_1p_minus(x) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, expected: f64, tolerance: f64) {
        if expected < 1e-300 {
            return assert!(value < 1e-300);
        }
        assert!((value / expected - 1.0).abs() < tolerance, "{value:e} is not {expected:e}");
    }

    #[test]
    fn quantiles_that_are_met_exactly_are_met() {
        for attempts in [1u64, 3, 83, 1_001, 1_000_001, 1_000_000_000_001] {
            assert_eq!(Binomial::new(attempts, 0.5).unwrap().quantile(0.5), Some(attempts / 2), "{attempts}");
        }
    }

    #[test]
    fn sum_and_integral_agree() {
        for (n, p) in [(50u64, 0.3), (5_000, 0.001), (8_000, 0.45), (1 << 40, 1e-10), (1 << 50, 3e-12)] {
            let mean = n as f64 * p;
            for z in [0.0f64, 0.7, 3.0, 9.0, 30.0] {
                let k = (mean + z * (mean * (1.0 - p)).sqrt()).floor() as u64 + 1;
                if k > n {
                    continue;
                }
                let deviation = Binomial::new(n, p).unwrap().deviation(k);
                close(
                    summed_tail_over_edge(n, k, p / (1.0 - p)),
                    integrated_tail_over_edge(n, k, p, 1.0 - p, deviation),
                    1e-12,
                );
            }
        }
    }

    #[test]
    fn small_laws_are_sums() {
        for (n, p) in [(1u64, 0.3), (7, 0.5), (20, 0.05), (33, 0.97), (60, 1e-9)] {
            let law = Binomial::new(n, p).unwrap();
            // Exact recursion from P(X = 0).
            let mut mass = vec![(1.0 - p).powi(n as i32)];
            for k in 1..=n {
                mass.push(mass[k as usize - 1] * (n - k + 1) as f64 / k as f64 * p / (1.0 - p));
            }
            for k in 0..=n {
                let upper: f64 = mass[k as usize..].iter().rev().sum();
                let lower: f64 = mass[..=k as usize].iter().sum();
                close(law.ln_mass(k).exp(), mass[k as usize], 1e-11);
                close(law.upper(k), upper, 1e-11);
                close(law.lower(k), lower, 1e-11);
            }
        }
    }

    #[test]
    fn quantiles_and_percentiles() {
        // scipy.stats.binom.ppf.
        let law = Binomial::new(1000, 0.2).unwrap();
        assert_eq!(
            (law.quantile(0.05), law.quantile(0.5), law.quantile(0.95)),
            (Some(179), Some(200), Some(221))
        );
        assert_eq!(
            (law.quantile(0.0), law.quantile(1.0), law.quantile(f64::NAN)),
            (Some(0), Some(1000), None)
        );
        let coin = Binomial::new(2, 0.5).unwrap();
        assert_eq!((coin.percentile(0), coin.percentile(1), coin.percentile(2)), (0.125, 0.5, 0.875));
    }

    #[test]
    fn the_ends() {
        let never = Binomial::new(5, 0.0).unwrap();
        assert_eq!((never.lower(0), never.upper(1), never.upper(0)), (1.0, 0.0, 1.0));
        let always = Binomial::new(5, 1.0).unwrap();
        assert_eq!((always.lower(4), always.lower(5), always.upper(5)), (0.0, 1.0, 1.0));
        let nothing = Binomial::new(0, 0.3).unwrap();
        assert_eq!((nothing.lower(0), nothing.upper(1), nothing.ln_mass(0)), (1.0, 0.0, 0.0));
        assert!(Binomial::new(5, f64::NAN).is_none() && Binomial::new(5, 1.1).is_none());
    }

    #[test]
    fn tails_against_quadrature_in_sixty_digits() {
        // mpmath, at the exact value of each double p.
        for (n, k, p, tail) in [
            (1_000, 600, 0.5, 1.364232078033e-10),
            (1_000_000, 503_000, 0.5, 9.9257488196151e-10),
            (1_000_000, 500_001, 0.5, 0.49960105781933),
            (1_000_000_000, 100_300_000, 0.1, 1.4017986963401e-219),
            (1_000_000_000_000, 250_001_000_000, 0.25, 0.010460722794121),
            (1_000_000_000_000_000, 500_000_015_811_388, 0.5, 0.1586552661872),
            (1_000_000_000_000_000, 500_000_580_000_000, 0.5, 6.9631059287159e-295),
            (1_000_000_000_000_000, 1_037_000, 1e-09, 2.3213237956674e-296),
            (1_000_000_000_000_000, 101, 1e-15, 3.941475890618e-161),
            (1_000_000_000_000, 999_999_999_100, 0.999999999, 0.0006977694499807),
            (1_000_000_000_000, 1, 1e-14, 0.009950166250832),
            (1_000, 1_000, 0.5, 9.3326361850322e-302),
        ] {
            close(Binomial::new(n, p).unwrap().upper(k), tail, 1e-11);
        }
        for (n, k, p, tail) in [
            (1_000, 0, 0.3, 1.2532566399657e-155),
            (1_000_000_000, 99_700_000, 0.1, 5.7629936469033e-220),
            (1_000_000_000_000_000, 0, 6.9e-13, 2.1717382808729e-300),
            (1_000_000_000_000_000, 499_999_414_000_000, 0.5, 5.7768560453209e-301),
        ] {
            close(Binomial::new(n, p).unwrap().lower(k), tail, 1e-11);
        }
    }
}
