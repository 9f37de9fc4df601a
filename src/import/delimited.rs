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

/// A record of such a text: a line, or several where a field between quotation marks has line breaks.
pub struct Line<'a> {
    /// The number of the line on which it begins.
    pub number: u64,
    /// Its fields, without the spaces around them.
    pub fields: &'a StringRecord,
    /// Whether it has more lines than one.
    pub runs_on: bool,
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

    /// The column in which a field, counted from 0, begins; 1 if it begins on a later line than the
    /// record.
    pub fn column_of(&self, field: usize) -> u64 {
        let mut quoted = false;
        let mut begun = 0;
        let mut column = 1;
        for (place, c) in self.text.chars().enumerate() {
            if begun == field && (!c.is_whitespace() || c == '\t' && self.separator == b'\t') {
                return place as u64 + 1;
            }
            match c {
                '\n' => return 1,
                '"' => quoted = !quoted,
                c if c == char::from(self.separator) && !quoted => begun += 1,
                _ => {}
            }
            column = place as u64 + 2;
        }
        column
    }
}

/// Reads every record that has text, the first of which names the columns, and hands it to `take`. No
/// more than a record is in memory. Returns the number of the line on which the last one begins, or
/// nothing if there is no text at all.
///
/// Byte order mark, either line ending, blank lines and spaces around the fields are all fine. A field
/// between quotation marks may have line breaks, which are line feeds then.
///
/// # Errors
/// The first fault: of the input, of its bytes, or that `take` finds.
pub fn each_line(
    input: &mut dyn BufRead,
    separator: u8,
    mut take: impl FnMut(&Line) -> Result<(), Fault>,
) -> Result<Option<u64>, Fault> {
    let mut lines = Lines::new(input);
    let mut splitter = Splitter::new(separator);
    let mut fields = StringRecord::new();
    let mut joined = String::new();
    let mut last = None;
    while lines.advance()? {
        let number = lines.number;
        let text = lines.text()?;
        if text.is_empty() {
            continue;
        }
        last = Some(number);
        splitter.begin();
        let runs_on = !splitter.push(text);
        if runs_on {
            joined.clear();
            joined.push_str(text);
            join(&mut lines, &mut splitter, &mut joined, number)?;
        }
        let text = if runs_on { joined.as_str() } else { lines.text()? };
        splitter.write(&mut fields);
        let line = Line { number, fields: &fields, runs_on, text, separator };
        if runs_on && let Some(field) = loosely_closed(text, separator) {
            return line.fault_in(
                field,
                format!(
                    "a field runs on to line {}, where text follows its closing quotation mark; is one not closed, or one inside of it not doubled?",
                    lines.number
                ),
            );
        }
        if let Some(field) = fields.iter().position(|field| field.len() > LONGEST_FIELD) {
            return line.fault_in(field, format!("a field has more than {LONGEST_FIELD} bytes"));
        }
        take(&line)?;
    }
    Ok(last)
}

/// Adds further lines to a record until the quotation mark that is open in it is closed.
fn join(lines: &mut Lines, splitter: &mut Splitter, joined: &mut String, number: u64) -> Result<(), Fault> {
    let separator = splitter.separator;
    let fault = |joined: &str, field: usize, problem: String| {
        let fields = &StringRecord::new();
        let line = Line { number, fields, runs_on: true, text: joined, separator };
        line.fault_in(field, problem)
    };
    loop {
        let (field, length) = splitter.open_field();
        if length > LONGEST_FIELD {
            let problem =
                format!("a field has more than {LONGEST_FIELD} bytes; is a quotation mark not closed?");
            return fault(joined, field, problem);
        }
        if joined.len() > LONGEST_LINE {
            return fault(joined, field, format!("the record has more than {LONGEST_LINE} bytes"));
        }
        if !lines.advance()? {
            let problem = "a field runs on over several lines to the end; is a quotation mark not closed?";
            return fault(joined, field, problem.to_owned());
        }
        let text = lines.text()?;
        joined.push('\n');
        joined.push_str(text);
        if splitter.push(text) {
            return Ok(());
        }
    }
}

/// The first field of a record that has line breaks, and text between its closing quotation mark and
/// what separates it from the next: such marks may well be the wrong pair.
fn loosely_closed(record: &str, separator: u8) -> Option<usize> {
    let mut field = 0;
    let mut rest = record;
    loop {
        let mut is_broken = false;
        let mut is_loose = false;
        if let Some(quoted) = rest.strip_prefix('"') {
            let doubled = quoted.replace("\"\"", "  ");
            let end = doubled.find('"').unwrap_or(quoted.len());
            is_broken = quoted[..end].contains('\n');
            rest = quoted.get(end + 1..).unwrap_or_default();
            is_loose = !rest.split(char::from(separator)).next().unwrap_or_default().trim().is_empty();
        }
        if is_broken && is_loose {
            return Some(field);
        }
        rest = &rest[rest.find(char::from(separator))? + 1..];
        field += 1;
    }
}

