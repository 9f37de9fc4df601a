//! Folders of results, as every command that writes one does it.

use super::failure::Failure;
use super::screen::{print, tell};
use crate::cli::options::safe_csv::SafeCsvArg;
use clap::Args as ClapArgs;
use std::io;
use std::path::{Path, PathBuf};
use tombola::report::{FolderError, Leftover, Published, ResultsFolder, settle_killed_runs};

/// The folder of results where none is named.
pub const DEFAULT_OUTPUT: &str = "output";

/// Where results go, and how.
#[derive(ClapArgs)]
pub struct ResultsPlace {
    /// Folder in which each result gets a folder of its own
    #[arg(long, value_name = "DIR", default_value = DEFAULT_OUTPUT)]
    pub output: PathBuf,
    /// Replace results that are there already; other files beside them are kept
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub safe_csv: SafeCsvArg,
    /// Print nothing but errors, and what --format json asks for
    #[arg(long, short)]
    pub quiet: bool,
}

impl ResultsPlace {
    /// As a wish.
    pub fn wish(&self) -> FolderWish<'_> {
        FolderWish { root: &self.output, force: self.force, safe_csv: self.safe_csv.on, quiet: self.quiet }
    }
}

/// What the command line says of folders of results.
pub struct FolderWish<'a> {
    /// The folder in which each has its place.
    pub root: &'a Path,
    /// Whether results that are there are replaced.
    pub force: bool,
    /// Whether cells of tables are guarded against being calculated.
    pub safe_csv: bool,
    /// Whether nothing but errors is printed.
    pub quiet: bool,
}

/// Brings to its end what killed commands have left behind in a folder, and says so.
pub fn settle(folder: &Path, quiet: bool) {
    tell_settled(&settle_killed_runs(folder), quiet);
}

/// Says what became of what killed commands had left behind.
pub fn tell_settled(leftovers: &[Leftover], quiet: bool) {
    for leftover in leftovers {
        match leftover {
            Leftover::Removed { .. } | Leftover::Cleared(_) | Leftover::Outdated { .. } if quiet => {}
            leftover => tell(format_args!("note: {leftover}")),
        }
    }
}

/// Prepares a folder of results, after what killed runs have left beside it has been dealt with.
pub fn prepare(wish: &FolderWish, name: &str) -> Result<ResultsFolder, FolderError> {
    settle(wish.root, wish.quiet);
    // Figures, pages or tables that were to join the results there.
    settle(&wish.root.join(name), wish.quiet);
    Ok(ResultsFolder::prepare(wish.root, name, wish.force)?.with_safe_csv(wish.safe_csv))
}

/// Says where the results are.
pub fn tell_written<'a>(published: &Published, files: impl Iterator<Item = &'a String>) {
    tell(format_args!("Written to {}:", published.folder.display()));
    for name in files.map(String::as_str).chain(["manifest.json"]) {
        tell(format_args!("  {}", published.folder.join(name).display()));
    }
}

/// Prints the summary of results that stand already.
pub fn print_summary(text: &str, published: &Published) -> Result<(), Failure> {
    match print(text) {
        // Nobody reads it, but the results stand, and more may be waited for.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(unprinted(error.into(), Some(published))),
        Ok(()) => Ok(()),
    }
}

/// Prints the summary of results that stand in this folder already.
pub fn print_text(text: &str, folder: &Path) -> Result<(), Failure> {
    match print(text) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(whole_in(error.into(), folder)),
        Ok(()) => Ok(()),
    }
}

/// The same failure, of which the results in this folder know nothing.
fn whole_in(failure: Failure, folder: &Path) -> Failure {
    match failure {
        Failure::CannotRun(message) => {
            Failure::CannotRun(format!("{message}; the results are whole, in {}", folder.display()))
        }
        other => other,
    }
}

/// A failure to print what stands in a folder already, if it does.
pub fn unprinted(failure: Failure, published: Option<&Published>) -> Failure {
    match published {
        Some(published) => whole_in(failure, &published.folder),
        None => failure,
    }
}

/// Why the results are not where they were meant to be, if they are not.
pub fn displaced(published: &Published) -> Option<String> {
    let (target, conflict) = published.instead_of.as_ref()?;
    Some(format!(
        "{} {conflict}, so it was left as it is; the results of this run are in {}",
        target.display(),
        published.folder.display()
    ))
}

/// The end of a command whose results are whole.
pub fn ended(published: &Published) -> Result<(), Failure> {
    match displaced(published) {
        None => Ok(()),
        Some(message) => Err(Failure::CannotRun(format!(
            "{message}\n  help: rename one of them; --force replaces only folders of results, and only complete ones by complete ones"
        ))),
    }
}
