//! One over the stake as weight.

use crate::law::inverse_shares;
use crate::registry::{Entry, no_settings};
use crate::selection::Rule;
use crate::selection::sampling::Weight;
use crate::selection::shapes::Weighted;

/// The registry's line.
///
/// Weights have 64 significant binary digits.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "inverse",
    summary: "proportional to 1 / stake: the poorest is drawn most, and splitting pays more than in full",
    source: "a hint of the teaching notebook this program grew from, where some rules give more benefit to those who hardly take part",
    parse: |table| {
        no_settings(table, || Box::new(Weighted { shares: inverse_shares, weigh: Weight::inverse }))
    },
};
