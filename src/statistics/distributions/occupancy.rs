//! The counts of a multinomial draw, in any order: how many of many cells of one share have which count is
//! drawn at once, without a draw for each cell.

use super::binomial::Binomial;
use super::multinomial::{cell_ln_mass, sample_multinomial};
use crate::random::Stream;
use rand::Rng;
use rand_distr::{Binomial as BinomialDraw, Distribution};
use std::f64::consts::E;

/// Fewer cells of one share are drawn each by itself.
const MANY: usize = 10_000;
/// And so are cells unless they are so many times as many as the draws that would take their place.
const CHEAPER: f64 = 100.0;
/// A count that is expected in fewer cells than this does not come.
const NEVER: f64 = 1e-15;

/// The cells of a multinomial distribution: many of the same share together.
pub struct UnorderedMultinomial {
    /// The shares of the cells that are drawn each by itself, then those of all cells of each group together.
    shares: Vec<f64>,
    /// How many cells each group has.
    groups: Vec<usize>,
}

impl UnorderedMultinomial {
    /// The distribution of counts in cells of these shares. O(m log m).
    pub fn new(shares: &[f64]) -> Self {
        let mut sorted: Vec<u64> = shares.iter().map(|share| share.to_bits()).collect();
        sorted.sort_unstable();
        let many: Vec<(u64, usize)> = sorted
            .chunk_by(|a, b| a == b)
            .filter(|cells| cells.len() >= MANY)
            .map(|cells| (cells[0], cells.len()))
            .collect();
        let alone = |share: &f64| many.iter().all(|&(other, _)| other != share.to_bits());
        let mut all: Vec<f64> = shares.iter().copied().filter(alone).collect();
        all.extend(many.iter().map(|&(share, count)| f64::from_bits(share) * count as f64));
        let groups = many.into_iter().map(|(_, count)| count).collect();
        UnorderedMultinomial { shares: all, groups }
    }

    /// The counts of `total` draws, each with the number of cells that have it, in any order; a count may come
    /// several times. O(m).
    pub fn sample(&self, total: u64, stream: &mut Stream) -> Vec<(u64, u64)> {
        let mut together = vec![0; self.shares.len()];
        sample_multinomial(&mut together, &self.shares, total, stream);
        let (alone, groups) = together.split_at(self.shares.len() - self.groups.len());
        let mut all = levels(alone);
        for (&cells, &total) in self.groups.iter().zip(groups) {
            match Occupancy::new(cells as u64, total) {
                Some(occupancy) => all.extend(occupancy.sample(stream)),
                None => {
                    let mut counts = vec![0; cells];
                    sample_multinomial(&mut counts, &vec![1.0 / cells as f64; cells], total, stream);
                    all.extend(levels(&counts));
                }
            }
        }
        all
    }
}

/// Each of the counts once, ascending, with the number of cells that have it. O(m), and the time that sorting
/// takes the counts above twice the number of cells: the others are found by their place.
fn levels(counts: &[u64]) -> Vec<(u64, u64)> {
    let reach = counts.iter().copied().max().map_or(0, |largest| largest.saturating_add(1));
    let mut cells = vec![0; reach.min(2 * counts.len() as u64) as usize];
    let mut large = Vec::new();
    for &count in counts {
        match usize::try_from(count).ok().and_then(|place| cells.get_mut(place)) {
            Some(cells) => *cells += 1,
            None => large.push(count),
        }
    }
    large.sort_unstable();
    let small = (0..).zip(cells).filter(|&(_, cells)| cells > 0);
    small.chain(large.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len() as u64))).collect()
}

/// How many of many equal cells have which count.
///
/// The counts of a multinomial draw in m equal cells are m independent Poisson counts, given their sum. So the
/// numbers of cells of each count but two neighbours are drawn, which leaves so many cells and draws for these
/// two; what that comes to is kept with the probability that the two divide the cells as they then must, over
/// a bound of it.
struct Occupancy {
    cells: u64,
    total: u64,
    /// The smaller of the two counts that are drawn last, and the chance of the larger one among them.
    pair: u64,
    larger: f64,
    /// All other counts that come, the likelier first, with their probabilities.
    others: Vec<(u64, f64)>,
    /// The logarithm of a bound of the probability of any division of the pair.
    ln_bound: f64,
}

