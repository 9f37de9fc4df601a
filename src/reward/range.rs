//! What numbers a setting may have.

use crate::law::Ratio;
use crate::registry::{Refusal, within};

/// Refuses a number that is not positive.
pub fn positive(key: &'static str, value: u64) -> Result<(), Refusal> {
    within(key, value, 1..=i64::MAX as u64, "")
}

/// Refuses a fraction above one.
pub fn part(key: &'static str, value: Ratio) -> Result<(), Refusal> {
    within(key, value, Ratio::ZERO..=Ratio::ONE, "")
}

/// The setting that a form needs.
pub fn needed<T>(key: &'static str, form: &str, value: Option<T>) -> Result<T, Refusal> {
    value.ok_or_else(|| Refusal::Value { key, problem: format!("is missing, which \"{form}\" needs") })
}

/// Refuses settings that have no meaning for a form.
pub fn meaningless(form: &str, given: &[(&'static str, bool)]) -> Result<(), Refusal> {
    match given.iter().find(|(_, given)| *given) {
        Some((key, _)) => {
            Err(Refusal::Value { key, problem: format!("has no meaning for \"{form}\"; remove it") })
        }
        None => Ok(()),
    }
}

/// Refuses a period that is longer than a run, at whose end nothing would be paid.
pub fn within_rounds(blocks: u64, rounds: u64) -> Result<(), Refusal> {
    if blocks <= rounds {
        return Ok(());
    }
    Err(Refusal::Value {
        key: "blocks",
        problem: format!(
            "is {blocks}, but the run has {rounds} rounds, so that nothing would be paid; lower it, or raise `run.rounds`"
        ),
    })
}

/// What the policy of a `base` refuses, by its key among the settings around it.
pub fn of_base(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Value { key: "blocks", problem } => Refusal::Value { key: "base.blocks", problem },
        Refusal::Value { key: "table", problem } => Refusal::Value { key: "base.table", problem },
        other => other,
    }
}
