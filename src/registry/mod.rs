//! Families of pluggable things: stake distributions, rules, rewards, behaviours, figures.
//!
//! A member of a family is one file that ends in an [`Entry`]; the family's registry is the list
//! of its entries; a scenario names a member by a [`Choice`].

mod choice;
mod entry;
mod nearest;

pub use choice::{Choice, Chosen};
pub use entry::{Entry, Parsed, Refusal, find, no_settings, settings, within};
pub use nearest::nearest;
