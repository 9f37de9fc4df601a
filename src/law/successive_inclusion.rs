//! Who is included when some are drawn by weight without replacement.

use super::{gauss_legendre, proportional_shares};
use rayon::prelude::*;
use std::f64::consts::TAU;

/// The probability of each to be among the first `draws` drawn one after another in proportion
/// to weight, nobody twice (successive sampling). A weight of zero is never drawn; if there are
/// no more than `draws` positive weights, all of them are.
///
/// The order of such draws is the order of independent exponential times with the weights as
/// rates (Rosén, Annals of Mathematical Statistics 1972), so
/// `π_i = ∫_0^∞ w_i e^(-w_i t) P(fewer than k others by time t) dt`. How many others have come
/// by time t is a sum of independent indicators with different chances; its distribution comes
/// from its characteristic function at as many points as it has likely values, of which only
/// those count where the function has not vanished.
///
/// # Error
/// Before the first time at which the count can matter and after the last, the probability is
/// one or zero within e^-38 (Chernoff); between them lie pieces of 16 Gauss-Legendre nodes over
/// at most two standard deviations of the count. The sum of the results is `draws` within 1e-11
/// times `draws`, which the tests check; small probabilities keep their relative precision, however
/// small they are. Weights of which one seldom comes are summed up in power series: seconds for a million
/// different ones; equal weights are computed once.
pub fn successive_inclusion(weights: &[u64], draws: u64) -> Vec<f64> {
    let positive = weights.iter().filter(|&&weight| weight > 0).count() as u64;
    if draws == 0 || draws >= positive {
        let all = if draws == 0 { 0.0 } else { 1.0 };
        return weights.iter().map(|&weight| if weight == 0 { 0.0 } else { all }).collect();
    }
    if draws == 1 {
        return proportional_shares(weights);
    }
    let groups = Groups::of(weights);
    let included = groups.integrate(draws as f64);
    weights
        .iter()
        .map(|weight| match groups.exact.binary_search(weight) {
            Ok(group) => included[group],
            Err(_) => 0.0,
        })
        .collect()
}

/// The different positive weights, ascending.
struct Groups {
    exact: Vec<u64>,
    /// The weights in units of their mean.
    rates: Vec<f64>,
    /// How many have each weight.
    counts: Vec<u32>,
}

impl Groups {
    /// So many are worth a thread.
    const CHUNK: usize = 1 << 14;

    fn of(weights: &[u64]) -> Self {
        let mut sorted: Vec<u64> = weights.iter().copied().filter(|&weight| weight > 0).collect();
        sorted.sort_unstable();
        let mean = sorted.iter().map(|&weight| weight as f64).sum::<f64>() / sorted.len() as f64;
        let mut groups = Groups { exact: Vec::new(), rates: Vec::new(), counts: Vec::new() };
        for weight in sorted {
            if groups.exact.last() == Some(&weight) {
                if let Some(count) = groups.counts.last_mut() {
                    *count += 1;
                }
            } else {
                groups.exact.push(weight);
                groups.rates.push(weight as f64 / mean);
                groups.counts.push(1);
            }
        }
        groups
    }

    fn members(&self) -> f64 {
        self.counts.iter().map(|&count| f64::from(count)).sum()
    }

