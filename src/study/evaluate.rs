//! Playing what is missing of a study, on all threads, and writing every finished unit down at once.

use super::plan::{Plan, PlannedPoint};
use super::point::{PointId, StudyPoint};
use super::shard::Shard;
use super::tally::Tally;
use super::tally_file::{Journal, StoredFailure, TallyError, TallyFile, TallyFileContents, TallyReader};
use crate::analysis::Stopping;
use crate::analysis::comparison::Measurements;
use crate::report::Stopwatch;
use crate::simulation::{Control, Player, Progress, Results, StopRule, next_look};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Is told how a study comes along, from any thread.
pub trait Watch: Sync {
    /// Is told of rounds.
    fn progress(&self) -> &dyn Progress;

    /// A point's first unit begins.
    fn begun(&self, _label: &str) {}

    /// A point has failed.
    fn failed(&self, _failed: &FailedPoint) {}

    /// A process that plays for this one is of no use.
    fn lost(&self, _rank: usize, _why: &str) {}
}

/// A point that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedPoint {
    /// Its number in the layout, counted from 0.
    pub index: u64,
    /// Which point it is.
    pub id: PointId,
    /// Its keys and values.
    pub label: String,
    /// Why it failed.
    pub message: String,
}

/// How far an evaluation goes.
pub struct Limits<'a> {
    /// Set to stop at once; units that have not finished are given up.
    pub stop: &'a AtomicBool,
    /// Whether the time is over: then what was begun is finished, and nothing more is begun.
    pub is_over: &'a (dyn Fn() -> bool + Sync),
    /// Whether the first failure of a point ends everything.
    pub fail_fast: bool,
    /// Which units are evaluated; all if none.
    pub shard: Option<Shard>,
    /// Which points are, by their place among the planned ones; all if none.
    pub points: Option<BTreeSet<usize>>,
}

/// What an evaluation came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evaluation {
    /// The points that failed, in the order of the study.
    pub failed: Vec<FailedPoint>,
    /// How many trials were played.
    pub trials: u64,
    /// Whether it ended before everything was played: because it was told to stop, the time was over, or
    /// a point had failed.
    pub cut_short: bool,
}

/// What is to be played of a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Job {
    /// The place of the point among the planned ones.
    pub place: usize,
    /// The trials, those of each unit.
    pub missing: Vec<Range<u64>>,
}

/// Rounds that are still to be played, as far as that can be said.
pub fn rounds_to_play(plan: &Plan, contents: &TallyFileContents, shard: Option<Shard>) -> u64 {
    let rounds = |job: &Job| {
        let trials: u64 = job.missing.iter().map(|range| range.end - range.start).sum();
        trials.saturating_mul(plan.points[job.place].rounds)
    };
    jobs(plan, contents, shard).iter().map(rounds).fold(0, u64::saturating_add)
}

pub(super) fn jobs(plan: &Plan, contents: &TallyFileContents, shard: Option<Shard>) -> Vec<Job> {
    let mut jobs: Vec<Job> = Vec::new();
    let mut finished = (usize::MAX, Vec::new());
    for (number, (place, unit)) in (0..).zip(plan.units()) {
        if shard.is_some_and(|shard| !shard.has(number)) {
            continue;
        }
        let point = &plan.points[place];
        if point.until && contents.is_precise(point.tally_id) {
            continue;
        }
        if finished.0 != place {
            finished = (place, contents.extents(point));
        }
        let mut missing = missing_among(&finished.1, unit);
        if missing.is_empty() {
            continue;
        }
        match jobs.last_mut().filter(|job| job.place == place) {
            Some(job) => job.missing.extend(missing),
            None => {
                missing.shrink_to_fit();
                jobs.push(Job { place, missing });
            }
        }
    }
    jobs
}

/// The trials of a range that no finished unit has.
pub fn missing(contents: &TallyFileContents, point: &PlannedPoint, unit: Range<u64>) -> Vec<Range<u64>> {
    missing_among(&contents.extents(point), unit)
}

