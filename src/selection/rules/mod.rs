//! The selection rules, one file each.

use super::Rule;
use crate::registry::Entry;

mod ethereum_electra;
mod ethereum_phase0;
mod raffle;
mod uniform;

pub(super) const ENTRIES: &[Entry<dyn Rule>] =
    &[ethereum_electra::ENTRY, ethereum_phase0::ENTRY, raffle::ENTRY, uniform::ENTRY];
