//! Streaks, gaps and the gaps between wins.

use super::histogram::Histogram;
use super::packed::Packed;
use super::plan::OrderPlan;
use super::repeats::NOBODY;
use super::totals::FollowedOrder;
use std::hint::select_unpredictable;

/// The longest stretches of one validator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LongestStretches {
    /// The longest stretch of rounds in a row that it did not win. Stretches that are open, before
    /// its first or after its last win, count.
    pub gap: u64,
    /// The longest stretch of rounds in a row that it won.
    pub run: u64,
}

impl LongestStretches {
    /// The longer ones of both.
    pub fn merge(&mut self, other: &LongestStretches) {
        self.gap = self.gap.max(other.gap);
        self.run = self.run.max(other.run);
    }
}

/// The number of cells that the gaps of 64 bits need.
const CELLS: usize = 7 + 4 * 61;

/// Gaps below this have a cell each; above, every octave is divided into four.
const SINGLE: u64 = 8;

/// The cell of a gap of so many rounds (1: won again at once). Cells are single up to 8 rounds, and
/// from there four to an octave, so that their number stays small however long gaps are.
#[inline]
pub fn gap_cell(gap: u64) -> usize {
    // From 4 on the quarters of an octave are at least single numbers. Which side it is cannot be
    // guessed, so that both are computed.
    let octave = (gap | 1).ilog2();
    let quarter = gap.wrapping_shr(octave.wrapping_sub(2)) & 3;
    let quarters = (4 * u64::from(octave) + quarter).wrapping_sub(5);
    select_unpredictable(gap < 4, gap.saturating_sub(1), quarters) as usize
}

/// The shortest gap of a cell; `None` beyond the last cell.
pub fn gap_cell_start(cell: usize) -> Option<u64> {
    let Some(beyond) = (cell as u64 + 1).checked_sub(SINGLE) else { return Some(cell as u64 + 1) };
    let octave = 3 + beyond / 4;
    (octave < 64).then(|| (4 + beyond % 4) << (octave - 2))
}

/// What is known of one validator so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stretch {
    /// Its first and its last win, counted from 1; 0 as long as it never won.
    first: u64,
    last: u64,
    /// The longest gap between two wins.
    gap: u64,
    run: u64,
}

/// Everything that rests on who won last, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stretches {
    rounds: u64,
    /// Who won last, and how often in a row.
    winner: u32,
    run: u64,
    /// Who won first, and how often in a row; the latter 0 as long as nobody else has won.
    first_winner: u32,
    first_run: u64,
    all: Vec<Stretch>,
    /// The number of runs of each followed validator; the last place is for all others, whose
    /// number nobody asks for.
    runs: Vec<u64>,
    /// Their gaps by cell, one row of [`CELLS`] for each.
    gaps: Vec<u64>,
}

impl Stretches {
    pub fn new(plan: &OrderPlan) -> Self {
        Stretches {
            rounds: 0,
            winner: NOBODY,
            run: 0,
            first_winner: NOBODY,
            first_run: 0,
            all: vec![Stretch::default(); plan.slots.len()],
            runs: vec![0; plan.followed.len() + 1],
            gaps: vec![0; (plan.followed.len() + 1) * CELLS],
        }
    }

    /// Takes the next winners.
    pub fn take(&mut self, plan: &OrderPlan, winners: &[u32]) {
        let Some(&first) = winners.first() else { return };
        if self.rounds == 0 {
            self.first_winner = first;
        }
        if self.first_run == 0 {
            let other = winners.iter().position(|&winner| winner != self.first_winner);
            self.first_run = other.map_or(0, |index| self.rounds + index as u64);
        }
        self.count_streaks(plan, winners);
        let (mut rounds, mut last_winner, mut run) = (self.rounds, self.winner, self.run);
        for &winner in winners {
            let mine = &mut self.all[winner as usize];
            let slot = plan.slots[winner as usize] as usize;
            let again = winner == last_winner;
            run = if again { run + 1 } else { 1 };
            last_winner = winner;
            rounds += 1;
            if mine.last == 0 {
                mine.first = rounds;
            } else {
                let gap = rounds - mine.last;
                mine.gap = mine.gap.max(gap - 1);
                self.gaps[slot * CELLS + gap_cell(gap)] += 1;
            }
            mine.run = mine.run.max(run);
            mine.last = rounds;
        }
        (self.rounds, self.winner, self.run) = (rounds, last_winner, run);
    }

