//! The stake distributions, one file each.

use super::StakeDistribution;
use crate::registry::Entry;

mod equal;

pub(super) const ENTRIES: &[Entry<dyn StakeDistribution>] = &[equal::ENTRY];