    /// Mean and variance of how many have come by a time.
    fn moments(&self, time: f64) -> (f64, f64) {
        if self.rates.len() <= Groups::CHUNK {
            return moments_of(&self.rates, &self.counts, time);
        }
        // On all threads, and added up in the order of the groups.
        let chunks = self.rates.par_chunks(Groups::CHUNK).zip(self.counts.par_chunks(Groups::CHUNK));
        let parts: Vec<(f64, f64)> = chunks.map(|(rates, counts)| moments_of(rates, counts, time)).collect();
        parts.into_iter().fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1))
    }

    fn integrate(&self, draws: f64) -> Vec<f64> {
        let members = self.members();
        // One other more or less than all: the bounds must hold for the count without one of them.
        let early = solve(|time| {
            let mean = self.moments(time).0;
            mean < draws && tail(draws, mean, members) > 38.0
        });
        let late = solve(|time| {
            let mean = self.moments(time).0;
            mean < draws + 1.0 || tail(draws, mean, members) < 38.0
        });
        // Once the quickest `draws` others have all come nothing is left: a bound that holds where rates
        // are so different that Chernoff's says nothing. Who is itself among the quickest waits for one more.
        let quick = self.rate_of_rank(draws);
        let limits = [draws, draws + 1.0].map(|quickest| solve(|time| self.missing(quickest, time) > 3e-17));
        let limit = |rate: f64| if rate >= quick { limits[1] } else { limits[0] };
        let late = late.min(limits[1]);
        let mut included: Vec<f64> = self.rates.iter().map(|rate| -(-rate * early).exp_m1()).collect();
        let rule = gauss_legendre(16);
        let (mut start, end) = (early.ln(), late.ln());
        while start < end {
            // Where a piece ends: at most a factor e^0.5 in time, at most two standard deviations.
            let (mean, variance) = self.moments(start.exp());
            let mut stop = (start + 0.5).min(end);
            while stop - start > 1e-6 && self.moments(stop.exp()).0 - mean > 2.0 * variance.sqrt().max(0.5) {
                stop = start + (stop - start) / 2.0;
            }
            let half = (stop - start) / 2.0;
            let node = |&(x, weight): &(f64, f64)| {
                let time = (start + half + half * x).exp();
                let count = Count::at(self, time, draws);
                let of = |(group, rate): (usize, &f64)| {
                    let density = rate * time * count.stay[group];
                    // Against what is there already, which may be as small itself.
                    let counts = time < limit(*rate) && density > 1e-18 * included[group];
                    if counts { weight * half * density * count.fewer_without(group) } else { 0.0 }
                };
                self.rates.iter().enumerate().map(of).collect::<Vec<f64>>()
            };
            // On all threads, and added up in the order of time.
            let parts: Vec<Vec<f64>> = rule.par_iter().map(node).collect();
            for part in parts {
                included.iter_mut().zip(part).for_each(|(included, part)| *included += part);
            }
            start = stop;
        }
        included
    }

    /// The rate of the quickest but `rank - 1`.
    fn rate_of_rank(&self, rank: f64) -> f64 {
        let mut left = rank;
        let quickest_first = self.rates.iter().zip(&self.counts).rev();
        let reached = quickest_first.map(|(rate, &count)| {
            left -= f64::from(count);
            (rate, left <= 0.0)
        });
        reached.filter(|&(_, reached)| reached).map(|(&rate, _)| rate).next().unwrap_or(0.0)
    }

    /// How many of so many quickest have not come by a time, in the mean.
    fn missing(&self, quickest: f64, time: f64) -> f64 {
        let mut left = quickest;
        let mut missing = 0.0;
        for (rate, &count) in self.rates.iter().zip(&self.counts).rev() {
            if left <= 0.0 {
                break;
            }
            let taken = left.min(f64::from(count));
            missing += taken * (-rate * time).exp();
            left -= taken;
        }
        missing
    }
}

/// Mean and variance of how many of some groups have come by a time.
fn moments_of(rates: &[f64], counts: &[u32], time: f64) -> (f64, f64) {
    let (mut mean, mut variance) = (0.0, 0.0);
    for (rate, &count) in rates.iter().zip(counts) {
        let come = -(-rate * time).exp_m1();
        mean += f64::from(count) * come;
        variance += f64::from(count) * come * (1.0 - come);
    }
    (mean, variance)
}

/// The last time, within a factor of 1 + 1e-6, at which `holds` is true; it is true before that.
fn solve(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (-800f64, 800f64);
    while high - low > 1e-6 {
        let middle = f64::midpoint(low, high);
        if holds(middle.exp()) { low = middle } else { high = middle }
    }
    low.exp()
}

/// Minus the logarithm of Chernoff's bound on a count with this mean, among `members`, being on
/// the other side of `draws`: the better of the bounds on those who have come and on those who
/// have not. One is taken off both, for the member that is left out.
fn tail(draws: f64, mean: f64, members: f64) -> f64 {
    let exponent = |count: f64, mean: f64| {
        let count = count.max(0.0);
        if count == 0.0 { mean } else { count * (count / mean).ln() - count + mean }
    };
    if mean < draws {
        exponent(draws, mean).max(exponent(members - draws, members - mean))
    } else {
        exponent(draws - 1.0, mean - 1.0).max(exponent(members - draws, (members - mean).max(1e-300)))
    }
}

/// Groups of whom one has come with so small a probability c that the logarithm of its factor, and the quotient
/// by it, are short power series in c (e^(i angle) - 1). Of many such groups the sums of powers of c are enough.
struct RareGroups {
    /// They are those before this one; none if there are few.
    edge: usize,
    /// The sums of c, c², ... over all members.
    sums: Vec<f64>,
}

