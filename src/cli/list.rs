//! `tombola list`.

use super::args::{Family, ListArgs, TableFormat};
use super::failure::Failure;
use super::screen::table;
use serde::Serialize;
use std::io::{Write, stdout};
use tombola::behaviour::BEHAVIOURS;
use tombola::registry::Entry;
use tombola::report::figures::FIGURES;
use tombola::report::write_rows;
use tombola::reward::REWARDS;
use tombola::scenario::shipped;
use tombola::selection::{COMMITTEES, RULES};
use tombola::stake::STAKES;

/// One line of a list.
#[derive(Serialize)]
struct Row {
    name: String,
    summary: String,
    source: String,
}

fn family<T: ?Sized>(entries: &[Entry<T>]) -> Vec<Row> {
    entries
        .iter()
        .map(|entry| Row {
            name: entry.name.to_owned(),
            summary: entry.summary.to_owned(),
            source: entry.source.to_owned(),
        })
        .collect()
}

/// Prints what there is.
pub fn list(args: &ListArgs) -> Result<(), Failure> {
    let rows = match args.family {
        Family::Rules => family(RULES),
        Family::Stakes => family(STAKES),
        Family::Rewards => family(REWARDS),
        Family::Committees => family(COMMITTEES),
        Family::Behaviours => family(BEHAVIOURS),
        Family::Figures => family(FIGURES),
        Family::Scenarios => shipped()
            .into_iter()
            .map(|scenario| Row {
                name: scenario.name.to_owned(),
                summary: scenario.description,
                source: String::new(),
            })
            .collect(),
    };
    let mut out = stdout().lock();
    match args.format {
        TableFormat::Csv => write_rows(&rows, &mut out)?,
        TableFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &rows).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        TableFormat::Table if args.long => {
            for row in rows {
                writeln!(out, "{}\n    {}", row.name, row.summary)?;
                if !row.source.is_empty() {
                    writeln!(out, "    Source: {}", row.source)?;
                }
            }
        }
        TableFormat::Table => {
            let lines = rows.into_iter().map(|row| vec![row.name, row.summary]).collect();
            writeln!(out, "{}", table(&["name", "summary"], 2, lines))?;
        }
    }
    Ok(())
}
