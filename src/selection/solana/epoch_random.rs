//! The generator of an epoch's schedule, and the integers drawn from it.

use crate::random::Stream;
use rand::rngs::ChaCha20Rng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

/// Where the seed of an epoch's schedule comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SeedSource {
    /// The trial's lottery stream: each trial has schedules of its own.
    #[default]
    Stream,
    /// The number of the epoch, as on the chain: the schedule follows from the stakes alone, and
    /// every trial has the same.
    Epoch,
}

impl SeedSource {
    /// The generator of an epoch: ChaCha20 with a key of 32 bytes, which on the chain are the
    /// epoch's number in eight little-endian bytes and zeros.
    pub fn generator(self, epoch: u64, lottery: &mut Stream) -> ChaCha20Rng {
        let mut seed = [0; 32];
        match self {
            SeedSource::Stream => lottery.fill_bytes(&mut seed),
            SeedSource::Epoch => seed[..8].copy_from_slice(&epoch.to_le_bytes()),
        }
        ChaCha20Rng::from_seed(seed)
    }
}

/// A uniform integer in `0..bound`, by the words and in the way that Solana's validators use
/// (`UniformInt` of the rand library with a fixed zone): the high half of the product of a word
/// and the bound, unless the low half lies beyond the last whole multiple.
///
/// [`crate::random::below`] draws as fairly, but rejects other words.
///
/// # Panics
/// If `bound` is zero.
pub fn uniform(random: &mut ChaCha20Rng, bound: u64) -> u64 {
    assert!(bound > 0, "no integer lies below zero");
    // 2^64 - bound, modulo bound, is how many words are too many.
    let zone = u64::MAX - bound.wrapping_neg() % bound;
    loop {
        let product = u128::from(random.next_u64()) * u128::from(bound);
        if product as u64 <= zone {
            return (product >> 64) as u64;
        }
    }
}

/// A uniform integer in `0..bound` for bounds beyond 64 bits: as many random bits as the bound
/// has, drawn again while they are not below it.
///
/// # Panics
/// If `bound` is zero.
pub fn uniform_wide(random: &mut ChaCha20Rng, bound: u128) -> u128 {
    assert!(bound > 0, "no integer lies below zero");
    if let Ok(bound) = u64::try_from(bound) {
        return u128::from(uniform(random, bound));
    }
    let mask = u128::MAX >> (bound - 1).leading_zeros();
    loop {
        let bits = u128::from(random.next_u64()) | u128::from(random.next_u64()) << 64;
        if bits & mask < bound {
            return bits & mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8439's predecessor test vectors, draft-strombergson-chacha-test-vectors-00, TC1 for
    /// 256 bits and 20 rounds: key and nonce zero.
    #[test]
    fn the_generator_is_chacha20() {
        let mut random = ChaCha20Rng::from_seed([0; 32]);
        let mut bytes = [0; 16];
        random.fill_bytes(&mut bytes);
        assert_eq!(hex::encode(bytes), "76b8e0ada0f13d90405d6ae55386bd28");
    }

    /// Chi-square over 3 cells, 30,000 draws of each kind, fixed seed: the 1 - 1e-6 quantile with
    /// 2 degrees of freedom is 27.63. The wide bound is three times 2^70.
    #[test]
    fn both_draws_are_uniform() {
        let mut random = ChaCha20Rng::from_seed([5; 32]);
        let mut counts = [[0f64; 3]; 2];
        for _ in 0..30_000 {
            counts[0][uniform(&mut random, 3) as usize] += 1.0;
            counts[1][(uniform_wide(&mut random, 3 << 70) >> 70) as usize] += 1.0;
        }
        for cells in counts {
            let statistic: f64 = cells.iter().map(|count| (count - 1e4).powi(2) / 1e4).sum();
            assert!(statistic < 27.63, "{cells:?}");
        }
    }
}
