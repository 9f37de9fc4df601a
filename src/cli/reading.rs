//! Reading tables for a command, from a file or standard input.

use clap::Args as ClapArgs;
use sha2::{Digest, Sha256};
use std::io::{self, BufRead, Read};
use std::path::Path;
use tombola::import::{Intent, Options, open_file};
use tombola::scenario::{Place, Problem};

/// How to read a table, where its contents leave a choice.
#[derive(ClapArgs, Clone, Default)]
pub struct ReadingArgs {
    /// Which title is which column: name, stake, wins, expected, slots, missed, priority, points or
    /// height, e.g. --columns stake=tokens,name=operator_address
    #[arg(long, value_name = "COLUMN=TITLE,...")]
    pub columns: Option<String>,
    /// Unit of stakes: wei, gwei, lamports, uatom, yocto, ..., or so many of the file's own units,
    /// e.g. 1e18. If the file does not say its unit, a name says it [default: the file's own, or the
    /// finest power of ten in which all stakes can be counted]
    #[arg(long, value_name = "UNIT", allow_negative_numbers = true)]
    pub unit: Option<String>,
    /// Several rows of one name: sum (add them) or keep (a row each) [default: refused]
    #[arg(long, value_name = "sum|keep")]
    pub duplicates: Option<String>,
    /// A row that seems to hold the total of the others: drop or keep [default: refused]
    #[arg(long, value_name = "drop|keep")]
    pub total: Option<String>,
    /// The decimal mark: point or comma [default: what the numbers tell]
    #[arg(long, value_name = "point|comma")]
    pub decimal: Option<String>,
}

/// The same, with a name for the format that leaves `--format` to what is printed.
#[derive(ClapArgs, Clone, Default)]
pub struct TableReading {
    /// Format of TABLE, see `tombola list formats` [default: recognised by its contents]
    #[arg(long, value_name = "FORMAT")]
    pub input_format: Option<String>,
    #[command(flatten)]
    pub reading: ReadingArgs,
}

impl TableReading {
    /// The command line's choices.
    pub fn options(&self, intent: Intent) -> Result<Options, Problem> {
        options(&self.reading, ("input-format", self.input_format.as_ref()), intent)
    }
}

/// A file to be read, or standard input for `-`.
pub fn open(path: &Path, help: &str) -> Result<Box<dyn BufRead>, Problem> {
    if path == Path::new("-") {
        return Ok(Box::new(std::io::stdin().lock()));
    }
    match open_file(path) {
        Ok(input) => Ok(Box::new(input)),
        Err(error) => Err(Problem::file(path, format!("cannot be read: {error}"), help)),
    }
}

/// Counts what is read from an input into a hash.
pub struct Hashed<R> {
    input: R,
    hash: Sha256,
}

impl<R: BufRead> Hashed<R> {
    /// Of what will be read.
    pub fn new(input: R) -> Self {
        Hashed { input, hash: Sha256::new() }
    }

    /// The hash of all that has been read, in hexadecimal digits.
    pub fn finish(self) -> String {
        hex::encode(self.hash.finalize())
    }
}

impl<R: BufRead> Read for Hashed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(into)?;
        self.hash.update(&into[..read]);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Hashed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        // What was filled is there already, so nothing is read and nothing can fail.
        if let Ok(bytes) = self.input.fill_buf() {
            self.hash.update(&bytes[..amount.min(bytes.len())]);
        }
        self.input.consume(amount);
    }
}

/// The command line's choices.
pub fn options(
    reading: &ReadingArgs,
    format: (&str, Option<&String>),
    intent: Intent,
) -> Result<Options, Problem> {
    let mut options = Options { intent, ..Options::default() };
    let (name, given) = format;
    for (option, key, text) in [
        (name, "format", given),
        ("columns", "columns", reading.columns.as_ref()),
        ("unit", "unit", reading.unit.as_ref()),
        ("duplicates", "duplicates", reading.duplicates.as_ref()),
        ("total", "total", reading.total.as_ref()),
        ("decimal", "decimal", reading.decimal.as_ref()),
    ] {
        if let Some(text) = text {
            options.set(key, text).map_err(|reason| Problem {
                place: Place::CommandLine(format!("--{option} {text}")),
                key: String::new(),
                what: reason,
                help: None,
            })?;
        }
    }
    Ok(options)
}
