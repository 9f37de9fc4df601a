//! The sum of several independent counts that are distributed alike.

use std::f64::consts::TAU;

/// A sum of independent counts.
#[derive(Clone, Debug)]
pub struct RepeatedSum {
    /// Counts are taken in steps of so many, at the middle of each.
    step: f64,
    /// The middle of the first step, summed over all terms.
    first: f64,
    masses: Vec<f64>,
    /// The smallest and the largest sum that is possible.
    possible: (u64, u64),
    /// What a tail of a possible count is not below: what rounding leaves of a smaller one is no probability.
    floor: f64,
}

/// Tails of sums of several terms are not known below this.
const ROUNDING: f64 = 1e-14;

/// Steps of the sum: no more than so many, of few terms ...
const FEW_STEPS: usize = 1 << 11;

/// ... and of many.
const MOST_STEPS: usize = 1 << 14;

/// A term has at least so many steps, or the sum is too coarse.
const LEAST_STEPS: usize = 64;

impl RepeatedSum {
    /// The sum of `times` independent counts, of each of which `masses[k]` is the probability of k. One count is
    /// exact, however rare. Of several the sum is exact but for rounding of about 1e-14 where it has at most 2048
    /// values; beyond, counts are taken in steps that are small against their spread. A tail below 1e-14 is given as
    /// that, which is an upper limit, unless it is impossible. By the discrete Fourier transform, O(n log n).
    ///
    /// `None` without terms or masses, or for more than 256 terms with more than 64 values.
    pub fn new(masses: &[f64], times: u64) -> Option<Self> {
        let least = masses.iter().position(|&mass| mass > 0.0)? as u64;
        let most = masses.iter().rposition(|&mass| mass > 0.0)? as u64;
        let possible = (least.checked_mul(times)?, most.checked_mul(times)?);
        if times == 1 {
            let masses = masses[least as usize..=most as usize].to_vec();
            return Some(RepeatedSum { step: 1.0, first: least as f64, masses, possible, floor: 0.0 });
        }
        // What is less likely than 1e-17 in all, at either end, does not show; otherwise steps would be
        // coarse for counts that are likely to be large.
        let mut rest = 0.0;
        let kept = masses.iter().rposition(|mass| {
            rest += mass;
            rest > 1e-17
        })? + 1;
        let mut below = 0.0;
        let skipped = masses[..kept].iter().position(|mass| {
            below += mass;
            below > 1e-17
        })?;
        let masses = &masses[skipped..kept];
        let kept = masses.len();
        let times_usize = usize::try_from(times).ok().filter(|&times| times > 0)?;
        let wanted = times_usize.saturating_mul(LEAST_STEPS).clamp(FEW_STEPS, MOST_STEPS);
        let room = (wanted - 1) / times_usize + 1;
        let width = kept.div_ceil(room.min(kept));
        let steps = kept.div_ceil(width);
        if steps < LEAST_STEPS.min(kept) {
            return None;
        }
        let term: Vec<f64> = masses.chunks(width).map(|chunk| chunk.iter().sum()).collect();
        let length = (steps - 1) * times_usize + 1;
        let mut masses = power(&term, times, length.next_power_of_two());
        masses.truncate(length);
        let step = width as f64;
        let first = (skipped as f64 + 0.5 * (step - 1.0)) * times as f64;
        Some(RepeatedSum { step, first, masses, possible, floor: ROUNDING })
    }

    /// P(sum ≥ count).
    pub fn at_least(&self, count: u64) -> f64 {
        if count > self.possible.1 { 0.0 } else { self.above(count as f64 - 0.5).max(self.floor) }
    }

    /// P(sum ≤ count).
    pub fn at_most(&self, count: u64) -> f64 {
        if count < self.possible.0 {
            return 0.0;
        }
        let all = self.masses.len() as f64;
        // Steps below the middle of the one that holds the end, and a part of that one.
        let place = (count as f64 + 0.5 - self.first) / self.step + 0.5;
        if place <= 0.0 {
            return self.floor;
        }
        let whole = place.min(all) as usize;
        let part = self.masses.get(whole).copied().unwrap_or(0.0) * (place - whole as f64);
        (self.masses[..whole].iter().sum::<f64>() + part).clamp(self.floor, 1.0)
    }

    /// P(sum > limit), the probability of a step being spread evenly over it.
    fn above(&self, limit: f64) -> f64 {
        let all = self.masses.len() as f64;
        let place = (limit - self.first) / self.step + 0.5;
        if place >= all {
            return 0.0;
        }
        let place = place.max(0.0);
        let whole = place as usize;
        let part = self.masses[whole] * (whole as f64 + 1.0 - place);
        // The small ones first.
        (self.masses[whole + 1..].iter().rev().sum::<f64>() + part).clamp(0.0, 1.0)
    }
}

