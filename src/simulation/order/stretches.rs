//! Runs, gaps and the lengths between wins.

use super::histogram::Histogram;
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

/// The number of rows of one validator's gaps: four for each octave of 64 bits.
const ROWS: usize = 4 * 64;

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

/// The row of a gap, in which it is counted: the octave and the two binary digits behind the first.
/// The rows that no whole number falls into are left out when counts become [cells](gap_cell).
#[inline(always)]
fn row(gap: u64) -> usize {
    let zeros = gap.leading_zeros();
    let quarter = (gap << zeros) >> (u64::BITS - 3) & 3;
    (4 * u64::from(63 - zeros) + quarter) as usize
}

/// The counts by cell of the counts by row: below 4 there is a whole number for every half of an octave
/// at most.
fn by_cell(rows: &[u64; ROWS]) -> Histogram {
    let cells: Vec<u64> = [rows[0], rows[4], rows[6]].into_iter().chain(rows[8..].iter().copied()).collect();
    Histogram::of(&cells)
}

/// A whole number of rounds, in as many bits as are needed.
trait Rounds: Copy + Default + Into<u64> {
    /// The same number; it must fit.
    fn of(rounds: u64) -> Self;
}

impl Rounds for u32 {
    fn of(rounds: u64) -> Self {
        debug_assert!(u32::try_from(rounds).is_ok());
        rounds as u32
    }
}

impl Rounds for u64 {
    fn of(rounds: u64) -> Self {
        rounds
    }
}

/// What is known of one validator so far.
#[derive(Clone, Copy, Debug, Default)]
struct Stretch<N> {
    /// Its first and its last win, counted from 1; 0 as long as it never won.
    first: N,
    last: N,
    /// The longest way from one win to the next: 1 if it won again at once.
    gap: N,
    run: N,
}

/// Neighbouring rounds, counted from the first of them.
#[derive(Clone, Debug)]
struct Part<N> {
    rounds: u64,
    /// Who won last, and how often in a row.
    winner: u32,
    run: u64,
    /// Who won first, and how often in a row; the latter 0 as long as nobody else has won.
    first_winner: u32,
    first_run: u64,
    all: Vec<Stretch<N>>,
}

impl<N: Rounds> Part<N> {
    fn new(validators: usize) -> Self {
        Part {
            rounds: 0,
            winner: NOBODY,
            run: 0,
            first_winner: NOBODY,
            first_run: 0,
            all: vec![Stretch::default(); validators],
        }
    }

    /// Appends the rounds that follow, and counts the gaps between the two. O(validators).
    fn append<M: Rounds>(&mut self, plan: &OrderPlan, next: &Part<M>, gaps: &mut [[u64; ROWS]]) {
        if next.rounds == 0 {
            return;
        }
        for ((mine, theirs), &slot) in self.all.iter_mut().zip(&next.all).zip(&plan.slots) {
            if theirs.first.into() == 0 {
                continue;
            }
            let first = self.rounds + theirs.first.into();
            let mut gap = mine.gap.into().max(theirs.gap.into());
            if mine.last.into() == 0 {
                mine.first = N::of(first);
            } else {
                let between = first - mine.last.into();
                gap = gap.max(between);
                gaps[usize::from(slot)][row(between)] += 1;
            }
            mine.gap = N::of(gap);
            mine.run = N::of(mine.run.into().max(theirs.run.into()));
            mine.last = N::of(self.rounds + theirs.last.into());
        }
        self.append_runs(next);
        self.rounds += next.rounds;
    }

