//! What can be a name.

use crate::import::fault::{Fault, shown};
use crate::import::numerals::Spot;

/// The longest name, in bytes.
const LONGEST_NAME: usize = 200;

/// Refuses what is too long or would steer a terminal.
///
/// # Errors
/// With the place.
pub fn check_name(name: &str, spot: impl FnOnce() -> Spot) -> Result<(), Fault> {
    if name.chars().any(char::is_control) || name.len() > LONGEST_NAME {
        return spot().fault(format!(
            "the name {} must have at most {LONGEST_NAME} bytes and no control characters",
            shown(name)
        ));
    }
    Ok(())
}
