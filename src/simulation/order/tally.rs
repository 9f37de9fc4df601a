//! The tally of one trial, or of a part of it.

use super::plan::OrderPlan;
use super::repeats::{LAGS, Repeats};
use super::stretches::Stretches;
use super::totals::{FollowedOrder, OrderTotals, SerialTotals};
use super::windows::Windows;
use crate::stake::ValidatorId;

/// Winners are tallied in blocks of so many.
const BLOCK: usize = 248;

/// Tallies the order of wins. A trial may be cut into chunks of rounds, each with a tally of its
/// own: [`OrderTally::append`] puts them together, wherever the cuts are.
///
/// Memory depends on the validators and the window, not on the rounds; after warm-up nothing is
/// allocated.
#[derive(Clone, Debug)]
pub struct OrderTally<'p> {
    plan: &'p OrderPlan,
    /// The last winners that were tallied, and behind them those that wait.
    block: [u32; LAGS + BLOCK],
    filled: usize,
    /// Where this chunk begins, and up to where it is tallied.
    start: u64,
    position: u64,
    serial: Option<(Stretches, Repeats)>,
    windows: Option<Windows>,
}

impl<'p> OrderTally<'p> {
    /// An empty tally of a chunk that begins after `position` rounds in which somebody was
    /// selected: 0 at the start of a trial.
    pub fn new(plan: &'p OrderPlan, position: u64) -> Self {
        let repeats = Repeats::new();
        let mut block = [0; LAGS + BLOCK];
        block[..LAGS].copy_from_slice(&repeats.tail);
        OrderTally {
            plan,
            block,
            filled: LAGS,
            start: position,
            position,
            serial: plan.serial.then(|| (Stretches::new(plan), repeats)),
            windows: Windows::new(plan, position),
        }
    }

    /// Somebody, by its index, was selected.
    #[inline]
    pub fn won(&mut self, winner: u32) {
        self.block[self.filled] = winner;
        self.filled += 1;
        if self.filled == self.block.len() {
            self.flush();
        }
    }

    /// Nobody was selected.
    #[inline]
    pub fn passed(&mut self) {
        if let Some(nobody) = self.plan.nobody {
            self.won(nobody);
        }
    }

    /// Those who were selected, one after another.
    pub fn take(&mut self, mut winners: &[ValidatorId]) {
        while !winners.is_empty() {
            let free = &mut self.block[self.filled..];
            let (now, later) = winners.split_at(free.len().min(winners.len()));
            for (place, winner) in free.iter_mut().zip(now) {
                *place = winner.0;
            }
            self.filled += now.len();
            if self.filled == self.block.len() {
                self.flush();
            }
            winners = later;
        }
    }

    /// In so many rounds, at most 64, one of two validators was selected, by their indices: `won` has
    /// a bit for each round, the last one lowest, which is set where the first of the two was.
    pub fn take_pair(&mut self, parties: [u32; 2], won: u64, rounds: u32) {
        if self.serial.is_some() {
            for round in (0..rounds).rev() {
                self.won(parties[usize::from(won >> round & 1 == 0)]);
            }
            return;
        }
        // Windows need counts only, and the bits have them.
        self.flush();
        if let Some(windows) = &mut self.windows {
            windows.take_pair(self.plan, parties, won, rounds);
        }
        self.position += u64::from(rounds);
    }

    /// Tallies the winners that wait.
    fn flush(&mut self) {
        if self.filled == LAGS {
            return;
        }
        let winners = &self.block[..self.filled];
        let new = &winners[LAGS..];
        // Who is followed is looked up once for all that ask.
        let mut slots = [0; BLOCK];
        for (slot, &winner) in slots.iter_mut().zip(new) {
            *slot = self.plan.slots[winner as usize];
        }
        let slots = &slots[..new.len()];
        if let Some((stretches, repeats)) = &mut self.serial {
            stretches.take(self.plan, new, slots);
            repeats.take(winners);
        }
        if let Some(windows) = &mut self.windows {
            windows.take(slots);
        }
        self.position += new.len() as u64;
        if let Some((_, repeats)) = &self.serial {
            self.block[..LAGS].copy_from_slice(&repeats.tail);
        }
        self.filled = LAGS;
    }

    /// Appends the chunk that follows. It must be of the same plan and begin where this one ends.
    ///
    /// O(validators).
    pub fn append(&mut self, mut next: OrderTally<'p>) {
        self.flush();
        next.flush();
        debug_assert_eq!(self.position, next.start, "chunks follow each other");
        if let (Some((stretches, repeats)), Some((their_stretches, their_repeats))) =
            (&mut self.serial, &next.serial)
        {
            stretches.append(self.plan, their_stretches);
            repeats.append(their_repeats);
            self.block[..LAGS].copy_from_slice(&repeats.tail);
        }
        if let (Some(windows), Some(theirs)) = (&mut self.windows, &mut next.windows) {
            windows.append(theirs);
        }
        self.position = next.position;
    }

