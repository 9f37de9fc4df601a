//! The sum of random amounts that come at random: what somebody earns who wins each of many blocks with
//! a fixed chance, where each block pays an amount of its own.

use super::fourier::fourier_transform;
use crate::law::complex::Complex;
use crate::law::greatest_common_divisor;

/// Amounts below this are told apart as whole numbers.
const LARGEST: f64 = 9e18;

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
    law: Law,
    /// The most probability that may lie beyond the grid.
    tail: f64,
}

#[derive(Clone, Debug)]
enum Law {
    /// The sums that can come, ascending, each with the probability of at most that much.
    Listed(Vec<(f64, f64)>),
    /// Of sums that are multiples of a unit and all lie on the grid.
    Exact(Grid),
    /// Of many sums that reach far: those near zero, where they are multiples of a unit, and all of them.
    Coarse { near: Option<Grid>, far: Grid },
}

/// The probability of at most each multiple of a step.
#[derive(Clone, Debug)]
struct Grid {
    step: f64,
    cumulative: Vec<f64>,
}

impl Grid {
    /// P(less than so many steps).
    fn below(&self, steps: f64) -> f64 {
        match steps.ceil() {
            steps if steps < 1.0 => 0.0,
            steps => self.cumulative[(steps as usize).min(self.cumulative.len()) - 1].clamp(0.0, 1.0),
        }
    }

    /// The first multiple at which this much is reached.
    fn quantile(&self, at_most: f64) -> Option<f64> {
        let place = self.cumulative.partition_point(|&sum| sum < at_most - 1e-12);
        (place < self.cumulative.len()).then_some(place as f64 * self.step)
    }

    /// The same of the part that lies on the grid.
    fn whole_quantile(&self, probability: f64) -> f64 {
        let whole = self.cumulative.last().copied().unwrap_or(1.0);
        let last = (self.cumulative.len() - 1) as f64 * self.step;
        self.quantile(probability * whole).unwrap_or(last)
    }

    /// The convolution of all terms, whose amounts are put on a grid by `on_grid`. What reaches around the
    /// grid's end is less by `exp(-damping)`, and so are digits.
    fn convolved(
        terms: &[CompoundTerm],
        step: f64,
        damping: f64,
        on_grid: impl Fn(&CompoundTerm) -> Vec<Complex>,
    ) -> Self {
        let points = CompoundSum::POINTS;
        let rate = damping / points as f64;
        let mut exponents = vec![Complex { re: 0.0, im: 0.0 }; points];
        for term in terms.iter().filter(|term| term.largest() > 0.0 && term.chance > 0.0) {
            let mut masses = on_grid(term);
            if damping > 0.0 {
                masses
                    .iter_mut()
                    .enumerate()
                    .for_each(|(place, mass)| mass.re *= (-rate * place as f64).exp());
            }
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
        let sums = values.iter().enumerate().map(|(place, value)| {
            sum += value.re * (rate * place as f64).exp();
            sum
        });
        Grid { step, cumulative: ascending(sums) }
    }
}

impl CompoundSum {
    /// The number of points of the grid.
    const POINTS: usize = 1 << 19;
    /// What lies beyond the grid has at most this probability.
    const TAIL: f64 = 1e-12;
    /// At most so many sums are listed.
    const MOST_LISTED: usize = 20_000;
    /// At most so many products are added up for them.
    const MOST_PRODUCTS: usize = 4_000_000;
    /// What reaches around the end of the grid near zero counts by `exp` of less than this.
    const DAMPING: f64 = 15.0;
    /// Within so many steps the split of few payments may have moved a sum; of many, no place has much.
    const MOVED: f64 = 12.0;
    /// A probability at a place where some steps more or less change it by more is not known.
    const UNCERTAIN: f64 = 1e-3;

