//! Multinomial counts: their probability and their sampling.

use super::deviance::{deviance, stirling_error};
use crate::random::Stream;
use rand_distr::{Binomial, Distribution};
use std::f64::consts::TAU;

/// ln of the multinomial probability of `counts`, up to a constant of their total and `shares`;
/// minus infinity where a cell of share zero has a count. In Loader's form: only what distinguishes
/// one table from another with the same total is left, at any size.
pub(crate) fn ln_relative_mass(counts: &[u64], shares: &[f64], total: u64) -> f64 {
    let n = total as f64;
    counts.iter().zip(shares).map(|(&count, &share)| cell_ln_mass(count, n * share)).sum()
}

/// What one cell adds to [`ln_relative_mass`]: its Poisson probability.
pub(crate) fn cell_ln_mass(count: u64, expected: f64) -> f64 {
    let k = count as f64;
    if count == 0 {
        -expected
    } else if expected <= 0.0 {
        f64::NEG_INFINITY
    } else {
        -stirling_error(k) - deviance(k, expected, k - expected) - 0.5 * (TAU * k).ln()
    }
}

/// Fills `counts` with one multinomial draw of `total` among `shares`: each cell is binomial given
/// those before it. O(m). The shares need not sum to one exactly; the last cell with a share takes
/// what is left.
pub fn sample_multinomial(counts: &mut [u64], shares: &[f64], total: u64, stream: &mut Stream) {
    let mut left = total;
    let mut share_left: f64 = shares.iter().sum();
    let last = shares.iter().rposition(|&share| share > 0.0);
    for (index, (count, &share)) in counts.iter_mut().zip(shares).enumerate() {
        *count = if left == 0 || share <= 0.0 {
            0
        } else if Some(index) == last {
            left
        } else {
            // A share is never more than what is left, but for rounding.
            let chance = (share / share_left).clamp(0.0, 1.0);
            Binomial::new(left, chance).map_or(0, |law| law.sample(stream)).min(left)
        };
        left -= *count;
        share_left -= share;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::StreamKey;

    #[test]
    fn mass_of_a_small_table() {
        // 4, 1, 15 of 20 at .2, .3, .5 against 5, 5, 10: the ratio of the probabilities is
        // (5! 5! 10!) / (4! 1! 15!) * .2^-1 .3^-4 .5^5.
        let shares = [0.2, 0.3, 0.5];
        let ratio = ln_relative_mass(&[4, 1, 15], &shares, 20) - ln_relative_mass(&[5, 5, 10], &shares, 20);
        let expected = 120.0 * 120.0 * 3_628_800.0 / (24.0 * 1_307_674_368_000.0) / 0.2 / 0.3f64.powi(4)
            * 0.5f64.powi(5);
        assert!((ratio.exp() / expected - 1.0).abs() < 1e-12);
        assert_eq!(ln_relative_mass(&[1, 1], &[0.0, 1.0], 2), f64::NEG_INFINITY);
    }

    #[test]
    fn draws_have_the_right_mean_and_spread() {
        // 20,000 tables of 1,000: means within 5 sigma, variances within 5 %
        // (their own relative sigma is sqrt(2 / 20000) = 1 %).
        let shares = [0.5, 0.0, 0.3, 0.2];
        let mut stream = Stream::open(StreamKey::new().text("multinomial"));
        let (mut sums, mut squares) = ([0f64; 4], [0f64; 4]);
        let mut counts = [0; 4];
        for _ in 0..20_000 {
            sample_multinomial(&mut counts, &shares, 1000, &mut stream);
            assert_eq!(counts.iter().sum::<u64>(), 1000);
            for i in 0..4 {
                sums[i] += counts[i] as f64;
                squares[i] += (counts[i] as f64 - 1000.0 * shares[i]).powi(2);
            }
        }
        for i in 0..4 {
            let variance = 1000.0 * shares[i] * (1.0 - shares[i]);
            assert!((sums[i] / 20_000.0 - 1000.0 * shares[i]).abs() <= 5.0 * (variance / 20_000.0).sqrt());
            assert!((squares[i] / 20_000.0 - variance).abs() <= 0.05 * variance);
        }
        sample_multinomial(&mut counts, &[0.0; 4], 10, &mut stream);
        assert_eq!(counts, [0; 4]);
    }
}
