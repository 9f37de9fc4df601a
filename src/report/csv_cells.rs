//! Cells as CSV, as the `csv` crate writes them, for tables of many rows.
//!
//! Half a million validators have the same few counts of wins, and with them the same few shares and
//! probabilities: a number that was put into digits is looked up when it comes again.

use crate::analysis::rows::Cells;

/// So many numbers are known at a time, a power of two.
const KNOWN: usize = 1 << 10;
/// The most digits of a number, with its sign, point and exponent.
const LONGEST: usize = 24;

/// A number and its digits.
#[derive(Clone, Copy)]
struct Digits {
    bits: u64,
    length: u8,
    text: [u8; LONGEST],
}

/// Puts cells into a line of text each.
pub(super) struct CsvCells<'a> {
    out: &'a mut Vec<u8>,
    known: &'a mut KnownNumbers,
    /// Whether the line has a cell already.
    begun: bool,
}

/// Numbers that were put into digits. One may take the place of another at any time.
pub(super) struct KnownNumbers(Vec<Digits>);

impl KnownNumbers {
    /// None yet.
    pub fn new() -> Self {
        // What stands in no place has no digits, which no number has.
        KnownNumbers(vec![Digits { bits: 0, length: 0, text: [0; LONGEST] }; KNOWN])
    }

    fn digits(&mut self, number: f64) -> &[u8] {
        let bits = number.to_bits();
        // Fibonacci hashing: the upper bits depend on all of them.
        let place = bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - KNOWN.trailing_zeros());
        let known = &mut self.0[place as usize];
        if known.bits != bits || known.length == 0 {
            let mut buffer = ryu::Buffer::new();
            let text = buffer.format(number).as_bytes();
            known.bits = bits;
            known.length = text.len() as u8;
            known.text[..text.len()].copy_from_slice(text);
        }
        &known.text[..usize::from(known.length)]
    }
}

impl<'a> CsvCells<'a> {
    /// Lines are appended to `out`.
    pub fn new(out: &'a mut Vec<u8>, known: &'a mut KnownNumbers) -> Self {
        CsvCells { out, known, begun: false }
    }

    /// Ends a line.
    pub fn end_line(&mut self) {
        self.out.push(b'\n');
        self.begun = false;
    }

    #[inline]
    fn next(&mut self) {
        if self.begun {
            self.out.push(b',');
        }
        self.begun = true;
    }
}

impl Cells for CsvCells<'_> {
    #[inline]
    fn nothing(&mut self) {
        self.next();
    }

    fn text(&mut self, text: &str) {
        self.next();
        if !text.bytes().any(|byte| matches!(byte, b'"' | b',' | b'\n' | b'\r')) {
            self.out.extend_from_slice(text.as_bytes());
            return;
        }
        self.out.push(b'"');
        for byte in text.bytes() {
            if byte == b'"' {
                self.out.push(b'"');
            }
            self.out.push(byte);
        }
        self.out.push(b'"');
    }

    fn whole(&mut self, number: u128) {
        self.next();
        let mut buffer = itoa::Buffer::new();
        let text = match u64::try_from(number) {
            Ok(number) => buffer.format(number),
            Err(_) => buffer.format(number),
        };
        self.out.extend_from_slice(text.as_bytes());
    }

    #[inline]
    fn real(&mut self, number: f64) {
        self.next();
        let text = self.known.digits(number);
        self.out.extend_from_slice(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Cell by cell what the `csv` crate writes, also when numbers come again.
        #[test]
        fn cells_are_those_of_the_csv_crate(
            cells in prop::collection::vec((".*|[\",\r\n a]*", any::<u128>(), any::<u64>(), any::<bool>()), 1..40),
        ) {
            let (mut out, mut known) = (Vec::new(), KnownNumbers::new());
            let mut plain = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
            for (text, whole, bits, again) in &cells {
                let real = f64::from_bits(if *again { bits % 7 } else { *bits });
                let mut line = CsvCells::new(&mut out, &mut known);
                line.text(text);
                line.whole(*whole);
                line.whole(u128::from(*bits));
                line.nothing();
                line.real(real);
                line.real(f64::from(*whole as u16) / 7.0);
                line.end_line();
                plain.serialize((text, whole, bits, None::<u8>, real, f64::from(*whole as u16) / 7.0)).unwrap();
            }
            prop_assert_eq!(out, plain.into_inner().unwrap());
        }
    }

    /// The extremes have the most digits.
    #[test]
    fn every_number_has_room() {
        let mut known = KnownNumbers::new();
        for number in [
            0.0,
            -0.0,
            f64::MIN,
            f64::MIN_POSITIVE,
            -5e-324,
            -1.7976931348623157e308,
            f64::NAN,
            f64::INFINITY,
            -2.2250738585072014e-308,
        ] {
            assert_eq!(known.digits(number), ryu::Buffer::new().format(number).as_bytes());
            assert_eq!(known.digits(number), ryu::Buffer::new().format(number).as_bytes());
        }
    }
}
