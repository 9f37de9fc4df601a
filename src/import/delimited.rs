//! Text whose fields are separated by commas, semicolons or tabs, read strictly: anything doubtful is
//! refused with its line, never guessed.

use super::fault::{Fault, utf8};
use csv::StringRecord;
use std::io::{BufRead, ErrorKind};
use std::mem;

/// The longest field, in bytes.
const LONGEST_FIELD: usize = 10_000;
/// The longest line, in bytes.
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
                _ => {}
            }
            column = place as u64 + 2;
        }
        column
    }
}

/// Reads every line that has text, the first of which names the columns, and hands it to `take`. No
/// more than a line is in memory. Returns the number of the last one, or nothing if there is no text
/// at all.
///
/// Byte order mark, either line ending, blank lines and spaces around the fields are all fine.
///
/// # Errors
/// The first fault: of the input, of its bytes, or that `take` finds.
pub fn each_line(
    input: &mut dyn BufRead,
    separator: u8,
    mut take: impl FnMut(&Line) -> Result<(), Fault>,
) -> Result<Option<u64>, Fault> {
    let mut splitter = Splitter::new(separator);
    let mut fields = StringRecord::new();
    let mut last = None;
    each_text(input, |number, text| {
        let closed = splitter.split(text, &mut fields);
        let line = Line { number, fields: &fields, text, separator };
        if !closed {
            let field = fields.len().saturating_sub(1);
            return line
                .fault_in(field, "a field runs on over several lines; is a quotation mark not closed?");
        }
        if let Some(field) = fields.iter().position(|field| field.len() > LONGEST_FIELD) {
            return line.fault_in(field, format!("a field has more than {LONGEST_FIELD} bytes"));
        }
        last = Some(line.number);
        take(&line)
    })?;
    Ok(last)
}

/// Hands every line that is not empty to `take`, with its number. No more than a line is in memory.
///
/// # Errors
/// As [`each_line`].
pub fn each_text(
    input: &mut dyn BufRead,
    mut take: impl FnMut(u64, &str) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut lines = Lines { input, line: Vec::new(), number: 0, skip_feed: false };
    while lines.advance()? {
        let mut text = utf8_line(&lines.line, lines.number)?;
        if lines.number == 1 {
            text = text.strip_prefix('\u{feff}').unwrap_or(text);
        }
        if !text.is_empty() {
            take(lines.number, text)?;
        }
    }
    Ok(())
}

/// The lines of an input, one at a time.
struct Lines<'i> {
    input: &'i mut dyn BufRead,
    line: Vec<u8>,
    number: u64,
    /// Whether a line feed at the start belongs to the end of the line before.
    skip_feed: bool,
}

impl Lines<'_> {
    /// Goes on to the next line; `false` at the end of the input.
    fn advance(&mut self) -> Result<bool, Fault> {
        self.line.clear();
        self.number += 1;
        loop {
            let bytes = match self.input.fill_buf() {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return self.fault(format!("the input cannot be read: {error}")),
            };
            if bytes.is_empty() {
                return Ok(!self.line.is_empty());
            }
            if mem::take(&mut self.skip_feed) && bytes[0] == b'\n' {
                self.input.consume(1);
                continue;
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let piece = &bytes[..end.unwrap_or(bytes.len())];
            if self.line.len() + piece.len() > LONGEST_LINE {
                return self.fault(format!("the line has more than {LONGEST_LINE} bytes"));
            }
            self.line.extend_from_slice(piece);
            let used = piece.len() + usize::from(end.is_some());
            if let Some(end) = end {
                self.skip_feed = bytes[end] == b'\r';
            }
            self.input.consume(used);
            if end.is_some() {
                return Ok(true);
            }
        }
    }

    fn fault<T>(&self, problem: String) -> Result<T, Fault> {
        Err(Fault { line: self.number, column: 1, problem })
    }
}

/// The text of a line.
fn utf8_line(bytes: &[u8], number: u64) -> Result<&str, Fault> {
    utf8(bytes).map_err(|fault| Fault { line: number, ..fault })
}

/// Takes lines apart.
struct Splitter {
    reader: csv_core::Reader,
    line: Vec<u8>,
    fields: Vec<u8>,
    ends: Vec<usize>,
}

impl Splitter {
    fn new(separator: u8) -> Self {
        let reader = csv_core::ReaderBuilder::new().delimiter(separator).build();
        Splitter { reader, line: Vec::new(), fields: Vec::new(), ends: Vec::new() }
    }