impl RareGroups {
    /// Of fewer groups the factors are multiplied one by one.
    const FEWEST: usize = 1024;
    /// What is left out of a series, relative to it.
    const REST: f64 = 1e-18;
    /// About how many terms of a series cost as much as a factor at all frequencies.
    const TERMS_OF_FACTOR: f64 = 150.0;

    const NONE: RareGroups = RareGroups { edge: 0, sums: Vec::new() };

    fn of(groups: &Groups, come: &[f64]) -> Self {
        let members = groups.members();
        // The smaller c, the fewer terms are needed, but the fewer groups are as rare.
        let cost = |&edge: &usize| {
            let terms = if edge == 0 { 0 } else { RareGroups::terms(come[edge - 1], members) };
            (edge * terms) as f64 + (come.len() - edge) as f64 * RareGroups::TERMS_OF_FACTOR
        };
        let edges = (2..20).map(|power| come.partition_point(|&come| come <= 0.5f64.powi(power)));
        let edge = edges.min_by(|a, b| cost(a).total_cmp(&cost(b))).unwrap_or(0);
        if edge < RareGroups::FEWEST {
            return RareGroups::NONE;
        }
        let mut sums = vec![0.0; RareGroups::terms(come[edge - 1], members)];
        for (&come, &count) in come[..edge].iter().zip(&groups.counts) {
            let mut power = f64::from(count);
            for sum in &mut sums {
                power *= come;
                *sum += power;
            }
        }
        RareGroups { edge, sums }
    }

    /// How many terms a series has where the largest c is so large. A factor e^(i angle) - 1 has at most the
    /// modulus 2.
    fn terms(largest: f64, members: f64) -> usize {
        let (mut rest, mut terms) = (members * largest, 1);
        while rest > RareGroups::REST {
            rest *= 2.0 * largest;
            terms += 1;
        }
        terms
    }

    /// The product of their factors, with e^(i angle) - 1.
    fn factor(&self, step: (f64, f64)) -> (f64, f64) {
        let mut logarithm = (0.0, 0.0);
        let mut power = (-1.0, 0.0);
        for (sum, place) in self.sums.iter().zip(1..) {
            power = times(power, (-step.0, -step.1));
            let weight = sum / f64::from(place);
            logarithm = (logarithm.0 + weight * power.0, logarithm.1 + weight * power.1);
        }
        let (sine, cosine) = logarithm.1.sin_cos();
        let modulus = logarithm.0.exp();
        (modulus * cosine, modulus * sine)
    }
}

/// The distribution of how many have come by one time, as its characteristic function.
struct Count {
    /// For each group, the probability that one of it has not come.
    stay: Vec<f64>,
    /// For each frequency: cosine, sine, and the coefficient that makes the probability of fewer
    /// than `draws`, real and imaginary part.
    terms: Vec<(f64, f64, f64, f64)>,
    /// The share of the frequency zero.
    base: f64,
    /// The answer, where it is certain.
    certain: Option<f64>,
    /// How many groups are rare.
    rare: usize,
    /// The answer without one of a rare group, as a power series in minus the probability that it has come.
    series: Vec<f64>,
}

impl Count {
    fn at(groups: &Groups, time: f64, draws: f64) -> Self {
        if groups.rates.len() < RareGroups::FEWEST {
            let stay = groups.rates.iter().map(|rate| (-rate * time).exp()).collect();
            return Count::of(groups, stay, &RareGroups::NONE, groups.moments(time), draws);
        }
        let come: Vec<f64> = groups.rates.iter().map(|rate| -(-rate * time).exp_m1()).collect();
        let rare = RareGroups::of(groups, &come);
        let mut moments = (0.0, 0.0);
        for (come, &count) in come.iter().zip(&groups.counts) {
            moments.0 += f64::from(count) * come;
            moments.1 += f64::from(count) * come * (1.0 - come);
        }
        let mut stay = come;
        stay.iter_mut().for_each(|chance| *chance = 1.0 - *chance);
        Count::of(groups, stay, &rare, moments, draws)
    }

