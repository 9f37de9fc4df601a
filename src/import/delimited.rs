//! Text whose fields are separated by commas, semicolons or tabs, read strictly: anything doubtful is
//! refused with its line, never guessed.

use super::fault::{Fault, Lines, utf8};
use csv::{ReaderBuilder, StringRecord, Trim};

/// The longest field, in bytes.
const LONGEST_FIELD: usize = 10_000;
/// The most bytes that the fields of a line have together.
const LONGEST_LINE: usize = 1_000_000;

/// A line of such a text.
pub struct Line<'a> {
    /// Its number.
    pub number: u64,
    /// Its fields, without the spaces around them.
    pub fields: &'a StringRecord,
    text: &'a str,
    separator: u8,
}

impl Line<'_> {
    /// Something is wrong with the line as a whole.
    pub fn fault<T>(&self, problem: impl Into<String>) -> Result<T, Fault> {
        Err(Fault { line: self.number, column: 1, problem: problem.into() })
    }

    /// Something is wrong with one of its fields, counted from 0.
    pub fn fault_in<T>(&self, field: usize, problem: impl Into<String>) -> Result<T, Fault> {
        Err(Fault { line: self.number, column: self.column_of(field), problem: problem.into() })
    }

    /// The column in which a field, counted from 0, begins.
    pub fn column_of(&self, field: usize) -> u64 {
        let mut quoted = false;
        let mut begun = 0;
        let mut column = 1;
        for (place, c) in self.text.chars().enumerate() {
            if begun == field && (!c.is_whitespace() || c == '\t' && self.separator == b'\t') {
                return place as u64 + 1;
            }
            match c {
                '"' => quoted = !quoted,
                c if c == char::from(self.separator) && !quoted => begun += 1,
                '\n' | '\r' => break,
                _ => {}
            }
            column = place as u64 + 2;
        }
        column
    }
}

/// Reads every line that has text, the first of which names the columns, and hands it to `take`.
/// Returns the number of the last one, or nothing if there is no text at all.
///
/// Byte order mark, either line ending, blank lines and spaces around the fields are all fine.
///
/// # Errors
/// The first fault: of the bytes, or that `take` finds.
pub fn each_line(
    bytes: &[u8],
    separator: u8,
    mut take: impl FnMut(&Line) -> Result<(), Fault>,
) -> Result<Option<u64>, Fault> {
    let text = utf8(bytes)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut lines = Lines::new(text.as_bytes());
    let mut record = StringRecord::new();
    let mut last = None;
    loop {
        // The reader passes over blank lines only after it has noted where the record starts, so
        // the line is counted here.
        let number = lines.number_of_next_text(reader.position().byte() as usize);
        let start = lines.place;
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(last),
            Err(error) => return Err(Fault { line: number, column: 1, problem: error.to_string() }),
        }
        let line = Line { number, fields: &record, text: text.get(start..).unwrap_or_default(), separator };
        if let Some(field) = record.iter().position(|field| field.contains(['\n', '\r'])) {
            return line
                .fault_in(field, "a field runs on over several lines; is a quotation mark not closed?");
        }
        if let Some(field) = record.iter().position(|field| field.len() > LONGEST_FIELD) {
            return line.fault_in(field, format!("a field has more than {LONGEST_FIELD} bytes"));
        }
        if record.as_slice().len() > LONGEST_LINE {
            return line.fault(format!("the fields of the line have more than {LONGEST_LINE} bytes"));
        }
        last = Some(number);
        take(&line)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the fault of a field is said to be, for every field of every line.
    fn places(text: &str) -> Vec<(u64, u64)> {
        let mut places = Vec::new();
        let last = each_line(text.as_bytes(), b',', |line| {
            for field in 0..line.fields.len() {
                let fault = line.fault_in::<()>(field, "x").unwrap_err();
                places.push((fault.line, fault.column));
            }
            Ok(())
        });
        assert_eq!(last.unwrap(), places.last().map(|&(line, _)| line));
        places
    }

    #[test]
    fn fields_are_found_in_their_lines() {
        assert_eq!(places("a,b\n5, 6\n"), [(1, 1), (1, 3), (2, 1), (2, 4)]);
        assert_eq!(places("\u{feff}a,b\r\n\r\nc,d"), [(1, 1), (1, 3), (3, 1), (3, 3)]);
        assert_eq!(places("\"Zoë, Ltd\",7,\n"), [(1, 1), (1, 12), (1, 14)]);
        assert_eq!(places("\n\n"), []);
    }

    #[test]
    fn bytes_that_are_no_text_have_a_place() {
        let fault = each_line(b"ab\nc,Zo\xeb\n", b',', |_| Ok(())).unwrap_err();
        assert_eq!((fault.line, fault.column), (2, 5));
    }
}
