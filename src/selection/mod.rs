//! Selection: the rules that pick the forger, and the committees that attest.

mod candidate_order;
mod committee;
mod committees;
mod dispersion;
mod epoch_stakes;
pub mod ethereum;
mod leader_threshold;
#[cfg(test)]
mod evidence;
mod lottery_source;
mod promise;
mod ratio;
mod rule;
mod rules;
pub mod solana;
mod sortition;
mod sampling;

pub use committee::{COMMITTEES, Committee, CommitteeDrawer, CommitteeTurn, Duty, Seat};
pub use dispersion::Dispersion;
pub use promise::Promise;
pub use rule::{Fate, Last, RULES, Rule, Selection, Selector, StakeChange, Start, Turn};