    /// Convolves by Fourier transform, on multiples of what divides all amounts. Where the sum stays below half
    /// a million of these the law is exact but for rounding, of the order of 1e-13 of probability. Where few
    /// sums can come, all are listed, which is as exact. Otherwise amounts are split among four neighbouring
    /// points of a coarser grid so that mean, variance and skewness stay; quantiles are known to about a step.
    /// Sums below half a million units, which no larger amounts are part of, are then known on a grid of their
    /// own to about 1e-6 of probability. `None` where nothing can be paid, or more payments are to be expected than a grid could tell apart. O(points
    /// log points).
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
        let unit = divisor(terms);
        let points = Self::POINTS;
        let whole = amounts_of(terms).all(|&(from, ..)| from.fract() == 0.0);
        let exact = whole && reach / unit + 2.0 <= points as f64;
        if !exact && let Some(sums) = listed(terms) {
            return Some(CompoundSum { law: Law::Listed(sums), tail: 0.0 });
        }
        // Splitting moves each payment by up to two steps either way and leaves mean and variance as they are:
        // so much room is eight times the root of the sum of squares of such moves.
        let payments: f64 = terms.iter().map(|term| term.draws * term.chance).sum();
        let payments = payments + 8.0 * payments.sqrt() + 40.0;
        let room = 2.0 + (2.0 * payments).min(8.0 * payments.sqrt());
        if !exact && room > 0.5 * points as f64 {
            return None;
        }
        if exact {
            let on_unit = |term: &CompoundTerm| on_grid(&term.amounts, unit, points);
            return Some(CompoundSum { law: Law::Exact(Grid::convolved(terms, unit, 0.0, on_unit)), tail });
        }
        let step = reach / (points as f64 - 1.0 - room);
        let on_unit = |term: &CompoundTerm| on_grid(&term.amounts, unit, points);
        let near = (whole && step > unit).then(|| Grid::convolved(terms, unit, Self::DAMPING, on_unit));
        let far = Grid::convolved(terms, step, 0.0, |term| split_on_grid(&term.amounts, step, points));
        Some(CompoundSum { law: Law::Coarse { near, far }, tail })
    }

    /// The error of a quantile far from zero: a step of the grid, or none.
    pub fn step(&self) -> f64 {
        match &self.law {
            Law::Coarse { far, .. } => far.step,
            Law::Listed(_) | Law::Exact(_) => 0.0,
        }
    }

    /// The most probability that may lie beyond the grid, where it would count as small sums.
    pub fn tail(&self) -> f64 {
        self.tail
    }

    /// The smallest sum that is not exceeded with at least this probability.
    pub fn quantile(&self, probability: f64) -> f64 {
        match &self.law {
            Law::Listed(sums) => {
                let place = sums.partition_point(|&(_, at_most)| at_most < probability - 1e-12);
                sums[place.min(sums.len() - 1)].0
            }
            Law::Exact(grid) => grid.whole_quantile(probability),
            Law::Coarse { near, far } => near
                .as_ref()
                .and_then(|near| near.quantile(probability))
                .unwrap_or_else(|| far.whole_quantile(probability)),
        }
    }

    /// P(less than `sum`); `None` where the grid is too coarse to tell.
    pub fn below(&self, sum: f64) -> Option<f64> {
        match &self.law {
            Law::Listed(sums) => {
                let place = sums.partition_point(|&(one, _)| one < sum - 1e-9 * sum.abs().max(1.0));
                Some(place.checked_sub(1).map_or(0.0, |place| sums[place].1.min(1.0)))
            }
            Law::Exact(grid) => Some(grid.below(sum / grid.step - 1e-9)),
            Law::Coarse { near, far } => {
                if let Some(near) = near.as_ref().filter(|near| sum / near.step < Self::POINTS as f64) {
                    return Some(near.below(sum / near.step - 1e-9));
                }
                let steps = sum / far.step - 1e-9;
                // Where payments were split, part of them may lie on the other side.
                let range = far.below(steps + Self::MOVED) - far.below(steps - Self::MOVED);
                (range <= Self::UNCERTAIN).then(|| far.below(steps))
            }
        }
    }
}

