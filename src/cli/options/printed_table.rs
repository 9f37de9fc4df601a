//! How a command prints its table.

use crate::cli::failure::Failure;
use crate::cli::options::safe_csv::SafeCsvArg;
use crate::cli::options::table_format::TableFormat;
use crate::cli::screen::print_rows;
use clap::Args as ClapArgs;
use serde::Serialize;

/// The form of the table that a command prints.
#[derive(ClapArgs)]
pub struct PrintedTable {
    /// Form of the table
    #[arg(long, value_enum, default_value = "table")]
    pub format: TableFormat,
    #[command(flatten)]
    pub safe_csv: SafeCsvArg,
}

impl PrintedTable {
    /// Prints rows; `columns` lays them out for people.
    pub fn print<R: Serialize>(
        &self,
        rows: &[R],
        columns: impl FnOnce(&[R]) -> String,
    ) -> Result<(), Failure> {
        print_rows(self.format, self.safe_csv.on, rows, columns)
    }
}
