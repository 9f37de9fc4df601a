//! Ethereum's proposers since Fulu: drawn as since Electra, but fixed two epochs ahead.

use crate::registry::{Entry, settings};
use crate::selection::Rule;
use crate::selection::ethereum::{Acceptance, BeaconLottery, BeaconSettings};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "ethereum-fulu",
    summary: "the draw of `ethereum-electra`, made two epochs ahead: at the end of an epoch, with the balances of then, for the epoch after the next",
    source: "Ethereum consensus specification, Fulu (EIP-7917): process_proposer_lookahead, initialize_proposer_lookahead, compute_proposer_indices",
    parse: |table| {
        settings::<BeaconSettings, _>(table, |settings| {
            Ok(Box::new(BeaconLottery::new(settings, Acceptance::ELECTRA).with_lookahead()))
        })
    },
};
