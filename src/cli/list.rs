//! `tombola list`.

use super::args::{Family, ListArgs};
use super::failure::Failure;
use super::screen::{print_rows, table};
use serde::Serialize;
use tombola::analysis::CHAINS;
use tombola::behaviour::BEHAVIOURS;
use tombola::gallery::ESTIMANDS;
use tombola::import::FORMATS;
use tombola::registry::Entry;
use tombola::report::figures::FIGURES;
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
        Family::Estimands => family(ESTIMANDS),
        Family::Formats => FORMATS
            .iter()
            .map(|format| Row {
                name: format.name.to_owned(),
                summary: format.summary.to_owned(),
                source: format.source.to_owned(),
            })
            .collect(),
        Family::Chains => CHAINS
            .iter()
            .map(|chain| Row {
                name: chain.name.to_owned(),
                summary: chain.summary.to_owned(),
                source: chain.source.to_owned(),
            })
            .collect(),
        Family::Scenarios => shipped()
            .into_iter()
            .map(|scenario| Row {
                name: scenario.name.to_owned(),
                summary: scenario.description,
                source: String::new(),
            })
            .collect(),
    };
    print_rows(args.format, false, &rows, if args.long { sources } else { columns })
}

fn columns(rows: &[Row]) -> String {
    let lines = rows.iter().map(|row| vec![row.name.clone(), row.summary.clone()]).collect();
    table(&["name", "summary"], 2, lines)
}

fn sources(rows: &[Row]) -> String {
    let entry = |row: &Row| {
        let source =
            if row.source.is_empty() { String::new() } else { format!("\n    Source: {}", row.source) };
        format!("{}\n    {}{source}", row.name, row.summary)
    };
    rows.iter().map(entry).collect::<Vec<_>>().join("\n")
}
