//! The range in which a setting must lie.

use crate::registry::Refusal;
use std::ops::RangeInclusive;

/// Refuses a value outside its range (and one that is not a number), naming the range.
pub fn require(key: &'static str, value: f64, allowed: RangeInclusive<f64>) -> Result<(), Refusal> {
    if allowed.contains(&value) {
        return Ok(());
    }
    Err(Refusal::Value {
        key,
        problem: format!(
            "is {value:?}, but must be a number between {:?} and {:?}",
            allowed.start(),
            allowed.end()
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_allowed_and_nothing_beyond() {
        assert!(require("sigma", 0.0, 0.0..=1.0).is_ok());
        assert!(require("sigma", 1.0, 0.0..=1.0).is_ok());
        for value in [-1e-300, 1.0000000000000002, f64::NAN, f64::INFINITY] {
            assert!(require("sigma", value, 0.0..=1.0).is_err(), "{value}");
        }
        let refusal = require("sigma", 1e300, 0.0..=1.0).unwrap_err();
        assert_eq!(refusal.to_string(), "`sigma` is 1e300, but must be a number between 0.0 and 1.0");
    }
}
