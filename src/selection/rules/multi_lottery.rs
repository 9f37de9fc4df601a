//! ML-PoS: at each moment everybody tries, with a chance in proportion to its stake.

use crate::registry::{Entry, no_settings};
use crate::selection::Rule;
use crate::selection::shapes::{Proportional, StatedProportional};

/// The registry's line.
///
/// A moment's lottery has a winner so seldom that two at once can be neglected, as the model does:
/// the next block is i's with probability `s_i / S`, and one draw decides it.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "multi-lottery",
    summary: "ML-PoS: a new lottery at every moment, each wins it with a small chance proportional to stake",
    source: "the ML-PoS model (Qtum, Blackcoin) of Huang and others, SIGMOD 2021",
    parse: |table| no_settings(table, || Box::new(StatedProportional(Proportional { tells_token: false }))),
};
