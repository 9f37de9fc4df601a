//! C-PoS, the abstraction of Ethereum's epochs: a part of the reward by lottery, a part by stake.
//!
//! Each epoch draws P proposers in proportion to stake, who share the reward w equally, and splits
//! v exactly by stake; everything compounds. The total starts at 1, so that after t epochs it is
//! `1 + (w + v) t` (Huang and others, SIGMOD 2021).

use super::block_counts::binomial_wins;
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

    /// The same exactly, from every way in which the epochs can go: the proposals of each are binomial by the
    /// stakes as they stand. O((P + 1)^epochs); `None` for more than five million ways, or no whole number of
    /// proposers.
    pub fn exact_unfair_probability(&self, share: f64, epsilon: f64, epochs: u64) -> Option<f64> {
        const MOST_WAYS: f64 = 5e6;
        let ways = (self.proposers + 1.0).powf(epochs as f64);
        if epochs == 0
            || self.proposers.fract() != 0.0
            || !(0.0..=1.0).contains(&share)
            || !(1.0..=MOST_WAYS).contains(&ways)
        {
            return None;
        }
        Some(self.unfair_from(share, share, epsilon * share, epochs, 0))
    }

    /// The probability that the share of rewards ends farther than this from `share`, from a stake after some of
    /// the epochs on.
    fn unfair_from(&self, share: f64, stake: f64, allowed: f64, epochs: u64, after: u64) -> f64 {
        if after == epochs {
            let earned = (stake - share) / ((self.lottery + self.split) * epochs as f64);
            return f64::from(u8::from((earned - share).abs() > allowed));
        }
        let now = stake / self.total(after);
        let proposals = binomial_wins(self.proposers as u64, now.clamp(0.0, 1.0)).unwrap_or_default();
        let ends = proposals.iter().enumerate().map(|(proposals, chance)| {
            let won = self.lottery * proposals as f64 / self.proposers;
            chance * self.unfair_from(share, stake + won + self.split * now, allowed, epochs, after + 1)
        });
        ends.sum()
    }

    fn total(&self, epoch: u64) -> f64 {
        1.0 + (self.lottery + self.split) * epoch as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After one epoch the proposals are binomial, and 14 of 32 are the fewest that are too many: recomputed with
    /// exact fractions. After two, every pair of numbers of proposals.
    #[test]
    fn a_few_epochs_are_exact() {
        let law = CompoundEpoch { lottery: 0.01, split: 0.1, proposers: 32.0 };
        let unfair = |epochs| law.exact_unfair_probability(0.2, 0.1, epochs);
        assert!((unfair(1).unwrap() / 1.952_456_819_609_2e-3 - 1.0).abs() < 1e-11);
        assert!((unfair(2).unwrap() / 5.066_133_325_361_5e-5 - 1.0).abs() < 1e-11);
        assert_eq!((unfair(0), unfair(5)), (None, None));
        // One proposer, no split: the urn, whose wins are beta-binomial.
        let urn = CompoundEpoch { lottery: 0.01, split: 0.0, proposers: 1.0 };
        let exact = crate::law::unfair_probability(&crate::law::beta_binomial_wins(12, 20.0, 80.0), 0.2, 0.3);
        assert!((urn.exact_unfair_probability(0.2, 0.3, 12).unwrap() - exact).abs() < 1e-12);
    }

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