/// The ascending numbers that are nearest to these, by the sum of squares: neighbours in the wrong order are
/// averaged. Points of a split may weigh less than nothing, and a sum overshoots beside them.
fn ascending(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for number in numbers {
        let mut block = (number, 1);
        while let Some(&(before, length)) = blocks.last().filter(|(before, _)| *before > block.0) {
            blocks.pop();
            let all = length + block.1;
            block = ((before * length as f64 + block.0 * block.1 as f64) / all as f64, all);
        }
        blocks.push(block);
    }
    blocks.into_iter().flat_map(|(mean, length)| std::iter::repeat_n(mean, length)).collect()
}

/// The bins of all terms.
fn amounts_of(terms: &[CompoundTerm]) -> impl Iterator<Item = &(f64, f64, f64)> {
    terms.iter().flat_map(|term| &term.amounts)
}

/// Whether a bin is one amount of whole coins.
fn is_whole(&(from, width, _): &(f64, f64, f64)) -> bool {
    width == 1.0 && from.fract() == 0.0 && from < LARGEST
}

/// The largest whole number that divides all amounts; one where bins are wider than an amount or amounts are
/// not whole.
fn divisor(terms: &[CompoundTerm]) -> f64 {
    if !amounts_of(terms).all(is_whole) {
        return 1.0;
    }
    let common =
        amounts_of(terms).fold(0, |common, &(from, ..)| greatest_common_divisor(common, from as u64));
    common.max(1) as f64
}

/// All sums that can come, where they are few and the numbers of draws are whole.
fn listed(terms: &[CompoundTerm]) -> Option<Vec<(f64, f64)>> {
    let mut left = CompoundSum::MOST_PRODUCTS;
    let mut sums = vec![(0u64, 1.0)];
    for term in terms {
        if !term.amounts.iter().all(is_whole) || term.draws.fract() != 0.0 || term.draws > 1e6 {
            return None;
        }
        let paid = term.amounts.iter().map(|&(from, _, mass)| (from as u64, term.chance * mass));
        let base = added_up(paid.chain([(0, 1.0 - term.chance)]).collect());
        let power = power(base, term.draws as u64, &mut left)?;
        sums = product(&sums, &power, &mut left)?;
    }
    let mut below = 0.0;
    let cumulative = |(sum, mass): (u64, f64)| {
        below += mass;
        (sum as f64, below)
    };
    Some(sums.into_iter().map(cumulative).collect())
}

/// The law of the sum of as many draws from this one.
fn power(base: Vec<(u64, f64)>, draws: u64, left: &mut usize) -> Option<Vec<(u64, f64)>> {
    let mut result = vec![(0, 1.0)];
    for bit in (0..u64::BITS - draws.leading_zeros()).rev() {
        result = product(&result, &result, left)?;
        if draws >> bit & 1 == 1 {
            result = product(&result, &base, left)?;
        }
    }
    Some(result)
}

/// The law of the sum of two; `None` where it has too many values.
fn product(a: &[(u64, f64)], b: &[(u64, f64)], left: &mut usize) -> Option<Vec<(u64, f64)>> {
    *left = left.checked_sub(a.len().checked_mul(b.len())?)?;
    let mut masses = Vec::with_capacity(a.len() * b.len());
    for &(one, mass) in a {
        for &(other, part) in b {
            masses.push((one.checked_add(other)?, mass * part));
        }
    }
    let masses = added_up(masses);
    (masses.len() <= CompoundSum::MOST_LISTED).then_some(masses)
}

