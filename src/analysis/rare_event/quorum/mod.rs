//! How likely a quorum fails: a valid block is rejected for want of votes, or an invalid one is accepted.

mod ballot;
mod exact;
mod sum_tree;
mod tilted;

pub use tilted::quorum_failures;
