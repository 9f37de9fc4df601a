//! The swap-or-not shuffle.

use crate::crypto::Hash;
use sha2::{Digest, Sha256};

/// Rounds of the shuffle on the main network.
const ROUNDS: usize = 90;

/// Positions that share one hash: one bit each.
const POSITIONS_PER_HASH: u64 = 256;

/// The swap-or-not permutation of `0..count` under a seed, computed index by index.
///
/// `compute_shuffled_index` of the consensus specification (phase 0; Hoang, Morris and Rogaway,
/// "An Enciphering Scheme Based on a Card Shuffle", CRYPTO 2012): each round mirrors the index at
/// a pivot if the bit of the larger of the two positions says so. A first index costs two hashes
/// for each of the 90 rounds; pivots and hashes are kept until the seed changes, so further
/// indices cost at most one hash a round, and none in sets of up to 256.
pub struct Shuffle {
    rounds: usize,
    /// A hasher that has read the seed, with which all messages begin: a copy of it is cheaper
    /// than reading the seed again.
    after_seed: Sha256,
    count: u64,
    pivots: Vec<u64>,
    /// The hashes of bits, `hashes_per_round` for each round.
    sources: Vec<Hash>,
    /// For each hash the seed's number at which it was computed.
    computed_at: Vec<u64>,
    hashes_per_round: usize,
    /// The number of the present seed; hashes of other numbers are stale.
    generation: u64,
}

impl Shuffle {
    /// A shuffle that can serve sets of up to `capacity` without allocating.
    pub fn new(capacity: usize) -> Self {
        Shuffle::with_rounds(ROUNDS, capacity)
    }

    fn with_rounds(rounds: usize, capacity: usize) -> Self {
        let hashes = rounds * (capacity as u64).div_ceil(POSITIONS_PER_HASH) as usize;
        Shuffle {
            rounds,
            after_seed: Sha256::new(),
            count: 0,
            pivots: vec![0; rounds],
            sources: vec![[0; 32]; hashes],
            computed_at: vec![0; hashes],
            hashes_per_round: 0,
            generation: 0,
        }
    }

    /// Starts the permutation of `0..count` under a seed. 90 hashes.
    ///
    /// # Panics
    /// If `count` is zero: there is nothing to permute.
    pub fn start(&mut self, seed: Hash, count: u64) {
        assert!(count > 0, "nothing to shuffle");
        self.after_seed = Sha256::new_with_prefix(seed);
        self.count = count;
        self.generation += 1;
        self.hashes_per_round = count.div_ceil(POSITIONS_PER_HASH) as usize;
        let hashes = self.rounds * self.hashes_per_round;
        if hashes > self.sources.len() {
            self.sources.resize(hashes, [0; 32]);
            self.computed_at.resize(hashes, 0);
        }
        for (round, pivot) in self.pivots.iter_mut().enumerate() {
            let hash: Hash = self.after_seed.clone().chain_update([round as u8]).finalize().into();
            *pivot = u64::from_le_bytes(hash[..8].try_into().expect("eight bytes")) % count;
        }
    }

    /// Where an index goes.
    ///
    /// # Panics
    /// If the index is not in `0..count`.
    pub fn index(&mut self, index: u64) -> u64 {
        assert!(index < self.count, "index {index} is not below {}", self.count);
        let mut index = index;
        for round in 0..self.rounds {
            let pivot = self.pivots[round];
            let mut flip = pivot + self.count - index;
            if flip >= self.count {
                flip -= self.count;
            }
            let position = index.max(flip);
            let source = self.source(round, (position / POSITIONS_PER_HASH) as usize);
            let bit = position % POSITIONS_PER_HASH;
            if source[(bit / 8) as usize] >> (bit % 8) & 1 == 1 {
                index = flip;
            }
        }
        index
    }

