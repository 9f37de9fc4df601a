//! How an account acts at each step of a round. Honest by default.

mod always_approve;
mod always_reject;
mod assignment;
mod flaw;
mod hooks;
mod invalid_block;
mod offline;
mod silent_forger;

pub use assignment::BehaviourAssignment;
pub use flaw::BlockFlaw;
pub use hooks::{Attesting, BEHAVIOURS, Behaviour, Forging};
