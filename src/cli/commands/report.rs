//! `tombola report`: a page that shows a folder of results to others, and the same text for a paper.

use crate::cli::failure::Failure;
use crate::cli::folder_record::FolderRecord;
use crate::cli::results::settle;
use crate::cli::screen::tell;
use crate::cli::whole_file::{self, Existing};
use clap::{Args as ClapArgs, ValueEnum};
use std::io::Write;
use std::path::PathBuf;
use tombola::report::{TableStyle, page, paper};

/// How tables for a paper are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PaperTables {
    /// LaTeX with booktabs, standard errors in brackets
    Latex,
    /// Markdown
    Markdown,
}

impl From<PaperTables> for tombola::report::TableStyle {
    fn from(style: PaperTables) -> Self {
        match style {
            PaperTables::Latex => tombola::report::TableStyle::Latex,
            PaperTables::Markdown => tombola::report::TableStyle::Markdown,
        }
    }
}

#[derive(ClapArgs)]
#[command(after_help = "\
Writes report.html, one file that loads nothing: it can be mailed, printed and opened without a network. Beside
it: report.md and methods.tex, the same text for a paper; references.bib, the works it rests on;
ro-crate-metadata.json, which describes the folder for archives. What the program wrote itself is replaced.

Examples:
  tombola report output/seed
  tombola report output/seed --tables latex")]
pub struct ReportArgs {
    /// Folder of results of `tombola run`, `audit` or `compare`, or of a study
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Write the page only, and to this file
    #[arg(long, value_name = "FILE", conflicts_with = "tables")]
    pub output: Option<PathBuf>,
    /// Also write the tables for a paper to DIR/tables/
    #[arg(long, value_enum, value_name = "STYLE")]
    pub tables: Option<PaperTables>,
    /// Replace files that somebody else has put there or changed
    #[arg(long)]
    pub force: bool,
}

/// Writes the page of a folder and what goes with it.
pub fn report(args: &ReportArgs) -> Result<(), Failure> {
    let refused = |error: tombola::report::PageError| Failure::CannotRun(error.to_string());
    settle(&args.folder, false);
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
