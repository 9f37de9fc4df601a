//! C-PoS, the abstraction of Ethereum's epochs: a part of the reward by lottery, a part by stake.
//!
//! Each epoch draws P proposers in proportion to stake, who share the reward w equally, and splits
//! v exactly by stake; everything compounds. The total starts at 1, so that after t epochs it is
//! `1 + (w + v) t` (Huang and others, SIGMOD 2021).

use statrs::distribution::{ContinuousCDF, Normal};

/// The settings of C-PoS, all relative to an initial total of 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CompoundEpoch {
    /// The reward that an epoch's proposers share.
    pub lottery: f64,
    /// The reward that an epoch splits by stake.
    pub split: f64,
    /// Proposers drawn in an epoch.
    pub proposers: f64,
}

impl CompoundEpoch {
    /// The variance of the stake share of a party that began with `share`, after `epochs`. Exact:
    /// `a (1 - a) [1 - product over t of (1 - w^2 / (P T_t^2))]`. O(epochs).
    pub fn share_variance(&self, share: f64, epochs: u64) -> f64 {
        let logarithm: f64 = (1..=epochs)
            .map(|epoch| {
                let part = self.lottery / self.total(epoch);
                (-part * part / self.proposers).ln_1p()
            })
            .sum();
        -share * (1.0 - share) * logarithm.exp_m1()
    }

    /// The variance of the party's share of all rewards paid in `epochs` epochs. Exact: the
    /// deviation of that share is the deviation of the stake share times `T_n / ((w + v) n)`.
    pub fn reward_variance(&self, share: f64, epochs: u64) -> f64 {
        let scale = self.total(epochs) / ((self.lottery + self.split) * epochs as f64);
        self.share_variance(share, epochs) * scale * scale
    }

    /// The probability that the share of rewards lies outside `(1 ± epsilon) * share`, with the
    /// exact variance in a normal law. An approximation: good when many proposers were drawn (the
    /// skewness falls as one over the root of their number), not in far tails.
    pub fn unfair_probability(&self, share: f64, epsilon: f64, epochs: u64) -> f64 {
        let deviation = self.reward_variance(share, epochs).sqrt();
        if deviation == 0.0 {
            return 0.0;
        }
        2.0 * Normal::standard().sf(epsilon * share / deviation)
    }

    fn total(&self, epoch: u64) -> f64 {
        1.0 + (self.lottery + self.split) * epoch as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With one proposer and no split, C-PoS is the compounding urn, whose variance is known:
    /// Var(share of rewards) = a (1 - a) (1/n + w) / (1 + w).
    #[test]
    fn one_proposer_and_no_split_is_the_urn() {
        let law = CompoundEpoch { lottery: 0.01, split: 0.0, proposers: 1.0 };
        for epochs in [1, 10, 1000] {
            let urn = 0.16 * (1.0 / epochs as f64 + 0.01) / 1.01;
            assert!((law.reward_variance(0.2, epochs) / urn - 1.0).abs() < 1e-12);
        }
        // 10 % of 0.2 is 1.59 standard deviations after 1000 epochs: within 0.02 of the exact
        // beta-binomial value.
        let exact =
            crate::law::unfair_probability(&crate::law::beta_binomial_wins(1000, 20.0, 80.0), 0.2, 0.1);
        assert!((law.unfair_probability(0.2, 0.1, 1000) - exact).abs() < 0.02);
    }
}
