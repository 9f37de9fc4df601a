//! The selection rules, one file each.

use super::Rule;
use crate::registry::Entry;

mod babe;
mod cometbft_priority;
mod compound_epoch;
mod ethereum_electra;
mod ethereum_phase0;
mod raffle;
mod round_robin;
mod simd_0612;
mod solana_schedule;
mod uniform;
mod weighted_round_robin;

pub(super) const ENTRIES: &[Entry<dyn Rule>] = &[
    babe::ENTRY,
    cometbft_priority::ENTRY,
    compound_epoch::ENTRY,
    ethereum_electra::ENTRY,
    ethereum_phase0::ENTRY,
    raffle::ENTRY,
    round_robin::ENTRY,
    simd_0612::ENTRY,
    solana_schedule::ENTRY,
    uniform::ENTRY,
    weighted_round_robin::ENTRY,
];