/// The trials of a range that none of these units has, which are in order.
fn missing_among(units: &[Range<u64>], unit: Range<u64>) -> Vec<Range<u64>> {
    let mut missing = Vec::new();
    let mut next = unit.start;
    let begin = units.partition_point(|other| other.end <= next);
    for other in units[begin..].iter().take_while(|other| other.start < unit.end) {
        if other.start > next {
            missing.push(next..other.start);
        }
        next = other.end;
    }
    if next < unit.end {
        missing.push(next..unit.end);
    }
    missing
}

/// Plays what is missing on the threads of the caller. All threads stay busy whether there are many
/// points or one. Every finished unit is appended to the file before it counts. A point that fails does
/// not keep others from being played.
///
/// # Errors
/// If the file cannot be written. What was finished before is in it.
pub fn evaluate(
    plan: &Plan,
    before: &TallyReader,
    file: &TallyFile,
    limits: &Limits,
    watch: &dyn Watch,
) -> Result<Evaluation, TallyError> {
    evaluate_by(plan, before, file, limits, watch, &play)
}

/// Plays trials, and measures them where rules are compared.
pub(super) fn play(player: &Player, point: &StudyPoint, trials: Range<u64>) -> Result<Played, String> {
    let played = match &point.baseline {
        None => player.play(trials).map(|results| (results, Vec::new())),
        Some(baseline) => player.play_measured(trials, |end| baseline.measure(end)),
    };
    played.map_err(|error| error.to_string())
}

/// The units of a point that were finished before, in order.
pub(super) fn finished_before(reader: &TallyReader, point: &PlannedPoint) -> Result<Vec<Tally>, TallyError> {
    reader.contents.blocks(point.tally_id, point.trials).iter().map(|block| reader.tally(block)).collect()
}

/// By which way the trials of a point are played.
pub(super) type Play<'p> = &'p (dyn Fn(&Player, &StudyPoint, Range<u64>) -> Result<Played, String> + Sync);

/// Trials, and what each was measured by, where rules are compared.
pub(super) type Played = (Results, Vec<Measurements>);

fn evaluate_by(
    plan: &Plan,
    before: &TallyReader,
    file: &TallyFile,
    limits: &Limits,
    watch: &dyn Watch,
    play: Play,
) -> Result<Evaluation, TallyError> {
    let finished = |point: &PlannedPoint| finished_before(before, point);
    let session = Session::new(plan, &finished, file, limits, watch, play);
    let jobs = wanted_jobs(plan, &before.contents, limits);
    jobs.into_par_iter().with_max_len(1).for_each(|job| session.job(&job));
    let evaluation = session.end()?;
    file.sync()?;
    Ok(evaluation)
}

/// What is to be played of a plan within some limits.
pub(super) fn wanted_jobs(plan: &Plan, contents: &TallyFileContents, limits: &Limits) -> Vec<Job> {
    let mut jobs = jobs(plan, contents, limits.shard);
    if let Some(points) = &limits.points {
        let ids: BTreeSet<_> = points.iter().map(|&place| plan.points[place].tally_id).collect();
        jobs.retain(|job| ids.contains(&plan.points[job.place].tally_id));
    }
    jobs
}

/// Reads the units of a point that were finished before.
pub(super) type Finished<'f> = &'f (dyn Fn(&PlannedPoint) -> Result<Vec<Tally>, TallyError> + Sync);

/// What all jobs share.
pub(super) struct Session<'a> {
    plan: &'a Plan,
    finished: Finished<'a>,
    file: &'a dyn Journal,
    limits: &'a Limits<'a>,
    watch: &'a dyn Watch,
    play: Play<'a>,
    /// Why the file cannot be written any more.
    broken: Mutex<Option<TallyError>>,
    /// Whether something was left out because no more is to be begun.
    ended: AtomicBool,
    trials: AtomicU64,
    failed: Mutex<Vec<FailedPoint>>,
}

/// Why a point is not played on.
enum Halt {
    /// It has failed.
    Failed(String),
    /// Nothing more is to be played at all.
    Ended,
}

