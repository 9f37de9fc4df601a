//! Reading a scenario for a command.

use super::failure::Failure;
use super::screen::tell;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use tombola::import::read_bounded;
use tombola::registry::find;
use tombola::report::figures::FIGURES;
use tombola::scenario::{Override, Scenario, load, load_shipped, read_text, shipped};

/// Whether it was said already that a file is a study.
static TOLD: AtomicBool = AtomicBool::new(false);

/// Reads a scenario with the command line's settings, and checks its figures too, which the layer
/// of scenarios does not know.
pub fn read(path: &Path, overrides: &[Override]) -> Result<Scenario, Failure> {
    if is_study(path) && !TOLD.swap(true, Ordering::Relaxed) {
        tell(format_args!(
            "note: {} is a study; this is about its scenario without [sweep], and `tombola run` carries out its points",
            path.display()
        ));
    }
    let scenario = match shipped_name(path) {
        Some(name) => load_shipped(name, overrides)?,
        None => load(path, overrides)?,
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

/// The text of a scenario as it stands in its file, or inside the program.
pub fn source(path: &Path) -> io::Result<Vec<u8>> {
    let inside = shipped_name(path).and_then(|name| shipped().into_iter().find(|one| one.name == name));
    match inside {
        Some(scenario) => Ok(scenario.text.as_bytes().to_vec()),
        None => read_bounded(path),
    }
}

/// The path and the text of a scenario, as it stands in its file or inside the program.
pub fn text(path: &Path) -> Result<(PathBuf, String), Failure> {
    let inside = shipped_name(path).and_then(|name| shipped().into_iter().find(|one| one.name == name));
    match inside {
        Some(scenario) => Ok((PathBuf::from(scenario.path), scenario.text.to_owned())),
        None => Ok((path.to_owned(), read_text(path)?)),
    }
}

/// Whether a file is that of a study. What cannot be read is none: whoever reads it will say why.
pub fn is_study(path: &Path) -> bool {
    let text = text(path).ok().map(|(_, text)| text);
    text.and_then(|text| toml::from_str::<toml::Table>(&text).ok())
        .is_some_and(|table| table.contains_key("sweep"))
}

/// What is no file and has no folder before it is the name of a scenario that comes along.
fn shipped_name(path: &Path) -> Option<&str> {
    let bare = path.components().count() == 1 && path.extension().is_none();
    path.to_str().filter(|_| bare && !path.exists())
}