    /// The totals of the trial, and what is kept of each followed validator (nothing unless
    /// stretches are tallied).
    pub fn end(mut self) -> (OrderTotals, Vec<FollowedOrder>) {
        self.flush();
        let mut followed = Vec::new();
        let serial = self.serial.map(|(stretches, repeats)| {
            let (mut longest, kept, gaps) = stretches.end(self.plan);
            longest.truncate(self.plan.nobody.map_or(longest.len(), |nobody| nobody as usize));
            followed = kept;
            SerialTotals { longest, matches: repeats.matches, gaps }
        });
        (OrderTotals { serial, windows: self.windows.map(Windows::into_wins) }, followed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::order::{CountingUnit, LongestStretches, gap_cell};
    use proptest::prelude::*;

    const VALIDATORS: u32 = 5;

    /// Wins of 1 in rounds 3 and 9 of ten, of 0 in round 4; all others are empty.
    #[test]
    fn empty_rounds_count_where_slots_do() {
        let tallied = |unit: CountingUnit| {
            let plan = OrderPlan::new(2, &[ValidatorId(1)], true, 5).counted_in(unit);
            let mut tally = OrderTally::new(&plan, 0);
            for round in 1..=10 {
                match round {
                    3 | 9 => tally.won(1),
                    4 => tally.won(0),
                    _ => tally.passed(),
                }
            }
            tally.end()
        };
        let (totals, followed) = tallied(CountingUnit::Slots);
        let serial = totals.serial.unwrap();
        let gaps: Vec<u64> = serial.longest.iter().map(|longest| longest.gap).collect();
        assert_eq!(gaps, [6, 5], "nobody has no place of its own");
        assert_eq!((followed[0].first_win, followed[0].last_win, followed[0].runs), (3, 9, 2));
        assert_eq!(totals.windows.unwrap()[0].counts(), [0, 2]);
        let (totals, _) = tallied(CountingUnit::Blocks);
        let gaps: Vec<u64> = totals.serial.unwrap().longest.iter().map(|longest| longest.gap).collect();
        assert_eq!(gaps, [1, 1]);
    }

    fn plan(window: u64) -> OrderPlan {
        OrderPlan::new(VALIDATORS as usize, &[ValidatorId(1), ValidatorId(4)], true, window)
    }

    fn tally(plan: &OrderPlan, winners: &[u32], cuts: &[usize]) -> (OrderTotals, Vec<FollowedOrder>) {
        let mut whole = OrderTally::new(plan, 0);
        let mut start = 0;
        for end in cuts.iter().copied().chain([winners.len()]) {
            let mut chunk = OrderTally::new(plan, start as u64);
            winners[start..end].iter().for_each(|&winner| chunk.won(winner));
            whole.append(chunk);
            start = end;
        }
        whole.end()
    }

    /// The lengths of the maximal stretches in which a validator won, or did not.
    fn stretches(winners: &[u32], who: u32, won: bool) -> Vec<usize> {
        let hits = winners.iter().map(|&winner| (winner == who) == won).collect::<Vec<bool>>();
        hits.split(|&hit| !hit).map(<[bool]>::len).filter(|&length| length > 0).collect()
    }

    fn longest(winners: &[u32], who: u32, won: bool) -> u64 {
        stretches(winners, who, won).into_iter().max().unwrap_or(0) as u64
    }

    fn counted(numbers: impl Iterator<Item = usize>) -> Vec<u64> {
        let mut counts = Vec::new();
        for number in numbers {
            counts.resize(counts.len().max(number + 1), 0);
            counts[number] += 1;
        }
        counts
    }

    proptest! {
        #[test]
        fn counts_what_a_plain_scan_counts_wherever_it_is_cut(
            // Few validators and sticky winners, so that everything occurs; more than a block.
            draws in prop::collection::vec((0..VALIDATORS, any::<bool>()), 0..600),
            cuts in prop::collection::vec(0usize..600, 0..6),
            window in 1u64..40,
        ) {
            let mut winners: Vec<u32> = Vec::new();
            for (who, again) in draws {
                let last = winners.last().copied().filter(|_| again);
                winners.push(last.unwrap_or(who));
            }
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(winners.len())).collect();
            cuts.sort_unstable();
            let plan = plan(window);
            let (totals, followed) = tally(&plan, &winners, &cuts);
            let serial = totals.serial.unwrap();
            for who in 0..VALIDATORS {
                let expected = LongestStretches {
                    gap: longest(&winners, who, false),
                    run: longest(&winners, who, true),
                };
                prop_assert_eq!(serial.longest[who as usize], expected);
            }
            for lag in 1..=LAGS {
                let matches = (lag..winners.len()).filter(|&i| winners[i] == winners[i - lag]).count();
                prop_assert_eq!(serial.matches[lag - 1], matches as u64);
            }
            let windows = totals.windows.unwrap();
            for (slot, who) in [1, 4].into_iter().enumerate() {
                let wins: Vec<usize> = (0..winners.len()).filter(|&i| winners[i] == who).collect();
                let expected = FollowedOrder {
                    runs: stretches(&winners, who, true).len() as u64,
                    first_win: wins.first().map_or(0, |&i| i as u64 + 1),
                    last_win: wins.last().map_or(0, |&i| i as u64 + 1),
                };
                prop_assert_eq!(followed[slot], expected);
                let gaps = counted(wins.windows(2).map(|pair| gap_cell((pair[1] - pair[0]) as u64)));
                prop_assert_eq!(serial.gaps[slot].counts(), &gaps[..]);
                let chunks = winners.chunks_exact(window as usize);
                let per_window = counted(chunks.map(|w| w.iter().filter(|&&winner| winner == who).count()));
                prop_assert_eq!(windows[slot].counts(), &per_window[..]);
            }
        }

        #[test]
        fn merging_trials_is_associative_and_commutative(
            trials in prop::collection::vec(prop::collection::vec(0..VALIDATORS, 0..60), 3),
        ) {
            let plan = plan(7);
            let parts: Vec<OrderTotals> =
                trials.iter().map(|winners| tally(&plan, winners, &[]).0).collect();
            let merged = |order: [usize; 3]| {
                let mut totals = OrderTotals::default();
                order.iter().for_each(|&part| totals.merge(&parts[part]));
                totals
            };
            let mut last_two = parts[1].clone();
            last_two.merge(&parts[2]);
            let mut grouped = parts[0].clone();
            grouped.merge(&last_two);
            prop_assert_eq!(merged([0, 1, 2]), merged([2, 0, 1]));
            prop_assert_eq!(merged([0, 1, 2]), grouped);
        }
    }

    proptest! {
        /// Winners one by one, in blocks, and as bits, in any mixture: with and without stretches,
        /// few followed and many.
        #[test]
        fn in_whatever_form_winners_come(
            parts in prop::collection::vec((0u32..3, any::<u64>(), 0u32..=64), 0..20),
            serial in any::<bool>(),
            window in 0u64..150,
            few in any::<bool>(),
        ) {
            let followed: Vec<ValidatorId> = (0..if few { 3 } else { 11 }).map(ValidatorId).collect();
            let plan = OrderPlan::new(12, &followed, serial, window);
            let (mut one, mut other) = (OrderTally::new(&plan, 3), OrderTally::new(&plan, 3));
            for (form, won, rounds) in parts {
                let parties = [(won % 12) as u32, (won / 12 % 12) as u32];
                let winners: Vec<ValidatorId> = (0..rounds)
                    .rev()
                    .map(|round| ValidatorId(parties[usize::from(won >> round & 1 == 0)]))
                    .collect();
                let winners = winners.repeat(if form == 0 { 1 } else { 5 });
                winners.iter().for_each(|winner| one.won(winner.0));
                match form {
                    0 => other.take_pair(parties, won, rounds),
                    1 => other.take(&winners),
                    _ => winners.iter().for_each(|winner| other.won(winner.0)),
                }
            }
            prop_assert_eq!(one.end(), other.end());
        }
    }

    #[test]
    fn what_is_not_asked_for_is_not_there() {
        let nothing = OrderPlan::new(3, &[ValidatorId(0)], false, 0);
        assert!(nothing.is_idle());
        assert_eq!(tally(&nothing, &[0, 1, 2, 0], &[2]), (OrderTotals::default(), Vec::new()));
        let windows = OrderPlan::new(3, &[ValidatorId(0)], false, 2);
        let (totals, followed) = tally(&windows, &[0, 0, 2, 1, 0], &[1]);
        assert_eq!((totals.serial, followed), (None, Vec::new()));
        assert_eq!(totals.windows.unwrap()[0].counts(), [1, 0, 1]);
    }

    #[test]
    fn a_trial_without_rounds_has_no_stretches() {
        let plan = plan(4);
        let (totals, followed) = tally(&plan, &[], &[]);
        let serial = totals.serial.unwrap();
        assert!(serial.longest.iter().all(|longest| *longest == LongestStretches::default()));
        assert_eq!(followed, [FollowedOrder::default(); 2]);
    }
}
