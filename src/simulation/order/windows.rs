//! Wins of followed validators in short windows.

use super::histogram::Histogram;
use super::packed::Packed;
use super::plan::OrderPlan;

/// Wins in consecutive windows of one length. A window that the end cuts off is not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Windows {
    length: u64,
    /// Rounds of the open window so far, those before this chunk included.
    filled: u64,
    /// The wins in the open window, as far as they fell into this chunk; the last place is for those
    /// who are not followed, whose count nobody asks for.
    open: Vec<u64>,
    /// The places of `open` that may not be zero: where few are followed always all, so that nobody
    /// need look.
    raised: Vec<u16>,
    few: bool,
    /// Where few are followed in windows so short that a word holds their wins: the wins in the open
    /// window that are not in `open` yet, and how often each validator won 0, 1, 2, ... times in the
    /// windows whose wins never were there.
    word: Packed,
    in_words: Vec<[u64; Packed::COUNTS]>,
    /// Whether `open` may have wins.
    opened: bool,
    /// The wins in the window that was open when this chunk began; empty if it has not ended yet
    /// or if there was none.
    head: Vec<u64>,
    /// Whether the open window began in this chunk.
    begun_here: bool,
    /// Whether this chunk began inside a window.
    cut: bool,
    /// How many windows were counted.
    windows: u64,
    /// How often each validator won 1, 2, ... times in a window. Those in which it never won are the
    /// others, so that a window costs no more than its rounds however many are followed.
    wins: Vec<Histogram>,
}

impl Windows {
    /// Windows of a chunk that begins after `position` rounds; `None` if none are asked for.
    pub fn new(plan: &OrderPlan, position: u64) -> Option<Self> {
        let filled = position.checked_rem(plan.window)?;
        let few = plan.followed.len() <= Packed::SLOTS;
        let in_words = if few && plan.window <= Packed::MOST as u64 { plan.followed.len() } else { 0 };
        Some(Windows {
            length: plan.window,
            filled,
            open: vec![0; plan.followed.len() + 1],
            raised: if few { (0..=plan.followed.len() as u16).collect() } else { Vec::new() },
            few,
            word: Packed::default(),
            in_words: vec![[0; Packed::COUNTS]; in_words],
            opened: false,
            head: Vec::new(),
            begun_here: filled == 0,
            cut: filled != 0,
            windows: 0,
            wins: vec![Histogram::default(); plan.followed.len() + 1],
        })
    }

    /// Takes the next winners, by their places among the followed.
    pub fn take(&mut self, mut slots: &[u16]) {
        while !slots.is_empty() {
            let missing = usize::try_from(self.length - self.filled).unwrap_or(usize::MAX);
            let (now, later) = slots.split_at(missing.min(slots.len()));
            self.count(now);
            self.advance(now.len() as u64);
            slots = later;
        }
    }

    /// Counts winners in the open window.
    #[inline]
    fn count(&mut self, slots: &[u16]) {
        if !self.in_words.is_empty() {
            return self.word.add_all(slots);
        }
        if !self.few {
            for &slot in slots {
                self.raise(slot, 1);
            }
            return;
        }
        let followed = self.open.len() - 1;
        for slots in slots.chunks(Packed::MOST) {
            let mut packed = Packed::default();
            packed.add_all(slots);
            packed.add_to(&mut self.open[..followed]);
        }
    }

    /// Takes the next rounds, at most 64, that two validators have won: `won` has a bit for each,
    /// the last one lowest, which is set where the first of the two won.
    pub fn take_pair(&mut self, plan: &OrderPlan, [first, second]: [u32; 2], won: u64, rounds: u32) {
        let mut left = rounds;
        while left > 0 {
            let now = u32::try_from(self.length - self.filled).unwrap_or(u32::MAX).min(left);
            left -= now;
            let wins = (won >> left & (u64::MAX >> (u64::BITS - now))).count_ones();
            self.raise(plan.slots[first as usize], wins.into());
            self.raise(plan.slots[second as usize], (now - wins).into());
            self.advance(now.into());
        }
    }

    /// So many rounds of the open window were counted.
    #[inline]
    fn advance(&mut self, rounds: u64) {
        self.filled += rounds;
        if self.filled == self.length {
            self.close();
        }
    }

    /// So many more wins in the open window.
    #[inline]
    fn raise(&mut self, slot: u16, wins: u64) {
        let open = &mut self.open[usize::from(slot)];
        if !self.few && wins > 0 && *open == 0 {
            self.raised.push(slot);
        }
        *open += wins;
        self.opened = true;
    }

    /// Brings all wins in the open window together.
    fn gather(&mut self) {
        let followed = self.open.len() - 1;
        std::mem::take(&mut self.word).add_to(&mut self.open[..followed]);
        self.opened = true;
    }

    /// The open window is complete.
    #[inline]
    fn close(&mut self) {
        if self.begun_here && !self.opened && !self.in_words.is_empty() {
            self.windows += 1;
            std::mem::take(&mut self.word).tally(&mut self.in_words);
            self.filled = 0;
        } else {
            self.close_gathered();
        }
    }

    fn close_gathered(&mut self) {
        self.gather();
        if self.begun_here {
            self.windows += 1;
            for &slot in &self.raised {
                let wins = self.open[usize::from(slot)];
                self.wins[usize::from(slot)].add_many(wins as usize, u64::from(wins > 0));
            }
        } else {
            self.head = self.open.clone();
            self.begun_here = true;
        }
        for &slot in &self.raised {
            self.open[usize::from(slot)] = 0;
        }
        if !self.few {
            self.raised.clear();
        }
        self.filled = 0;
        self.opened = !self.few || self.in_words.is_empty();
    }

    /// Appends the rounds that follow; they must begin where these end.
    pub fn append(&mut self, next: &mut Windows) {
        self.gather();
        next.gather();
        if next.cut {
            let rest = if next.begun_here { &next.head } else { &next.open };
            for (slot, &wins) in (0..).zip(rest) {
                self.raise(slot, wins);
            }
        }
        if next.cut && next.begun_here {
            self.close();
        }
        if next.begun_here {
            self.open.copy_from_slice(&next.open);
            self.raised.clone_from(&next.raised);
        }
        self.filled = next.filled;
        self.windows += next.windows;
        for (mine, theirs) in self.wins.iter_mut().zip(&next.wins) {
            mine.merge(theirs);
        }
        for (mine, theirs) in self.in_words.iter_mut().flatten().zip(next.in_words.iter().flatten()) {
            *mine += theirs;
        }
    }

    pub fn into_wins(mut self) -> Vec<Histogram> {
        self.wins.pop();
        for (histogram, counts) in self.wins.iter_mut().zip(&self.in_words) {
            // Windows without a win are the others.
            for (wins, &times) in counts.iter().enumerate().skip(1) {
                histogram.add_many(wins, times);
            }
        }
        for histogram in &mut self.wins {
            let won = histogram.counts().iter().sum::<u64>();
            histogram.add_many(0, self.windows - won);
        }
        self.wins
    }
}
