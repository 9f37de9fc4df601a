//! A confidence that was given or not.

use tombola::scenario::{Place, Problem};

/// The confidence that was given, 0.95 if none was.
pub fn confidence(given: Option<f64>) -> Result<f64, Problem> {
    let confidence = given.unwrap_or(0.95);
    if confidence > 0.0 && confidence < 1.0 {
        return Ok(confidence);
    }
    Err(Problem {
        place: Place::CommandLine(format!("--confidence {confidence}")),
        key: String::new(),
        what: "is out of range".to_owned(),
        help: Some("it must lie strictly between 0 and 1".to_owned()),
    })
}
