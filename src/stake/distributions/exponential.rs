//! Weights drawn from the exponential distribution.

use crate::random::Stream;
use crate::registry::{Entry, settings};
use crate::stake::{Holding, Order, StakeDistribution, StakeError};
use rand_distr::{Distribution, Exp1};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn StakeDistribution> = Entry {
    name: "exponential",
    summary: "exponential weights: where random exchanges of money settle; Gini one half",
    source: "Dragulescu and Yakovenko, Statistical mechanics of money, European Physical Journal B, 2000",
    parse: |table| settings::<Exponential, _>(table, |exponential| Ok(Box::new(exponential))),
};

/// Stakes in proportion to exponential weights. No settings: a rate would only scale all weights,
/// and they are scaled to the total anyway.
///
/// The Gini coefficient of the law is 1/2.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Exponential {}

impl Exponential {
    fn weights(&self, count: usize, stream: &mut Stream) -> Vec<f64> {
        (0..count).map(|_| Exp1.sample(stream)).collect()
    }
}

impl StakeDistribution for Exponential {
    fn holdings(&self, order: &Order, stream: &mut Stream) -> Result<Vec<Holding>, StakeError> {
        order.divide(|count| self.weights(count, stream))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;
    use crate::stake::distributions::goodness_of_fit::{DRAWS, assert_follows};
    use crate::stake::distributions::ordering::{pinned, refusal};

    #[test]
    fn the_weights_follow_the_law() {
        let weights = Exponential {}.weights(DRAWS, &mut Stream::of_seed(1, Purpose::Stakes));
        assert_follows(weights, |weight| 1.0 - (-weight).exp());
    }

    #[test]
    fn a_rate_is_refused() {
        assert!(refusal("exponential", "rate = 2.0").contains("rate"));
    }

    #[test]
    fn regression_vector() {
        assert_eq!(pinned("exponential", ""), [145377, 130040, 110394, 14668, 599521]);
    }
}
