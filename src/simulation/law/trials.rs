//! Many trials from their law.

use super::Law;
use crate::simulation::fast_paths::{Counts, Task};
use crate::simulation::record::TrialRecord;
use crate::simulation::runner::SimulationError;
use crate::simulation::totals::{Totals, ValidatorTotals};
use crate::simulation::trial::TrialEnd;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Mutex;

/// At most so many trials are drawn between two looks at the outside world,
const STRIDE: usize = 1 << 16;
/// and so many that they have about this many counts, which takes less than a second.
const COUNTS: usize = 1 << 22;
/// At most so many trials are one piece of work: enough that its sums are added to those of all
/// others for next to nothing.
const PIECE: usize = 1 << 9;

impl Law {
    /// Draws the trials of a range: their records in order, what they were measured by, and their
    /// sums; fewer if it was told to stop. A trial is so short that what surrounds it matters: every
    /// record is written where it stays, and a thread adds its trials up by itself.
    pub fn play_all<M: Send>(
        &self,
        task: &Task,
        trials: Range<u64>,
        measure: impl Fn(&TrialEnd) -> M + Sync,
    ) -> Result<(Vec<TrialRecord>, Vec<M>, Totals), SimulationError> {
        let threads = rayon::current_num_threads();
        // With many trials every thread has one of its own.
        let shared = task.trials < 4 * threads as u64;
        let count = (trials.end - trials.start) as usize;
        let gathered = Mutex::new(Gathered::default());
        let mut kept = (Vec::with_capacity(count), Vec::with_capacity(count));
        let counts = task.experiment.world.validators() + task.marks.len() * task.plan.followed().len();
        let stride = (COUNTS / counts.max(1)).clamp(threads, STRIDE.max(threads));
        for start in (0..count).step_by(stride) {
            if task.control.should_stop() {
                break;
            }
            let stride = start..count.min(start + stride);
            let piece = (stride.len() / (8 * threads)).clamp(1, PIECE);
            kept.par_extend(stride.into_par_iter().with_min_len(piece).map_init(
                || Piece::new(&gathered, task),
                |piece, place| {
                    let trial = trials.start + place as u64;
                    let room = std::mem::take(&mut piece.room);
                    let end = self.play(task, trial, shared, &mut piece.counts, room);
                    let measurement = measure(&end);
                    (piece.add(end), measurement)
                },
            ));
            gathered.lock().expect("no thread panics while it adds").check()?;
        }
        let totals = gathered.into_inner().expect("no thread panics while it adds").totals;
        Ok((kept.0, kept.1, totals))
    }
}

/// What all pieces come to.
#[derive(Default)]
struct Gathered {
    totals: Totals,
    /// The first record found whose coins do not add up.
    lost: Option<SimulationError>,
}

impl Gathered {
    fn check(&mut self) -> Result<(), SimulationError> {
        self.lost.take().map_or(Ok(()), Err)
    }
}

/// Some neighbouring trials on one thread, and room for the next one. Its sums are added to those of
/// all when it ends.
struct Piece<'a> {
    gathered: &'a Mutex<Gathered>,
    task: &'a Task<'a>,
    sums: Gathered,
    counts: Counts,
    room: Vec<ValidatorTotals>,
}

impl<'a> Piece<'a> {
    fn new(gathered: &'a Mutex<Gathered>, task: &'a Task<'a>) -> Self {
        Piece { gathered, task, sums: Gathered::default(), counts: Counts::default(), room: Vec::new() }
    }

    /// Adds a trial; what is kept of it.
    fn add(&mut self, mut end: TrialEnd) -> TrialRecord {
        let TrialRecord { trial, supply, .. } = end.record;
        if !supply.is_conserved() {
            self.sums.lost = Some(SimulationError::Conservation { trial, supply: Box::new(supply) });
        }
        if self.sums.totals.trials == 0 {
            self.sums.totals = end.totals;
        } else {
            self.sums.totals.merge(&end.totals);
            self.room = std::mem::take(&mut end.totals.validators);
        }
        end.record
    }
}

impl Drop for Piece<'_> {
    fn drop(&mut self) {
        let Gathered { totals, lost } = std::mem::take(&mut self.sums);
        self.task.control.progress.advance(totals.trials * self.task.experiment.rounds);
        let Ok(mut all) = self.gathered.lock() else { return };
        if all.totals.trials == 0 {
            all.totals = totals;
        } else {
            all.totals.merge(&totals);
        }
        all.lost = all.lost.take().or(lost);
    }
}
