//! `tombola gallery`.

use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::options::table_format::TableFormat;
use crate::cli::options::threads::ThreadsArg;
use crate::cli::screen::{print_rows, table, tell};
use crate::cli::whole_file::{Existing, check_target, write};
use clap::Args;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use tombola::gallery::{
    Agreement, GalleryRow, PublishedResult, cells, check_all, page, published_result, published_results,
};
use tombola::registry::nearest;
use tombola::scenario::read_text;

/// Options of `tombola gallery`.
#[derive(Args)]
#[command(after_help = "\
A row agrees if the exact value lies within the published value's tolerance and the simulation does not
contradict it (p >= 0.0001). docs/gallery.md says what an entry is.

Examples:
  tombola gallery
  tombola gallery --only tries-per-slot-median
  tombola gallery --write gallery.md
  tombola gallery my-result.toml                  a published result of your own

Exit codes: 0 all agree, or the entry says why the publication is in error; 1 one does not; 2 could not run;
130 interrupted.")]
pub struct GalleryArgs {
    /// Entries of your own in place of those that come along
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Only this entry, by its name; may be repeated
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
    /// Leave the simulations out
    #[arg(long)]
    pub exact: bool,
    /// Also write the page of the gallery, as in docs/gallery.md, to FILE
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,
    /// Replace FILE if it is there
    #[arg(long)]
    pub force: bool,
    /// Form of the table
    #[arg(long, value_enum, default_value_t = TableFormat::Table)]
    pub format: TableFormat,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

/// Computes published results again.
pub fn gallery(args: &GalleryArgs) -> Result<(), Failure> {
    let existing = Existing::forced(args.force);
    if let Some(target) = &args.write {
        check_target(target, existing)?;
    }
    let entries = entries(args)?;
    let stop = interrupt::watch()?;
    let rows = check_all(&entries, !args.exact, stop);
    if stop.load(Ordering::Relaxed) {
        return Err(Failure::Interrupted("nothing was written".to_owned()));
    }
    let rows = rows.map_err(Failure::CannotRun)?;
    print_rows(args.format, false, &rows, columns)?;
    if let Some(target) = &args.write {
        write(target, existing, |file| file.write_all(page(&rows).as_bytes()))?;
    }
    let differ: Vec<&GalleryRow> = rows.iter().filter(|row| !row.agreement.holds()).collect();
    for row in rows.iter().filter(|row| row.agreement == Agreement::PublicationInError) {
        tell(format_args!("note: {}: publication in error: {}", row.name, row.note));
    }
    if differ.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = differ
        .iter()
        .map(|row| {
            let [published, exact, simulation] = cells(row);
            format!(
                "{}: {}: published {published}, exact law {exact}, simulation {simulation}",
                row.name, row.agreement
            )
        })
        .collect();
    Err(Failure::CheckFailed(lines.join("\n  ")))
}

/// The entries that are asked for.
fn entries(args: &GalleryArgs) -> Result<Vec<PublishedResult>, Failure> {
    let mut all = if args.files.is_empty() {
        published_results()?
    } else {
        let mut own = Vec::new();
        for path in &args.files {
            own.push(published_result(path, &read_text(path)?)?);
        }
        own
    };
    for name in &args.only {
        if !all.iter().any(|entry| entry.name == *name) {
            let near = nearest(name, all.iter().map(|entry| entry.name.as_str()));
            let help = near.map_or("`tombola gallery --exact` shows the names".to_owned(), |near| {
                format!("did you mean `{near}`?")
            });
            return Err(Failure::CannotRun(format!("--only {name}: no entry has this name\n  help: {help}")));
        }
    }
    if !args.only.is_empty() {
        all.retain(|entry| args.only.contains(&entry.name));
    }
    Ok(all)
}

fn columns(rows: &[GalleryRow]) -> String {
    let lines = rows
        .iter()
        .map(|row| {
            let [published, exact, simulation] = cells(row);
            vec![
                row.result.clone(),
                row.source.clone(),
                row.agreement.to_string(),
                published,
                exact,
                simulation,
            ]
        })
        .collect();
    table(&["result", "source", "agrees?", "published", "exact law", "simulation ± se"], 3, lines)
}
