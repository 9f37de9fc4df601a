//! `tombola audit --misses`.

use crate::cli::commands::audit::AuditArgs;
use crate::cli::failure::Failure;
use crate::cli::options::confidence::confidence;
use crate::cli::options::table_format::TableFormat;
use crate::cli::reading::open;
use crate::cli::screen::{grouped, p_value, percent, print_json, table, tell};
use tombola::analysis::misses as compare;
use tombola::analysis::rows::MissesRow;
use tombola::import::{Fault, Intent, read_from};
use tombola::scenario::{Place, Problem};
use tombola::statistics::wording::counted;

/// What to give the command.
const HELP: &str = "--misses takes a table with the columns name, slots (assigned) and wins (done), or missed in place of either; --columns slots=assigned,wins=done says which is which";

/// At most this many validators are shown.
const MOST_SHOWN: usize = 12;

/// Says who misses more than the rest.
pub fn misses(args: &AuditArgs) -> Result<(), Failure> {
    let confidence = confidence(args.confidence)?;
    let path = &args.table;
    let options = args.reading.options(Intent::AuditPart)?;
    let mut input = open(path, HELP)?;
    let import = read_from(&mut *input, &options).map_err(|Fault { line, column, problem }| Problem {
        place: Place::Line { path: path.clone(), line: line as usize, column: column as usize },
        key: String::new(),
        what: problem,
        help: Some(HELP.to_owned()),
    })?;
    let (Some(slots), Some(done)) = (&import.slots, &import.wins) else {
        return Err(Failure::from(Problem::file(
            path,
            format!(
                "is read as {}, which does not tell both what was assigned and what was done",
                import.format
            ),
            HELP,
        )));
    };
    let report = compare(&import.names, slots, done, confidence);
    match args.table_form.format {
        TableFormat::Json => print_json(&report)?,
        _ => args.table_form.print(&report.rows, |rows| format!("{}\n\n{}", columns(rows), report.text))?,
    }
    if !matches!(args.table_form.format, TableFormat::Table) {
        tell(&report.text);
    }
    for (reason, count) in &import.dropped {
        tell(format_args!("note: left out {count}: {reason}"));
    }
    for note in &import.notes {
        tell(format_args!("note: {note}"));
    }
    match report.worse {
        worse if worse > 0 && args.assert => Err(Failure::CheckFailed(format!(
            "{}: missing more than the rest: {}",
            path.display(),
            counted(worse, "validator")
        ))),
        _ => Ok(()),
    }
}

fn columns(rows: &[MissesRow]) -> String {
    let mut order: Vec<&MissesRow> = rows.iter().collect();
    if order.len() > MOST_SHOWN {
        // The least likely first.
        order.sort_by(|a, b| {
            a.p_value
                .unwrap_or(2.0)
                .total_cmp(&b.p_value.unwrap_or(2.0))
                .then_with(|| a.validator.cmp(&b.validator))
        });
    }
    let lines = order
        .iter()
        .take(MOST_SHOWN)
        .map(|row| {
            vec![
                row.validator.clone(),
                grouped(row.slots.into()),
                grouped(row.missed.into()),
                percent(row.missed_share),
                match (row.missed_share_low, row.missed_share_high) {
                    (Some(low), Some(high)) => format!("{} to {}", percent(Some(low)), percent(Some(high))),
                    _ => "-".to_owned(),
                },
                percent(row.shrunken_share),
                p_value(row.p_value),
                p_value(row.p_holm),
                row.finding.word().to_owned(),
            ]
        })
        .collect();
    let header =
        ["validator", "slots", "missed", "share", "interval", "shrunken", "p", "corrected p", "finding"];
    let mut text = table(&header, 1, lines);
    if order.len() > MOST_SHOWN {
        let rest = order.len() - MOST_SHOWN;
        text += &format!("\n... the least likely of all; {} more with --format csv", grouped(rest as u128));
    }
    text
}