impl Occupancy {
    /// `None` where drawing each cell by itself is about as cheap.
    fn new(cells: u64, total: u64) -> Option<Self> {
        let (m, mean) = (cells as f64, total as f64 / cells as f64);
        if total == 0 {
            return None;
        }
        let mass = |count: u64| cell_ln_mass(count, mean).exp();
        let pair = mean.floor() as u64;
        let (smaller, larger) = (mass(pair), mass(pair + 1));
        let last = smaller + larger;
        let larger = larger / last;
        // The sum of the others scatters by the root of all draws, that of the pair by this.
        let spread = (m * last * larger * (1.0 - larger)).sqrt();
        let kept = (spread / (m * mean).sqrt()).min(1.0);
        let width = 12.0 * mean.sqrt() + 40.0;
        if width > m {
            return None;
        }
        let counts = (mean - width).max(0.0) as u64..=(mean + width) as u64;
        let mut others: Vec<(u64, f64)> = counts
            .filter(|&count| count != pair && count != pair + 1)
            .map(|count| (count, mass(count)))
            .filter(|(_, mass)| m * mass > NEVER)
            .collect();
        if others.len() as f64 * CHEAPER / kept > m {
            return None;
        }
        others.sort_by(|a, b| b.1.total_cmp(&a.1));
        // No division of n things by chance p has a probability above 1 / √(2 e n p (1 - p)) (Herzog, 1947); fewer
        // cells than these, by ten standard deviations, are not left.
        let least = m * last - 10.0 * (m * last).sqrt();
        let ln_bound = -0.5 * (2.0 * E * least * larger * (1.0 - larger)).ln();
        (least > 1.0).then_some(Occupancy { cells, total, pair, larger, others, ln_bound })
    }