    /// Counts the runs that begin among the next winners.
    fn count_streaks(&mut self, plan: &OrderPlan, winners: &[u32]) {
        let mut last_winner = self.winner;
        let followed = plan.followed.len();
        if followed > Packed::SLOTS {
            for &winner in winners {
                self.runs[plan.slots[winner as usize] as usize] += u64::from(winner != last_winner);
                last_winner = winner;
            }
            return;
        }
        for winners in winners.chunks(Packed::MOST) {
            let mut packed = Packed::default();
            for &winner in winners {
                packed.add(plan.slots[winner as usize], winner != last_winner);
                last_winner = winner;
            }
            packed.add_to(&mut self.runs[..followed]);
        }
    }

    /// Appends the rounds that follow.
    pub fn append(&mut self, plan: &OrderPlan, next: &Stretches) {
        if next.rounds == 0 {
            return;
        }
        for (mine, theirs) in self.runs.iter_mut().zip(&next.runs) {
            *mine += theirs;
        }
        for (mine, theirs) in self.gaps.iter_mut().zip(&next.gaps) {
            *mine += theirs;
        }
        for ((mine, theirs), &slot) in self.all.iter_mut().zip(&next.all).zip(&plan.slots) {
            mine.run = mine.run.max(theirs.run);
            if theirs.first == 0 {
                continue;
            }
            if mine.last == 0 {
                mine.first = self.rounds + theirs.first;
            } else {
                let gap = self.rounds + theirs.first - mine.last;
                mine.gap = mine.gap.max(gap - 1);
                self.gaps[slot as usize * CELLS + gap_cell(gap)] += 1;
            }
            mine.gap = mine.gap.max(theirs.gap);
            mine.last = self.rounds + theirs.last;
        }
        self.append_runs(plan, next);
        self.rounds += next.rounds;
    }

    /// The runs at the boundary: the last of these rounds and the first of those that follow may be
    /// one.
    fn append_runs(&mut self, plan: &OrderPlan, next: &Stretches) {
        let one = self.winner == next.first_winner;
        let next_first_run = if next.first_run == 0 { next.rounds } else { next.first_run };
        let carried = if one { self.run } else { 0 };
        if one {
            let winner = &mut self.all[self.winner as usize];
            winner.run = winner.run.max(carried + next_first_run);
            let runs = &mut self.runs[plan.slots[self.winner as usize] as usize];
            *runs = runs.wrapping_sub(1);
        }
        if self.rounds == 0 {
            self.first_winner = next.first_winner;
            self.first_run = next.first_run;
        } else if self.first_run == 0 && !one {
            self.first_run = self.rounds;
        } else if self.first_run == 0 && next.first_run > 0 {
            self.first_run = self.rounds + next.first_run;
        }
        self.run = if next.first_run == 0 { carried + next.run } else { next.run };
        self.winner = next.winner;
    }

    /// The longest stretches of every validator, open ones closed by the end.
    pub fn longest(&self) -> Vec<LongestStretches> {
        let close = |stretch: &Stretch| {
            let open = match stretch.first {
                0 => self.rounds,
                first => (first - 1).max(self.rounds - stretch.last),
            };
            LongestStretches { gap: stretch.gap.max(open), run: stretch.run }
        };
        self.all.iter().map(close).collect()
    }

    /// What is kept of each followed validator in this trial.
    pub fn followed(&self, plan: &OrderPlan) -> Vec<FollowedOrder> {
        let followed = plan.followed.iter().zip(&self.runs);
        followed
            .map(|(validator, &runs)| {
                let stretch = &self.all[validator.index()];
                FollowedOrder { runs, first_win: stretch.first, last_win: stretch.last }
            })
            .collect()
    }

    /// The gaps between the wins of each followed validator.
    pub fn gaps(&self, plan: &OrderPlan) -> Vec<Histogram> {
        self.gaps.chunks(CELLS).take(plan.followed.len()).map(Histogram::of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_single_and_then_quarters_of_an_octave() {
        let starts: Vec<u64> = (0..16).map(|cell| gap_cell_start(cell).unwrap()).collect();
        assert_eq!(starts, [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32]);
        for gap in (1..5000).chain([1 << 40, (1 << 40) - 1, u64::MAX, 1 << 63]) {
            let cell = gap_cell(gap);
            assert!(gap_cell_start(cell).unwrap() <= gap, "{gap}");
            assert!(gap_cell_start(cell + 1).is_none_or(|next| gap < next), "{gap}");
        }
        assert_eq!(gap_cell_start(gap_cell(u64::MAX) + 1), None);
        assert_eq!(gap_cell(u64::MAX), CELLS - 1);
    }
}
