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
        Some(Windows {
            length: plan.window,
            filled,
            open: vec![0; plan.followed.len() + 1],
            raised: if few { (0..=plan.followed.len() as u16).collect() } else { Vec::new() },
            few,
            head: Vec::new(),
            begun_here: filled == 0,
            cut: filled != 0,
            windows: 0,
            wins: vec![Histogram::default(); plan.followed.len() + 1],
        })
    }

    /// Takes the next winners.
    pub fn take(&mut self, plan: &OrderPlan, mut winners: &[u32]) {
        while !winners.is_empty() {
            let missing = usize::try_from(self.length - self.filled).unwrap_or(usize::MAX);
            let (now, later) = winners.split_at(missing.min(winners.len()));
            self.count(plan, now);
            self.advance(now.len() as u64);
            winners = later;
        }
    }

    /// Counts winners in the open window.
    fn count(&mut self, plan: &OrderPlan, winners: &[u32]) {
        let slot = |winner: u32| plan.slots[winner as usize];
        let followed = plan.followed.len();
        if !self.few {
            for &winner in winners {
                self.raise(slot(winner), 1);
            }
            return;
        }
        for winners in winners.chunks(Packed::MOST) {
            let mut packed = Packed::default();
            for &winner in winners {
                packed.add(slot(winner), true);
            }
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
    }

    /// The open window is complete.
    fn close(&mut self) {
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
    }

    /// Appends the rounds that follow; they must begin where these end.
    pub fn append(&mut self, next: &Windows) {
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
    }

    pub fn into_wins(mut self) -> Vec<Histogram> {
        self.wins.pop();
        for histogram in &mut self.wins {
            let won = histogram.counts().iter().sum::<u64>();
            histogram.add_many(0, self.windows - won);
        }
        self.wins
    }
}
