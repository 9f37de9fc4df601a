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
