//! The square root of the stake as weight.

use crate::law::power_shares;
use crate::registry::{Entry, no_settings};
use crate::selection::Rule;
use crate::selection::sampling::Weight;
use crate::selection::shapes::Weighted;

/// The registry's line.
///
/// Weights have 63 significant binary digits.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "square-root",
    summary: "proportional to the square root of stake: evens shares out, but who splits its stake in four doubles its chance",
    source: "Motepalli and Jacobsen, arXiv 2312.13938",
    parse: |table| {
        no_settings(table, || {
            Box::new(Weighted { shares: |stakes| power_shares(stakes, 0.5), weigh: Weight::square_root })
        })
    },
};
