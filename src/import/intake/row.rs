//! A row of a table, whatever it stands in.

use crate::import::delimited::Line;
use crate::import::numerals::Spot;

/// A row of a table.
pub trait Row {
    /// What stands in a field; nothing if the row has none there.
    fn field(&self, place: usize) -> &str;
    /// Whether a program wrote the field as a number, not as text.
    fn is_number(&self, place: usize) -> bool;
    /// The line on which it begins.
    fn line(&self) -> u64;
    /// Where a field stands.
    fn spot(&self, place: usize) -> Spot;
    /// Where a field stands, or the row if finding the field would take long.
    fn near(&self, place: usize) -> Spot {
        self.spot(place)
    }
}

impl Row for Line<'_> {
    fn field(&self, place: usize) -> &str {
        self.fields.get(place).unwrap_or_default()
    }

    fn is_number(&self, _place: usize) -> bool {
        false
    }

    fn line(&self) -> u64 {
        self.number
    }

    fn spot(&self, place: usize) -> Spot {
        Spot { line: self.number, column: self.column_of(place) }
    }
}
