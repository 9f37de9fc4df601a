//! Small counts of few validators, side by side in one word.

/// Counts up to [`Packed::MOST`] for [`Packed::SLOTS`] slots.
///
/// In memory a count must be written before it can be read to be raised again, which is slow where
/// the same validator wins often; a word in a register has no such wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Packed(u64);

impl Packed {
    /// How many slots there are. What is counted in the slot after the last is lost.
    pub const SLOTS: usize = 10;
    /// How often anything may be counted.
    pub const MOST: usize = (1 << Self::BITS) - 1;
    /// How many counts there are.
    pub const COUNTS: usize = 1 << Self::BITS;
    const BITS: u32 = 6;

    /// Counts one more in each of these slots.
    #[inline(always)]
    pub fn add_all(&mut self, slots: &[u16]) {
        let ones = slots.iter().map(|&slot| 1u64.wrapping_shl(u32::from(slot) * Self::BITS));
        self.0 = self.0.wrapping_add(ones.fold(0, u64::wrapping_add));
    }

    /// Adds one to how often each slot has the count that it has now.
    #[inline(always)]
    pub fn tally(self, tallies: &mut [[u64; Self::COUNTS]]) {
        let mut counts = self.0;
        for tally in tallies {
            tally[counts as usize % Self::COUNTS] += 1;
            counts >>= Self::BITS;
        }
    }

    /// Adds the counts to those in memory: at most [`Packed::SLOTS`].
    #[inline]
    pub fn add_to(self, counts: &mut [u64]) {
        for (slot, count) in (0..Self::SLOTS as u32).zip(counts) {
            *count += self.0 >> (slot * Self::BITS) & Self::MOST as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_kept_apart() {
        for slots in 1..=Packed::SLOTS as u16 {
            // The last slot is that of all others; it may run over.
            let slot = |round: usize| match round.is_multiple_of(3) {
                true => round as u16 % (slots + 1),
                false => slots,
            };
            let taken: Vec<u16> = (0..Packed::MOST).map(slot).collect();
            let mut packed = Packed::default();
            packed.add_all(&taken[..10]);
            packed.add_all(&taken[10..]);
            let mut counts = vec![1; slots.into()];
            packed.add_to(&mut counts);
            let mut tallies = vec![[5; Packed::COUNTS]; slots.into()];
            packed.tally(&mut tallies);
            for (slot, (count, tally)) in (0..).zip(counts.into_iter().zip(tallies)) {
                let expected = taken.iter().filter(|&&taken| taken == slot).count();
                assert_eq!(count, 1 + expected as u64, "{slot} of {slots}");
                for (number, times) in tally.into_iter().enumerate() {
                    assert_eq!(times, 5 + u64::from(number == expected), "{slot} of {slots}");
                }
            }
        }
        let mut full = Packed::default();
        full.add_all(&[9; Packed::MOST]);
        let mut counts = [0; Packed::SLOTS];
        full.add_to(&mut counts);
        assert_eq!(counts, [0, 0, 0, 0, 0, 0, 0, 0, 0, 63]);
    }
}
