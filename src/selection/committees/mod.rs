//! The ways to form a committee, one file each.

use super::committee::{Committee, Duty, Seat};
use crate::registry::{Entry, Refusal, within};

mod all;
mod by_share;
mod decaying_acceptance;
mod drawn;
mod drawn_with_replacement;
mod ethereum;
mod ethereum_payload;
mod ethereum_sync;
mod fait_accompli;
mod partition;
mod rotor;

// One entry a line, in the order of the names.
#[rustfmt::skip]
pub(super) const ENTRIES: &[Entry<dyn Committee>] = &[
    all::ENTRY,
    decaying_acceptance::ENTRY,
    drawn::ENTRY,
    drawn_with_replacement::ENTRY,
    ethereum::ENTRY,
    ethereum_payload::ENTRY,
    ethereum_sync::ENTRY,
    fait_accompli::ENTRY,
    partition::ENTRY,
    rotor::ENTRY,
];

/// The largest committee that can be drawn.
const MAX_SIZE: u64 = 1_000_000;

/// Refuses a committee without seats, or with more than anybody can want.
fn accept_size(size: u64) -> Result<(), Refusal> {
    within("size", size, 1..=MAX_SIZE, "")
}

/// Refuses an epoch without rounds, or with more than anybody can want.
fn accept_slots(slots: u64) -> Result<(), Refusal> {
    within("slots", slots, 1..=MAX_SIZE, "")
}

/// Refuses an epoch some of whose rounds would have nobody, when `needed` of all who attest once an
/// epoch are needed in each.
fn accept_slices(slots: u64, validators: usize, needed: u64) -> Result<(), Refusal> {
    let most = validators as u64 / needed;
    if slots <= most {
        return Ok(());
    }
    let forges = if needed > 1 { " and one of them forges" } else { "" };
    let problem = format!(
        "is {slots}, but where {validators} validators attest once in an epoch{forges}, some rounds would have nobody to attest; must lie between 1 and {most}"
    );
    Err(Refusal::Value { key: "slots", problem })
}

/// The duty where everybody expects these seats in every round that anybody forges, itself included.
fn seats_in_any_round(seats: Option<Vec<f64>>, forgers: &[f64]) -> Duty {
    let somebody: f64 = forgers.iter().sum();
    match seats {
        Some(seats) => Duty::Seats(seats.iter().map(|seats| seats * somebody).collect()),
        None => Duty::Unknown(
            "the exact sum over who is asked before whom is too long for so many different effective balances",
        ),
    }
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

#[cfg(test)]
mod tests {
    use crate::selection::evidence::committee;

    /// What can never be filled is refused, with the reason; what can be empty by chance is not.
    #[test]
    fn committees_too_large_for_their_validators_are_refused() {
        for (definition, validators, problem) in [
            ("'all'", 2, None),
            ("{ kind = 'drawn', size = 4 }", 5, None),
            ("{ kind = 'drawn', size = 5 }", 5, Some("`size` is 5, but of 5 validators only 4 can attest")),
            ("{ kind = 'drawn-with-replacement', size = 500 }", 2, None),
            ("{ kind = 'decaying-acceptance', size = 12, max = 3 }", 5, None),
            ("{ kind = 'decaying-acceptance', size = 13, max = 3 }", 5, Some("on 12 seats at most")),
            ("{ kind = 'ethereum', slots = 5 }", 5, None),
            ("{ kind = 'ethereum', slots = 6 }", 5, Some("must lie between 1 and 5")),
            ("{ kind = 'ethereum', slots = 2, forger = 'vacant' }", 5, None),
            ("{ kind = 'ethereum', slots = 3, forger = 'vacant' }", 5, Some("must lie between 1 and 2")),
            ("{ kind = 'ethereum-payload', slots = 6 }", 5, Some("must lie between 1 and 5")),
            ("{ kind = 'ethereum-sync' }", 2, None),
            ("{ kind = 'rotor', size = 500 }", 2, None),
            ("{ kind = 'fait-accompli', size = 500 }", 2, None),
            ("{ kind = 'partition', size = 500 }", 2, None),
        ] {
            let refusal = committee(definition).accept(validators).err().map(|refusal| refusal.to_string());
            match (refusal, problem) {
                (None, None) => {}
                (Some(text), Some(problem)) => assert!(text.contains(problem), "{definition}: {text}"),
                (refusal, _) => panic!("{definition} with {validators}: {refusal:?}"),
            }
        }
    }
}
