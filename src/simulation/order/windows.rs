//! Wins of followed validators in short windows.

use super::histogram::Histogram;
use super::plan::OrderPlan;

/// Wins in consecutive windows of one length. A window that the end cuts off is not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Windows {
    length: u64,
    /// Rounds of the open window so far, those before this chunk included.
    filled: u64,
    /// The wins in the open window, as far as they fell into this chunk; those of all validators who
    /// are not followed stand at the end.
    open: Vec<u64>,
    /// The wins in the window that was open when this chunk began; empty if it has not ended yet
    /// or if there was none.
    head: Vec<u64>,
    /// Whether the open window began in this chunk.
    begun_here: bool,
    /// Whether this chunk began inside a window.
    cut: bool,
    /// How often each validator won 0, 1, 2, ... times in a window.
    wins: Vec<Histogram>,
}

impl Windows {
    /// Windows of a chunk that begins after `position` rounds; `None` if none are asked for.
    pub fn new(plan: &OrderPlan, position: u64) -> Option<Self> {
        let filled = position.checked_rem(plan.window)?;
        Some(Windows {
            length: plan.window,
            filled,
            open: vec![0; plan.followed.len() + 1],
            head: Vec::new(),
            begun_here: filled == 0,
            cut: filled != 0,
            wins: vec![Histogram::default(); plan.followed.len()],
        })
    }

    /// Takes the next winners.
    pub fn take(&mut self, plan: &OrderPlan, mut winners: &[u32]) {
        while !winners.is_empty() {
            let missing = usize::try_from(self.length - self.filled).unwrap_or(usize::MAX);
            let (now, later) = winners.split_at(missing.min(winners.len()));
            for &winner in now {
                self.open[plan.slots[winner as usize] as usize] += 1;
            }
            self.filled += now.len() as u64;
            if self.filled == self.length {
                self.close();
            }
            winners = later;
        }
    }

    /// The open window is complete.
    fn close(&mut self) {
        if self.begun_here {
            for (histogram, wins) in self.wins.iter_mut().zip(&self.open) {
                histogram.add(*wins as usize);
            }
        } else {
            self.head = self.open.clone();
            self.begun_here = true;
        }
        self.open.fill(0);
        self.filled = 0;
    }

    /// Appends the rounds that follow; they must begin where these end.
    pub fn append(&mut self, next: &Windows) {
        if next.cut {
            let rest = if next.begun_here { &next.head } else { &next.open };
            for (mine, theirs) in self.open.iter_mut().zip(rest) {
                *mine += theirs;
            }
        }
        if next.cut && next.begun_here {
            self.close();
        }
        if next.begun_here {
            self.open.copy_from_slice(&next.open);
        }
        self.filled = next.filled;
        for (mine, theirs) in self.wins.iter_mut().zip(&next.wins) {
            mine.merge(theirs);
        }
    }

    pub fn into_wins(self) -> Vec<Histogram> {
        self.wins
    }
}
