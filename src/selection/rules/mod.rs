//! The selection rules, one file each.

use super::Rule;
use crate::registry::Entry;

mod cometbft_priority;
mod compound_epoch;
mod ethereum_electra;
mod ethereum_phase0;
mod raffle;
mod round_robin;
mod uniform;
mod weighted_round_robin;

pub(super) const ENTRIES: &[Entry<dyn Rule>] =
    &[ethereum_electra::ENTRY, ethereum_phase0::ENTRY, raffle::ENTRY, uniform::ENTRY];