impl<'a> Session<'a> {
    /// Makes ready to do jobs.
    pub fn new(
        plan: &'a Plan,
        finished: Finished<'a>,
        file: &'a dyn Journal,
        limits: &'a Limits<'a>,
        watch: &'a dyn Watch,
        play: Play<'a>,
    ) -> Self {
        let (broken, failed) = (Mutex::new(None), Mutex::new(Vec::new()));
        let (ended, trials) = (AtomicBool::new(false), AtomicU64::new(0));
        Session { plan, finished, file, limits, watch, play, broken, ended, trials, failed }
    }

    /// What all jobs came to.
    ///
    /// # Errors
    /// Why something could not be written down.
    pub fn end(self) -> Result<Evaluation, TallyError> {
        if let Some(error) = self.broken.into_inner().unwrap_or(None) {
            return Err(error);
        }
        let mut failed = self.failed.into_inner().unwrap_or_default();
        failed.sort_by_key(|failed| failed.index);
        let cut_short = self.ended.into_inner() || self.limits.stop.load(Ordering::Relaxed);
        Ok(Evaluation { failed, trials: self.trials.into_inner(), cut_short })
    }

    fn is_ended(&self) -> bool {
        let over = self.limits.stop.load(Ordering::Relaxed)
            || self.broken.lock().is_ok_and(|broken| broken.is_some())
            || (self.limits.fail_fast && self.failed.lock().is_ok_and(|failed| !failed.is_empty()))
            || (self.limits.is_over)();
        if over {
            self.ended.store(true, Ordering::Relaxed);
        }
        over
    }

    /// Plays what is missing of a point, and writes it down.
    pub fn job(&self, job: &Job) {
        if self.is_ended() {
            return;
        }
        let planned = &self.plan.points[job.place];
        let outcome = match self.plan.point(planned.index) {
            // Which point it is is told with every failure.
            Err(problem) => Err(Halt::Failed(problem.without_place())),
            Ok(point) if point.tally_id != planned.tally_id => {
                Err(Halt::Failed("a file that the study reads has changed since it was started".to_owned()))
            }
            Ok(point) => {
                self.watch.begun(&point.label);
                self.write(|| self.file.begun(planned.tally_id)).and_then(|()| {
                    let played = AssertUnwindSafe(|| match planned.until {
                        true => self.until_precise(&point, planned),
                        false => self.blocks(&point, planned, &job.missing),
                    });
                    catch_unwind(played).unwrap_or_else(|panic| Err(Halt::Failed(told(&*panic))))
                })
            }
        };
        if let Err(Halt::Failed(message)) = outcome {
            let label = self.plan.label(planned.index);
            let failed = FailedPoint { index: planned.index, id: planned.id, label, message };
            self.watch.failed(&failed);
            let stored = StoredFailure { point: failed.id, message: failed.message.clone() };
            if let Ok(mut all) = self.failed.lock() {
                all.push(failed);
            }
            let _ = self.write(|| self.file.failed(&stored));
        }
    }

    /// Plays the units of a point, on as many threads as have nothing else to do.
    fn blocks(&self, point: &StudyPoint, planned: &PlannedPoint, missing: &[Range<u64>]) -> Result<(), Halt> {
        let control = Control { progress: self.watch.progress(), stop: self.limits.stop };
        let player = Player::new(&point.scenario.experiment, &control);
        missing.par_iter().with_max_len(1).try_for_each(|range| {
            if self.is_ended() {
                return Err(Halt::Ended);
            }
            self.unit(&player, point, planned, range.clone()).map(drop)
        })
    }