/// The `times`-fold convolution of `term` with itself, on so many points, a power of two.
fn power(term: &[f64], times: u64, points: usize) -> Vec<f64> {
    let mut values: Vec<(f64, f64)> = term.iter().map(|&mass| (mass, 0.0)).collect();
    values.resize(points, (0.0, 0.0));
    transform(&mut values, 1.0);
    for value in &mut values {
        *value = raised(*value, times);
    }
    transform(&mut values, -1.0);
    // Rounding leaves about 1e-16 of nothing; that is no probability.
    values.into_iter().map(|(real, _)| (real / points as f64).max(0.0)).collect()
}

fn multiplied(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

fn raised(mut base: (f64, f64), mut exponent: u64) -> (f64, f64) {
    let mut result = (1.0, 0.0);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = multiplied(result, base);
        }
        base = multiplied(base, base);
        exponent >>= 1;
    }
    result
}

/// The discrete Fourier transform in place (Cooley and Tukey), for a power of two of values; with the
/// sign −1 the inverse, times the number of values.
fn transform(values: &mut [(f64, f64)], sign: f64) {
    let n = values.len();
    if n < 2 {
        return;
    }
    let bits = n.trailing_zeros();
    for index in 0..n {
        let mirrored = index.reverse_bits() >> (usize::BITS - bits);
        if index < mirrored {
            values.swap(index, mirrored);
        }
    }
    let mut length = 2;
    while length <= n {
        let half = length / 2;
        let roots: Vec<(f64, f64)> = (0..half)
            .map(|k| {
                let (sine, cosine) = (-sign * TAU * k as f64 / length as f64).sin_cos();
                (cosine, sine)
            })
            .collect();
        for block in values.chunks_exact_mut(length) {
            let (first, second) = block.split_at_mut(half);
            for ((a, b), &root) in first.iter_mut().zip(second).zip(&roots) {
                let turned = multiplied(*b, root);
                (*a, *b) = ((a.0 + turned.0, a.1 + turned.1), (a.0 - turned.0, a.1 - turned.1));
            }
        }
        length *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::beta_binomial_wins;
    use crate::statistics::distributions::Binomial;

    #[test]
    fn sums_of_binomials_are_binomial() {
        let single = Binomial::new(40, 0.3).unwrap();
        let masses: Vec<f64> = (0..=40).map(|k| single.ln_mass(k).exp()).collect();
        let all = Binomial::new(200, 0.3).unwrap();
        let sum = RepeatedSum::new(&masses, 5).unwrap();
        for count in [0, 30, 60, 61, 90, 120, 200] {
            assert!((sum.at_least(count) - all.upper(count)).abs() < 1e-13, "{count}");
            assert!((sum.at_most(count) - all.lower(count)).abs() < 1e-13, "{count}");
        }
        let one = RepeatedSum::new(&masses, 1).unwrap();
        assert!((one.at_least(20) / single.upper(20) - 1.0).abs() < 1e-12);
        assert!(RepeatedSum::new(&[], 3).is_none() && RepeatedSum::new(&masses, 0).is_none());
    }

    /// One trial of an urn, far off: scipy.stats.betabinom.sf(1099, 3000, 1000, 4000) by mpmath.
    /// Of several trials nothing below rounding is claimed, and what cannot be has no chance.
    #[test]
    fn far_tails_are_exact_or_limits() {
        let masses = beta_binomial_wins(3_000, 1_000.0, 4_000.0);
        let one = RepeatedSum::new(&masses, 1).unwrap();
        assert!((one.at_least(1_100) / 1.68399846279173e-59 - 1.0).abs() < 1e-9, "{:e}", one.at_least(1_100));
        assert!((one.at_most(200) / 5.25472948025482e-65 - 1.0).abs() < 1e-9, "{:e}", one.at_most(200));
        assert!((one.at_most(3_000) - 1.0).abs() < 1e-12 && one.at_least(3_001) == 0.0);
        let three = RepeatedSum::new(&masses, 3).unwrap();
        assert_eq!((three.at_least(3_600), three.at_most(0)), (1e-14, 1e-14));
        assert!((three.at_least(0) - 1.0).abs() < 1e-12 && three.at_least(9_001) == 0.0);
        let few = RepeatedSum::new(&[0.0, 0.5, 0.5], 2).unwrap();
        assert_eq!((few.at_most(1), few.at_least(5)), (0.0, 0.0));
        assert!((few.at_most(2) - 0.25).abs() < 1e-14);
    }

    #[test]
    fn steps_are_small_against_the_spread() {
        // 5 trials of 20,000 rounds of an urn, in steps of some forty wins: two or three digits of the tails.
        let masses = beta_binomial_wins(20_000, 0.5, 9.5);
        let coarse = RepeatedSum::new(&masses, 5).unwrap();
        // By the limit: sums of five Beta(½, 9½), P(mean > .1) from the transform of a fine grid.
        let fine = beta_binomial_wins(1600, 0.5, 9.5);
        let fine = RepeatedSum::new(&fine, 5).unwrap();
        assert!((coarse.at_least(10_000) - fine.at_least(800)).abs() < 2e-3);
        assert!((coarse.at_least(10_000) + coarse.at_most(9_999) - 1.0).abs() < 1e-9);
        assert!(RepeatedSum::new(&masses, 1000).is_none());
    }
}
