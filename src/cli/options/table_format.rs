//! The form of a printed table.

use clap::ValueEnum;

/// The form of a printed table.
#[derive(Clone, Copy, ValueEnum)]
pub enum TableFormat {
    /// Columns for people
    Table,
    /// Comma-separated values
    Csv,
    /// A JSON array of objects
    Json,
}
