//! Options that several commands have.

pub mod confidence;
pub mod counting_unit;
pub mod number;
pub mod printed_table;
pub mod safe_csv;
pub mod settings;
pub mod span;
pub mod table_format;
pub mod threads;