    fn of(
        groups: &Groups,
        stay: Vec<f64>,
        rare: &RareGroups,
        (mean, variance): (f64, f64),
        draws: f64,
    ) -> Self {
        let mut count =
            Count { stay, terms: Vec::new(), base: 0.0, certain: None, rare: rare.edge, series: Vec::new() };
        // Bernstein's inequality: beyond this distance lies less than e^-40.
        let reach = 40.0 / 3.0 + ((40.0f64 / 3.0).powi(2) + 80.0 * variance).sqrt();
        let lowest = (mean - reach - 1.0).floor().max(0.0);
        let highest = (mean + reach + 1.0).ceil().min(groups.members());
        // An odd number of points never has the frequency at which a factor can vanish.
        let points = (highest - lowest + 1.0) as u64 | 1;
        if draws - 1.0 < lowest || draws - 1.0 >= highest {
            count.certain = Some(if draws - 1.0 < lowest { 0.0 } else { 1.0 });
            return count;
        }
        let length = draws - lowest;
        count.base = length / points as f64;
        for frequency in 1..=points / 2 {
            let angle = TAU * frequency as f64 / points as f64;
            let (sine, cosine) = angle.sin_cos();
            let half = (angle / 2.0).sin();
            // e^(i angle) - 1 without losing digits.
            let step = (-2.0 * half * half, sine);
            let mut value = if rare.edge > 0 { rare.factor(step) } else { (1.0, 0.0) };
            for (&stay, &members) in count.stay.iter().zip(&groups.counts).skip(rare.edge) {
                let come = 1.0 - stay;
                value = times(value, power((stay + come * cosine, come * sine), members));
            }
            if value.0.hypot(value.1) < 1e-22 {
                // Every factor's modulus falls as the frequency rises: the rest vanishes too.
                break;
            }
            // Sum over l = lowest, ..., draws - 1 of e^(-i angle l), as a ratio of sines.
            let ratio = (angle * length / 2.0).sin() / (angle / 2.0).sin();
            let phase = -angle * (lowest + (length - 1.0) / 2.0);
            let sum = (ratio * phase.cos(), ratio * phase.sin());
            let (real, imaginary) = times(value, sum);
            // Twice: once for the conjugate frequency.
            let scale = 2.0 / points as f64;
            count.terms.push((cosine, sine, real * scale, imaginary * scale));
            if rare.edge > 0 {
                count.series.resize(rare.sums.len() + 1, 0.0);
                let mut power = (real * scale, imaginary * scale);
                for coefficient in &mut count.series {
                    *coefficient += power.0;
                    power = times(power, step);
                }
            }
        }
        if let Some(first) = count.series.first_mut() {
            *first += count.base;
        }
        count
    }

    /// The probability that fewer than `draws` others have come, without one of this group.
    fn fewer_without(&self, group: usize) -> f64 {
        if let Some(certain) = self.certain {
            return certain;
        }
        let stay = self.stay[group];
        let come = 1.0 - stay;
        if group < self.rare && !self.series.is_empty() {
            return self.series.iter().rev().fold(0.0, |sum, coefficient| coefficient - come * sum);
        }
        let mut sum = self.base;
        for &(cosine, sine, real, imaginary) in &self.terms {
            // Real part of the quotient by this member's factor.
            let (x, y) = (stay + come * cosine, come * sine);
            sum += (real * x + imaginary * y) / (x * x + y * y);
        }
        sum
    }
}

