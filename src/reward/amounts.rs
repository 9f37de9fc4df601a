//! A distribution of amounts in whole coins, frozen to integers.

use crate::random::Stream;

/// All weight of a distribution that is frozen from its cumulative function.
const WHOLE: u64 = 1 << 62;
/// Bins above this many coins are wider than one coin, by at most one part in so many.
const RESOLUTION: u64 = 64;

/// Amounts in bins with integer weights; within a bin all amounts are equally likely. Bins of one coin
/// up to `RESOLUTION` coins, then of at most one part in `RESOLUTION` of their amount. What is
/// drawn from it and what is worked out about it are the same numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amounts {
    /// The smallest amount of each bin, ascending, and what follows the largest of the last.
    edges: Vec<u64>,
    /// Whether everything of the bin lies at its smallest amount.
    points: bool,
    /// The weight of each bin and all before it.
    cumulative: Vec<u64>,
}

impl Amounts {
    /// Freezes a distribution of real amounts between `low` and `high` to whole coins, each amount
    /// being rounded to the nearest. `below(x)` is the probability of less than `x`; at `knots`, in
    /// ascending order, it may bend, or everything above may be moved there: no bin goes beyond one, and
    /// one begins there.
    pub fn freeze(low: u64, high: u64, knots: &[u64], below: impl Fn(f64) -> f64) -> Self {
        let mut edges = vec![low];
        let mut cumulative = Vec::new();
        let mut knots = knots.iter().copied().filter(|&knot| knot > low && knot <= high).peekable();
        let mut edge = low;
        let mut weight = 0;
        while edge <= high {
            while knots.next_if(|&knot| knot <= edge).is_some() {}
            let next = (edge + (edge / RESOLUTION).max(1)).min(high + 1);
            let next = knots.peek().map_or(next, |&knot| next.min(knot));
            let up_to = if next > high { 1.0 } else { below(next as f64 - 0.5).clamp(0.0, 1.0) };
            weight = ((up_to * WHOLE as f64) as u64).clamp(weight, WHOLE);
            edges.push(next);
            cumulative.push(weight);
            edge = next;
            if weight == WHOLE {
                break;
            }
        }
        Amounts { edges, points: false, cumulative }
    }

    /// Observed amounts, ascending, and how often each was seen. Their number must be positive and
    /// fit 63 bits.
    pub fn observed(counts: &[(u64, u64)]) -> Self {
        let mut cumulative = Vec::with_capacity(counts.len());
        let mut weight = 0;
        for &(_, count) in counts {
            weight += count;
            cumulative.push(weight);
        }
        let last = counts.last().map_or(0, |&(amount, _)| amount);
        let edges = counts.iter().map(|&(amount, _)| amount).chain([last + 1]).collect();
        Amounts { edges, points: true, cumulative }
    }

    /// All weight.
    pub fn weight(&self) -> u64 {
        self.cumulative.last().copied().unwrap_or(0)
    }

    /// The largest amount.
    pub fn largest(&self) -> u64 {
        self.edges.last().map_or(0, |&edge| edge - 1)
    }

    /// The amount at a position below the weight of all bins.
    pub fn at(&self, position: u64, stream: &mut Stream) -> u64 {
        let bin = self.cumulative.partition_point(|&weight| weight <= position);
        let (from, to) = (self.edges[bin], self.edges[bin + 1]);
        if self.points || to - from == 1 { from } else { from + stream.below(to - from) }
    }

    /// A draw.
    pub fn draw(&self, stream: &mut Stream) -> u64 {
        let position = stream.below(self.weight());
        self.at(position, stream)
    }

    /// The bins: smallest amount, how many amounts, and the probability of all of them together.
    pub fn bins(&self) -> impl Iterator<Item = (u64, u64, f64)> + '_ {
        let whole = self.weight() as f64;
        self.cumulative.iter().enumerate().map(move |(bin, &weight)| {
            let before = if bin == 0 { 0 } else { self.cumulative[bin - 1] };
            let width = if self.points { 1 } else { self.edges[bin + 1] - self.edges[bin] };
            (self.edges[bin], width, (weight - before) as f64 / whole)
        })
    }

    /// Mean and mean square of an amount, exactly but for the rounding of floats.
    pub fn moments(&self) -> (f64, f64) {
        self.bins().fold((0.0, 0.0), |(mean, square), (from, width, chance)| {
            let (from, width) = (from as f64, width as f64);
            let middle = from + (width - 1.0) / 2.0;
            let spread = (width * width - 1.0) / 12.0;
            (mean + chance * middle, square + chance * (middle * middle + spread))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;
    use statrs::distribution::{ContinuousCDF, Exp};

    #[test]
    fn a_frozen_exponential_has_its_moments_and_quantiles() {
        let law = Exp::new(1.0 / 5000.0).unwrap();
        let amounts = Amounts::freeze(0, 1 << 40, &[], |x| law.cdf(x));
        let (mean, square) = amounts.moments();
        assert!((mean / 5000.0 - 1.0).abs() < 1e-4, "{mean}");
        assert!((square / 5e7 - 1.0).abs() < 5e-4, "{square}");
        let mut stream = Stream::of_seed(3, Purpose::Extras);
        let draws: Vec<u64> = (0..100_000).map(|_| amounts.draw(&mut stream)).collect();
        for quantile in [0.1, 0.5, 0.9, 0.99] {
            let bound = -(1.0f64 - quantile).ln() * 5000.0;
            let below = draws.iter().filter(|&&amount| (amount as f64) < bound).count() as f64;
            let error = 4.0 * (quantile * (1.0 - quantile) * 1e5).sqrt();
            assert!((below - quantile * 1e5).abs() < error + 20.0, "{below} below the {quantile} quantile");
        }
    }

    /// Whatever would be more than the cap is the cap.
    #[test]
    fn a_cap_has_the_probability_of_everything_above() {
        let law = Exp::new(1.0 / 1e6).unwrap();
        let amounts = Amounts::freeze(0, 1_000_000, &[1_000_000], |x| law.cdf(x));
        let (from, width, chance) = amounts.bins().last().unwrap();
        assert_eq!((from, width), (1_000_000, 1));
        assert!((chance - (-0.999_999_5f64).exp()).abs() < 1e-12, "{chance}");
    }

    #[test]
    fn observed_amounts_come_as_often_as_they_were_seen() {
        let amounts = Amounts::observed(&[(0, 5), (7, 3), (1000, 2)]);
        let mut stream = Stream::of_seed(3, Purpose::Extras);
        let found: Vec<u64> = (0..10).map(|position| amounts.at(position, &mut stream)).collect();
        assert_eq!(found, [0, 0, 0, 0, 0, 7, 7, 7, 1000, 1000]);
        assert_eq!((amounts.largest(), amounts.weight()), (1000, 10));
        assert!((amounts.moments().0 - 202.1).abs() < 1e-12);
    }
}
