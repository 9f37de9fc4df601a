//! Whole numbers as bytes, small ones short, and reading them back from bytes that may come from
//! anywhere.

/// Bytes that are no tally: what was being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

/// Appends a number in groups of seven bits, the lowest first (LEB128).
pub fn put(bytes: &mut Vec<u8>, mut number: u128) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Appends a signed number so that small ones of both signs are short (zigzag).
pub fn put_signed(bytes: &mut Vec<u8>, number: i64) {
    put(bytes, u128::from(((number << 1) ^ (number >> 63)) as u64));
}

/// Bytes that are being read.
pub struct ByteReader<'a>(pub &'a [u8]);

impl ByteReader<'_> {
    /// Takes a number of up to 128 bits.
    ///
    /// # Errors
    /// If the bytes end, or the number is longer, or not written in the shortest way.
    pub fn wide(&mut self, what: &'static str) -> Result<u128, Malformed> {
        let mut number = 0u128;
        for place in 0..19 {
            let (&byte, rest) = self.0.split_first().ok_or(Malformed(what))?;
            self.0 = rest;
            let group = u128::from(byte & 0x7f);
            let shifted = group << (7 * place);
            if shifted >> (7 * place) != group {
                return Err(Malformed(what));
            }
            number |= shifted;
            if byte < 0x80 {
                return if byte == 0 && place > 0 { Err(Malformed(what)) } else { Ok(number) };
            }
        }
        Err(Malformed(what))
    }

    /// Takes a number of up to 64 bits.
    ///
    /// # Errors
    /// As [`ByteReader::wide`].
    pub fn number(&mut self, what: &'static str) -> Result<u64, Malformed> {
        u64::try_from(self.wide(what)?).map_err(|_| Malformed(what))
    }

    /// Takes a signed number.
    ///
    /// # Errors
    /// As [`ByteReader::wide`].
    pub fn signed(&mut self, what: &'static str) -> Result<i64, Malformed> {
        let number = self.number(what)?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// Takes how many things follow, each of so many bytes at least: never more than there are bytes
    /// for, so that nobody reserves memory for a number that was made up.
    ///
    /// # Errors
    /// As [`ByteReader::wide`], or if so many cannot follow.
    pub fn count(&mut self, each: usize, what: &'static str) -> Result<usize, Malformed> {
        let count = self.number(what)?;
        let fits = count.checked_mul(each.max(1) as u64).is_some_and(|bytes| bytes <= self.0.len() as u64);
        if fits { Ok(count as usize) } else { Err(Malformed(what)) }
    }

    /// Takes a truth.
    ///
    /// # Errors
    /// As [`ByteReader::wide`], or if it is neither 0 nor 1.
    pub fn truth(&mut self, what: &'static str) -> Result<bool, Malformed> {
        match self.number(what)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed(what)),
        }
    }

    /// Nothing may be left.
    ///
    /// # Errors
    /// If something is.
    pub fn end(&self) -> Result<(), Malformed> {
        if self.0.is_empty() { Ok(()) } else { Err(Malformed("the end")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_read_back(wide: u128, signed: i64) {
            let mut bytes = Vec::new();
            put(&mut bytes, wide);
            put_signed(&mut bytes, signed);
            let mut reading = ByteReader(&bytes);
            prop_assert_eq!(reading.wide("a"), Ok(wide));
            prop_assert_eq!(reading.signed("b"), Ok(signed));
            prop_assert_eq!(reading.end(), Ok(()));
        }

        /// What is read is written in one way only.
        #[test]
        fn no_number_has_two_forms(bytes: Vec<u8>) {
            let mut reading = ByteReader(&bytes);
            if let Ok(number) = reading.wide("a") {
                let mut again = Vec::new();
                put(&mut again, number);
                prop_assert_eq!(&again[..], &bytes[..bytes.len() - reading.0.len()]);
            }
        }
    }

    #[test]
    fn counts_are_bounded_by_what_is_there() {
        let mut bytes = Vec::new();
        put(&mut bytes, u128::from(u64::MAX));
        assert!(ByteReader(&bytes).count(1, "a").is_err());
        assert!(ByteReader(&[3, 0, 0, 0]).count(1, "a").is_ok());
        assert!(ByteReader(&[3, 0, 0]).count(1, "a").is_err());
    }
}
