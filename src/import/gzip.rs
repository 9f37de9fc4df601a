//! Compressed tables.

use flate2::read::MultiGzDecoder;
use std::io::{self, Read};

/// A text may be so many times longer than what it is compressed to, and so much longer beyond, so
/// that memory stays in proportion to the file.
const MOST_TIMES: usize = 200;
const MOST_BEYOND: usize = 16 << 20;

/// Whether the bytes are compressed.
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Unpacks bytes while they are read.
pub struct Unpacked<'a> {
    decoder: MultiGzDecoder<&'a [u8]>,
    packed: usize,
    most: usize,
    left: usize,
}

impl<'a> Unpacked<'a> {
    /// Begins.
    pub fn new(bytes: &'a [u8]) -> Self {
        let most = bytes.len().saturating_mul(MOST_TIMES).saturating_add(MOST_BEYOND);
        Unpacked { decoder: MultiGzDecoder::new(bytes), packed: bytes.len(), most, left: most }
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(into).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => io::Error::other(format!("the compressed file is damaged: {error}")),
        })?;
        self.left = self.left.checked_sub(read).ok_or_else(|| {
            io::Error::other(format!(
                "the compressed file has {} bytes and unpacks to more than {}, which no table does; unpack it yourself if it is one",
                self.packed, self.most
            ))
        })?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn unpack(packed: &[u8]) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Unpacked::new(packed).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    #[test]
    fn what_was_packed_is_unpacked_and_damage_is_seen() {
        let packed_twice = [packed(b"name,stake\n"), packed(b"ann,5\n")].concat();
        assert_eq!(unpack(&packed_twice).unwrap(), b"name,stake\nann,5\n");
        let whole = packed(b"name,stake\nann,5\n");
        assert!(is_gzip(&whole));
        assert!(unpack(&whole[..whole.len() - 3]).unwrap_err().to_string().contains("damaged"));
        let bomb = packed(&vec![b'0'; 64 << 20]);
        assert!(bomb.len() < 100_000);
        assert!(unpack(&bomb).unwrap_err().to_string().contains("unpacks to more than"));
    }
}
