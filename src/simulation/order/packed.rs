//! Small counts of few validators, side by side in one word.

/// Counts up to [`Packed::MOST`] for [`Packed::SLOTS`] slots.
///
/// In memory a count must be written before it can be read to be raised again, which is slow where
/// the same validator wins often; a word in a register has no such wait.
#[derive(Clone, Copy, Default)]
pub(super) struct Packed(u64);

impl Packed {
    /// How many slots there are. What is counted in the slot after the last is lost.
    pub const SLOTS: usize = 10;
    /// How often anything may be counted.
    pub const MOST: usize = (1 << Self::BITS) - 1;
    const BITS: u32 = 6;

    /// Counts one more in a slot, or none.
    #[inline(always)]
    pub fn add(&mut self, slot: u16, count: bool) {
        self.0 = self.0.wrapping_add(u64::from(count) << (u32::from(slot) * Self::BITS));
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
            let mut packed = Packed::default();
            for round in 0..Packed::MOST {
                // The last slot is that of all others; it may run over.
                packed.add(
                    if round.is_multiple_of(3) { round as u16 % (slots + 1) } else { slots },
                    round != 4,
                );
            }
            let mut counts = vec![1; slots.into()];
            packed.add_to(&mut counts);
            for (slot, count) in (0..).zip(counts) {
                let mine =
                    |&round: &usize| round.is_multiple_of(3) && round % (usize::from(slots) + 1) == slot;
                assert_eq!(count, 1 + (0..Packed::MOST).filter(mine).count() as u64, "{slot} of {slots}");
            }
        }
        let mut full = Packed::default();
        (0..Packed::MOST).for_each(|_| full.add(9, true));
        let mut counts = [0; Packed::SLOTS];
        full.add_to(&mut counts);
        assert_eq!(counts, [0, 0, 0, 0, 0, 0, 0, 0, 0, 63]);
    }
}
