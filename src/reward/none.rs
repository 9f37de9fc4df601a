//! No reward: forgers live on fees.

use super::{Genesis, Outset, Payer, Payments, RewardPolicy, SettledBlock};
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn RewardPolicy> = Entry {
    name: "none",
    summary: "no new coins: a forger earns the fees alone",
    source: "Nxt whitepaper, revision 4, 2014: all coins exist from the first block on, forgers earn fees",
    parse: |table| settings::<NoReward, _>(table, |none| Ok(Box::new(none))),
};

/// Nothing for nobody.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct NoReward {}

impl RewardPolicy for NoReward {
    fn constant(&self) -> Option<u64> {
        Some(0)
    }

    fn most(&self, _genesis: Genesis, _rounds: u64) -> u128 {
        0
    }

    fn payer(&self, _outset: &Outset) -> Box<dyn Payer> {
        Box::new(NoPayer)
    }
}

struct NoPayer;

impl Payer for NoPayer {
    fn block(&mut self, _block: &SettledBlock, _payments: &mut Payments) {}
}
