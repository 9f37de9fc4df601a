//! Reading tables for a command, from a file or standard input.

use super::args::Reading;
use std::path::Path;
use tombola::import::{Intent, Options};
use tombola::scenario::{Place, Problem};
use tombola::stake::{LARGEST_FILE, read_bounded, read_up_to};

/// The bytes of a file, or of standard input for `-`.
pub fn bytes(path: &Path, help: &str) -> Result<Vec<u8>, Problem> {
    if path == Path::new("-") {
        return read_up_to(std::io::stdin().lock(), LARGEST_FILE)
            .map_err(|error| Problem::file(path, format!("standard input cannot be read: {error}"), help));
    }
    read_bounded(path).map_err(|error| Problem::file(path, format!("cannot be read: {error}"), help))
}

/// The command line's choices.
pub fn options(
    reading: &Reading,
    format: (&str, Option<&String>),
    intent: Intent,
) -> Result<Options, Problem> {
    let mut options = Options { intent, ..Options::default() };
    let (name, given) = format;
    for (option, key, text) in [
        (name, "format", given),
        ("columns", "columns", reading.columns.as_ref()),
        ("unit", "unit", reading.unit.as_ref()),
        ("duplicates", "duplicates", reading.duplicates.as_ref()),
        ("total", "total", reading.total.as_ref()),
        ("decimal", "decimal", reading.decimal.as_ref()),
    ] {
        if let Some(text) = text {
            options.set(key, text).map_err(|reason| Problem {
                place: Place::CommandLine(format!("--{option} {text}")),
                key: String::new(),
                what: reason,
                help: None,
            })?;
        }
    }
    Ok(options)
}
