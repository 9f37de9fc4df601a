//! Stakes that stay: owners by a table, and the chunks of one trial side by side.

use super::{Counts, Task};
use crate::random::{CHUNK, Stream};
use crate::simulation::order::OrderTally;
use crate::stake::{LookupTable, ValidatorId};
use rayon::prelude::*;

/// How many rounds are played between two looks at the outside world.
const STRIDE: u64 = 1 << 16;
/// Where few validators share all wins, each counts in so many places in turn: the processor need
/// not wait for a count before it raises the same one again.
const PLACES: usize = 4;
/// Up to so many validators are few.
const FEW: usize = 1024;

/// One trial's counts; `None` if it was told to stop. `shared` lets all threads play its chunks.
///
/// Memory: a counter for each validator and thread.
pub fn play_table<'a>(
    lookup_table: &LookupTable,
    task: &Task<'a>,
    trial: u64,
    shared: bool,
) -> Option<Counts> {
    let chunks = task.experiment.rounds.div_ceil(CHUNK);
    let play = |segment: Segment<'a>, chunk| segment.play(lookup_table, task, trial, chunk);
    let Segment { mut counts, order } = if shared && chunks > 1 {
        let append = |left: Segment<'a>, right| Some(left.append(right, task.plan.followed()));
        (0..chunks).into_par_iter().try_fold(Segment::default, play).try_reduce(Segment::default, append)?
    } else {
        (0..chunks).try_fold(Segment::default(), play)?
    };
    counts.order = order.map(OrderTally::end).unwrap_or_default();
    Some(counts)
}

/// A run of neighbouring chunks, counted from its own beginning.
#[derive(Default)]
struct Segment<'a> {
    counts: Counts,
    order: Option<OrderTally<'a>>,
}

impl<'a> Segment<'a> {
    /// The segment with the next chunk; `None` if it was told to stop.
    fn play(mut self, lookup_table: &LookupTable, task: &Task<'a>, trial: u64, chunk: u64) -> Option<Self> {
        if self.counts.wins.is_empty() {
            self.counts.wins = vec![0; lookup_table.validators()];
            self.order = task.order(chunk * CHUNK);
        }
        let mut lottery = Stream::of_lottery(task.experiment.world.seed, trial, chunk);
        let mut played = chunk * CHUNK;
        let end = task.experiment.rounds.min(played + CHUNK);
        let next_mark = task.marks.partition_point(|&mark| mark <= played);
        let marks = task.marks[next_mark..].iter().copied().take_while(|&mark| mark <= end);
        for stop in marks.map(Some).chain([None]) {
            let until = stop.unwrap_or(end);
            while played < until {
                let stretch = (until - played).min(STRIDE);
                count(lookup_table, &mut lottery, stretch, &mut self.counts.wins, self.order.as_mut());
                played += stretch;
                if !task.goes_on(stretch) {
                    return None;
                }
            }
            if stop.is_some() {
                self.counts.mark(task.plan.followed());
            }
        }
        Some(self)
    }

    /// The segment that this one and the one after it are together.
    fn append(mut self, mut next: Segment<'a>, followed: &[ValidatorId]) -> Segment<'a> {
        if next.counts.wins.is_empty() {
            return self;
        }
        if self.counts.wins.is_empty() {
            return next;
        }
        for mark in next.counts.marks.chunks_mut(followed.len().max(1)) {
            for (wins, who) in mark.iter_mut().zip(followed) {
                *wins += self.counts.wins[who.index()];
            }
        }
        self.counts.marks.append(&mut next.counts.marks);
        for (mine, theirs) in self.counts.wins.iter_mut().zip(&next.counts.wins) {
            *mine += theirs;
        }
        if let (Some(order), Some(theirs)) = (&mut self.order, next.order) {
            order.append(theirs);
        }
        self
    }
}

/// Plays so many rounds and adds the wins.
fn count(
    lookup_table: &LookupTable,
    lottery: &mut Stream,
    rounds: u64,
    wins: &mut [u64],
    mut order: Option<&mut OrderTally>,
) {
    let mut owners = [ValidatorId(0); LookupTable::BLOCK];
    let mut places = [[0u64; PLACES]; FEW];
    let few = wins.len() <= FEW && rounds >= FEW as u64;
    let mut left = rounds;
    while left > 0 {
        let owners = &mut owners[..left.min(LookupTable::BLOCK as u64) as usize];
        lookup_table.draw(lottery, owners);
        left -= owners.len() as u64;
        if let Some(order) = &mut order {
            order.take(owners);
        }
        if few {
            for (turn, owner) in owners.iter().enumerate() {
                places[owner.index() % FEW][turn % PLACES] += 1;
            }
        } else {
            for owner in owners {
                wins[owner.index()] += 1;
            }
        }
    }
    if few {
        for (wins, places) in wins.iter_mut().zip(&places) {
            *wins += places.iter().sum::<u64>();
        }
    }
}