    /// The fields of a line that is not empty, without the spaces around them. `false` if the last
    /// of them has a quotation mark that is not closed.
    fn split(&mut self, text: &str, fields: &mut StringRecord) -> bool {
        self.line.clear();
        self.line.extend_from_slice(text.as_bytes());
        // Only between quotation marks, this ends no line.
        self.line.push(b'\n');
        let length = self.line.len();
        if self.fields.len() < length {
            self.fields.resize(length, 0);
            self.ends.resize(length, 0);
        }
        self.reader.reset();
        let (result, _, used, mut count) =
            self.reader.read_record(&self.line, &mut self.fields, &mut self.ends);
        let closed = matches!(result, csv_core::ReadRecordResult::Record);
        if !closed && count < self.ends.len() {
            self.ends[count] = used;
            count += 1;
        }
        // Fields are cut at bytes of ASCII, so each is text as the line is.
        let whole = str::from_utf8(&self.fields[..used]).unwrap_or_default();
        fields.clear();
        let mut begin = 0;
        for &end in &self.ends[..count] {
            fields.push_field(whole.get(begin..end).unwrap_or_default().trim());
            begin = end;
        }
        closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the fault of a field is said to be, for every field of every line.
    fn places(text: &str) -> Vec<(u64, u64)> {
        let mut places = Vec::new();
        let last = each_line(&mut text.as_bytes(), b',', |line| {
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
        let fault = each_line(&mut &b"ab\nc,Zo\xeb\n"[..], b',', |_| Ok(())).unwrap_err();
        assert_eq!((fault.line, fault.column), (2, 5));
    }

    /// An input that comes in pieces of a few bytes.
    struct Pieces<'a>(&'a [u8], usize);

    impl std::io::Read for Pieces<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let size = into.len().min(self.1);
            std::io::Read::read(&mut self.0, &mut into[..size])
        }
    }

    fn rows(input: &mut dyn BufRead) -> Result<Vec<(u64, Vec<String>)>, Fault> {
        let mut rows = Vec::new();
        each_line(input, b',', |line| {
            rows.push((line.number, line.fields.iter().map(str::to_owned).collect()));
            Ok(())
        })?;
        Ok(rows)
    }

    /// Held against the reader of the `csv` crate, which has the whole text before it.
    #[test]
    fn lines_are_taken_apart_as_by_the_csv_crate_however_they_arrive() {
        for text in [
            "a,b\n5, 6\n",
            "\u{feff}a,b\r\n\r\nc,d",
            "a,b\rc,d\r\r\ne,f",
            "\n\r\n\r,\n\"\",\"x\"\n",
            "\"Zo\u{eb}, Ltd\",7,\n\"a \"\"b\"\"\",\" c \"\n",
            "a\"b\"c,d\"\n\"x\"y,z\n",
            "   \n\u{a0}x\u{2003},y\n",
        ] {
            let plain = text.strip_prefix('\u{feff}').unwrap_or(text);
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .trim(csv::Trim::All)
                .from_reader(plain.as_bytes());
            let expected: Vec<Vec<String>> =
                reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
            let whole = rows(&mut text.as_bytes()).unwrap();
            assert_eq!(whole.iter().map(|(_, row)| row.clone()).collect::<Vec<_>>(), expected, "{text:?}");
            for size in 1..4 {
                let mut pieces = std::io::BufReader::with_capacity(size, Pieces(text.as_bytes(), size));
                assert_eq!(rows(&mut pieces).unwrap(), whole, "{text:?}");
            }
        }
    }

    #[test]
    fn what_is_too_long_is_refused_before_it_is_in_memory() {
        let endless = |byte: u8| rows(&mut std::io::BufReader::new(std::io::repeat(byte))).unwrap_err();
        for byte in [0, b'x', b',', b'"', b' '] {
            assert_eq!(endless(byte).problem, "the line has more than 1000000 bytes");
        }
        let wide = format!("a,b\nc,{}\n", "x".repeat(LONGEST_FIELD + 1));
        let fault = rows(&mut wide.as_bytes()).unwrap_err();
        assert_eq!((fault.line, fault.column), (2, 3));
        let fault = rows(&mut &b"a,b\n1,\"2\n3,4\n"[..]).unwrap_err();
        assert_eq!((fault.line, fault.column), (2, 3));
        assert!(fault.problem.contains("not closed"), "{fault:?}");
    }
}
