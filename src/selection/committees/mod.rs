//! The ways to form a committee, one file each.

use super::committee::Committee;
use crate::registry::Entry;

mod all;
mod drawn;

pub(super) const ENTRIES: &[Entry<dyn Committee>] = &[all::ENTRY, drawn::ENTRY];
