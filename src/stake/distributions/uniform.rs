//! Weights drawn uniformly from a range.

use crate::random::Stream;
use crate::registry::{Entry, Refusal, settings};
use crate::stake::{Holding, Order, StakeDistribution, StakeError};
use rand_distr::{Distribution, StandardUniform};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn StakeDistribution> = Entry {
    name: "uniform",
    summary: "weights drawn uniformly between `low` and `high`: mild inequality, no tail",
    source: "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2, chapter 26",
    parse: |table| {
        settings::<Uniform, _>(table, |uniform| {
            uniform.check()?;
            Ok(Box::new(uniform))
        })
    },
};

/// Stakes in proportion to uniform weights.
///
/// Only the ratio of `low` to `high` matters, since the weights are scaled to the total. The Gini
/// coefficient of the law is (high - low) / (3 (high + low)): 1/3 for the default range.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Uniform {
    /// The smallest weight; 0 if not given.
    low: f64,
    /// The largest weight; 1 if not given.
    high: f64,
}

impl Default for Uniform {
    fn default() -> Self {
        Uniform { low: 0.0, high: 1.0 }
    }
}

impl Uniform {
    fn check(&self) -> Result<(), Refusal> {
        if !(self.high > 0.0 && self.high.is_finite()) {
            let problem = format!("is {:?}, but must be a finite number above 0", self.high);
            return Err(Refusal::Value { key: "high", problem });
        }
        if !(0.0..=self.high).contains(&self.low) {
            let problem = format!(
                "is {:?}, but must be a number between 0 and `high`, which is {:?}",
                self.low, self.high
            );
            return Err(Refusal::Value { key: "low", problem });
        }
        Ok(())
    }

    /// The weights relative to `high`, so that even the largest range cannot overflow.
    fn weights(&self, count: usize, stream: &mut Stream) -> Vec<f64> {
        let low = self.low / self.high;
        (0..count)
            .map(|_| {
                let unit: f64 = StandardUniform.sample(stream);
                low + (1.0 - low) * unit
            })
            .collect()
    }
}

impl StakeDistribution for Uniform {
    fn holdings(&self, order: &Order, stream: &mut Stream) -> Result<Vec<Holding>, StakeError> {
        order.divide(|count| self.weights(count, stream))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;
    use crate::stake::distributions::goodness_of_fit::{DRAWS, assert_follows};
    use crate::stake::distributions::ordering::{choose, order, pinned, refusal};

    #[test]
    fn the_weights_follow_the_law() {
        for (low, high) in [(0.0, 1.0), (100.0, 400.0)] {
            let weights = Uniform { low, high }.weights(DRAWS, &mut Stream::of_seed(1, Purpose::Stakes));
            assert_follows(weights, |weight| ((weight * high - low) / (high - low)).clamp(0.0, 1.0));
        }
    }

    #[test]
    fn a_range_of_one_point_makes_all_equal() {
        assert_eq!(order("uniform", "low = 3\nhigh = 3", 4, 103, 1).unwrap(), [26, 26, 26, 25]);
    }

    #[test]
    fn defaults_are_spelled_out_and_impossible_ranges_refused() {
        assert_eq!(choose("uniform", "").unwrap().settings.to_string(), "high = 1.0\nlow = 0.0\n");
        assert_eq!(
            refusal("uniform", "low = 2.0"),
            "`low` is 2.0, but must be a number between 0 and `high`, which is 1.0"
        );
        for bad in ["low = -1", "low = nan", "high = 0", "high = inf", "high = nan", "mean = 1"] {
            refusal("uniform", bad);
        }
    }

    /// Recomputed outside this program, in Python from the address of the stream on.
    #[test]
    fn regression_vector() {
        assert_eq!(pinned("uniform", ""), [235453, 56126, 222885, 256531, 229005]);
    }
}
