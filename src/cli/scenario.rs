//! Reading a scenario for a command.

use super::args::Settings;
use super::failure::Failure;
use std::path::Path;
use tombola::registry::find;
use tombola::report::figures::FIGURES;
use tombola::scenario::{Override, Scenario, load};

/// Reads a scenario with the command line's settings, and checks its figures too, which the layer
/// of scenarios does not know.
pub fn read(path: &Path, settings: &Settings) -> Result<Scenario, Failure> {
    read_with(path, &settings.overrides()?)
}

/// The same with overrides.
pub fn read_with(path: &Path, overrides: &[Override]) -> Result<Scenario, Failure> {
    let scenario = load(path, overrides)?;
    for (index, choice) in scenario.file.report.figures.iter().enumerate() {
        find("figure", FIGURES, choice)
            .map_err(|refusal| scenario.refusal(&format!("report.figures[{index}]"), &refusal))?;
    }
    Ok(scenario)
}
