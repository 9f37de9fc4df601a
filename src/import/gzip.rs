//! Compressed tables.

use super::fault::Fault;
use flate2::read::MultiGzDecoder;
use std::io::Read;

/// A text may be so many times longer than what it is compressed to, and so much longer beyond, so
/// that memory stays in proportion to the file.
const MOST_TIMES: usize = 200;
const MOST_BEYOND: usize = 16 << 20;

/// Whether the bytes are compressed.
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Unpacks them.
///
/// # Errors
/// If they are damaged, or become too many.
pub fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let most = bytes.len().saturating_mul(MOST_TIMES).saturating_add(MOST_BEYOND);
    let mut unpacked = Vec::new();
    match MultiGzDecoder::new(bytes).take(most as u64 + 1).read_to_end(&mut unpacked) {
        Ok(_) if unpacked.len() <= most => Ok(unpacked),
        Ok(_) => Fault::whole(format!(
            "the compressed file has {} bytes and unpacks to more than {most}, which no table does; unpack it yourself if it is one",
            bytes.len()
        )),
        Err(error) => Fault::whole(format!("the compressed file is damaged: {error}")),
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

    #[test]
    fn what_was_packed_is_unpacked_and_damage_is_seen() {
        let packed_twice = [packed(b"name,stake\n"), packed(b"ann,5\n")].concat();
        assert_eq!(unpack(&packed_twice).unwrap(), b"name,stake\nann,5\n");
        let whole = packed(b"name,stake\nann,5\n");
        assert!(is_gzip(&whole));
        assert!(unpack(&whole[..whole.len() - 3]).unwrap_err().problem.contains("damaged"));
        let bomb = packed(&vec![b'0'; 64 << 20]);
        assert!(bomb.len() < 100_000);
        assert!(unpack(&bomb).unwrap_err().problem.contains("unpacks to more than"));
    }
}
