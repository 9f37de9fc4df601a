//! `tombola merge`.

use super::study::{command_line, ended, holder, in_its_place, path_of, repeat, root_of, tabulate, wanted};
use crate::cli::commands::study::Keep;
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::options::safe_csv::SafeCsvArg;
use crate::cli::options::threads::ThreadsArg;
use crate::cli::progress_bar::Bar;
use crate::cli::results::{DEFAULT_OUTPUT, tell_settled};
use crate::cli::screen::{grouped, tell};
use clap::Args as ClapArgs;
use std::path::{Path, PathBuf};
use tombola::report::{Addition, Environment, Stopwatch, file_hash};
use tombola::statistics::wording::{are, counted};
use tombola::study::{
    Plan, PointState, StudyTables, Summary, TALLIES, TallyFile, TallyHeader, TallyReader, differs, gather,
    hold_place, missing_shards, overlap, read_all,
};

#[derive(ClapArgs)]
#[command(after_help = "\
The tables are the bytes that one run of the whole would have written, but for the column seconds.
If shards are missing, the tables are about what is there, and the commands for the rest are printed
(exit code 1).

Example:
  tombola run study.toml --shard 1/2 && tombola run study.toml --shard 2/2
  tombola merge output/study.*.tally --output merged")]
pub struct MergeArgs {
    /// Files of tallies, in any order
    #[arg(required = true, value_name = "FILE.tally")]
    pub files: Vec<PathBuf>,
    /// Folder in which the study gets a folder of its own
    #[arg(long, value_name = "DIR", default_value = DEFAULT_OUTPUT)]
    pub output: PathBuf,
    /// Replace a study that is there already
    #[arg(long)]
    pub force: bool,
    /// Also write trials.csv, a folder of results for each point, or the tables as Parquet
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    pub keep: Vec<Keep>,
    /// Merge files that another version of this program has made
    #[arg(long)]
    pub other_version: bool,
    #[command(flatten)]
    pub safe_csv: SafeCsvArg,
    #[command(flatten)]
    pub threads: ThreadsArg,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
}

/// Puts the files of shards together, and writes the tables of the whole.
pub fn merge(args: &MergeArgs) -> Result<(), Failure> {
    let stop = interrupt::watch()?;
    let tables = wanted(&args.keep, args.safe_csv.on)?;
    let files = read_all(&args.files)?;
    let first = &files[0];
    check(args, &files)?;
    let plan = Plan::new(first.header.origin.clone(), first.header.detail)?;
    if plan.digest() != first.header.digest {
        return Err(Failure::CannotRun(format!(
            "{}: the study that the file describes is not the one that it was played for: a table that the study reads is another one here\n  help: give the study the files it was played with",
            first.path().display()
        )));
    }
    if let Some((place, one, other, block)) = overlap(&plan, &files) {
        let point = &plan.points[place];
        return Err(Failure::CannotRun(format!(
            "{} and {} overlap: both have the trials {} to {} of the point {} ({})\n  help: give every shard once, all of them of one division of the study",
            files[one].path().display(),
            files[other].path().display(),
            block.first,
            block.end() - 1,
            point.id,
            plan.label(point.index)
        )));
    }
    let environment = Environment::here(command_line(), &Stopwatch::start().timing());
    let held = hold_place(&args.output, &plan, &holder(&environment))?;
    tell_settled(&held.leftovers, args.quiet);
    // Tallies and tables are made aside and take their place together.
    let addition = Addition::begin(&held.path)?;
    let (made, place) = (addition.folder().join(TALLIES), held.path.join(TALLIES));
    TallyFile::create(&made, &TallyHeader::of(&plan, None))
        .and_then(|tallies| gather(&plan, &files, &tallies))
        .map_err(|error| in_its_place(&addition, error))?;
    // To merge what is merged already replaces nothing.
    if place.symlink_metadata().is_ok() && !same_bytes(&place, &made) {
        if !args.force {
            return Err(Failure::CannotRun(format!(
                "{} exists already; nothing was merged\n  help: add --force to replace it, or --output DIR to write elsewhere",
                place.display()
            )));
        }
        // It is replaced only if it is what it seems to be.
        TallyReader::open(&place)?;
    }
    let whole = TallyReader::open(&made).map_err(|error| in_its_place(&addition, error))?;
    let summary = Summary::new(&plan, &whole.contents, false);
    let bar = Bar::of_study(&plan.name, 0, args.quiet);
    let (report, written) = tabulate(&plan, &whole, &summary, addition, tables, environment, &bar, stop)?;
    if !args.quiet {
        crate::cli::results::print_text(&report.text(&plan, &summary), &held.path)?;
        tell(format_args!("Written to {}:", held.path.display()));
        for name in written.keys().map(String::as_str).chain(["manifest.json"]) {
            tell(format_args!("  {}", held.path.join(name).display()));
        }
    }
    let of = files.iter().find_map(|file| file.header.shard).map(|shard| shard.of);
    match of.filter(|_| !summary.is_complete()) {
        None => ended(&plan, &summary, &path_of(&plan), &held.path, tables),
        Some(of) => {
            // Where the shards stand that are there.
            let shards_in = root_of(files[0].path());
            let play = repeat(&plan, &path_of(&plan), &shards_in, StudyTables::default());
            let missing = missing_shards(&plan, &whole, of).into_iter();
            let commands: Vec<String> = missing.map(|shard| format!("\n  {play} --shard {shard}")).collect();
            Err(Failure::CheckFailed(format!(
                "{} of {} {} not done: {} partial, {} failed, {} missing; the tables in {} cover the trials that are there. To play the rest:{}",
                grouped((summary.points.len() - summary.count(PointState::Done)) as u128),
                counted(summary.points.len() as u64, "point"),
                are((summary.points.len() - summary.count(PointState::Done)) as u64),
                summary.count(PointState::Partial),
                summary.count(PointState::Failed),
                summary.count(PointState::Missing),
                held.path.display(),
                commands.concat()
            )))
        }
    }
}

fn same_bytes(one: &Path, other: &Path) -> bool {
    file_hash(one).is_ok_and(|hash| file_hash(other).is_ok_and(|same| same == hash))
}

/// All files are of one study and one program, and of one division.
fn check(args: &MergeArgs, files: &[TallyReader]) -> Result<(), Failure> {
    let first = &files[0];
    for other in &files[1..] {
        let division = |file: &TallyReader| file.header.shard.map(|shard| shard.of);
        let difference = differs(first, other).or_else(|| {
            (division(first) != division(other)).then(|| {
                let words =
                    |of: Option<u64>| of.map_or("undivided".to_owned(), |of| format!("a shard of {of}"));
                format!("the one is {}, the other {}", words(division(first)), words(division(other)))
            })
        });
        if let Some(difference) = difference {
            return Err(Failure::CannotRun(format!(
                "{} and {} cannot be merged: {difference}\n  help: merge the shards of one division of one study",
                first.path().display(),
                other.path().display()
            )));
        }
    }
    let ours = env!("CARGO_PKG_VERSION");
    if first.header.version != ours && !args.other_version {
        return Err(Failure::CannotRun(format!(
            "{}: it was made by tombola {}, and this is {ours}\n  help: merge with that version, or with --other-version if you know that results did not move between them",
            first.path().display(),
            first.header.version
        )));
    }
    Ok(())
}
