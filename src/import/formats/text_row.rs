//! A row made of the words of a line.

use super::super::intake::Row;
use super::super::numerals::Spot;
use std::ops::Range;

/// Words of a line, of which some are numbers.
pub struct TextRow<'a, const N: usize> {
    /// The words.
    pub fields: [&'a str; N],
    /// Which of them are numbers.
    pub numbers: Range<usize>,
    /// The line.
    pub line: u64,
}

impl<const N: usize> Row for TextRow<'_, N> {
    fn field(&self, place: usize) -> &str {
        self.fields.get(place).copied().unwrap_or_default()
    }

    fn is_number(&self, place: usize) -> bool {
        self.numbers.contains(&place)
    }

    fn line(&self) -> u64 {
        self.line
    }

    fn spot(&self, _place: usize) -> Spot {
        Spot { line: self.line, column: 1 }
    }
}
