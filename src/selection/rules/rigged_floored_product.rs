//! Rigged: the largest whole part of uniform × stake wins, the first of equals.

use crate::random::Stream;
use crate::registry::{Entry, no_settings};
use crate::selection::Rule;
use crate::selection::sampling::largest_score;
use crate::selection::shapes::{Contest, StatedProportional};
use crate::stake::ValidatorId;

/// The registry's line.
///
/// The whole part of uniform × stake is an integer uniform in `0..stake`. True law:
/// [`floored_product_shares`](crate::law::mistakes::floored_product_shares).
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "rigged-floored-product",
    summary: "rigged: the largest floor(uniform × stake) wins, the first in the list on a tie; with small stakes the head of the list gains at the cost of its tail",
    source: "public teaching programs that score each validator with an integer cast of random × stake",
    parse: |table| no_settings(table, || Box::new(StatedProportional(Contest { pick }))),
};

fn pick(stakes: &[u64], lottery: &mut Stream) -> Option<ValidatorId> {
    largest_score(stakes, |stake| lottery.below(stake))
}
