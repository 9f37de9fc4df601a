//! Binomial counts of any size.

use super::beta::beta;
use crate::random::Stream;
use rand_distr::{Binomial, Distribution};

/// Up to so many draws `rand_distr`'s method (BTPE, Kachitvichyanukul and Schmeiser, 1988) is used.
/// It compares logarithms that grow with the draws; beyond, rounding would show.
const MOST: u64 = 1 << 32;

/// How many of `draws` independent draws of chance `chance` succeed.
///
/// More than 2^32 draws are halved first: the middle one of so many uniform numbers, which has a beta
/// law, tells on which side of the chance half of them lie (Devroye, 1986, X.4.5). The cost grows
/// with the logarithm of the draws beyond that. No probability is off by more than one part in a
/// million of itself; the rounding of the chance itself, 1e-16, moves the mean by less than a ten
/// thousandth of a success in 10^12 draws.
pub fn binomial(random: &mut Stream, draws: u64, chance: f64) -> u64 {
    let (mut left, mut chance, mut successes) = (draws, chance.clamp(0.0, 1.0), 0);
    while left > MOST {
        let middle = left / 2 + 1;
        let place = beta(random, middle as f64, (left - middle + 1) as f64);
        if place <= chance {
            successes += middle;
            left -= middle;
            chance = ((chance - place) / (1.0 - place)).min(1.0);
        } else {
            left = middle - 1;
            chance /= place;
        }
    }
    let law = Binomial::new(left, chance).expect("a chance lies between 0 and 1");
    successes + law.sample(random).min(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::StreamKey;
    use statrs::distribution::{ChiSquared, ContinuousCDF};

    /// Against the exact probabilities, by chi-square over cells of at least 50 expected counts;
    /// 100,000 draws each, fixed seed, alpha = 1e-6. A shift of the law by 3 % of its standard
    /// deviation would be found with a power above 99 % (non-centrality 90 against 30 to 60 cells).
    #[test]
    fn counts_follow_the_binomial_law() {
        let mut stream = Stream::open(StreamKey::new().text("binomial"));
        for (draws, chance) in [(20u64, 0.3), (1000, 0.004), (1000, 0.5), (5000, 0.97), (100_000, 0.2)] {
            let exact = crate::law::binomial_wins(draws, chance).unwrap();
            let mut counts = vec![0u64; exact.len()];
            for _ in 0..100_000 {
                counts[binomial(&mut stream, draws, chance) as usize] += 1;
            }
            assert_follows(&counts, &exact, 100_000.0);
        }
    }

    fn assert_follows(counts: &[u64], exact: &[f64], n: f64) {
        let (mut statistic, mut cells, mut expected, mut seen) = (0.0, 0.0, 0.0, 0.0);
        for (count, chance) in counts.iter().zip(exact) {
            expected += chance * n;
            seen += *count as f64;
            if expected >= 50.0 {
                statistic += (seen - expected) * (seen - expected) / expected;
                (cells, expected, seen) = (cells + 1.0, 0.0, 0.0);
            }
        }
        let p = ChiSquared::new(cells - 1.0).unwrap().sf(statistic);
        assert!(p > 1e-6, "chi-square {statistic} over {cells} cells");
    }

    /// Too many draws for any table of probabilities: the standardised counts of 10^10, 10^12 and
    /// 10^18 draws against the normal law, in 40 cells of equal chance; 100,000 each, alpha = 1e-6.
    /// The skewness of the law, below 1e-4, is far below what this could find.
    #[test]
    fn huge_counts_are_normal_at_their_scale() {
        let mut stream = Stream::open(StreamKey::new().text("huge"));
        let normal = statrs::distribution::Normal::standard();
        for (draws, chance) in [(10u64.pow(10), 0.3), (10u64.pow(12), 0.2), (10u64.pow(18), 0.5)] {
            let mean = draws as f64 * chance;
            let deviation = (mean * (1.0 - chance)).sqrt();
            let mut counts = [0u64; 40];
            for _ in 0..100_000 {
                let off = binomial(&mut stream, draws, chance) as f64 - mean;
                counts[((normal.cdf(off / deviation) * 40.0) as usize).min(39)] += 1;
            }
            assert_follows(&counts, &[1.0 / 40.0; 40], 100_000.0);
        }
        // Few successes among very many: Poisson with mean 3, whose chance of none is e^-3.
        let none = (0..100_000).filter(|_| binomial(&mut stream, 3 << 40, 1.0 / (1u64 << 40) as f64) == 0);
        let (none, expected) = (none.count() as f64, 100_000.0 * (-3f64).exp());
        assert!((none - expected).abs() < 5.0 * expected.sqrt(), "{none} for {expected}");
    }

    #[test]
    fn the_ends_are_certain() {
        let mut stream = Stream::open(StreamKey::new().text("ends"));
        for draws in [0, 1, 1000, u64::MAX >> 1] {
            assert_eq!(binomial(&mut stream, draws, 0.0), 0);
            assert_eq!(binomial(&mut stream, draws, 1.0), draws);
        }
    }
}
