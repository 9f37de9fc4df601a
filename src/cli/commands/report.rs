//! `tombola report`: a page that shows a folder of results to others.

use crate::cli::failure::Failure;
use crate::cli::screen::tell;
use crate::cli::whole_file::{self, Existing};
use clap::Args as ClapArgs;
use std::io::Write;
use std::path::PathBuf;
use tombola::report::page;

#[derive(ClapArgs)]
#[command(after_help = "\
The page is one file that loads nothing: it can be mailed, printed and opened without a network.

Example:
  tombola report output/seed")]
pub struct ReportArgs {
    /// Folder of results of `tombola run`, `audit` or `compare`
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Where to write the page; without it: DIR/report.html
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace the page if it is there already
    #[arg(long)]
    pub force: bool,
}

/// Writes the page of a folder.
pub fn report(args: &ReportArgs) -> Result<(), Failure> {
    let text = page(&args.folder).map_err(|error| Failure::CannotRun(error.to_string()))?;
    let target = args.output.clone().unwrap_or_else(|| args.folder.join("report.html"));
    whole_file::write(&target, Existing::forced(args.force), |out| out.write_all(text.as_bytes()))?;
    tell(format_args!("Written: {}", target.display()));
    Ok(())
}
