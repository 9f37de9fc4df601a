//! Many streams in step, so that a processor computes several words at once.

use super::StreamKey;
use rand::rand_core::{TryRng, utils};
use std::convert::Infallible;

/// The lotteries of `N` neighbouring trials, one word of each at a time: the words of
/// [`super::Stream`], which is Xoshiro256++.
///
/// The four words of a generator's state stand apart, each beside those of the other trials, so that
/// one instruction moves several generators.
#[derive(Clone, Debug)]
pub struct StreamLanes<const N: usize> {
    state: [[u64; N]; 4],
}

impl<const N: usize> StreamLanes<N> {
    /// The streams of [`super::Stream::of_lottery`] of the trials from `trial` on.
    pub fn of_lottery(seed: u64, trial: u64, chunk: u64) -> Self {
        let mut state = [[0; N]; 4];
        for lane in 0..N {
            let bytes = StreamKey::of_lottery(seed, trial.wrapping_add(lane as u64), chunk).bytes();
            for (words, bytes) in state.iter_mut().zip(bytes.chunks_exact(8)) {
                words[lane] = bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
            }
        }
        StreamLanes { state }
    }

    /// The next word of each stream.
    #[inline(always)]
    pub fn draw(&mut self) -> [u64; N] {
        let [a, b, c, d] = &mut self.state;
        let mut drawn = [0; N];
        for lane in 0..N {
            drawn[lane] = a[lane].wrapping_add(d[lane]).rotate_left(23).wrapping_add(a[lane]);
            let shifted = b[lane] << 17;
            c[lane] ^= a[lane];
            d[lane] ^= b[lane];
            b[lane] ^= c[lane];
            a[lane] ^= d[lane];
            c[lane] ^= shifted;
            d[lane] = d[lane].rotate_left(45);
        }
        drawn
    }

    /// One of the streams by itself; what it draws, the others do not.
    pub fn lane(&mut self, lane: usize) -> Lane<'_, N> {
        Lane { streams: self, lane }
    }
}

/// One of many streams in step.
pub struct Lane<'a, const N: usize> {
    streams: &'a mut StreamLanes<N>,
    lane: usize,
}

impl<const N: usize> TryRng for Lane<'_, N> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.try_next_u64()? >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut single = StreamLanes { state: self.streams.state.map(|words| [words[self.lane]]) };
        let [word] = single.draw();
        for (words, [new]) in self.streams.state.iter_mut().zip(single.state) {
            words[self.lane] = new;
        }
        Ok(word)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        utils::fill_bytes_via_next_word(bytes, || self.try_next_u64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;
    use rand::Rng;

    #[test]
    fn every_lane_is_its_trial() {
        let mut lanes = StreamLanes::<5>::of_lottery(9, 3, 1);
        let mut streams: Vec<Stream> = (3..8).map(|trial| Stream::of_lottery(9, trial, 1)).collect();
        for round in 0..1000 {
            if round % 10 == 0 {
                assert_eq!(lanes.lane(2).next_u64(), streams[2].next_u64());
            }
            assert_eq!(lanes.draw().to_vec(), streams.iter_mut().map(|it| it.next_u64()).collect::<Vec<_>>());
        }
    }
}