    /// Plays a point look by look until its precision is reached. What was played of it before is not
    /// played again, but looked at again.
    fn until_precise(&self, point: &StudyPoint, planned: &PlannedPoint) -> Result<(), Halt> {
        let experiment = &point.scenario.experiment;
        let Some(until) = &point.scenario.file.run.until else { return Ok(()) };
        let control = Control { progress: self.watch.progress(), stop: self.limits.stop };
        let player = Player::new(experiment, &control);
        let mut rule = Stopping::new(experiment, &point.scenario.file.analysis, until);
        let before = (self.finished)(planned).map_err(|error| Halt::Failed(error.to_string()))?;
        let extents: Vec<Range<u64>> = before.iter().map(Tally::trials).collect();
        let mut played = 0;
        while played < planned.trials {
            let end = next_look(played, planned.trials);
            let in_look = |tally: &&Tally| played <= tally.first() && tally.trials().end <= end;
            let mut tallies: Vec<Tally> = before.iter().filter(in_look).cloned().collect();
            for range in missing_among(&extents, played..end) {
                if self.is_ended() {
                    return Err(Halt::Ended);
                }
                tallies.push(self.unit(&player, point, planned, range)?);
            }
            let results = Tally::results(tallies, false);
            if rule.look(&results.totals, &results.records) {
                return self.write(|| self.file.precise(planned.tally_id));
            }
            played = end;
        }
        Ok(())
    }

    /// Plays a unit and writes it down.
    fn unit(
        &self,
        player: &Player,
        point: &StudyPoint,
        planned: &PlannedPoint,
        trials: Range<u64>,
    ) -> Result<Tally, Halt> {
        let stopwatch = Stopwatch::start();
        let (results, measurements) = (self.play)(player, point, trials).map_err(Halt::Failed)?;
        if results.partial {
            return Err(Halt::Ended);
        }
        let tally = Tally { records: results.records, totals: results.totals, measurements };
        let micros = stopwatch.elapsed().as_micros() as u64;
        self.write(|| self.file.finished(planned.tally_id, micros, &tally))?;
        self.trials.fetch_add(tally.records.len() as u64, Ordering::Relaxed);
        Ok(tally)
    }

    /// Writes to the file; the first failure ends everything.
    fn write(&self, write: impl Fn() -> Result<(), TallyError>) -> Result<(), Halt> {
        write().map_err(|error| {
            if let Ok(mut broken) = self.broken.lock() {
                broken.get_or_insert(error);
            }
            Halt::Ended
        })
    }
}

