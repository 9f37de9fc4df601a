//! The `tombola` program: parse, dispatch, exit code.

#![warn(clippy::disallowed_macros, clippy::disallowed_methods, clippy::disallowed_types)]

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
