//! Rigged: the largest uniform × stake wins.

use crate::random::Stream;
use crate::registry::{Entry, no_settings};
use crate::selection::Rule;
use crate::selection::sampling::largest_score;
use crate::selection::shapes::{Contest, StatedProportional};
use crate::stake::ValidatorId;
use rand::Rng;

/// The registry's line.
///
/// Products are exact: a 64-bit number times the stake, in 128 bits. The first in the list wins a
/// tie, which two 64-bit numbers make negligible. True law:
/// [`largest_product_shares`](crate::law::mistakes::largest_product_shares).
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "rigged-largest-product",
    summary: "rigged: the largest uniform × stake wins, passed off as proportional; the rich gain: 56.5 / 26.4 / 13.0 / 4.1 % with the seed's stakes instead of 37.7 / 26.4 / 20.8 / 15.1 %",
    source: "several public proof-of-stake demonstration programs",
    parse: |table| no_settings(table, || Box::new(StatedProportional(Contest { pick }))),
};

fn pick(stakes: &[u64], lottery: &mut Stream) -> Option<ValidatorId> {
    largest_score(stakes, |stake| u128::from(lottery.next_u64()) * u128::from(stake))
}
