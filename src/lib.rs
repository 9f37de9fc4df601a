//! **tombola** answers one question about proof of stake with evidence: does the rule that picks
//! the next forger treat everybody fairly, and how sure are we?
//!
//! The modules are layers; each uses only what stands before it: [`random`], [`registry`],
//! [`crypto`], [`law`], [`ledger`], [`stake`], [`selection`], [`reward`], [`behaviour`],
//! [`forging`], [`simulation`], [`statistics`], [`scenario`], [`analysis`], [`report`], and in the program the
//! command line.

pub mod analysis;
pub mod behaviour;
pub mod crypto;
pub mod forging;
pub mod law;
pub mod ledger;
pub mod random;
pub mod registry;
pub mod report;
pub mod reward;
pub mod scenario;
pub mod selection;
pub mod simulation;
pub mod stake;
pub mod statistics;
