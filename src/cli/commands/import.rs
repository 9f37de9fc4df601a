//! `tombola import`.

use crate::cli::failure::Failure;
use crate::cli::options::safe_csv::SafeCsvArg;
use crate::cli::reading::{ReadingArgs, open, options};
use crate::cli::screen::{grouped, percent, print, print_data, table, tell};
use crate::cli::whole_file::{self, Existing};
use clap::Args as ClapArgs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use tombola::import::{Fault, Import, Intent, WholeStakes, read_from};
use tombola::report::FormulaGuard;
use tombola::scenario::{Place, Problem};
use tombola::stake::MAX_TOTAL;

#[derive(ClapArgs)]
#[command(after_help = "\
FILE is what a chain's tool printed, or a table: CSV, TSV, semicolons, a JSON list of objects, an object
on each line; compressed with gzip or not. Its format is recognised by its contents; `tombola list
formats` names all. Columns are found by their usual titles:
  name      name, address, moniker, operator, pubkey, ...
  stake     stake, tokens, power, voting_power, balance, amount, ...
  wins      wins, blocks, slots, proposed, ...
  expected  expected, ...
  missed    missed, skipped, ...
A table of blocks has the columns height (or slot) and proposer; its blocks are counted.

The first rows go to standard output, what was understood to standard error: format, columns, unit,
rounding, what was left out and why. Stakes of any size are read exactly, and written as whole numbers
of the file's own unit, or of the finest in which all can be counted.

Examples:
  tombola import validators.json
  tombola import validators.json --to stakes.csv
  curl -s http://localhost:26657/validators | tombola import - --to stakes.csv
  tombola import near.json --unit 1e18 --to stakes.csv
  tombola import mine.csv --columns stake=tokens,name=operator_address --duplicates sum --to -")]
pub struct ImportArgs {
    /// What to read; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Write the table here, as CSV with the columns name, stake, wins, ...; - is standard output
    #[arg(long, value_name = "TABLE.csv")]
    pub to: Option<PathBuf>,
    /// Replace a table that is there already
    #[arg(long, requires = "to")]
    pub force: bool,
    /// Format of FILE, see `tombola list formats` [default: recognised by its contents]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    #[command(flatten)]
    pub reading: ReadingArgs,
    #[command(flatten)]
    pub safe_csv: SafeCsvArg,
}

/// At most this many rows are shown.
const MOST_SHOWN: usize = 12;

/// Shows what a file says, and writes it as a table.
pub fn import(args: &ImportArgs) -> Result<(), Failure> {
    let path = &args.file;
    let options = options(&args.reading, ("format", args.format.as_ref()), Intent::Import)?;
    let mut input = open(path, "name a file that a chain's tool printed, or - for standard input")?;
    let problem = |fault: Fault| Problem {
        place: Place::Line { path: path.clone(), line: fault.line as usize, column: fault.column as usize },
        key: String::new(),
        what: fault.problem,
        help: Some("see `tombola help import`, and `tombola list formats` for what is known".to_owned()),
    };
    let import = read_from(&mut *input, &options).map_err(problem)?;
    let stakes = import
        .whole_stakes(&options, MAX_TOTAL)
        .map_err(|what| problem(Fault { line: import.last_line, column: 1, problem: what }))?;
    let canonical = Canonical::new(&import, stakes.as_ref());
    let to = args.to.as_deref();
    if let Some(target) = to.filter(|&target| target != Path::new("-")) {
        whole_file::write(target, Existing::forced(args.force), |out| {
            canonical.write(FormulaGuard::new(out, args.safe_csv.on))
        })?;
    }
    if to == Some(Path::new("-")) {
        let mut bytes = Vec::new();
        canonical.write(FormulaGuard::new(&mut bytes, args.safe_csv.on))?;
        print_data(&String::from_utf8_lossy(&bytes))?;
    } else {
        let share = import.part.as_ref().map_or(Some(1.0), |part| part.share);
        print(&(canonical.first_rows(stakes.as_ref(), share) + "\n"))?;
    }
    tell(understood(path, &import, stakes.as_ref()));
    if let Some(target) = to.filter(|&target| target != Path::new("-")) {
        tell(format_args!("Written to {}", target.display()));
    }
    Ok(())
}

/// A table with the columns of every table of tombola's.
struct Canonical<'a> {
    titles: Vec<&'static str>,
    names: &'a [String],
    columns: Vec<Cells<'a>>,
}

