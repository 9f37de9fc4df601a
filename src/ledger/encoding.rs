//! Reading bytes that may come from anywhere.
//!
//! All integers are little-endian and of fixed width, all fields are in a fixed order, nothing is
//! optional: a value has exactly one encoding. Writing is appending to a `Vec<u8>`.

use thiserror::Error;

/// Why bytes are not a valid encoding.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum DecodeError {
    /// The bytes end inside a field.
    #[error("the bytes end at {at}, inside a field of {needed} bytes")]
    TooShort {
        /// Where the field begins.
        at: usize,
        /// How long the field is.
        needed: usize,
    },
    /// Bytes are left over after the last field.
    #[error("{left} bytes are left over after the last field")]
    TooLong {
        /// How many.
        left: usize,
    },
    /// A byte has a value that its field does not allow.
    #[error("the byte at {at} is {found}, which its field does not allow")]
    BadByte {
        /// Where.
        at: usize,
        /// What it is.
        found: u8,
    },
}

/// Reads fields off a slice, front to back.
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// A reader at the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes, at: 0 }
    }

    /// The next `N` bytes.
    ///
    /// # Errors
    /// [`DecodeError::TooShort`] if fewer are left.
    pub fn take<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let field = self.bytes.get(self.at..self.at + N).and_then(|slice| slice.try_into().ok());
        let field = field.ok_or(DecodeError::TooShort { at: self.at, needed: N })?;
        self.at += N;
        Ok(field)
    }

    /// The next 8 bytes as an integer.
    ///
    /// # Errors
    /// [`DecodeError::TooShort`] if fewer are left.
    pub fn u64(&mut self) -> Result<u64, DecodeError> {
        self.take().map(u64::from_le_bytes)
    }

    /// The next 4 bytes as an integer.
    ///
    /// # Errors
    /// [`DecodeError::TooShort`] if fewer are left.
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        self.take().map(u32::from_le_bytes)
    }

    /// The next byte as a truth value; only 0 and 1 are valid.
    ///
    /// # Errors
    /// [`DecodeError::TooShort`] or [`DecodeError::BadByte`].
    pub fn bool(&mut self) -> Result<bool, DecodeError> {
        let at = self.at;
        match self.take::<1>()? {
            [0] => Ok(false),
            [1] => Ok(true),
            [found] => Err(DecodeError::BadByte { at, found }),
        }
    }

    /// The number of bytes left.
    pub fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Makes sure that nothing is left.
    ///
    /// # Errors
    /// [`DecodeError::TooLong`] if something is.
    pub fn end(self) -> Result<(), DecodeError> {
        match self.left() {
            0 => Ok(()),
            left => Err(DecodeError::TooLong { left }),
        }
    }
}