/// What a panic says.
fn told(panic: &(dyn std::any::Any + Send)) -> String {
    let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
    let words = words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    format!("this is a bug in tombola, please report it with the scenario and the seed: {words}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::plan::{Detail, Origin};
    use crate::study::tally_file::TallyHeader;
    use crate::study::{PointState, Summary};
    use std::path::Path;

    struct Nobody;

    impl Watch for Nobody {
        fn progress(&self) -> &dyn Progress {
            &crate::simulation::Quiet
        }
    }

    const STUDY: &str = "[run]\nengine = 'draws'\nrounds = 40\ntrials = 6\n[population]\ncount = 6\ntotal_stake = 900\nstake = 'zipf'\n\
                         [sweep]\n'selection.rule' = ['raffle', 'single-lottery']\n'run.seed' = [1, 2, 3]\n";

    fn plan(text: &str) -> Plan {
        let origin = Origin { path: "study.toml".to_owned(), text: text.to_owned(), ..Origin::default() };
        Plan::new(origin, Detail::default()).unwrap_or_else(|problem| panic!("{problem}"))
    }

    fn evaluated(plan: &Plan, path: &Path, fail_fast: bool, play: Play) -> Evaluation {
        let header = TallyHeader::of(plan, None);
        if !path.exists() {
            TallyFile::create(path, &header).unwrap();
        }
        let reader = TallyReader::open(path).unwrap();
        let file = TallyFile::resume(&reader, &header).unwrap();
        let stop = AtomicBool::new(false);
        let limits = Limits { stop: &stop, is_over: &|| false, fail_fast, shard: None, points: None };
        evaluate_by(plan, &reader, &file, &limits, &Nobody, play).unwrap()
    }

    fn unmeasured(player: &Player, trials: Range<u64>) -> Result<Played, String> {
        player.play(trials).map(|results| (results, Vec::new())).map_err(|error| error.to_string())
    }

    fn states(plan: &Plan, path: &Path) -> Vec<PointState> {
        let reader = TallyReader::open(path).unwrap();
        Summary::new(plan, &reader.contents, false).points.iter().map(|point| point.state).collect()
    }

    /// One point fails with an error and one with a panic; all others are played, the failures are told,
    /// and the next run plays these and no other.
    #[test]
    fn a_point_that_fails_does_not_keep_others_from_being_played() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tally");
        let plan = plan(STUDY);
        let evaluation = evaluated(&plan, &path, false, &|player, point, trials| match point.index {
            1 => Err("no luck".to_owned()),
            4 => panic!("on purpose"),
            _ => unmeasured(player, trials),
        });
        let failed: Vec<(u64, bool)> = evaluation
            .failed
            .iter()
            .map(|failed| (failed.index, failed.message.contains("on purpose")))
            .collect();
        assert_eq!(failed, [(1, false), (4, true)]);
        assert_eq!(evaluation.failed[0].label, "selection.rule = raffle, run.seed = 2");
        assert!(!evaluation.cut_short && evaluation.trials == 24);
        use PointState::{Done, Failed};
        assert_eq!(states(&plan, &path), [Done, Failed, Done, Done, Failed, Done]);
        let played = AtomicU64::new(0);
        let again = evaluated(&plan, &path, false, &|player, point, trials| {
            assert!([1, 4].contains(&point.index));
            played.fetch_add(1, Ordering::Relaxed);
            unmeasured(player, trials)
        });
        assert_eq!((again.failed.len(), again.trials, played.into_inner()), (0, 12, 2));
        assert_eq!(states(&plan, &path), [Done; 6]);
    }

    #[test]
    fn more_trials_play_the_new_ones_only_and_fewer_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tally");
        let play = |from: u64| {
            move |player: &Player, _: &StudyPoint, trials: Range<u64>| {
                assert!(trials.start >= from, "{trials:?}");
                unmeasured(player, trials)
            }
        };
        assert_eq!(evaluated(&plan(STUDY), &path, false, &play(0)).trials, 36);
        let more = STUDY.replace("trials = 6", "trials = 9");
        assert_eq!(evaluated(&plan(&more), &path, false, &play(6)).trials, 18);
        assert_eq!(evaluated(&plan(&more), &path, false, &play(99)).trials, 0);
        assert_eq!(evaluated(&plan(STUDY), &path, false, &play(99)).trials, 0);
        // A level more plays its own points.
        let level = STUDY.replace("[1, 2, 3]", "[0, 1, 2, 3]");
        assert_eq!(evaluated(&plan(&level), &path, false, &play(0)).trials, 12);
    }

    /// A point of a shard that is repeated alone is that part of its units which is the shard's, whatever other
    /// points there are: all shards of it together are the point.
    #[test]
    fn a_point_of_a_shard_is_the_part_of_it_that_the_shard_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tally");
        let plan = plan(&STUDY.replace("trials = 6", "trials = 6000"));
        TallyFile::create(&path, &TallyHeader::of(&plan, None)).unwrap();
        let contents = TallyReader::open(&path).unwrap().contents;
        let stop = AtomicBool::new(false);
        let jobs = |shard: Option<Shard>, points: Option<BTreeSet<usize>>| {
            let limits = Limits { stop: &stop, is_over: &|| false, fail_fast: false, shard, points };
            wanted_jobs(&plan, &contents, &limits)
        };
        for place in 0..plan.points.len() {
            let of_it = |jobs: Vec<Job>| -> Vec<Range<u64>> {
                jobs.into_iter().filter(|job| job.place == place).flat_map(|job| job.missing).collect()
            };
            let mut together = Vec::new();
            for part in 1..=3 {
                let shard = Some(Shard { part, of: 3 });
                let alone = of_it(jobs(shard, Some(BTreeSet::from([place]))));
                assert_eq!(alone, of_it(jobs(shard, None)));
                together.extend(alone);
            }
            together.sort_by_key(|units| units.start);
            assert_eq!(together, of_it(jobs(None, None)));
        }
    }

    #[test]
    fn fail_fast_begins_nothing_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tally");
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let evaluation =
            pool.install(|| evaluated(&plan(STUDY), &path, true, &|_, _, _| Err("no luck".to_owned())));
        assert_eq!((evaluation.failed.len(), evaluation.cut_short), (1, true));
    }
}
