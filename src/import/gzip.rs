//! Compressed tables.

use flate2::read::MultiGzDecoder;
use std::io::{self, BufRead, Read};

/// A text may be so many times longer than what it is compressed to, and so much longer beyond, so
/// that memory stays in proportion to the file.
const MOST_TIMES: u64 = 200;
const MOST_BEYOND: u64 = 16 << 20;

/// Whether the bytes are compressed.
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Unpacks an input while it is read.
pub struct Unpacked<R> {
    decoder: MultiGzDecoder<Counted<R>>,
    unpacked: u64,
}

/// Counts the bytes that were taken of an input.
struct Counted<R> {
    input: R,
    taken: u64,
}

impl<R: BufRead> Unpacked<R> {
    /// Begins.
    pub fn new(input: R) -> Self {
        Unpacked { decoder: MultiGzDecoder::new(Counted { input, taken: 0 }), unpacked: 0 }
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(into)?;
        self.taken += read as u64;
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.input.consume(bytes);
        self.taken += bytes as u64;
    }
}

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(into).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => io::Error::other(format!("the compressed file is damaged: {error}")),
        })?;
        self.unpacked += read as u64;
        let taken = self.decoder.get_ref().taken;
        if self.unpacked > taken.saturating_mul(MOST_TIMES).saturating_add(MOST_BEYOND) {
            return Err(io::Error::other(format!(
                "{taken} bytes of the compressed file unpack to {}, more than {MOST_TIMES} times as many and {MOST_BEYOND}, as no table does; unpack it yourself if it is one",
                self.unpacked
            )));
        }
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
        assert!(unpack(&bomb).unwrap_err().to_string().contains("as no table does"));
    }
}
