//! `tombola init`.

use super::args::InitArgs;
use super::failure::Failure;
use super::screen::tell;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use tombola::scenario::TEMPLATE;

/// Writes a commented scenario to start from; never over a file.
pub fn init(args: &InitArgs) -> Result<(), Failure> {
    let path = &args.file;
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut file| file.write_all(TEMPLATE.as_bytes()));
    written.map_err(|error| {
        let help = match error.kind() {
            ErrorKind::AlreadyExists => "give another name, or move that file away",
            ErrorKind::NotFound => "make its folder first",
            _ => "check the folder and its permissions",
        };
        Failure::CannotRun(format!("cannot write {}: {error}\n  help: {help}", path.display()))
    })?;
    tell(format_args!("Written to {}. Next: tombola run {0}", path.display()));
    Ok(())
}