    /// The runs at the boundary: the last of these rounds and the first of those that follow may be
    /// one.
    fn append_runs<M>(&mut self, next: &Part<M>) {
        let one = self.winner == next.first_winner;
        let next_first_run = if next.first_run == 0 { next.rounds } else { next.first_run };
        let carried = if one { self.run } else { 0 };
        if one {
            let winner = &mut self.all[self.winner as usize];
            winner.run = N::of(winner.run.into().max(carried + next_first_run));
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
    fn longest(&self) -> Vec<LongestStretches> {
        let close = |stretch: &Stretch<N>| {
            let open = match stretch.first.into() {
                0 => self.rounds,
                first => (first - 1).max(self.rounds - stretch.last.into()),
            };
            LongestStretches { gap: stretch.gap.into().saturating_sub(1).max(open), run: stretch.run.into() }
        };
        self.all.iter().map(close).collect()
    }

    /// What is kept of each followed validator in this trial, given its gaps.
    fn followed(&self, plan: &OrderPlan, gaps: &[[u64; ROWS]]) -> Vec<FollowedOrder> {
        let followed = plan.followed.iter().zip(gaps);
        followed
            .map(|(validator, gaps)| {
                let Stretch { first, last, .. } = self.all[validator.index()];
                let (first_win, last_win) = (first.into(), last.into());
                // A run begins with the first win, and with every one that does not follow at once.
                let runs = u64::from(first_win > 0) + gaps[1..].iter().sum::<u64>();
                FollowedOrder { runs, first_win, last_win }
            })
            .collect()
    }
}

impl Part<u32> {
    /// So many rounds at most.
    const MOST: u64 = if cfg!(test) { 300 } else { u32::MAX as u64 };

    /// Takes the next winners.
    fn take(&mut self, plan: &OrderPlan, winners: &[u32], gaps: &mut [[u64; ROWS]]) {
        if self.rounds == 0 {
            self.first_winner = winners[0];
        }
        if self.first_run == 0 {
            let other = winners.iter().position(|&winner| winner != self.first_winner);
            self.first_run = other.map_or(0, |index| self.rounds + index as u64);
        }
        let (mut position, mut last_winner, mut run) = (self.rounds as u32, self.winner, self.run as u32);
        for &winner in winners {
            position += 1;
            run = select_unpredictable(winner == last_winner, run + 1, 1);
            last_winner = winner;
            let mine = &mut self.all[winner as usize];
            let last = std::mem::replace(&mut mine.last, position);
            mine.run = mine.run.max(run);
            if last == 0 {
                mine.first = position;
                continue;
            }
            let gap = position - last;
            mine.gap = mine.gap.max(gap);
            gaps[usize::from(plan.slots[winner as usize])][row(gap.into())] += 1;
        }
        (self.rounds, self.winner, self.run) = (position.into(), last_winner, run.into());
    }
}

/// Everything that rests on who won last, and where.
#[derive(Clone, Debug)]
pub(super) struct Stretches {
    /// The rounds before the recent ones, once there are more than 32 bits can count.
    settled: Option<Part<u64>>,
    /// The last rounds, in half the memory.
    recent: Part<u32>,
    /// The gaps of each followed validator; the last place is for all others, whose gaps nobody asks
    /// for.
    gaps: Vec<[u64; ROWS]>,
}

impl Stretches {
    pub fn new(plan: &OrderPlan) -> Self {
        Stretches {
            settled: None,
            recent: Part::new(plan.slots.len()),
            gaps: vec![[0; ROWS]; plan.followed.len() + 1],
        }
    }

    /// Takes the next winners.
    pub fn take(&mut self, plan: &OrderPlan, winners: &[u32]) {
        if winners.is_empty() {
            return;
        }
        if self.recent.rounds + winners.len() as u64 > Part::MOST {
            self.settle(plan);
        }
        self.recent.take(plan, winners, &mut self.gaps);
    }

    /// No rounds are recent any more.
    fn settle(&mut self, plan: &OrderPlan) {
        let validators = self.recent.all.len();
        let settled = self.settled.get_or_insert_with(|| Part::new(validators));
        settled.append(plan, &self.recent, &mut self.gaps);
        if self.recent.rounds > 0 {
            self.recent = Part::new(validators);
        }
    }

    /// Appends the rounds that follow.
    pub fn append(&mut self, plan: &OrderPlan, next: &Stretches) {
        let few = self.recent.rounds + next.recent.rounds <= Part::MOST;
        if self.settled.is_none() && next.settled.is_none() && few {
            self.recent.append(plan, &next.recent, &mut self.gaps);
        } else {
            self.settle(plan);
            let settled = self.settled.as_mut().expect("rounds were settled");
            if let Some(theirs) = &next.settled {
                settled.append(plan, theirs, &mut self.gaps);
            }
            settled.append(plan, &next.recent, &mut self.gaps);
        }
        for (mine, theirs) in self.gaps.iter_mut().zip(&next.gaps) {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                *mine += theirs;
            }
        }
    }

    /// The longest stretches of every validator, what is kept of each followed one in this trial, and
    /// the gaps between the wins of each.
    pub fn end(mut self, plan: &OrderPlan) -> (Vec<LongestStretches>, Vec<FollowedOrder>, Vec<Histogram>) {
        let (longest, followed) = if self.settled.is_some() {
            self.settle(plan);
            let whole = self.settled.as_ref().expect("rounds were settled");
            (whole.longest(), whole.followed(plan, &self.gaps))
        } else {
            (self.recent.longest(), self.recent.followed(plan, &self.gaps))
        };
        (longest, followed, self.gaps[..plan.followed.len()].iter().map(by_cell).collect())
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
        assert_eq!(gap_cell(u64::MAX), ROWS - 6);
        // What is counted by rows ends up in its cell.
        for gap in (1..5000).chain((0..64).flat_map(|bit| [1 << bit, 3 << bit >> 1, u64::MAX >> bit])) {
            let mut rows = [0; ROWS];
            rows[row(gap)] = 7;
            let cells = by_cell(&rows);
            assert_eq!(
                (cells.counts().len(), cells.counts()[gap_cell(gap)]),
                (gap_cell(gap) + 1, 7),
                "{gap}"
            );
        }
    }
}