/// Masses in the order of their values, each value once; less than 1e-25 is nothing.
fn added_up(mut masses: Vec<(u64, f64)>) -> Vec<(u64, f64)> {
    masses.sort_by_key(|&(value, _)| value);
    masses.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    masses.retain(|&(_, mass)| mass > 1e-25);
    masses
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

/// Masses on a grid of multiples of what divides all amounts, each on its point; those beyond it are left out.
fn on_grid(amounts: &[(f64, f64, f64)], unit: f64, points: usize) -> Vec<Complex> {
    let mut masses = vec![Complex { re: 0.0, im: 0.0 }; points];
    for &(from, width, mass) in amounts {
        let first = (from / unit).round();
        if first < points as f64 {
            let inside = masses[first as usize..].iter_mut().take(width as usize);
            inside.for_each(|point| point.re += mass / width);
        }
    }
    masses
}

/// Masses on a grid, each split among four neighbours so that its first three moments stay.
fn split_on_grid(amounts: &[(f64, f64, f64)], step: f64, points: usize) -> Vec<Complex> {
    let mut masses = vec![Complex { re: 0.0, im: 0.0 }; points];
    let mut put = |amount: f64, mass: f64| {
        let place = amount / step;
        // Lagrange's polynomials of four points.
        let first = (place.floor() - 1.0).clamp(0.0, points as f64 - 4.0);
        let x = place - first;
        let weights = [
            -(x - 1.0) * (x - 2.0) * (x - 3.0) / 6.0,
            x * (x - 2.0) * (x - 3.0) / 2.0,
            -x * (x - 1.0) * (x - 3.0) / 2.0,
            x * (x - 1.0) * (x - 2.0) / 6.0,
        ];
        for (point, weight) in masses[first as usize..].iter_mut().zip(weights) {
            point.re += mass * weight;
        }
    };
    for &(from, width, mass) in amounts {
        let pieces = (width / step).ceil().max(1.0);
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
            assert!((sum.below(5.0 * wins as f64).unwrap() - below).abs() < 1e-11);
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
            assert!((sum.below(f64::from(x)).unwrap() - exact).abs() < 1e-12, "{x}");
        }
        assert_eq!(sum.tail(), 0.0);
    }

    /// Large amounts that have no divisor: of few sums each has its probability, and nothing wraps around.
    #[test]
    fn few_large_sums_are_listed() {
        let two = |draws, chance, second| CompoundTerm {
            draws,
            chance,
            amounts: vec![(1e6, 1.0, 0.5), (second, 1.0, 0.5)],
        };
        // Two draws of equal holders: 0, 1, 2, 3, 4 and 6 million, and a coin more for each large one.
        let sum = CompoundSum::new(&[two(2.0, 0.5, 3_000_001.0)]).unwrap();
        assert!((sum.below(1e6).unwrap() - 0.25).abs() < 1e-12);
        assert!((sum.below(1_000_001.0).unwrap() - 0.5).abs() < 1e-12);
        // Somebody who wins nearly always: the least is 20 of the smaller amount, but for a probability of 2 %.
        let sum = CompoundSum::new(&[two(20.0, 0.999, 3_000_001.0)]).unwrap();
        let certain = 1.0 - 0.999f64.powi(20);
        assert!(sum.below(20e6).unwrap() < certain && sum.quantile(0.05) >= 20e6, "{sum:?}");
        assert_eq!(sum.step(), 0.0);
    }

    /// Amounts with a common divisor are on a grid of it.
    #[test]
    fn a_common_divisor_makes_the_grid_exact() {
        let term =
            CompoundTerm { draws: 100.0, chance: 0.5, amounts: vec![(1e6, 1.0, 0.5), (3e6, 1.0, 0.5)] };
        let small = CompoundTerm { amounts: vec![(1.0, 1.0, 0.5), (3.0, 1.0, 0.5)], ..term.clone() };
        let (large, small) = (CompoundSum::new(&[term]).unwrap(), CompoundSum::new(&[small]).unwrap());
        for x in [50.0, 80.0, 100.0, 120.0] {
            let (a, b) = (large.below(1e6 * x).unwrap(), small.below(x).unwrap());
            assert!((a - b).abs() < 1e-12, "{x}: {a} and {b}");
        }
    }

    /// Many payments that are smaller than a step: mean and spread are those of the sum.
    #[test]
    fn splitting_adds_no_variance() {
        let amounts: Vec<(f64, f64, f64)> =
            (0..7).map(|k| (97.0 + 3.0 * f64::from(k), 2.0, 1.0 / 7.0)).collect();
        let term = CompoundTerm { draws: 2e6, chance: 0.5, amounts };
        let (mean, variance) = compound_moments(std::slice::from_ref(&term));
        let sum = CompoundSum::new(&[term]).unwrap();
        assert!(sum.step() > 100.0);
        for (probability, sds) in [(0.025, -1.959_964), (0.5, 0.0), (0.975, 1.959_964)] {
            let off = (sum.quantile(probability) - mean) / variance.sqrt() - sds;
            assert!(off.abs() < 2.0 * sum.step() / variance.sqrt(), "{probability}: {off}");
        }
    }

    /// Ten amounts near each other, far above the steps of the grid: between the clusters of so many payments
    /// the law is the binomial.
    #[test]
    fn between_clusters_of_sums_the_law_is_the_binomial() {
        const OFFSETS: [f64; 10] =
            [0.0, 1.0, 17.0, 1003.0, 50_021.0, 70_001.0, 90_007.0, 123_457.0, 200_003.0, 300_007.0];
        for base in [3e8, 3e10, 3e12, 3e14] {
            for chance in [0.25, 0.75] {
                let amounts = OFFSETS.iter().map(|offset| (base + offset, 1.0, 0.1)).collect();
                let sum = CompoundSum::new(&[CompoundTerm { draws: 10.0, chance, amounts }]).unwrap();
                let mut at_most = 0.0;
                for (wins, mass) in binomial_wins(10, chance).unwrap().into_iter().enumerate() {
                    at_most += mass;
                    let found = sum.below(base * (wins as f64 + 0.5)).unwrap();
                    assert!((found - at_most).abs() < 1e-4, "{base} {chance} {wins}: {found} for {at_most}");
                }
            }
        }
        // One amount is a grid of its own, however large.
        let one = CompoundSum::new(&[CompoundTerm::fixed(10.0, 0.25, 1e18)]).unwrap();
        let two_or_fewer: f64 = binomial_wins(10, 0.25).unwrap()[..3].iter().sum();
        assert!((one.below(3e18).unwrap() - two_or_fewer).abs() < 1e-12);
        assert_eq!(one.quantile(0.5), 2e18);
    }

    /// Sums near zero of a law that reaches far: those of the amounts that are small, coin by coin.
    #[test]
    fn sums_near_zero_are_exact_however_far_others_reach() {
        let small = |far: f64| {
            let mut amounts: Vec<(f64, f64, f64)> = (1..=99).map(|k| (f64::from(k), 1.0, 0.01)).collect();
            amounts.push((far, 1.0, 0.01));
            CompoundTerm { draws: 50.0, chance: 0.2, amounts }
        };
        // A large amount comes in none of the sums below 1,000, wherever it is.
        let far = CompoundSum::new(&[small(7.0e7)]).unwrap();
        assert!(far.step() > 100.0);
        let farther = CompoundSum::new(&[small(3.0e8 + 1.0)]).unwrap();
        for x in [1.0, 17.0, 100.0, 333.0, 900.0] {
            let (a, b) = (far.below(x).unwrap(), farther.below(x).unwrap());
            assert!((a - b).abs() < 1e-7, "{x}: {a} and {b}");
        }
        // Nothing at all: 0.8^50. One coin or less: and one payment of one coin.
        let nothing = 0.8f64.powi(50);
        assert!((far.below(1.0).unwrap() - nothing).abs() < 1e-9);
        let one = 50.0 * 0.2 * 0.01 * 0.8f64.powi(49);
        assert!((far.below(2.0).unwrap() - nothing - one).abs() < 1e-9);
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
