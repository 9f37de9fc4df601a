//! The selection rules, one file each.

use super::Rule;
use crate::registry::Entry;

mod raffle;
mod uniform;

pub(super) const ENTRIES: &[Entry<dyn Rule>] = &[raffle::ENTRY, uniform::ENTRY];
