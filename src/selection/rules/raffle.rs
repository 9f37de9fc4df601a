//! The seed's raffle: every coin is a token, one token is drawn, its owner forges.

use crate::registry::{Entry, no_settings};
use crate::selection::Rule;
use crate::selection::shapes::{Proportional, StatedProportional};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "raffle",
    summary: "every staked coin is a token, one token is drawn, its owner forges: proportional to stake",
    source: "the teaching notebook this program grew from; the same law as follow-the-satoshi (Bentov, Gabizon and Mizrahi, 2016)",
    parse: |table| no_settings(table, || Box::new(StatedProportional(Proportional { tells_token: true }))),
};
