//! The ways to form a committee, one file each.

use super::committee::{Committee, Seat};
use crate::registry::{Entry, Refusal};

mod all;
mod decaying_acceptance;
mod drawn;
mod drawn_with_replacement;
mod ethereum;
mod fait_accompli;
mod partition;

// One entry a line, in the order of the names.
#[rustfmt::skip]
pub(super) const ENTRIES: &[Entry<dyn Committee>] = &[
    all::ENTRY,
    decaying_acceptance::ENTRY,
    drawn::ENTRY,
    drawn_with_replacement::ENTRY,
    ethereum::ENTRY,
    fait_accompli::ENTRY,
    partition::ENTRY,
];

/// The largest committee that can be drawn.
const MAX_SIZE: u64 = 1_000_000;

/// Refuses a committee without seats, or with more than anybody can want.
fn accept_size(size: u64) -> Result<(), Refusal> {
    if (1..=MAX_SIZE).contains(&size) {
        return Ok(());
    }
    Err(Refusal::Value { key: "size", problem: format!("is {size}, but must lie in 1..={MAX_SIZE}") })
}

/// Refuses a committee whose seats could never all be filled, when all validators but the forger may
/// take `most` of them each.
fn accept_filled(size: u64, most: u64, validators: usize) -> Result<(), Refusal> {
    let attestors = (validators as u64).saturating_sub(1);
    let seats = attestors.saturating_mul(most);
    if size <= seats {
        return Ok(());
    }
    let problem = format!(
        "is {size}, but of {validators} validators only {attestors} can attest while one forges, on {seats} seats at most"
    );
    Err(Refusal::Value { key: "size", problem })
}

/// Brings seats that were filled one by one into the order of the validators, nobody listed twice.
fn gather(members: &mut Vec<Seat>) {
    members.sort_unstable_by_key(|seat| seat.validator);
    members.dedup_by(|later, earlier| {
        let same = later.validator == earlier.validator;
        if same {
            earlier.seats += later.seats;
        }
        same
    });
}
