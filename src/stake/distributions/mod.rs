//! The stake distributions, one file each.
//!
//! Weights are floats, and frozen to coins before anything is decided by them. Their exponentials,
//! logarithms and powers are those of the platform, which may differ in the last bit; so the same
//! seed may give a few coins more or less on another platform, never on another run or thread. A
//! scenario that must hold the same coins everywhere reads them from a table.

use super::StakeDistribution;
use crate::registry::Entry;

mod dirichlet;
mod equal;
mod exponential;
mod log_normal;
mod pareto;
mod stretched;
mod table;
mod uniform;
mod whale;
mod zipf;

#[cfg(test)]
mod edge_cases;
#[cfg(test)]
mod goodness_of_fit;
#[cfg(test)]
mod ordering;

pub(super) const ENTRIES: &[Entry<dyn StakeDistribution>] = &[
    equal::ENTRY,
    uniform::ENTRY,
    exponential::ENTRY,
    pareto::ENTRY,
    zipf::ENTRY,
    log_normal::ENTRY,
    dirichlet::ENTRY,
    whale::ENTRY,
    table::ENTRY,
];
