//! `tombola report`: a page that shows a folder of results to others.

use super::args::ReportArgs;
use super::failure::Failure;
use super::screen::tell;
use super::whole_file::{self, Existing};
use std::io::Write;
use tombola::report::page;

/// Writes the page of a folder.
pub fn report(args: &ReportArgs) -> Result<(), Failure> {
    let text = page(&args.folder).map_err(|error| Failure::CannotRun(error.to_string()))?;
    let target = args.output.clone().unwrap_or_else(|| args.folder.join("report.html"));
    whole_file::write(&target, Existing::forced(args.force), |out| out.write_all(text.as_bytes()))?;
    tell(format_args!("Written: {}", target.display()));
    Ok(())
}
