//! `tombola completions`.

use super::args::{Args, CompletionsArgs};
use super::failure::Failure;
use clap::CommandFactory;
use std::io::{Write, stdout};

/// Prints a completion script.
pub fn completions(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "tombola", &mut script);
    stdout().write_all(&script)?;
    Ok(())
}
