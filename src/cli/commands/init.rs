//! `tombola init`.

use crate::cli::failure::Failure;
use crate::cli::screen::tell;
use crate::cli::whole_file::{self, Existing};
use clap::Args as ClapArgs;
use std::io::Write;
use std::path::PathBuf;
use tombola::scenario::TEMPLATE;

#[derive(ClapArgs)]
#[command(after_help = "\
Example:
  tombola init my.toml && tombola run my.toml")]
pub struct InitArgs {
    /// The file to write; one that is there already is left alone
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Writes a commented scenario to start from; never over a file.
pub fn init(args: &InitArgs) -> Result<(), Failure> {
    let path = &args.file;
    whole_file::write(path, Existing::Stays, |out| out.write_all(TEMPLATE.as_bytes()))?;
    tell(format_args!("Written to {}. Next: tombola run {0}", path.display()));
    Ok(())
}
