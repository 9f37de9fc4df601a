//! Tables for spreadsheets.

use clap::Args as ClapArgs;

/// Whether tables are made safe for spreadsheets.
#[derive(ClapArgs)]
pub struct SafeCsvArg {
    /// Put an apostrophe before names in CSV that begin with = + - or @, so that no spreadsheet
    /// calculates them
    #[arg(long = "safe-csv")]
    pub on: bool,
}