fn times(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

fn power(base: (f64, f64), exponent: u32) -> (f64, f64) {
    let mut result = (1.0, 0.0);
    let mut square = base;
    let mut left = exponent;
    while left > 0 {
        if left & 1 == 1 {
            result = times(result, square);
        }
        square = times(square, square);
        left >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The series of rare groups against their factors one by one, at times when few and many have come.
    #[test]
    fn rare_groups_are_as_their_factors() {
        let weights: Vec<u64> =
            (0..3_000u64).map(|i| 1_000 + i * i + 40_000_000 * u64::from(i > 2_990)).collect();
        let groups = Groups::of(&weights);
        for (draws, time) in [(2.0, 3e-3), (21.0, 5e-3), (40.0, 2e-2), (60.0, 1e-2), (200.0, 0.05)] {
            let come: Vec<f64> = groups.rates.iter().map(|rate| -(-rate * time).exp_m1()).collect();
            let rare = RareGroups::of(&groups, &come);
            assert!(rare.edge >= RareGroups::FEWEST && rare.edge < come.len(), "{time}: {}", rare.edge);
            let stay = || come.iter().map(|come| 1.0 - come).collect::<Vec<f64>>();
            let moments = groups.moments(time);
            let series = Count::of(&groups, stay(), &rare, moments, draws);
            let plain = Count::of(&groups, stay(), &RareGroups::NONE, moments, draws);
            assert_eq!(series.certain, plain.certain);
            for group in (0..come.len()).step_by(7) {
                let (a, b) = (series.fewer_without(group), plain.fewer_without(group));
                assert!((a - b).abs() < 1e-12, "{draws} {time} {group}: {a:e} against {b:e}");
            }
        }
    }

    /// All ordered draws, by definition.
    fn by_enumeration(weights: &[u64], draws: u64) -> Vec<f64> {
        fn walk(taken: u32, chance: f64, left: u64, weights: &[u64], included: &mut [f64]) {
            if left == 0 {
                return;
            }
            let open = |index: &usize| taken & (1 << index) == 0;
            let total: u64 = (0..weights.len()).filter(open).map(|index| weights[index]).sum();
            for index in (0..weights.len()).filter(open) {
                let chance = chance * weights[index] as f64 / total as f64;
                included[index] += chance;
                walk(taken | 1 << index, chance, left - 1, weights, included);
            }
        }
        let mut included = vec![0.0; weights.len()];
        walk(0, 1.0, draws, weights, &mut included);
        included
    }

    /// Small probabilities keep their digits: weights of one coin beside many.
    #[test]
    fn rare_inclusion_is_as_exact_as_any() {
        let cases: [&[u64]; 4] = [
            &[1, 100_000_000_000_000_000, 200_000_000_000_000_000, 300_000_000_000_000_000],
            &[1, 1 << 61, 1 << 61, 1 << 61, 1 << 61],
            &[1, 3, 1 << 40, 1 << 60, 1 << 60],
            &[2, 1, 1 << 58, 1 << 59, 1 << 60, 1 << 57],
        ];
        for weights in cases {
            for draws in 1..weights.len() as u64 {
                let law = successive_inclusion(weights, draws);
                for (value, exact) in law.iter().zip(by_enumeration(weights, draws)) {
                    assert!(
                        (value / exact - 1.0).abs() < 1e-11,
                        "{weights:?}, {draws}: {value:e} against {exact:e}"
                    );
                }
            }
        }
    }

    #[test]
    fn equals_enumeration() {
        let cases: [&[u64]; 6] = [
            &[1, 2, 3],
            &[1, 1, 1, 1],
            &[5, 4, 3, 2, 1, 1, 1],
            &[1_000_000, 1, 1, 1, 500],
            &[1 << 60, 1 << 40, 1 << 20, 1],
            &[7, 7, 1, 30, 2, 2, 9, 11],
        ];
        for weights in cases {
            for draws in 0..=weights.len() as u64 {
                let law = successive_inclusion(weights, draws);
                for (value, exact) in law.iter().zip(by_enumeration(weights, draws)) {
                    assert!((value - exact).abs() < 1e-12, "{weights:?}, {draws}: {value} against {exact}");
                }
            }
        }
    }

    #[test]
    fn nothing_weighs_nothing() {
        assert_eq!(successive_inclusion(&[0, 3, 0], 1), [0.0, 1.0, 0.0]);
        assert_eq!(successive_inclusion(&[0, 3, 0], 5), [0.0, 1.0, 0.0]);
        assert!(successive_inclusion(&[], 5).is_empty());
        assert_eq!(successive_inclusion(&[0, 0], 1), [0.0, 0.0]);
    }

    /// The inclusions sum to the number of draws, equal weights to equal shares of it, and more
    /// weight is never less likely in.
    #[test]
    fn large_sets_sum_to_the_draws() {
        let long_tail: Vec<u64> = (1..=1_000u64).map(|k| 1_000_000_000_000 / k / k.isqrt()).collect();
        let even: Vec<u64> = (1..=1_000u64).map(|k| 1_000_000 + k).collect();
        for weights in [long_tail, even] {
            for draws in [2, 40, 500, 990] {
                let law = successive_inclusion(&weights, draws);
                let sum: f64 = law.iter().sum();
                assert!((sum / draws as f64 - 1.0).abs() < 1e-11, "{draws}: {sum}");
                let ascending = weights[0] < weights[1];
                assert!(law.windows(2).all(|pair| if ascending {
                    pair[0] <= pair[1] + 1e-12
                } else {
                    pair[0] + 1e-12 >= pair[1]
                }));
            }
        }
        let equal = successive_inclusion(&[3; 1_000], 250);
        assert!(equal.iter().all(|value| (value - 0.25).abs() < 1e-12));
    }
}
