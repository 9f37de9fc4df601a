//! `tombola identify`.

use crate::cli::failure::Failure;
use crate::cli::options::confidence::confidence;
use crate::cli::options::number::decimal;
use crate::cli::options::printed_table::PrintedTable;
use crate::cli::options::table_format::TableFormat;
use crate::cli::options::threads::ThreadsArg;
use crate::cli::reading::{TableReading, open};
use crate::cli::screen::{p_value, print_json, table, tell};
use clap::Args as ClapArgs;
use std::path::PathBuf;
use tombola::analysis::rows::{IdentifyRow, Standing};
use tombola::analysis::{AuditTable, Candidates, TableSource};
use tombola::import::{Intent, Options};
use tombola::scenario::Problem;
use tombola::statistics::wording::counted;

#[derive(ClapArgs)]
#[command(after_help = "\
Every registered rule is compared with its default settings by the probability of the wins. Rules that
give everybody the same shares cannot be told apart by any table of wins and stand in one row.

Examples:
  tombola identify scenarios/tables/example-chain.csv
  tombola identify blocks.csv --stakes stakes.csv --format json")]
pub struct IdentifyArgs {
    /// Table of the chain, as for `tombola audit`; - is standard input
    #[arg(value_name = "TABLE")]
    pub table: PathBuf,
    /// Stakes from this file, where TABLE has only who won or who proposed which block
    #[arg(long, value_name = "FILE")]
    pub stakes: Option<PathBuf>,
    #[command(flatten)]
    pub reading: TableReading,
    /// Confidence of intervals, and the posterior probability from which a rule is identified
    /// [default: 0.95]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, value_parser = decimal)]
    pub confidence: Option<f64>,
    #[command(flatten)]
    pub table_form: PrintedTable,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

/// What to give the command.
const HELP: &str = "name a table with the columns name, stake and wins";

/// Says which rule a table's wins come from.
pub fn identify(args: &IdentifyArgs) -> Result<(), Failure> {
    let confidence = confidence(args.confidence)?;
    let chain = chain(args)?;
    let selected = chain.slots.as_ref().unwrap_or(&chain.wins);
    let report = Candidates::new(&chain.stakes).identify(selected, confidence);
    match args.table_form.format {
        TableFormat::Json => print_json(&report)?,
        _ => args.table_form.print(&report.rules, |rows| format!("{}\n\n{}", columns(rows), report.text))?,
    }
    if !matches!(args.table_form.format, TableFormat::Table) {
        tell(&report.text);
    }
    for note in &chain.notes {
        tell(format_args!("note: {note}"));
    }
    if chain.slots.is_some() {
        tell("note: the slots that were assigned are compared, whether a block was made in them or not");
    }
    Ok(())
}

/// What the files say.
fn chain(args: &IdentifyArgs) -> Result<AuditTable, Problem> {
    let options = args.reading.options(Intent::Audit)?;
    let mut table = open(&args.table, HELP)?;
    let Some(path) = &args.stakes else {
        return AuditTable::read_source(TableSource { path: &args.table, input: &mut *table, options });
    };
    // Choices of columns and of a format are about TABLE, those of units about stakes.
    let stakes = Options { format: None, columns: Vec::new(), ..options.clone() };
    let wins = TableSource { path: &args.table, input: &mut *table, options };
    AuditTable::read_two(wins, TableSource { path, input: &mut *open(path, HELP)?, options: stakes })
}

fn columns(rows: &[IdentifyRow]) -> String {
    let number =
        |value: Option<f64>, digits: usize| value.map_or("-".to_owned(), |value| format!("{value:.digits$}"));
    let small = |value: Option<f64>| match value {
        Some(value) if value != 0.0 && value < 1e-4 => format!("{value:.1e}"),
        other => number(other, 4),
    };
    let compared: Vec<&IdentifyRow> =
        rows.iter().filter(|row| row.standing != Standing::NotCompared).collect();
    let lines = compared
        .iter()
        .map(|row| {
            vec![
                row.rule.clone(),
                row.standing.word().to_owned(),
                small(row.posterior),
                number(row.below_best, 2),
                p_value(row.p_value),
                small(row.told_apart),
                match row.same_shares.split(' ').count() {
                    1 if row.same_shares.is_empty() => String::new(),
                    1 | 2 => row.same_shares.clone(),
                    count => format!(
                        "{} and {} more",
                        row.same_shares.split(' ').next().unwrap_or_default(),
                        count - 1
                    ),
                },
            ]
        })
        .collect();
    let header = ["rule", "standing", "posterior", "ln L below best", "fit p", "told apart", "same shares"];
    let mut text = table(&header, 2, lines);
    if compared.len() < rows.len() {
        text += &format!(
            "\n... and {} that cannot be compared; --format csv says why",
            counted((rows.len() - compared.len()) as u64, "rule")
        );
    }
    text
}
