//! How often the same validator wins again some rounds later.

/// Repeats are counted up to this distance.
pub const LAGS: usize = 8;

/// Nobody: the winner before the first round.
pub(super) const NOBODY: u32 = u32::MAX;

/// Counts of repeats at the distances 1 to [`LAGS`], and the winners at both ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repeats {
    pub matches: [u64; LAGS],
    /// The first winners, as many as there are.
    head: [u32; LAGS],
    head_filled: usize,
    /// The last winners, the youngest at the end; [`NOBODY`] in front where there are fewer.
    pub tail: [u32; LAGS],
}

impl Repeats {
    pub fn new() -> Self {
        Repeats { matches: [0; LAGS], head: [NOBODY; LAGS], head_filled: 0, tail: [NOBODY; LAGS] }
    }

    /// Takes the next winners; `winners` has the last [`LAGS`] ones (the tail) in front.
    pub fn take(&mut self, winners: &[u32]) {
        let new = &winners[LAGS..];
        for (index, matches) in self.matches.iter_mut().enumerate() {
            let before = &winners[LAGS - 1 - index..];
            // A block is short, so that 32 bits suffice and eight comparisons go at once.
            *matches +=
                u64::from(new.iter().zip(before).map(|(now, then)| u32::from(now == then)).sum::<u32>());
        }
        for &winner in new.iter().take(LAGS - self.head_filled) {
            self.head[self.head_filled] = winner;
            self.head_filled += 1;
        }
        self.tail.copy_from_slice(&winners[winners.len() - LAGS..]);
    }

    /// Appends the rounds that follow.
    pub fn append(&mut self, next: &Repeats) {
        let head = &next.head[..next.head_filled];
        for (index, matches) in self.matches.iter_mut().enumerate() {
            let reach = &self.tail[LAGS - 1 - index..];
            let across = reach.iter().zip(head).map(|(then, now)| u64::from(then == now)).sum::<u64>();
            *matches += next.matches[index] + across;
        }
        for &winner in head.iter().take(LAGS - self.head_filled) {
            self.head[self.head_filled] = winner;
            self.head_filled += 1;
        }
        // Where there were fewer new winners, the youngest of the old ones stay before them.
        let old = next.tail.iter().position(|&winner| winner != NOBODY).unwrap_or(LAGS);
        self.tail.copy_within(LAGS - old.., 0);
        self.tail[old..].copy_from_slice(&next.tail[old..]);
    }
}
