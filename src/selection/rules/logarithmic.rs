//! The logarithm of the stake as weight.

use crate::law::logarithmic_shares;
use crate::registry::{Entry, no_settings};
use crate::selection::Rule;
use crate::selection::sampling::Weight;
use crate::selection::shapes::Weighted;

/// The registry's line.
///
/// Weights are in fixed point, with 57 binary digits after the point.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "logarithmic",
    summary: "proportional to log(1 + stake): nearly uniform, so that splitting pays almost in full",
    source: "Motepalli and Jacobsen, arXiv 2312.13938",
    parse: |table| {
        no_settings(table, || Box::new(Weighted { shares: logarithmic_shares, weigh: Weight::logarithm }))
    },
};