    #[inline]
    fn source(&mut self, round: usize, block: usize) -> &Hash {
        let place = round * self.hashes_per_round + block;
        if self.computed_at[place] != self.generation {
            self.computed_at[place] = self.generation;
            let hasher = self.after_seed.clone().chain_update([round as u8]);
            self.sources[place] = hasher.chain_update((block as u32).to_le_bytes()).finalize().into();
        }
        &self.sources[place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::sha256;
    use serde::Deserialize;
    use std::fmt::Write;

    #[derive(Deserialize)]
    struct Vectors {
        source: String,
        lists: Vec<List>,
        indices: Vec<Indices>,
        mappings: Vec<Mapping>,
    }

    #[derive(Deserialize)]
    struct List {
        seed: String,
        input: Vec<u64>,
        output: Vec<u64>,
    }

    #[derive(Deserialize)]
    struct Indices {
        seed: String,
        shuffled: Vec<u64>,
    }

    #[derive(Deserialize)]
    struct Mapping {
        preset: String,
        seed: String,
        count: u64,
        file_sha256: String,
    }

    fn vectors() -> Vectors {
        let vectors: Vectors =
            serde_json::from_str(include_str!("../../../tests/vectors/ethereum-shuffle.json")).unwrap();
        assert!(!vectors.source.is_empty());
        vectors
    }

    fn seed(text: &str) -> Hash {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    #[test]
    fn published_lists() {
        let vectors = vectors();
        assert!(!vectors.lists.is_empty() && !vectors.indices.is_empty());
        for indices in vectors.indices {
            let mut shuffle = Shuffle::new(0);
            shuffle.start(seed(&indices.seed), indices.shuffled.len() as u64);
            for (index, &place) in indices.shuffled.iter().enumerate() {
                assert_eq!(shuffle.index(index as u64), place);
            }
        }
        for list in vectors.lists {
            let mut shuffle = Shuffle::new(list.input.len());
            shuffle.start(seed(&list.seed), list.input.len() as u64);
            for (index, &value) in list.input.iter().enumerate() {
                assert_eq!(list.output[shuffle.index(index as u64) as usize], value);
            }
        }
    }

    /// The files of the upstream test suite, by their digest: the same mapping written in the same
    /// form must have the same SHA-256. The lines of a list break where they pass 80 columns.
    #[test]
    fn upstream_mappings() {
        let mappings = vectors().mappings;
        assert!(mappings.len() >= 17);
        for mapping in mappings {
            let rounds = if mapping.preset == "mainnet" { ROUNDS } else { 10 };
            let mut shuffle = Shuffle::with_rounds(rounds, 0);
            let mut text = format!("seed: '0x{}'\ncount: {}\n", mapping.seed, mapping.count);
            let mut line = String::from("mapping: [");
            if mapping.count > 0 {
                shuffle.start(seed(&mapping.seed), mapping.count);
            }
            for index in 0..mapping.count {
                if index > 0 {
                    line.push(',');
                    if line.len() > 80 {
                        writeln!(text, "{line}").unwrap();
                        line = " ".into();
                    }
                    line.push(' ');
                }
                write!(line, "{}", shuffle.index(index)).unwrap();
            }
            writeln!(text, "{line}]").unwrap();
            let digest = hex::encode(sha256(&[text.as_bytes()]));
            assert_eq!(digest, mapping.file_sha256, "{} {} {text}", mapping.count, mapping.seed);
        }
    }

    /// A shuffle that is used again for smaller and larger sets and other seeds forgets all of the
    /// earlier ones, and every result is a permutation.
    #[test]
    fn a_new_start_forgets_the_old() {
        let mut used = Shuffle::new(300);
        for (number, count) in [(1u8, 300u64), (2, 300), (2, 7), (3, 1), (4, 1000)] {
            let mut fresh = Shuffle::new(0);
            used.start([number; 32], count);
            fresh.start([number; 32], count);
            let mut seen = vec![false; count as usize];
            for index in 0..count {
                let place = used.index(index);
                assert_eq!(place, fresh.index(index));
                assert!(!std::mem::replace(&mut seen[place as usize], true));
            }
        }
    }
}
