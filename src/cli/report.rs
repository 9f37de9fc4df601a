//! `tombola report`: a page that shows a folder of results to others, and the same text for a paper.

use super::args::ReportArgs;
use super::failure::Failure;
use super::record::FolderRecord;
use super::screen::tell;
use super::whole_file::{self, Existing};
use std::io::Write;
use std::path::PathBuf;
use tombola::report::{TableStyle, page, paper};

/// Writes the page of a folder and what goes with it.
pub fn report(args: &ReportArgs) -> Result<(), Failure> {
    let refused = |error: tombola::report::PageError| Failure::CannotRun(error.to_string());
    let text = page(&args.folder).map_err(refused)?;
    if let Some(target) = &args.output {
        whole_file::write(target, Existing::forced(args.force), |out| out.write_all(text.as_bytes()))?;
        tell(format_args!("Written: {}", target.display()));
        return Ok(());
    }
    let tables = args.tables.map(TableStyle::from);
    let mut files: Vec<(PathBuf, Vec<u8>)> = vec![(args.folder.join("report.html"), text.into_bytes())];
    for (name, text) in paper(&args.folder, tables).map_err(refused)? {
        files.push((args.folder.join(name), text.into_bytes()));
    }
    FolderRecord::read(&args.folder)?.write(&files, args.force)?;
    for (path, _) in &files {
        tell(format_args!("Written: {}", path.display()));
    }
    Ok(())
}
