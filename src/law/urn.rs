//! Pólya's urn: where shares end when rewards compound under proportional selection.
//!
//! Shares are martingales, and their limit is Dirichlet with parameters `s_i / w` (Roşu and Saleh,
//! Management Science 2021).

use statrs::distribution::{Beta, ContinuousCDF};
use statrs::function::gamma::ln_gamma;

/// The law of one party's share after infinitely many rounds: Beta(a / w, (1 - a) / w) for an
/// initial share a and a reward w relative to the initial total. `None` unless 0 < a < 1 and w > 0.
pub fn limiting_share(share: f64, reward: f64) -> Option<Beta> {
    Beta::new(share / reward, (1.0 - share) / reward).ok()
}

/// The unfair probability in the limit: that the final share lies outside `(1 ± epsilon) * share`.
pub fn limiting_unfair_probability(share: f64, reward: f64, epsilon: f64) -> Option<f64> {
    let law = limiting_share(share, reward)?;
    Some(law.cdf((1.0 - epsilon) * share) + law.sf((1.0 + epsilon) * share))
}

/// The variance of the share of n blocks: `a (1 - a) (1/n + w) / (1 + w)`.
pub fn compounding_variance(share: f64, reward: f64, rounds: u64) -> f64 {
    share * (1.0 - share) * (1.0 / rounds as f64 + reward) / (1.0 + reward)
}

/// How many times larger compounding makes the variance of block counts: `(1 + n w) / (1 + w)`.
pub fn variance_inflation(reward: f64, rounds: u64) -> f64 {
    (1.0 + rounds as f64 * reward) / (1.0 + reward)
}

/// The expected Gini coefficient in the limit for m equal holders of `alpha` rewards each:
/// `((m - 1) / m) Γ(α + 1/2) / (√π Γ(α + 1))`. Relative error 1e-14 times α.
pub fn limiting_gini_of_equals(holders: u32, alpha: f64) -> f64 {
    let m = f64::from(holders);
    let ratio = (ln_gamma(alpha + 0.5) - ln_gamma(alpha + 1.0)).exp();
    (m - 1.0) / m * ratio / std::f64::consts::PI.sqrt()
}

/// The probability that one of m equal holders of `alpha` rewards each ends with more than half.
/// At most one can, so this is m times the tail of one share. `None` for fewer than two holders.
pub fn majority_probability(holders: u32, alpha: f64) -> Option<f64> {
    let law = Beta::new(alpha, f64::from(holders.checked_sub(1)?) * alpha).ok()?;
    Some(f64::from(holders) * law.sf(0.5))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two holders of one reward each: the limit is uniform, its Gini |2x - 1| / 2 averages 1/4,
    /// and somebody certainly has more than half.
    #[test]
    fn two_equal_holders_by_hand() {
        assert!((limiting_gini_of_equals(2, 1.0) - 0.25).abs() < 1e-13);
        assert!((majority_probability(2, 1.0).unwrap() - 1.0).abs() < 1e-13);
        assert!(majority_probability(1, 1.0).is_none());
        assert!((limiting_unfair_probability(0.5, 0.5, 0.1).unwrap() - 0.9).abs() < 1e-13);
        assert!(limiting_share(1.0, 0.1).is_none());
    }

    #[test]
    fn the_limit_is_where_the_block_counts_go() {
        let wins = crate::law::beta_binomial_wins(200_000, 20.0, 80.0);
        let finite = crate::law::unfair_probability(&wins, 0.2, 0.1);
        assert!((finite - limiting_unfair_probability(0.2, 0.01, 0.1).unwrap()).abs() < 1e-4);
        let n = 300;
        let wins = crate::law::beta_binomial_wins(n, 20.0, 80.0);
        let variance: f64 =
            wins.iter().enumerate().map(|(k, chance)| chance * (k as f64 / n as f64 - 0.2).powi(2)).sum();
        assert!((compounding_variance(0.2, 0.01, n) / variance - 1.0).abs() < 1e-11);
        assert!((variance_inflation(0.01, n) * 0.16 / n as f64 / variance - 1.0).abs() < 1e-11);
    }
}