/// Hands every line that is not empty to `take`, with its number. No more than a line is in memory.
///
/// # Errors
/// As [`each_line`].
pub fn each_text(
    input: &mut dyn BufRead,
    mut take: impl FnMut(u64, &str) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut lines = Lines::new(input);
    while lines.advance()? {
        let text = lines.text()?;
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

impl<'i> Lines<'i> {
    /// Begins before the first line.
    fn new(input: &'i mut dyn BufRead) -> Self {
        Lines { input, line: Vec::new(), number: 0, skip_feed: false }
    }

    /// The text of the line, without a byte order mark.
    fn text(&self) -> Result<&str, Fault> {
        let text = utf8(&self.line).map_err(|fault| Fault { line: self.number, ..fault })?;
        match self.number {
            1 => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
            _ => Ok(text),
        }
    }

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

/// Takes records apart.
struct Splitter {
    reader: csv_core::Reader,
    separator: u8,
    fields: Vec<u8>,
    used: usize,
    ends: Vec<usize>,
    count: usize,
}

impl Splitter {
    fn new(separator: u8) -> Self {
        let reader = csv_core::ReaderBuilder::new().delimiter(separator).build();
        Splitter { reader, separator, fields: Vec::new(), used: 0, ends: Vec::new(), count: 0 }
    }

    /// Begins a record.
    fn begin(&mut self) {
        self.reader.reset();
        (self.used, self.count) = (0, 0);
    }

    /// Takes a line of the record in. `true` if the record ends with it, `false` if a quotation mark is
    /// open.
    fn push(&mut self, line: &str) -> bool {
        let room = line.len() + 2;
        if self.fields.len() < self.used + room {
            self.fields.resize(self.used + room, 0);
        }
        if self.ends.len() < self.count + room {
            self.ends.resize(self.count + room, 0);
        }
        // No bytes would be the end of the input. The line feed ends the record unless a mark is open.
        let pieces = [line.as_bytes(), b"\n"];
        let mut is_whole = false;
        for piece in pieces.into_iter().filter(|piece| !piece.is_empty()) {
            let (fields, ends) = (&mut self.fields[self.used..], &mut self.ends[self.count..]);
            let (result, _, used, count) = self.reader.read_record(piece, fields, ends);
            self.used += used;
            self.count += count;
            is_whole = matches!(result, csv_core::ReadRecordResult::Record);
        }
        is_whole
    }

    /// The number of the field, counted from 0, that is open, and its length so far.
    fn open_field(&self) -> (usize, usize) {
        let begin = self.count.checked_sub(1).map_or(0, |last| self.ends[last]);
        (self.count, self.used - begin)
    }

    /// The fields of the record, without the spaces around them.
    fn write(&self, fields: &mut StringRecord) {
        // Fields are cut at bytes of ASCII, so each is text as the lines are.
        let whole = str::from_utf8(&self.fields[..self.used]).unwrap_or_default();
        fields.clear();
        let mut begin = 0;
        for &end in &self.ends[..self.count] {
            fields.push_field(whole.get(begin..end).unwrap_or_default().trim());
            begin = end;
        }
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
            "a,b\n\"one\ntwo\",\"3\"\nc,\"\n\n\"\"d\"\"\n\"\ne,f\n",
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
    fn fields_between_quotation_marks_may_have_line_breaks() {
        for end in ["\n", "\r\n", "\r"] {
            let text =
                "name,note,stake\nann,\"a \"\"b\"\",\n\nc\",5\n\"bo\nb\",,6\ncid,d,7".replace('\n', end);
            let read = rows(&mut text.as_bytes()).unwrap();
            let names: Vec<(u64, &str)> = read.iter().map(|(line, row)| (*line, row[0].as_str())).collect();
            assert_eq!(names, [(1, "name"), (2, "ann"), (5, "bo\nb"), (7, "cid")], "{text:?}");
            assert_eq!(read[1].1[1..], ["a \"b\",\n\nc", "5"], "{text:?}");
        }
        // What begins on a later line than its record has the place of the record.
        assert_eq!(places("a,\"b\nc\",d\ne,f,g\n"), [(1, 1), (1, 3), (1, 1), (3, 1), (3, 3), (3, 5)]);
    }

    /// The wrong pair of quotation marks would swallow the rows between them.
    #[test]
    fn marks_that_may_be_the_wrong_pair_are_refused() {
        for (text, place) in [
            ("a,b\n\"ann,5\nbob,6\n\"cid\",7\n", (2, 1)),
            ("a,b\nann,\"5\nbob,\"6\",\n", (2, 5)),
            ("a,b\nann,\"5\nbob,6\n", (2, 5)),
            ("a,b\n\"ann,5\nbob,6\n", (2, 1)),
        ] {
            let fault = rows(&mut text.as_bytes()).unwrap_err();
            assert_eq!((fault.line, fault.column), place, "{text:?}: {}", fault.problem);
            assert!(fault.problem.contains("not closed"), "{}", fault.problem);
        }
        let endless = format!("a,b\n\"ann,{}", "5\n".repeat(LONGEST_FIELD));
        assert!(
            rows(&mut endless.as_bytes()).unwrap_err().problem.contains("is a quotation mark not closed?")
        );
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
