//! Reading a scenario for a command.

use super::failure::Failure;
use super::screen::tell;
use std::path::Path;
use tombola::registry::find;
use tombola::report::figures::FIGURES;
use tombola::scenario::{Override, Scenario, load, load_shipped};

/// Reads a scenario with the command line's settings, and checks its figures too, which the layer
/// of scenarios does not know.
pub fn read(path: &Path, overrides: &[Override]) -> Result<Scenario, Failure> {
    // What is no file and has no folder before it is the name of a scenario that comes along.
    let bare = path.components().count() == 1 && path.extension().is_none();
    let scenario = match path.to_str() {
        Some(name) if bare && !path.exists() => load_shipped(name, overrides)?,
        _ => load(path, overrides)?,
    };
    for (index, choice) in scenario.file.report.figures.iter().enumerate() {
        find("figure", FIGURES, choice)
            .map_err(|refusal| scenario.refusal(&format!("report.figures[{index}]"), &refusal))?;
    }
    Ok(scenario)
}

/// Says how a table of stakes was read, if there is something to say.
pub fn tell_notes(scenario: &Scenario) {
    for note in &scenario.notes {
        tell(format_args!("note: {note}"));
    }
}
