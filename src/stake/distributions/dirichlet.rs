//! Shares drawn from the symmetric Dirichlet distribution.

use crate::random::Stream;
use crate::registry::{Entry, settings};
use crate::stake::range::require;
use crate::stake::target_gini::weights_from_logarithms;
use crate::stake::{Holding, Order, StakeDistribution, StakeError};
use rand_distr::{Distribution, Exp1, Gamma};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn StakeDistribution> = Entry {
    name: "dirichlet",
    summary: "Dirichlet shares: all divisions alike at `concentration` 1, a few winners below, near equality above",
    source: "Devroye, Non-Uniform Random Variate Generation, 1986, section XI.4; the limit of compounding constant rewards (Rosu and Saleh, Management Science 2021)",
    parse: |table| {
        settings::<Dirichlet, _>(table, |dirichlet| {
            require("concentration", dirichlet.concentration, 1e-6..=1e9)?;
            Ok(Box::new(dirichlet))
        })
    },
};

/// Stakes in proportion to Gamma weights, which makes the shares Dirichlet.
///
/// A share has the mean 1/n and the variance (1/n)(1 - 1/n) / (n a + 1), with a the
/// concentration. This is where equal holders end when every reward is staked: a is then the
/// initial stake of each, in rewards.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Dirichlet {
    /// The parameter a of every account; 1 if not given.
    concentration: f64,
}

impl Default for Dirichlet {
    fn default() -> Self {
        Dirichlet { concentration: 1.0 }
    }
}

impl Dirichlet {
    /// The logarithms of Gamma(a) weights.
    ///
    /// Gamma(a) = Gamma(a + 1) U^(1/a) with U uniform (Marsaglia and Tsang 2000): for a small
    /// concentration a weight is too small for a float, its logarithm is not.
    fn logarithms(&self, count: usize, stream: &mut Stream) -> Vec<f64> {
        let gamma =
            Gamma::new(self.concentration + 1.0, 1.0).expect("the concentration is positive and finite");
        (0..count)
            .map(|_| {
                let minus_log_uniform: f64 = Exp1.sample(stream);
                gamma.sample(stream).ln() - minus_log_uniform / self.concentration
            })
            .collect()
    }
}

impl StakeDistribution for Dirichlet {
    fn holdings(&self, order: &Order, stream: &mut Stream) -> Result<Vec<Holding>, StakeError> {
        order.divide(|count| weights_from_logarithms(self.logarithms(count, stream)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;
    use crate::stake::distributions::goodness_of_fit::{DRAWS, assert_follows};
    use crate::stake::distributions::ordering::{choose, order, pinned, refusal};
    use statrs::distribution::{Beta, ContinuousCDF, Gamma as GammaLaw};

    #[test]
    fn the_weights_follow_the_law() {
        for concentration in [0.2, 1.0, 7.5] {
            let dirichlet = Dirichlet { concentration };
            let logarithms = dirichlet.logarithms(DRAWS, &mut Stream::of_seed(1, Purpose::Stakes));
            let law = GammaLaw::new(concentration, 1.0).unwrap();
            assert_follows(logarithms.into_iter().map(f64::exp).collect(), |weight| law.cdf(weight));
        }
    }

    /// The share of one of n accounts is Beta(a, (n - 1) a), here over many seeds: the whole way
    /// from the settings to the coins.
    #[test]
    fn the_share_of_one_account_follows_its_law() {
        const TOTAL: u64 = 1_000_000_000_000;
        let shares = (0..5_000)
            .map(|seed| order("dirichlet", "concentration = 0.5", 4, TOTAL, seed).unwrap()[2])
            .map(|coins| coins as f64 / TOTAL as f64)
            .collect();
        let law = Beta::new(0.5, 1.5).unwrap();
        assert_follows(shares, |share| law.cdf(share));
    }

    #[test]
    fn the_ends_of_the_range_divide_too() {
        let stakes = order("dirichlet", "concentration = 1e-6", 100, 1_000_000, 1).unwrap();
        assert_eq!(stakes.iter().max(), Some(&1_000_000));
        let stakes = order("dirichlet", "concentration = 1e9", 100, 1_000_000, 1).unwrap();
        // The standard deviation of a stake is 0.3 coins.
        assert!(stakes.iter().all(|&stake| stake.abs_diff(10_000) <= 3), "{stakes:?}");
    }

    #[test]
    fn defaults_are_spelled_out_and_impossible_concentrations_refused() {
        assert_eq!(choose("dirichlet", "").unwrap().settings.to_string(), "concentration = 1.0\n");
        assert_eq!(
            refusal("dirichlet", "concentration = 0"),
            "`concentration` is 0.0, but must be a number between 1e-6 and 1000000000.0"
        );
        for bad in ["concentration = nan", "concentration = inf", "concentration = -1", "alpha = 1"] {
            refusal("dirichlet", bad);
        }
    }

    #[test]
    fn regression_vector() {
        assert_eq!(pinned("dirichlet", ""), [134470, 622468, 131896, 100720, 10446]);
        assert_eq!(pinned("dirichlet", "concentration = 0.2"), [9668, 968132, 13354, 8846, 0]);
    }
}
