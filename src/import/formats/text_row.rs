//! A row made of the words of a line.

use super::super::intake::Row;
use super::super::numerals::Spot;

/// Two words of a line, of which one is a number.
pub struct TextRow<'a> {
    /// The words.
    pub fields: [&'a str; 2],
    /// Which of them is a number.
    pub number: usize,
    /// The line.
    pub line: u64,
}

impl Row for TextRow<'_> {
    fn field(&self, place: usize) -> &str {
        self.fields.get(place).copied().unwrap_or_default()
    }

    fn is_number(&self, place: usize) -> bool {
        place == self.number
    }

    fn line(&self) -> u64 {
        self.line
    }

    fn spot(&self, _place: usize) -> Spot {
        Spot { line: self.line, column: 1 }
    }
}
