//! `tombola init`.

use super::args::InitArgs;
use super::failure::Failure;
use super::screen::tell;
use super::whole_file::{self, Existing};
use std::io::Write;
use tombola::scenario::TEMPLATE;

/// Writes a commented scenario to start from; never over a file.
pub fn init(args: &InitArgs) -> Result<(), Failure> {
    let path = &args.file;
    whole_file::write(path, Existing::Stays, |out| out.write_all(TEMPLATE.as_bytes()))?;
    tell(format_args!("Written to {}. Next: tombola run {0}", path.display()));
    Ok(())
}
