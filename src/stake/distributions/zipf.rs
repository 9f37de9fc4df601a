//! The rank-size law.

use crate::random::Stream;
use crate::registry::{Entry, settings};
use crate::stake::range::require;
use crate::stake::{Holding, Order, StakeDistribution, StakeError};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn StakeDistribution> = Entry {
    name: "zipf",
    summary: "the stake of rank r is proportional to r^-exponent, largest first; nothing is drawn",
    source: "Zipf, Human Behavior and the Principle of Least Effort, 1949",
    parse: |table| {
        settings::<Zipf, _>(table, |zipf| {
            require("exponent", zipf.exponent, 0.0..=1e6)?;
            Ok(Box::new(zipf))
        })
    },
};

/// Stakes by rank: the first account is the largest, the second 2^exponent times smaller, and so
/// on. Deterministic: every seed gives the same stakes.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Zipf {
    /// How fast stakes fall with the rank; 0 makes all equal, 1 if not given.
    exponent: f64,
}

impl Default for Zipf {
    fn default() -> Self {
        Zipf { exponent: 1.0 }
    }
}

impl StakeDistribution for Zipf {
    fn holdings(&self, order: &Order, _stream: &mut Stream) -> Result<Vec<Holding>, StakeError> {
        order.divide(|count| (1..=count).map(|rank| (rank as f64).powf(-self.exponent)).collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::stake::distributions::ordering::{choose, order, refusal};

    /// 1 + 1/2 + 1/3 + 1/4 = 25/12, and 1 + 1/4 + 1/9 = 49/36.
    #[test]
    fn stakes_follow_the_rank_by_hand() {
        assert_eq!(order("zipf", "", 4, 25, 1).unwrap(), [12, 6, 4, 3]);
        let stakes = order("zipf", "", 4, 25_000_000_000, 1).unwrap();
        assert_eq!(stakes, [12_000_000_000, 6_000_000_000, 4_000_000_000, 3_000_000_000]);
        let stakes = order("zipf", "exponent = 2", 3, 49_000_000_000, 1).unwrap();
        assert_eq!(stakes, [36_000_000_000, 9_000_000_000, 4_000_000_000]);
        assert_eq!(order("zipf", "exponent = 0", 4, 103, 1).unwrap(), [26, 26, 26, 25]);
        assert_eq!(order("zipf", "exponent = 1e6", 3, 49, 1).unwrap(), [49, 0, 0]);
    }

    #[test]
    fn nothing_depends_on_the_seed() {
        assert_eq!(order("zipf", "", 50, 12_345, 1).unwrap(), order("zipf", "", 50, 12_345, 2).unwrap());
    }

    #[test]
    fn defaults_are_spelled_out_and_impossible_exponents_refused() {
        assert_eq!(choose("zipf", "").unwrap().settings.to_string(), "exponent = 1.0\n");
        assert_eq!(
            refusal("zipf", "exponent = -1"),
            "`exponent` is -1.0, but must be a number between 0.0 and 1000000.0"
        );
        for bad in ["exponent = nan", "exponent = inf", "s = 1"] {
            refusal("zipf", bad);
        }
    }
}
