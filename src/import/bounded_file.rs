//! Files that are read whole, up to a limit, or piece by piece.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// The largest file of text that is read whole, in bytes.
pub const LARGEST_FILE: u64 = 1 << 29;

/// Reads a whole file of at most [`LARGEST_FILE`] bytes, so that no device or mistaken path takes all
/// memory.
///
/// # Errors
/// Those of the system, and [`io::ErrorKind::FileTooLarge`].
pub fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    read_up_to(File::open(path)?, LARGEST_FILE)
}

/// Opens a file to be read piece by piece. The first piece is read at once, so that what cannot be read
/// is known here.
///
/// # Errors
/// Those of the system.
pub fn open_file(path: &Path) -> io::Result<BufReader<File>> {
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path)?);
    reader.fill_buf()?;
    Ok(reader)
}

/// Reads an input of at most so many bytes to its end.
///
/// # Errors
/// As [`read_bounded`].
pub fn read_up_to(input: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it has more than {most} bytes, the most that are read"),
        ));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_ends_is_not_read_to_its_end() {
        let error = read_up_to(io::repeat(0), 1000).expect_err("endless");
        assert_eq!(error.to_string(), "it has more than 1000 bytes, the most that are read");
        assert_eq!(read_up_to(io::repeat(7).take(1000), 1000).expect("as many as may be").len(), 1000);
    }
}
