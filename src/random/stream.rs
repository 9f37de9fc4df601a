//! One addressed stream of random words.

use super::{Purpose, StreamKey, below, below_wide};
use rand::rand_core::TryRng;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::convert::Infallible;

/// So many rounds of a trial draw from one stream of the lottery; then the next stream begins.
pub const CHUNK: u64 = 1 << 20;

/// A portable stream of random words: Xoshiro256++ seeded with all 256 bits of its address.
///
/// Implements [`rand::Rng`], so that `rand_distr` can sample from it. Integers that decide
/// anything come from [`Stream::below`].
#[derive(Clone, Debug)]
pub struct Stream {
    generator: Xoshiro256PlusPlus,
}

impl Stream {
    /// Opens the stream at an address.
    pub fn open(key: StreamKey) -> Self {
        Stream { generator: Xoshiro256PlusPlus::from_seed(key.bytes()) }
    }

    /// The stream of one purpose in one trial.
    pub fn of_trial(seed: u64, trial: u64, purpose: Purpose) -> Self {
        Stream::open(StreamKey::new().number(seed).text("trial").number(trial).text(purpose.tag()))
    }

    /// The stream of the lottery in one trial from round `chunk * CHUNK + 1` on, for [`CHUNK`] rounds.
    ///
    /// The first chunk has the address of [`Stream::of_trial`]; the others have their number as one
    /// coordinate more. So a trial can be picked up at every chunk without drawing what came before.
    pub fn of_lottery(seed: u64, trial: u64, chunk: u64) -> Self {
        Stream::open(StreamKey::of_lottery(seed, trial, chunk))
    }

    /// The stream from which the wins of one kind of blocks are drawn by their law ([`Purpose::Law`]):
    /// with `part`, those of one part of the validators, by its number, among whom they are shared out.
    pub fn of_law(seed: u64, trial: u64, kind: u64, part: Option<u64>) -> Self {
        let mut key = StreamKey::new().number(seed).text("trial").number(trial).text(Purpose::Law.tag());
        if kind > 0 {
            key = key.text("kind").number(kind);
        }
        Stream::open(part.map_or(key.clone(), |part| key.number(part)))
    }

    /// The stream of one purpose that all trials of a seed share (stakes, behaviours).
    pub fn of_seed(seed: u64, purpose: Purpose) -> Self {
        Stream::open(StreamKey::new().number(seed).text(purpose.tag()))
    }

    /// The stream from which one figure of a scenario's statistics is resampled, by the figure's
    /// name: no figure moves another.
    pub fn of_figure(seed: u64, figure: &str) -> Self {
        Stream::open(StreamKey::new().number(seed).text(Purpose::Statistics.tag()).text(figure))
    }

    /// 128 uniform bits.
    #[inline]
    pub fn word_128(&mut self) -> u128 {
        u128::from(self.generator.next_u64()) << 64 | u128::from(self.generator.next_u64())
    }

    /// A uniform integer in `0..bound`, exactly unbiased. Panics if `bound` is zero.
    #[inline]
    pub fn below(&mut self, bound: u64) -> u64 {
        below(&mut self.generator, bound)
    }

    /// A uniform integer in `0..bound` for bounds that may exceed 64 bits, exactly unbiased.
    /// Panics if `bound` is zero.
    #[inline]
    pub fn below_wide(&mut self, bound: u128) -> u128 {
        below_wide(&mut self.generator, bound)
    }

    /// True with probability exactly `numerator / denominator`.
    #[inline]
    pub fn chance(&mut self, numerator: u64, denominator: u64) -> bool {
        self.below(denominator) < numerator
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.generator.next_u32())
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.generator.next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.generator.fill_bytes(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first kind of blocks has the address of [`Stream::of_trial`], and every other kind and part its own.
    #[test]
    fn the_law_draws_the_first_kind_where_the_trial_does() {
        let first = |mut stream: Stream| stream.next_u64();
        let law = |kind, part| first(Stream::of_law(7, 3, kind, part));
        assert_eq!(law(0, None), first(Stream::of_trial(7, 3, Purpose::Law)));
        let mut others =
            vec![law(0, None), law(1, None), law(2, None), law(0, Some(0)), law(1, Some(0)), law(0, Some(1))];
        others.sort_unstable();
        others.dedup();
        assert_eq!(others.len(), 6);
    }

    /// First outputs of the reference implementation for the state 1, 2, 3, 4
    /// (prng.di.unimi.it, xoshiro256plusplus.c; the vector used by several libraries).
    #[test]
    fn the_generator_is_xoshiro256_plus_plus() {
        let mut seed = [0u8; 32];
        for (word, chunk) in seed.chunks_mut(8).enumerate() {
            chunk.copy_from_slice(&(word as u64 + 1).to_le_bytes());
        }
        let mut generator = Xoshiro256PlusPlus::from_seed(seed);
        let expected = [41943041u64, 58720359, 3588806011781223, 3591011842654386];
        for word in expected {
            assert_eq!(generator.next_u64(), word);
        }
    }

    #[test]
    fn chunks_of_the_lottery_have_streams_of_their_own() {
        let mut first = Stream::of_lottery(7, 3, 0);
        assert_eq!(first.next_u64(), Stream::of_trial(7, 3, Purpose::Lottery).next_u64());
        let key = StreamKey::new().number(7).text("trial").number(3).text("lottery").number(2);
        assert_eq!(Stream::of_lottery(7, 3, 2).next_u64(), Stream::open(key).next_u64());
        let words: Vec<u64> = (0..50).map(|chunk| Stream::of_lottery(7, 3, chunk).next_u64()).collect();
        assert_eq!(words.iter().collect::<std::collections::HashSet<_>>().len(), 50);
    }

    #[test]
    fn purposes_have_streams_of_their_own() {
        let mut lottery = Stream::of_trial(1, 0, Purpose::Lottery);
        let mut faults = Stream::of_trial(1, 0, Purpose::Faults);
        let mut neighbour = Stream::of_trial(0, 1, Purpose::Lottery);
        let first = lottery.next_u64();
        assert_ne!(first, faults.next_u64());
        assert_ne!(first, neighbour.next_u64());
        let mut figure = Stream::of_figure(1, "gini");
        let first = figure.next_u64();
        assert_ne!(first, Stream::of_figure(1, "theil").next_u64());
        assert_ne!(first, Stream::of_figure(2, "gini").next_u64());
        assert_ne!(first, Stream::of_seed(1, Purpose::Statistics).next_u64());
    }
}
