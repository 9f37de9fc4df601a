//! A CSV file, read strictly: anything doubtful is refused with its line, never guessed.

use csv::{ReaderBuilder, StringRecord, Trim};

/// The longest field, in bytes.
const LONGEST_FIELD: usize = 10_000;
/// The most bytes that the fields of a line have together.
const LONGEST_LINE: usize = 1_000_000;

/// What is wrong with a CSV file, and where. Lines and columns are counted from 1.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line.
    pub line: u64,
    /// The column, in characters.
    pub column: u64,
    /// What is wrong there.
    pub problem: String,
}

/// A line of a CSV file.
pub struct Line<'a> {
    /// Its number.
    pub number: u64,
    /// Its fields, without the spaces around them.
    pub fields: &'a StringRecord,
    text: &'a str,
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

    fn column_of(&self, field: usize) -> u64 {
        let mut quoted = false;
        let mut begun = 0;
        let mut column = 1;
        for (place, c) in self.text.chars().enumerate() {
            if begun == field && !c.is_whitespace() {
                return place as u64 + 1;
            }
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => begun += 1,
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
    mut take: impl FnMut(&Line) -> Result<(), Fault>,
) -> Result<Option<u64>, Fault> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.valid_up_to();
            let problem = format!("the byte 0x{:02x} is not UTF-8; save the table as UTF-8", bytes[at]);
            let before = String::from_utf8_lossy(&bytes[..at]);
            let column = before.rsplit(['\n', '\r']).next().unwrap_or_default().chars().count() as u64 + 1;
            return Err(Fault { line: Lines::new(bytes).number_at(at), column, problem });
        }
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(text.as_bytes());
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
        let line = Line { number, fields: &record, text: text.get(start..).unwrap_or_default() };
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

/// A field as it is quoted in a message: one line, not too long.
pub fn shown(field: &str) -> String {
    const LONGEST: usize = 40;
    let cut: String = field.chars().take(LONGEST).collect();
    let ellipsis = if cut.len() < field.len() { "..." } else { "" };
    format!("`{}{ellipsis}`", cut.escape_debug())
}

/// Counts lines from the start of a text, going forward only.
struct Lines<'a> {
    bytes: &'a [u8],
    place: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Lines { bytes, place: 0, line: 1 }
    }

    /// The number of the line, counted from 1, on which a byte stands.
    fn number_at(&mut self, place: usize) -> u64 {
        while self.place < place {
            self.step();
        }
        self.line
    }

    /// The number of the line on which the first byte at or after `place` stands that ends no line.
    fn number_of_next_text(&mut self, place: usize) -> u64 {
        self.number_at(place);
        while matches!(self.bytes.get(self.place), Some(b'\r' | b'\n')) {
            self.step();
        }
        self.line
    }

    fn step(&mut self) {
        let next = self.bytes.get(self.place + 1);
        match self.bytes[self.place] {
            b'\n' => self.line += 1,
            b'\r' if next != Some(&b'\n') => self.line += 1,
            _ => {}
        }
        self.place += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the fault of a field is said to be, for every field of every line.
    fn places(text: &str) -> Vec<(u64, u64)> {
        let mut places = Vec::new();
        let last = each_line(text.as_bytes(), |line| {
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
        let fault = each_line(b"ab\nc,Zo\xeb\n", |_| Ok(())).unwrap_err();
        assert_eq!((fault.line, fault.column), (2, 5));
    }
}
