//! What measures are expected to be, where the law of the wins is known.

use super::baseline::Baseline;
use crate::statistics::distributions::Binomial;
use crate::statistics::fair_counts;

/// Independent rounds with fixed chances: the wins of a trial are multinomial.
pub struct CountDraws<'a> {
    pub baseline: &'a Baseline,
    /// Every validator's chance in a round.
    pub chances: &'a [f64],
    /// Rounds of a trial.
    pub rounds: u64,
}

impl CountDraws<'_> {
    /// E ½ Σ |X/n − a|, X binomial, a the share of stake. O(m) tails.
    ///
    /// With c = na and k the first count above it, E|X − c| = c − np + 2 E(X − c)⁺, and E(X − c)⁺ =
    /// k q P(X = k) + (np − c) P(X ≥ k) (De Moivre's sum of the tail).
    pub fn distance_from_stake(&self) -> Option<f64> {
        let n = self.rounds as f64;
        let mut sum = 0.0;
        for (&share, &chance) in self.baseline.shares.iter().zip(self.chances) {
            let law = Binomial::new(self.rounds, chance)?;
            let due = n * share;
            let above = due.floor() as u64 + 1;
            let ahead = n * (chance - share);
            let gain = above as f64 * (1.0 - chance) * law.ln_mass(above).exp() + ahead * law.upper(above);
            sum += 2.0 * gain - ahead;
        }
        (self.rounds > 0).then(|| 0.5 * sum / n)
    }

    /// E of the share of stake outside the tolerance. O(m) tails.
    pub fn stake_outside_tolerance(&self) -> Option<f64> {
        let shares = self.baseline.shares.iter().enumerate();
        shares.map(|(index, share)| Some(share * self.outside_tolerance(index)?)).sum()
    }

    /// The probability that a validator's win share ends outside the tolerance around its share of
    /// stake; the edges are those of [`fair_counts`].
    pub fn outside_tolerance(&self, validator: usize) -> Option<f64> {
        let law = Binomial::new(self.rounds, self.chances[validator])?;
        let (low, high) = fair_counts(self.rounds, self.baseline.shares[validator], self.baseline.tolerance)?;
        let below = if low == 0 { 0.0 } else { law.lower(low - 1) };
        Some((below + law.upper(high)).min(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline(shares: &[f64], tolerance: f64) -> Baseline {
        Baseline { shares: shares.to_vec(), richest: 0, tolerance }
    }

    /// By adding up all outcomes of a binomial law, written down by hand.
    #[test]
    fn the_expected_distance_is_the_sum_over_all_outcomes() {
        let shares = [0.5, 0.3, 0.2];
        let baseline = baseline(&shares, 0.1);
        for chances in [[0.5f64, 0.3, 0.2], [0.2, 0.3, 0.5], [0.9, 0.1, 0.0], [1.0, 0.0, 0.0]] {
            for n in [1u64, 2, 10, 37] {
                let mut expected = 0.0;
                for (share, p) in shares.iter().zip(chances) {
                    let mut ways = 1.0;
                    for k in 0..=n {
                        let mass = ways * p.powi(k as i32) * (1.0 - p).powi((n - k) as i32);
                        expected += 0.5 * mass * (k as f64 / n as f64 - share).abs();
                        ways *= (n - k) as f64 / (k + 1) as f64;
                    }
                }
                let found = CountDraws { baseline: &baseline, chances: &chances, rounds: n };
                let found = found.distance_from_stake().unwrap();
                assert!((found - expected).abs() < 1e-12, "{chances:?} {n}: {found} {expected}");
            }
        }
    }

    /// De Moivre, Miscellanea Analytica (1730): the mean deviation of n fair coins is
    /// C(2m, m) m / 4^m for n = 2m: 10 coins, 252 × 5 / 1024 = 1.23046875.
    #[test]
    fn the_mean_deviation_of_ten_coins() {
        let baseline = baseline(&[0.5, 0.5], 0.1);
        let draws = CountDraws { baseline: &baseline, chances: &[0.5, 0.5], rounds: 10 };
        assert!((draws.distance_from_stake().unwrap() - 0.123046875).abs() < 1e-14);
    }

    #[test]
    fn the_published_unfair_probabilities() {
        // Huang and others, SIGMOD 2021: a = 0.2, ε = 0.1.
        let baseline = baseline(&[0.2, 0.8], 0.1);
        for (rounds, unfair) in [(100, 0.532256), (1000, 0.104949)] {
            let draws = CountDraws { baseline: &baseline, chances: &[0.2, 0.8], rounds };
            assert!((draws.outside_tolerance(0).unwrap() - unfair).abs() < 5e-7);
        }
    }
}
