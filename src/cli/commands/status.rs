//! `tombola status`.

use super::study::{not_whole, path_of, repeat, root_of};
use crate::cli::failure::Failure;
use crate::cli::options::span::seconds_shown;
use crate::cli::options::table_format::TableFormat;
use crate::cli::options::threads::ThreadsArg;
use crate::cli::screen::{grouped, print, print_rows, table};
use clap::Args as ClapArgs;
use serde::Serialize;
use std::path::PathBuf;
use tombola::statistics::wording::counted;
use tombola::study::{Plan, PointState, StudyTables, Summary, look_at};

#[derive(ClapArgs)]
#[command(after_help = "\
Examples:
  tombola status output/study-inequality
  tombola status output/study-inequality --format csv")]
pub struct StatusArgs {
    /// Folder of a study
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Form of the table
    #[arg(long, value_enum, default_value = "table")]
    pub format: TableFormat,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

/// A point of a study, as it is printed.
#[derive(Serialize)]
struct StatusRow {
    point: String,
    values: String,
    state: String,
    trials: u64,
    trials_wanted: u64,
    seconds: f64,
}

/// What is said where the study that is described is not the one that was played.
const ANOTHER_STUDY: &str = "a file that the study reads, such as a table of stakes, is another one here than when it was played, so that its points are others";

/// So many points that are not done are shown at most.
const MOST_ROWS: usize = 40;

/// Says how far a study has come.
pub fn status(args: &StatusArgs) -> Result<(), Failure> {
    let (reader, holder) = look_at(&args.folder)?;
    let header = &reader.header;
    let plan = Plan::new(header.origin.clone(), header.detail)?;
    let summary = Summary::new(&plan, &reader.contents, holder.is_some());
    let rows: Vec<StatusRow> = plan
        .points
        .iter()
        .zip(&summary.points)
        .map(|(point, come)| StatusRow {
            point: point.id.to_string(),
            values: plan.label(point.index),
            state: come.state.to_string(),
            trials: come.trials,
            trials_wanted: point.trials,
            seconds: come.seconds,
        })
        .collect();
    if !matches!(args.format, TableFormat::Table) {
        return print_rows(args.format, false, &rows, |_| String::new());
    }
    let states =
        [PointState::Done, PointState::Running, PointState::Failed, PointState::Partial, PointState::Missing];
    let counts: Vec<String> =
        states.iter().map(|&state| format!("{} {state}", grouped(summary.count(state) as u128))).collect();
    let (played, wanted): (u64, u64) =
        (rows.iter().map(|row| row.trials).sum(), rows.iter().map(|row| row.trials_wanted).sum());
    let seconds: f64 = rows.iter().map(|row| row.seconds).sum();
    let left = match played {
        0 => String::new(),
        _ if played >= wanted => String::new(),
        _ => format!(
            ", about {} of one thread to go",
            seconds_shown(seconds / played as f64 * (wanted - played) as f64)
        ),
    };
    let held = match &holder {
        None => String::new(),
        Some(None) => "held by another program\n".to_owned(),
        Some(Some(holder)) => format!("held by {holder}\n"),
    };
    let ours = env!("CARGO_PKG_VERSION");
    let notes: String = [
        // Somebody at work may be in the middle of a record.
        not_whole(&reader).filter(|_| holder.is_none()),
        (header.version != ours).then(|| format!("played by tombola {}; this is {ours}", header.version)),
        (header.version == ours && header.digest != plan.digest()).then(|| ANOTHER_STUDY.to_owned()),
    ]
    .into_iter()
    .flatten()
    .map(|note| format!("note: {note}\n"))
    .collect();
    let open: Vec<&StatusRow> = rows.iter().filter(|row| row.state != "done").collect();
    let lines = open
        .iter()
        .take(MOST_ROWS)
        .map(|row| {
            let trials = format!("{} of {}", grouped(row.trials.into()), grouped(row.trials_wanted.into()));
            vec![row.point.clone(), row.values.clone(), row.state.clone(), trials, seconds_shown(row.seconds)]
        })
        .collect::<Vec<_>>();
    let more = open.len().saturating_sub(MOST_ROWS);
    let details = match lines.is_empty() {
        true => String::new(),
        false => format!("\n{}\n", table(&["point", "values", "state", "trials", "time"], 3, lines)),
    };
    let more = if more > 0 { format!("... and {} more\n", grouped(more as u128)) } else { String::new() };
    let failures: String = plan
        .points
        .iter()
        .zip(&summary.points)
        .filter_map(|(point, come)| Some(format!("point {}: {}\n", point.id, come.failure.as_ref()?)))
        .collect();
    let rest = match holder.is_none() && !summary.is_complete() {
        true => {
            let tables = StudyTables::default();
            format!("to play the rest: {}\n", repeat(&plan, &path_of(&plan), &root_of(&args.folder), tables))
        }
        false => String::new(),
    };
    let text = format!(
        "{}: {}: {}\n{} of {}, {} of one thread{left}\n{held}{notes}{details}{more}{failures}{rest}",
        plan.name,
        counted(rows.len() as u64, "point"),
        counts.join(", "),
        grouped(played.into()),
        counted(wanted, "trial"),
        seconds_shown(seconds)
    );
    Ok(print(&text)?)
}
