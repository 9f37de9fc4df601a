//! What numbers a setting may have.

use crate::law::Ratio;
use crate::registry::Refusal;

/// Refuses a number that is not positive.
pub fn positive(key: &'static str, value: u64) -> Result<(), Refusal> {
    if value > 0 {
        return Ok(());
    }
    Err(Refusal::Value { key, problem: format!("is 0, but must lie between 1 and {}", i64::MAX) })
}

/// Refuses a fraction above one.
pub fn part(key: &'static str, value: Ratio) -> Result<(), Refusal> {
    if !value.exceeds_one() {
        return Ok(());
    }
    Err(Refusal::Value { key, problem: format!("is {value}, but a share must lie between 0 and 1") })
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
