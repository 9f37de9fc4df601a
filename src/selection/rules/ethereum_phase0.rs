//! Ethereum's proposers from genesis to Deneb: one random byte against effective balances of up
//! to 32 ETH.

use crate::registry::{Entry, settings};
use crate::selection::Rule;
use crate::selection::ethereum::{Acceptance, BeaconLottery, BeaconSettings};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "ethereum-phase0",
    summary: "validators in swap-or-not order, each accepted if a random byte is within its effective balance of at most 32 ETH; not proportional in small sets",
    source: "Ethereum consensus specification, phase 0: compute_shuffled_index, compute_proposer_index, get_seed, process_effective_balance_updates",
    parse: |table| {
        settings::<BeaconSettings, _>(table, |settings| {
            Ok(Box::new(BeaconLottery::new(settings, Acceptance::PHASE0)))
        })
    },
};
