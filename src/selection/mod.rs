//! Selection: the rules that pick the forger, and the committees that attest.

mod committee;
mod committees;
mod dispersion;
mod epoch_stakes;
pub mod ethereum;
mod promise;
mod rule;
mod rules;

pub use committee::{COMMITTEES, Committee, CommitteeDrawer, CommitteeTurn, Seat};
pub use dispersion::Dispersion;
pub use promise::Promise;
pub use rule::{Fate, Last, RULES, Rule, Selection, Selector, StakeChange, Start, Turn};
