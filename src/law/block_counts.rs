//! How many of n blocks a party wins, and how often that is unfair.

use statrs::distribution::{Binomial, Discrete};

/// The distribution of wins in `rounds` independent rounds of chance `share`: entry k is the
/// probability of exactly k. O(n). `None` unless the share lies in 0..=1.
pub fn binomial_wins(rounds: u64, share: f64) -> Option<Vec<f64>> {
    let law = Binomial::new(share, rounds).ok()?;
    Some((0..=rounds).map(|wins| law.pmf(wins)).collect())
}

/// The distribution of wins when each win of either party makes its next one likelier: the
/// beta-binomial law, entry k is the probability of exactly k.
///
/// Proportional selection with a constant reward w per block, added to the winner's stake, gives
/// `alpha = a / w` and `beta = (1 - a) / w` for a party of share a of a total of 1 (Huang and
/// others, SIGMOD 2021). Both must be positive.
///
/// From the ratio of neighbours, outwards from the likeliest count, so that no gamma function
/// loses digits: relative error below n times 1e-15. O(n).
pub fn beta_binomial_wins(rounds: u64, alpha: f64, beta: f64) -> Vec<f64> {
    let n = rounds as f64;
    // P(k + 1) / P(k).
    let step = |k: f64| (n - k) * (alpha + k) / ((k + 1.0) * (beta + n - k - 1.0));
    let centre = ((n * alpha / (alpha + beta)) as u64).min(rounds);
    let mut chances = vec![0.0; rounds as usize + 1];
    chances[centre as usize] = 1.0;
    for k in centre..rounds {
        chances[k as usize + 1] = chances[k as usize] * step(k as f64);
    }
    for k in (0..centre).rev() {
        chances[k as usize] = chances[k as usize + 1] / step(k as f64);
    }
    super::weights::normalised(chances)
}

/// The unfair probability of a distribution of wins: that the share of wins lies outside
/// `(1 - epsilon) * share ..= (1 + epsilon) * share`. O(n).
///
/// Counts within a billionth of the border count as fair, so that the rounding of `0.9 * 0.2 * 100`
/// does not move it.
pub fn unfair_probability(chances: &[f64], share: f64, epsilon: f64) -> f64 {
    let due = share * chances.len().saturating_sub(1) as f64;
    let fair = (1.0 - epsilon) * due - 1e-9..=(1.0 + epsilon) * due + 1e-9;
    chances
        .iter()
        .enumerate()
        .filter(|(wins, _)| !fair.contains(&(*wins as f64)))
        .map(|(_, chance)| chance)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Beta(1, 1) mixes to the discrete uniform law; alpha = beta = large tends to the binomial.
    #[test]
    fn limits_of_the_beta_binomial() {
        for chance in beta_binomial_wins(9, 1.0, 1.0) {
            assert!((chance - 0.1).abs() < 1e-15);
        }
        let wide = beta_binomial_wins(20, 3e9, 7e9);
        for (chance, limit) in wide.iter().zip(binomial_wins(20, 0.3).unwrap()) {
            assert!((chance - limit).abs() < 1e-8);
        }
    }

    /// The compounding urn is the two-party chain with proportional wins.
    #[test]
    fn the_beta_binomial_is_the_compounding_chain() {
        let chain = crate::law::two_party_wins(0.2, 0.8, 0.01, 300, |a, b| a / (a + b));
        for (chance, chain) in beta_binomial_wins(300, 20.0, 80.0).iter().zip(chain) {
            assert!((chance - chain).abs() < 1e-13);
        }
    }

    #[test]
    fn a_border_that_is_a_whole_number_is_fair() {
        // 18 of 100 is exactly 0.9 * 0.2; only 17 lies outside.
        let mut chances = vec![0.0; 101];
        chances[17] = 0.25;
        chances[18] = 0.25;
        chances[22] = 0.5;
        assert_eq!(unfair_probability(&chances, 0.2, 0.1), 0.25);
        assert!(binomial_wins(5, 1.5).is_none());
    }
}
