//! `tombola list`.

use crate::cli::failure::Failure;
use crate::cli::options::table_format::TableFormat;
use crate::cli::screen::{print_rows, table};
use clap::{Args as ClapArgs, ValueEnum};
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

/// What can be listed.
#[derive(Clone, Copy, ValueEnum)]
pub enum ListedFamily {
    /// Selection rules
    Rules,
    /// Stake distributions
    Stakes,
    /// Reward policies
    Rewards,
    /// Committees of attestors
    Committees,
    /// Behaviours of accounts
    Behaviours,
    /// Figures
    Figures,
    /// Formats of tables that are read
    Formats,
    /// Chains whose timing `tombola luck` knows
    Chains,
    /// Estimands of the gallery
    Estimands,
    /// Scenarios that come along
    Scenarios,
}

#[derive(ClapArgs)]
#[command(after_help = "\
Examples:
  tombola list rules
  tombola list stakes --long
  tombola list scenarios --format csv")]
pub struct ListArgs {
    /// What to list
    #[arg(value_enum)]
    pub family: ListedFamily,
    /// Also the source of each
    #[arg(long, short)]
    pub long: bool,
    /// Form of the table
    #[arg(long, value_enum, default_value = "table")]
    pub format: TableFormat,
}

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
        ListedFamily::Rules => family(RULES),
        ListedFamily::Stakes => family(STAKES),
        ListedFamily::Rewards => family(REWARDS),
        ListedFamily::Committees => family(COMMITTEES),
        ListedFamily::Behaviours => family(BEHAVIOURS),
        ListedFamily::Figures => family(FIGURES),
        ListedFamily::Estimands => family(ESTIMANDS),
        ListedFamily::Formats => FORMATS
            .iter()
            .map(|format| Row {
                name: format.name.to_owned(),
                summary: format.summary.to_owned(),
                source: format.source.to_owned(),
            })
            .collect(),
        ListedFamily::Chains => CHAINS
            .iter()
            .map(|chain| Row {
                name: chain.name.to_owned(),
                summary: chain.summary.to_owned(),
                source: chain.source.to_owned(),
            })
            .collect(),
        ListedFamily::Scenarios => shipped()
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
