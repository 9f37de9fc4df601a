//! Cells that a spreadsheet would take for formulas.

use std::io::{self, Write};

/// Passes CSV on. If it is asked to, it puts an apostrophe before every cell that begins with `=`,
/// `+`, `-`, `@`, a tab or a carriage return and is not a number: a spreadsheet shows such a cell as
/// the text it is, where it would otherwise calculate it. A name in a table can come from anybody.
///
/// A record is passed on when it is whole.
pub struct FormulaGuard<W: Write> {
    out: W,
    active: bool,
    record: Vec<u8>,
    quoted: bool,
}

impl<W: Write> FormulaGuard<W> {
    /// CSV to `out`; nothing is changed unless `active`.
    pub fn new(out: W, active: bool) -> Self {
        FormulaGuard { out, active, record: Vec::new(), quoted: false }
    }

    /// Where it was passed on to; every record was whole.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn pass_on(&mut self) -> io::Result<()> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(self.record.as_slice());
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(&mut self.out);
        for record in reader.byte_records() {
            let cells = record.map_err(io::Error::other)?;
            let cells = cells.iter().map(|cell| match is_formula(cell) {
                true => [b"'", cell].concat(),
                false => cell.to_vec(),
            });
            writer.write_record(cells).map_err(io::Error::from)?;
        }
        writer.flush()?;
        drop(writer);
        self.record.clear();
        Ok(())
    }
}

/// Whether a spreadsheet would calculate this cell, and not only read a number.
fn is_formula(cell: &[u8]) -> bool {
    let is_number = || std::str::from_utf8(cell).is_ok_and(|text| text.parse::<f64>().is_ok());
    matches!(cell.first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r')) && !is_number()
}

impl<W: Write> Write for FormulaGuard<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.active {
            return self.out.write(bytes);
        }
        for &byte in bytes {
            self.record.push(byte);
            match byte {
                b'"' => self.quoted = !self.quoted,
                b'\n' if !self.quoted => self.pass_on()?,
                _ => {}
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guarded(csv: &str, active: bool) -> String {
        let mut bytes = Vec::new();
        let mut guard = FormulaGuard::new(&mut bytes, active);
        // In pieces, as a writer may give it.
        for piece in csv.as_bytes().chunks(3) {
            guard.write_all(piece).unwrap();
        }
        guard.flush().unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn formulas_become_text_and_numbers_stay_numbers() {
        let csv = "name,share\n=1+2,-0.5\n\"-1+cmd|'/c calc'!A1, x\",+1e-7\n@sum,3\n\"a\nb\",-inf\n\"\"\"=\",\n-,\n";
        assert_eq!(guarded(csv, false), csv);
        assert_eq!(
            guarded(csv, true),
            "name,share\n'=1+2,-0.5\n\"'-1+cmd|'/c calc'!A1, x\",+1e-7\n'@sum,3\n\"a\nb\",-inf\n\"\"\"=\",\n'-,\n"
        );
    }
}
