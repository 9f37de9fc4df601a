//! The longest runs and gaps, and how long it takes from one win to the next.

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

/// The same of fewer than 2^31 rounds, from a floating-point number: its exponent is the octave, and
/// the quarter stands behind it. No shift by a variable, so that eight are found at once. For 0 it
/// is some number.
#[inline(always)]
fn row_by_exponent(gap: u32) -> u32 {
    const ONE: u32 = 1.0f32.to_bits() >> 21;
    // Without the highest of the bits for which there is no room, the number is never rounded up.
    let cut = gap & !(gap >> 24);
    ((cut as i32 as f32).to_bits() >> 21).wrapping_sub(ONE)
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

/// What every win of a validator changes, kept close together.
#[derive(Clone, Copy, Debug, Default)]
struct Gap<N> {
    /// Its last win, counted from 1; 0 as long as it never won.
    last: N,
    /// The longest way from one win to the next: 1 if it won again at once.
    longest: N,
}

/// What few wins change.
#[derive(Clone, Copy, Debug, Default)]
struct Run<N> {
    /// Its first win, counted from 1; 0 as long as it never won.
    first: N,
    /// Its longest run of wins if that has more than one.
    longest: N,
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
    gaps: Vec<Gap<N>>,
    runs: Vec<Run<N>>,
}

impl<N: Rounds> Part<N> {
    fn new(validators: usize) -> Self {
        Part {
            rounds: 0,
            winner: NOBODY,
            run: 0,
            first_winner: NOBODY,
            first_run: 0,
            gaps: vec![Gap::default(); validators],
            runs: vec![Run::default(); validators],
        }
    }

    /// Appends the rounds that follow, and counts the gaps between the two. O(validators).
    fn append<M: Rounds>(&mut self, plan: &OrderPlan, next: &Part<M>, gaps: &mut [[u64; ROWS]]) {
        if next.rounds == 0 {
            return;
        }
        let mine = self.gaps.iter_mut().zip(&mut self.runs);
        let theirs = next.gaps.iter().zip(&next.runs);
        for (((mine, my_run), (theirs, their_run)), &slot) in mine.zip(theirs).zip(&plan.slots) {
            if their_run.first.into() == 0 {
                continue;
            }
            let first = self.rounds + their_run.first.into();
            let mut longest = mine.longest.into().max(theirs.longest.into());
            if mine.last.into() == 0 {
                my_run.first = N::of(first);
            } else {
                let between = first - mine.last.into();
                longest = longest.max(between);
                gaps[usize::from(slot)][row(between)] += 1;
            }
            mine.longest = N::of(longest);
            my_run.longest = N::of(my_run.longest.into().max(their_run.longest.into()));
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
            let winner = &mut self.runs[self.winner as usize];
            winner.longest = N::of(winner.longest.into().max(carried + next_first_run));
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
        let close = |(gap, run): (&Gap<N>, &Run<N>)| {
            let first = run.first.into();
            let open = match first {
                0 => self.rounds,
                first => (first - 1).max(self.rounds - gap.last.into()),
            };
            LongestStretches {
                gap: gap.longest.into().saturating_sub(1).max(open),
                run: run.longest.into().max(u64::from(first > 0)),
            }
        };
        self.gaps.iter().zip(&self.runs).map(close).collect()
    }

    /// What is kept of each followed validator in this trial, given its gaps.
    fn followed(&self, plan: &OrderPlan, gaps: &[[u64; ROWS]]) -> Vec<FollowedOrder> {
        let followed = plan.followed.iter().zip(gaps);
        followed
            .map(|(validator, gaps)| {
                let first_win = self.runs[validator.index()].first.into();
                let last_win = self.gaps[validator.index()].last.into();
                // A run begins with the first win, and with every one that does not follow at once.
                let runs = u64::from(first_win > 0) + gaps[1..].iter().sum::<u64>();
                FollowedOrder { runs, first_win, last_win }
            })
            .collect()
    }
}

impl Part<u32> {
    /// So many rounds at most.
    const MOST: u64 = if cfg!(test) { 300 } else { i32::MAX as u64 };

    /// Takes the next winners, who have these places among the followed.
    fn take(&mut self, winners: &[u32], slots: &[u16], gaps: &mut [[u64; ROWS]]) {
        if self.rounds == 0 {
            self.first_winner = winners[0];
        }
        if self.first_run == 0 {
            let other = winners.iter().position(|&winner| winner != self.first_winner);
            self.first_run = other.map_or(0, |index| self.rounds + index as u64);
        }
        self.take_runs(winners);
        for (winners, slots) in winners.chunks(BLOCK).zip(slots.chunks(BLOCK)) {
            self.take_gaps(winners, slots, gaps);
        }
    }

    /// The gaps between the next wins, at most [`BLOCK`].
    fn take_gaps(&mut self, winners: &[u32], slots: &[u16], counts: &mut [[u64; ROWS]]) {
        let others = (counts.len() - 1) as u32;
        let mut position = self.rounds as u32;
        let mut between = [0u32; BLOCK];
        for (&winner, between) in winners.iter().zip(&mut between) {
            position += 1;
            let mine = &mut self.gaps[winner as usize];
            let last = std::mem::replace(&mut mine.last, position);
            if last == 0 {
                self.runs[winner as usize].first = position;
                continue;
            }
            *between = position - last;
            mine.longest = mine.longest.max(*between);
        }
        self.rounds = position.into();
        // Nobody asks for the gaps of those who are not followed, nor is there one before a first win:
        // each is counted in another row, so that none waits for the one before.
        let mut rows = [0u32; BLOCK];
        for (((row, &between), &slot), place) in rows.iter_mut().zip(&between).zip(slots).zip(0..) {
            let slot = u32::from(slot);
            // Without a gap there is no row, whatever the sum.
            let of_gap = (slot * ROWS as u32).wrapping_add(row_by_exponent(between));
            let of_none = others * ROWS as u32 + place;
            *row = if (slot == others) | (between == 0) { of_none } else { of_gap };
        }
        let counts = counts.as_flattened_mut();
        for &row in &rows[..winners.len()] {
            counts[row as usize] += 1;
        }
    }

    /// The runs that the next wins make.
    fn take_runs(&mut self, winners: &[u32]) {
        let (mut last_winner, mut run) = (self.winner, self.run as u32);
        // Where few share all wins the next one often wins again, and a guess would often be wrong.
        if self.runs.len() <= FEW {
            for &winner in winners {
                run = select_unpredictable(winner == last_winner, run + 1, 1);
                last_winner = winner;
                let longest = &mut self.runs[winner as usize].longest;
                *longest = run.max(*longest);
            }
        } else {
            for &winner in winners {
                if winner == last_winner {
                    run += 1;
                    let longest = &mut self.runs[winner as usize].longest;
                    *longest = run.max(*longest);
                } else {
                    run = 1;
                }
                last_winner = winner;
            }
        }
        (self.winner, self.run) = (last_winner, run.into());
    }
}

/// Winners are taken in blocks of at most so many.
const BLOCK: usize = ROWS;
/// Up to so many validators are few.
const FEW: usize = 32;

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

    /// Takes the next winners, who have these places among the followed.
    pub fn take(&mut self, plan: &OrderPlan, winners: &[u32], slots: &[u16]) {
        if winners.is_empty() {
            return;
        }
        if self.recent.rounds + winners.len() as u64 > Part::MOST {
            self.settle(plan);
        }
        self.recent.take(winners, slots, &mut self.gaps);
    }

    /// No rounds are recent any more.
    fn settle(&mut self, plan: &OrderPlan) {
        let validators = self.recent.gaps.len();
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
    use crate::stake::ValidatorId;

    /// Every way to win seven rounds among two, cut in three anywhere, the last two parts put together first: nothing
    /// but the longest stretches of the whole is seen.
    #[test]
    fn parts_are_put_together_in_any_order() {
        let plan = OrderPlan::new(2, &[ValidatorId(0), ValidatorId(1)], true, 0);
        let longest = |winners: &[u32], who: u32, won: bool| {
            let hits: Vec<bool> = winners.iter().map(|&winner| (winner == who) == won).collect();
            hits.split(|&hit| !hit).map(<[bool]>::len).max().unwrap_or(0) as u64
        };
        for bits in 0..1u32 << 7 {
            let winners: Vec<u32> = (0..7).map(|round| bits >> round & 1).collect();
            for (first, second) in (0..=7).flat_map(|second| (0..=second).map(move |first| (first, second))) {
                let part = |winners: &[u32]| {
                    let slots: Vec<u16> = winners.iter().map(|&who| who as u16).collect();
                    let mut part = Stretches::new(&plan);
                    part.take(&plan, winners, &slots);
                    part
                };
                let mut later = part(&winners[first..second]);
                later.append(&plan, &part(&winners[second..]));
                let mut all = part(&winners[..first]);
                all.append(&plan, &later);
                for (who, found) in (0..).zip(all.end(&plan).0) {
                    let expected = LongestStretches {
                        gap: longest(&winners, who, false),
                        run: longest(&winners, who, true),
                    };
                    assert_eq!(found, expected, "{who} of {winners:?}, cut at {first} and {second}");
                }
            }
        }
    }

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
            if gap <= i32::MAX as u64 {
                assert_eq!(row_by_exponent(gap as u32) as usize, row(gap), "{gap}");
            }
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