    /// How many cells have which count.
    fn sample(&self, stream: &mut Stream) -> Vec<(u64, u64)> {
        let mut levels: Vec<(u64, u64)> = Vec::with_capacity(self.others.len() + 2);
        loop {
            levels.clear();
            let (mut cells, mut mass, mut sum) = (self.cells, 1.0, 0u64);
            for &(count, chance) in &self.others {
                let law = BinomialDraw::new(cells, (chance / mass).clamp(0.0, 1.0));
                let some = law.map_or(0, |law| law.sample(stream)).min(cells);
                levels.push((count, some));
                cells -= some;
                mass -= chance;
                sum += count * some;
            }
            let larger = self.total.checked_sub(sum).and_then(|left| left.checked_sub(self.pair * cells));
            let Some(larger) = larger.filter(|&larger| larger <= cells) else { continue };
            let Some(law) = Binomial::new(cells, self.larger) else { continue };
            // From (0, 1], so that there is a logarithm.
            let uniform = ((stream.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64;
            if uniform.ln() <= law.ln_mass(larger) - self.ln_bound {
                levels.extend([(self.pair, cells - larger), (self.pair + 1, larger)]);
                return levels;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::StreamKey;

    fn stream(name: &str) -> Stream {
        Stream::open(StreamKey::new().text(name))
    }

    /// How many cells there are, and what they count together.
    fn sums(levels: &[(u64, u64)]) -> (u64, u64) {
        let cells = levels.iter().map(|&(_, cells)| cells).sum();
        (cells, levels.iter().map(|&(count, cells)| count * cells).sum())
    }

    /// Small counts are found by their place, large ones by sorting.
    #[test]
    fn levels_of_small_and_of_large_counts() {
        assert_eq!(levels(&[0, 3, 8, 0, 3, 900, 8, 900]), [(0, 2), (3, 2), (8, 2), (900, 2)]);
        assert_eq!(levels(&[u64::MAX, 7, u64::MAX]), [(7, 1), (u64::MAX, 2)]);
        assert_eq!(levels(&[]), []);
    }

    /// Empty cells, and cells of one count: mean and variance are those of the occupancy problem (Feller I,
    /// IV.2), from 400 draws: means within 5 sigma, variances within 5 of theirs, √(2 / 400).
    #[test]
    fn empty_cells_are_those_of_the_occupancy_problem() {
        let (cells, total, draws) = (40_000usize, 120_000u64, 400);
        let (m, n) = (cells as f64, total as f64);
        // C(n, k) (1/m)^k (1 - 1/m)^(n - k), and of two cells at once.
        let one = |count: u64| Binomial::new(total, 1.0 / m).unwrap().ln_mass(count).exp();
        let two = |count: u64| {
            let second = Binomial::new(total - count, 1.0 / (m - 1.0)).unwrap();
            one(count) * second.ln_mass(count).exp()
        };
        let law = UnorderedMultinomial::new(&vec![1.0 / m; cells]);
        assert_eq!((law.shares.len(), law.groups.len()), (1, 1));
        assert!(Occupancy::new(cells as u64, total).is_some());
        let mut stream = stream("occupancy");
        let mut counts = Vec::new();
        let mut seen = vec![Vec::new(); 3];
        for _ in 0..draws {
            counts = law.sample(total, &mut stream);
            assert_eq!(sums(&counts), (cells as u64, total));
            for (count, seen) in [0, 3, 7].into_iter().zip(&mut seen) {
                seen.push(counts.iter().find(|level| level.0 == count).map_or(0.0, |level| level.1 as f64));
            }
        }
        for (count, seen) in [0, 3, 7].into_iter().zip(&seen) {
            let mean = m * one(count);
            let variance = mean + m * (m - 1.0) * two(count) - mean * mean;
            let found = seen.iter().sum::<f64>() / f64::from(draws);
            let spread = seen.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(draws);
            assert!(
                (found - mean).abs() < 5.0 * (variance / f64::from(draws)).sqrt(),
                "{count}: {found} {mean}"
            );
            let within = 5.0 * (2.0 / f64::from(draws)).sqrt();
            assert!((spread / variance - 1.0).abs() < within, "{count}: {spread} {variance}");
        }
        // The mean of the sum of all squares is n + n (n - 1) / m.
        let squares = counts.iter().map(|&(count, cells)| (count * count * cells) as f64).sum::<f64>();
        assert!((squares / (n + n * (n - 1.0) / m) - 1.0).abs() < 0.05, "{squares}");
    }

    /// Groups, and cells beside them, share the draws by their shares: means within 5 sigma.
    #[test]
    fn groups_and_single_cells_share_the_draws() {
        let mut shares = vec![0.5 / 30_000.0; 30_000];
        shares.extend([0.1, 0.2]);
        shares.extend(vec![0.2 / 16_000.0; 16_000]);
        let law = UnorderedMultinomial::new(&shares);
        assert_eq!((law.shares.len(), law.groups.len()), (4, 2));
        let mut stream = stream("groups");
        let (total, draws) = (90_000u64, 50);
        let (mut first, mut large) = (0u64, 0u64);
        for _ in 0..draws {
            let counts = law.sample(total, &mut stream);
            assert_eq!(sums(&counts), (shares.len() as u64, total));
            // Nobody in a group comes near the two single cells, of which the first is the smaller one.
            let single: Vec<u64> =
                counts.iter().map(|level| level.0).filter(|&count| count > 5_000).collect();
            first += single.iter().min().unwrap();
            large += total - single.iter().sum::<u64>();
        }
        for (found, share) in [(first, 0.1), (large, 0.7)] {
            let n = (total * draws) as f64;
            let error = 5.0 * (n * share * (1.0 - share)).sqrt();
            assert!((found as f64 - n * share).abs() < error, "{found} of {n}");
        }
        // No draws, and draws that are too many for it, are drawn cell by cell.
        assert!(law.sample(0, &mut stream).iter().all(|&(count, _)| count == 0));
        assert!(Occupancy::new(12_000, 12_000 * 1_000).is_none());
        assert_eq!(sums(&law.sample(10_000_000, &mut stream)), (shares.len() as u64, 10_000_000));
    }

    /// Shares that are all different are drawn cell by cell.
    #[test]
    fn few_cells_of_a_share_are_drawn_each_by_itself() {
        let shares: Vec<f64> = (1..=50).map(|share| f64::from(share) / 1275.0).collect();
        let law = UnorderedMultinomial::new(&shares);
        let mut other = vec![0; 50];
        sample_multinomial(&mut other, &shares, 1_000, &mut stream("alone"));
        assert_eq!(law.sample(1_000, &mut stream("alone")), levels(&other));
    }
}
