//! The sum of random amounts that come at random: what somebody earns who wins each of many blocks with
//! a fixed chance, where each block pays an amount of its own.

use super::fourier::fourier_transform;
use crate::law::complex::Complex;

/// Independent draws, each of which pays with the same chance an amount of the same distribution.
#[derive(Clone, Debug, PartialEq)]
pub struct CompoundTerm {
    /// How many draws; not a whole number where a year is not a whole number of periods.
    pub draws: f64,
    /// The chance that a draw pays.
    pub chance: f64,
    /// What it pays, never negative: bins of amounts from the first on, of so many amounts one apart, and
    /// the probability of all of them. The probabilities sum to one.
    pub amounts: Vec<(f64, f64, f64)>,
}

impl CompoundTerm {
    /// Draws that pay the same amount whenever they pay.
    pub fn fixed(draws: f64, chance: f64, amount: f64) -> Self {
        CompoundTerm { draws, chance, amounts: vec![(amount, 1.0, 1.0)] }
    }

    fn moments(&self) -> (f64, f64) {
        self.amounts.iter().fold((0.0, 0.0), |(mean, square), &(from, width, mass)| {
            let middle = from + (width - 1.0) / 2.0;
            let spread = (width * width - 1.0) / 12.0;
            (mean + mass * middle, square + mass * (middle * middle + spread))
        })
    }

    fn largest(&self) -> f64 {
        self.amounts.iter().map(|&(from, width, _)| from + width - 1.0).fold(0.0, f64::max)
    }

    /// The logarithm of the mean of exp(rate * sum), from above.
    fn log_generating(&self, rate: f64) -> f64 {
        let mean: f64 = self
            .amounts
            .iter()
            .map(|&(from, width, mass)| mass * (rate * (from + width - 1.0)).exp_m1())
            .sum();
        self.draws * (self.chance * mean).ln_1p()
    }
}

/// Exact mean and variance of the sum of all terms. O(amounts).
pub fn compound_moments(terms: &[CompoundTerm]) -> (f64, f64) {
    terms.iter().fold((0.0, 0.0), |(mean, variance), term| {
        let (first, second) = term.moments();
        let paid = term.chance * first;
        (mean + term.draws * paid, variance + term.draws * (term.chance * second - paid * paid))
    })
}

/// The distribution of the sum of all terms, by convolution.
#[derive(Clone, Debug)]
pub struct CompoundSum {
    /// From one point of the grid to the next.
    step: f64,
    /// The probability of at most each point.
    cumulative: Vec<f64>,
    tail: f64,
}

impl CompoundSum {
    /// The number of points of the grid.
    const POINTS: usize = 1 << 19;
    /// What lies beyond the grid has at most this probability.
    const TAIL: f64 = 1e-12;

    /// Convolves by Fourier transform. Where the sum stays below half a million and all amounts are whole, the
    /// grid is that of whole numbers and the law is exact but for rounding, of the order of 1e-13 of
    /// probability; otherwise amounts are split between neighbouring points so that the mean stays, and
    /// quantiles are known to about a step. `None` where nothing can be paid. O(points log points).
    pub fn new(terms: &[CompoundTerm]) -> Option<Self> {
        let largest = terms.iter().map(CompoundTerm::largest).fold(0.0, f64::max);
        let (mean, variance) = compound_moments(terms);
        if !(largest > 0.0 && mean > 0.0 && variance.is_finite()) {
            return None;
        }
        let most: f64 = terms.iter().map(|term| term.draws.ceil() * term.largest()).sum();
        let mut reach = (mean + 8.0 * variance.sqrt()).max(1.0);
        let mut tail = tail_bound(terms, reach, largest);
        while tail > Self::TAIL && reach < most {
            reach *= 1.5;
            tail = tail_bound(terms, reach, largest);
        }
        if reach >= most {
            (reach, tail) = (most, 0.0);
        }
        let points = Self::POINTS;
        let step = ((reach + 2.0) / (points - 1) as f64).max(1.0);
        let mut exponents = vec![Complex { re: 0.0, im: 0.0 }; points];
        for term in terms.iter().filter(|term| term.largest() > 0.0 && term.chance > 0.0) {
            let mut masses = on_grid(&term.amounts, step, points);
            fourier_transform(&mut masses, false);
            for (exponent, mass) in exponents.iter_mut().zip(&masses) {
                let payment =
                    Complex { re: term.chance * (mass.re - 1.0), im: term.chance * mass.im }.ln_1p();
                exponent.re += term.draws * payment.re;
                exponent.im += term.draws * payment.im;
            }
        }
        let mut values: Vec<Complex> = exponents.into_iter().map(Complex::exp).collect();
        fourier_transform(&mut values, true);
        let mut sum = 0.0;
        let cumulative = values
            .iter()
            .map(|value| {
                sum += value.re.max(0.0);
                sum
            })
            .collect();
        Some(CompoundSum { step, cumulative, tail })
    }

    /// From one point of the grid to the next: the error of a quantile.
    pub fn step(&self) -> f64 {
        self.step
    }

    /// The most probability that may lie beyond the grid, where it would count as small sums.
    pub fn tail(&self) -> f64 {
        self.tail
    }

