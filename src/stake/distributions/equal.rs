//! Everybody holds the same.

use crate::random::Stream;
use crate::registry::{Entry, settings};
use crate::stake::{Holding, Order, StakeDistribution, StakeError};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn StakeDistribution> = Entry {
    name: "equal",
    summary: "every account holds the same; coins that do not divide go to the first ones",
    source: "the baseline of every fairness study",
    parse: |table| settings::<Equal, _>(table, |equal| Ok(Box::new(equal))),
};

/// Equal stakes. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Equal {}

impl StakeDistribution for Equal {
    fn holdings(&self, order: &Order, _stream: &mut Stream) -> Result<Vec<Holding>, StakeError> {
        order.divide(|count| vec![1.0; count])
    }
}

#[cfg(test)]
mod tests {
    use crate::stake::distributions::ordering::{order, refusal};

    #[test]
    fn coins_that_do_not_divide_go_to_the_first() {
        assert_eq!(order("equal", "", 4, 103, 1).unwrap(), [26, 26, 26, 25]);
        assert_eq!(order("equal", "", 4, 2, 1).unwrap(), [1, 1, 0, 0]);
        assert_eq!(order("equal", "", 1, 7, 1).unwrap(), [7]);
    }

    #[test]
    fn nothing_depends_on_the_seed() {
        assert_eq!(order("equal", "", 7, 1_000, 1).unwrap(), order("equal", "", 7, 1_000, 2).unwrap());
    }

    #[test]
    fn there_is_nothing_to_set() {
        assert!(refusal("equal", "share = 0.5").contains("share"));
    }
}
