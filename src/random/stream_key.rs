//! The address of a stream: SHA-256 over a domain tag and length-prefixed coordinates.

use super::Purpose;
use sha2::{Digest, Sha256};

/// Domain tag of every stream of this program; part of the contract of equal bytes.
const DOMAIN: &[u8] = b"tombola/stream/v1";

/// Collects coordinates and turns them into the 256 bits that seed a stream.
///
/// Each coordinate is preceded by its length, so that no two different lists of coordinates have
/// the same bytes. Coordinates are never added to one another: adding would make seed 1, trial 0
/// the same stream as seed 0, trial 1.
#[derive(Clone)]
pub struct StreamKey {
    hasher: Sha256,
}

impl StreamKey {
    /// A key with no coordinates yet.
    pub fn new() -> Self {
        let mut key = StreamKey { hasher: Sha256::new() };
        key.push(DOMAIN);
        key
    }

    /// The address of one chunk of a trial's lottery; see [`super::Stream::of_lottery`].
    pub fn of_lottery(seed: u64, trial: u64, chunk: u64) -> Self {
        let purpose = Purpose::Lottery.tag();
        let key = StreamKey::new().number(seed).text("trial").number(trial).text(purpose);
        if chunk == 0 { key } else { key.number(chunk) }
    }

    /// Adds an integer coordinate (a seed, a trial number, an index).
    pub fn number(mut self, coordinate: u64) -> Self {
        self.push(&coordinate.to_le_bytes());
        self
    }

    /// Adds a text coordinate (a purpose, a name).
    pub fn text(mut self, coordinate: &str) -> Self {
        self.push(coordinate.as_bytes());
        self
    }

    /// The 32 bytes at this address.
    pub fn bytes(self) -> [u8; 32] {
        self.hasher.finalize().into()
    }

    fn push(&mut self, coordinate: &[u8]) {
        self.hasher.update((coordinate.len() as u64).to_le_bytes());
        self.hasher.update(coordinate);
    }
}

impl Default for StreamKey {
    fn default() -> Self {
        StreamKey::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn coordinates_are_not_interchangeable() {
        let mut seen = HashSet::new();
        for seed in 0..20 {
            for trial in 0..20 {
                let key = StreamKey::new().number(seed).number(trial).text("lottery").bytes();
                assert!(seen.insert(key), "seed {seed}, trial {trial} repeats an address");
            }
        }
    }

    #[test]
    fn lengths_keep_coordinates_apart() {
        let joined = StreamKey::new().text("ab").text("c").bytes();
        let split = StreamKey::new().text("a").text("bc").bytes();
        assert_ne!(joined, split);
    }

    #[test]
    fn the_address_is_the_documented_hash() {
        let mut plain = Sha256::new();
        for part in [DOMAIN, &7u64.to_le_bytes(), b"lottery"] {
            plain.update((part.len() as u64).to_le_bytes());
            plain.update(part);
        }
        let expected: [u8; 32] = plain.finalize().into();
        assert_eq!(StreamKey::new().number(7).text("lottery").bytes(), expected);
    }
}