    /// The smallest sum that is not exceeded with at least this probability.
    pub fn quantile(&self, probability: f64) -> f64 {
        let whole = self.cumulative.last().copied().unwrap_or(1.0);
        let place = self.cumulative.partition_point(|&sum| sum < probability * whole - 1e-12);
        place.min(self.cumulative.len() - 1) as f64 * self.step
    }

    /// P(less than `sum`).
    pub fn below(&self, sum: f64) -> f64 {
        let points = ((sum / self.step) - 1e-9).ceil();
        if points < 1.0 {
            return 0.0;
        }
        let place = (points as usize).min(self.cumulative.len()) - 1;
        self.cumulative[place].min(1.0)
    }
}

/// A bound of the probability that the sum exceeds `reach` (Chernoff), for the best of several rates.
fn tail_bound(terms: &[CompoundTerm], reach: f64, largest: f64) -> f64 {
    let rates = (0..60).map(|power| 100.0 / largest * 0.75f64.powi(power));
    let bound = |rate: f64| {
        let all: f64 = terms.iter().map(|term| term.log_generating(rate)).sum();
        all - rate * reach
    };
    rates.map(bound).fold(0.0, f64::min).exp()
}

/// Masses on the grid, each split between two neighbours so that its mean stays.
fn on_grid(amounts: &[(f64, f64, f64)], step: f64, points: usize) -> Vec<Complex> {
    let mut masses = vec![Complex { re: 0.0, im: 0.0 }; points];
    let mut put = |amount: f64, mass: f64| {
        let place = (amount / step).min((points - 1) as f64);
        let (below, part) = (place.floor() as usize, place.fract());
        masses[below].re += mass * (1.0 - part);
        if part > 0.0 {
            masses[below + 1].re += mass * part;
        }
    };
    for &(from, width, mass) in amounts {
        let pieces = if step <= 1.0 { width } else { (width / step).ceil().max(1.0) };
        for piece in 0..pieces as usize {
            // The middle of one of as many equal pieces of the bin.
            let middle = from - 0.5 + (piece as f64 + 0.5) * width / pieces;
            put(middle.max(0.0), mass / pieces);
        }
    }
    masses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::binomial_wins;

    #[test]
    fn fixed_amounts_are_the_binomial() {
        let sum = CompoundSum::new(&[CompoundTerm::fixed(40.0, 0.3, 5.0)]).unwrap();
        let mut below = 0.0;
        for (wins, chance) in binomial_wins(40, 0.3).unwrap().into_iter().enumerate() {
            assert!((sum.below(5.0 * wins as f64) - below).abs() < 1e-11);
            below += chance;
        }
        assert_eq!(sum.quantile(0.5), 60.0);
        let (mean, variance) = compound_moments(&[CompoundTerm::fixed(40.0, 0.3, 5.0)]);
        assert!((mean - 60.0).abs() < 1e-12 && (variance - 40.0 * 0.21 * 25.0).abs() < 1e-9);
    }

    /// Two terms by direct convolution.
    #[test]
    fn terms_add_up() {
        let terms = [
            CompoundTerm { draws: 2.0, chance: 0.5, amounts: vec![(1.0, 2.0, 0.5), (10.0, 1.0, 0.5)] },
            CompoundTerm::fixed(1.0, 0.25, 3.0),
        ];
        let one = [(0u32, 0.5), (1, 0.125), (2, 0.125), (10, 0.25)];
        let mut law = std::collections::BTreeMap::new();
        for (a, p) in one {
            for (b, q) in one {
                for (c, r) in [(0, 0.75), (3, 0.25)] {
                    *law.entry(a + b + c).or_insert(0.0) += p * q * r;
                }
            }
        }
        let sum = CompoundSum::new(&terms).unwrap();
        for x in 0..25u32 {
            let exact: f64 = law.range(..x).map(|(_, p)| p).sum();
            assert!((sum.below(f64::from(x)) - exact).abs() < 1e-12, "{x}");
        }
        assert_eq!(sum.tail(), 0.0);
    }

    /// A validator's year on Ethereum with 500,000 of them, in gwei: attestations at their mean of 13,660
    /// an epoch, 5.2596 proposals and 321.02 committees of 512 on average (oracle: mean 1.330489 ETH, sd
    /// .102531; a book's quantiles from truncated sums: 1.2175, 1.3123, 1.4704).
    #[test]
    fn a_year_of_ethereum() {
        let epochs = 82_181.25;
        let flat = 13_660.0 * epochs;
        let proposals = CompoundTerm::fixed(epochs * 32.0, 1.0 / 500_000.0, 31_621_093.0);
        let committees = CompoundTerm::fixed(epochs / 256.0, 512.0 / 500_000.0, 126_484_375.0);
        let terms = [proposals, committees];
        let (mean, variance) = compound_moments(&terms);
        assert!(((flat + mean) / 1e9 - 1.330489).abs() < 5e-7, "{}", flat + mean);
        assert!((variance.sqrt() / 1e9 - 0.102531).abs() < 5e-7, "{}", variance.sqrt());
        let sum = CompoundSum::new(&terms).unwrap();
        for (probability, book) in [(0.1, 1.2175), (0.5, 1.3123), (0.9, 1.4704)] {
            let found = (flat + sum.quantile(probability)) / 1e9;
            assert!((found - book).abs() < 1e-4 + sum.step() / 1e9, "{found} for {book}");
        }
        assert!(sum.tail() <= 1e-12);
    }
}
