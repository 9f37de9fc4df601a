//! Ethereum's proposers since Electra: 16 random bits against effective balances of up to
//! 2048 ETH.

use crate::registry::{Entry, settings};
use crate::selection::Rule;
use crate::selection::ethereum::{Acceptance, BeaconLottery, BeaconSettings};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "ethereum-electra",
    summary: "validators in swap-or-not order, each accepted if 16 random bits are within its effective balance of at most 2048 ETH; close to proportional, but not in small sets",
    source: "Ethereum consensus specification, Electra (EIP-7251): compute_proposer_index with MAX_EFFECTIVE_BALANCE_ELECTRA",
    parse: |table| {
        settings::<BeaconSettings, _>(table, |settings| {
            Ok(Box::new(BeaconLottery::new(settings, Acceptance::ELECTRA)))
        })
    },
};