enum Cells<'a> {
    Counts(&'a [u64]),
    Signed(&'a [i64]),
    Decimals(&'a [f64]),
}

impl Cells<'_> {
    fn at(&self, row: usize) -> String {
        match self {
            Cells::Counts(cells) => cells[row].to_string(),
            Cells::Signed(cells) => cells[row].to_string(),
            Cells::Decimals(cells) => cells[row].to_string(),
        }
    }
}

impl<'a> Canonical<'a> {
    fn new(import: &'a Import, stakes: Option<&'a WholeStakes>) -> Self {
        let counts = |cells: &'a Option<Vec<u64>>| cells.as_deref().map(Cells::Counts);
        let all = [
            ("stake", stakes.map(|stakes| Cells::Counts(&stakes.stakes))),
            ("wins", counts(&import.wins)),
            ("expected", import.expected.as_deref().map(Cells::Decimals)),
            ("slots", counts(&import.slots)),
            ("priority", import.priorities.as_deref().map(Cells::Signed)),
            ("points", counts(&import.points)),
        ];
        let mut canonical = Canonical { titles: vec!["name"], names: &import.names, columns: Vec::new() };
        for (title, cells) in all {
            if let Some(cells) = cells {
                canonical.titles.push(title);
                canonical.columns.push(cells);
            }
        }
        canonical
    }

    fn row(&self, row: usize) -> Vec<String> {
        let mut cells = vec![self.names[row].clone()];
        cells.extend(self.columns.iter().map(|column| column.at(row)));
        cells
    }

    fn write(&self, out: impl Write) -> std::io::Result<()> {
        let mut writer = csv::Writer::from_writer(BufWriter::new(out));
        let failed = |error: csv::Error| match error.into_kind() {
            csv::ErrorKind::Io(error) => error,
            other => std::io::Error::other(format!("{other:?}")),
        };
        writer.write_record(&self.titles).map_err(failed)?;
        for row in 0..self.names.len() {
            writer.write_record(self.row(row)).map_err(failed)?;
        }
        writer.flush()
    }

    /// The first rows; together all have this share of the chain's stake, if it is known.
    fn first_rows(&self, stakes: Option<&WholeStakes>, share: Option<f64>) -> String {
        let mut titles = self.titles.clone();
        let total: u64 = stakes.map_or(0, |stakes| stakes.stakes.iter().sum());
        if stakes.is_some() {
            titles.insert(2, "stake share");
        }
        let rows = (0..self.names.len().min(MOST_SHOWN))
            .map(|row| {
                let mut cells = self.row(row);
                if let Some(stakes) = stakes {
                    let of_rows = stakes.stakes[row] as f64 / total as f64;
                    cells.insert(2, percent(share.map(|share| share * of_rows)));
                }
                cells
            })
            .collect();
        let mut text = table(&titles, 1, rows);
        if self.names.len() > MOST_SHOWN {
            text += &format!("\n... and {} more", grouped((self.names.len() - MOST_SHOWN) as u128));
        }
        text
    }
}

/// What was understood of a file.
fn understood(path: &Path, import: &Import, stakes: Option<&WholeStakes>) -> String {
    let count = |number: usize, what: &str| {
        format!("{} {what}{}", grouped(number as u128), if number == 1 { "" } else { "s" })
    };
    let validators = count(import.names.len(), "validator");
    let mut text = format!("Read {} as {}: {validators}", path.display(), import.format);
    if let Some(proposers) = &import.proposers {
        text += &format!(", {}", count(proposers.len(), "block"));
    }
    let columns: Vec<String> = import
        .columns
        .iter()
        .map(|(column, title)| match column.title() {
            own if own == title => format!("`{own}`"),
            own => format!("`{own}` from `{title}`"),
        })
        .collect();
    text += &format!("\ncolumns: {}", columns.join(", "));
    if !import.ignored.is_empty() {
        text += &format!("; passed over: {}", import.ignored.join(", "));
    }
    if let Some(stakes) = stakes {
        let total: u64 = stakes.stakes.iter().sum();
        text += &format!("\nunit of stake: {}; total {}", stakes.unit, grouped(total.into()));
        if let Some(rounding) = &stakes.rounding {
            text += &format!("\nrounding: {rounding}");
        } else if !stakes.is_as_written {
            text += "\nrounding: none, every stake is exact";
        }
    }
    for (reason, count) in &import.dropped {
        text += &format!("\nleft out {}: {reason}", grouped(u128::from(*count)));
    }
    for note in &import.notes {
        text += &format!("\nnote: {note}");
    }
    text
}
