//! A study on several processes that send each other messages: one hands out units and keeps the file of
//! tallies, the others play. How messages travel is a matter of [`Ranks`].

use super::evaluate::{
    Evaluation, FailedPoint, Job, Limits, Session, Watch, finished_before, play, wanted_jobs,
};
use super::plan::{Plan, PlannedPoint};
use super::tally::Tally;
use super::tally_file::{Journal, TallyError, TallyFile, TallyHeader, TallyReader, Told, told};
use super::wire::{ByteReader, Malformed, put};
use crate::simulation::{Progress, Quiet};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Processes that are numbered from 0 and send each other bytes.
pub trait Ranks {
    /// The number of this one.
    fn rank(&self) -> usize;

    /// How many there are.
    fn size(&self) -> usize;

    /// Sends a message.
    fn send(&self, to: usize, message: &[u8]);

    /// Waits for a message, from whomever.
    fn receive(&self) -> (usize, Vec<u8>);
}

/// To a player: the study, which it reads for itself.
const STUDY: u8 = 0;
/// To a player: what to play.
const WORK: u8 = 1;
/// To a player: it may end.
const END: u8 = 2;
/// From a player: it has read the study, whose digest follows.
const READY: u8 = 3;
/// From a player: it cannot read the study, and why.
const REFUSED: u8 = 4;
/// From a player: what it has finished, as records, after whether it was cut short.
const DONE: u8 = 5;

/// Those who play, as the one who hands out knows them. They wait for messages until they are dismissed.
pub struct Players<'r> {
    ranks: &'r dyn Ranks,
    waiting: BTreeSet<usize>,
}

impl<'r> Players<'r> {
    /// All ranks but the first, which hands out.
    pub fn new(ranks: &'r dyn Ranks) -> Self {
        Players { ranks, waiting: (1..ranks.size()).collect() }
    }

    /// How many there are still.
    pub fn count(&self) -> usize {
        self.waiting.len()
    }

    fn let_go(&mut self, rank: usize) {
        if self.waiting.remove(&rank) {
            self.ranks.send(rank, &[END]);
        }
    }

    /// Lets all go that are there still.
    pub fn dismiss(&mut self) {
        for rank in std::mem::take(&mut self.waiting) {
            self.ranks.send(rank, &[END]);
        }
    }

    /// Hands out what is missing of a plan, and appends what comes back to the file before more is handed
    /// out. What was handed to a process that dies is lost, and nothing else.
    ///
    /// # Errors
    /// If the file cannot be written. What was finished before is in it.
    pub fn evaluate(
        &mut self,
        plan: &Plan,
        before: &TallyReader,
        file: &TallyFile,
        limits: &Limits,
        watch: &dyn Watch,
    ) -> Result<Evaluation, TallyError> {
        let header =
            serde_json::to_vec(&TallyHeader::of(plan, limits.shard)).expect("plain data can be written");
        for &rank in &self.waiting {
            self.ranks.send(rank, &[&[STUDY][..], &header].concat());
        }
        let mut queue: VecDeque<Job> = VecDeque::new();
        for job in wanted_jobs(plan, &before.contents, limits) {
            // A precision looks at all trials of its point; other units stand alone.
            match plan.points[job.place].until {
                true => queue.push_back(job),
                false => queue.extend(
                    job.missing.into_iter().map(|unit| Job { place: job.place, missing: vec![unit] }),
                ),
            }
        }
        let places: HashMap<_, usize> =
            plan.points.iter().enumerate().map(|(place, point)| (point.tally_id, place)).collect();
        let ids: HashMap<_, usize> =
            plan.points.iter().enumerate().map(|(place, point)| (point.id, place)).collect();
        let mut evaluation = Evaluation::default();
        let mut broken = None;
        while self.count() > 0 {
            let (rank, message) = self.ranks.receive();
            let came = match message.split_first() {
                Some((&READY, digest)) if digest == plan.digest().as_bytes() => Ok(None),
                Some((&READY, _)) => {
                    Err("it reads another study: a file that the study names is another one there".to_owned())
                }
                Some((&REFUSED, why)) => Err(String::from_utf8_lossy(why).into_owned()),
                Some((&DONE, [cut_short, records @ ..])) => {
                    evaluation.cut_short |= *cut_short != 0;
                    told(records)
                        .map(|told| Some((told, records)))
                        .ok_or("its message cannot be read".to_owned())
                }
                _ => Err("its message cannot be read".to_owned()),
            };
            match came {
                Err(why) => {
                    // It is of no use; the others play on.
                    watch.lost(rank, &why);
                    self.let_go(rank);
                    evaluation.cut_short = true;
                    continue;
                }
                Ok(None) => {}
                Ok(Some((told, records))) => {
                    if broken.is_none() {
                        broken = file.append(records).err();
                    }
                    for told in told {
                        match told {
                            Told::Unit(id, trials) => {
                                evaluation.trials += trials;
                                let rounds = places.get(&id).map_or(0, |&place| plan.points[place].rounds);
                                watch.progress().advance(rounds.saturating_mul(trials));
                            }
                            Told::Failed(stored) => {
                                let Some(&place) = ids.get(&stored.point) else { continue };
                                let index = plan.points[place].index;
                                let (label, message) = (plan.label(index), stored.message);
                                let failed = FailedPoint { index, id: stored.point, label, message };
                                watch.failed(&failed);
                                evaluation.failed.push(failed);
                            }
                            Told::Other => {}
                        }
                    }
                }
            }
            let over = broken.is_some()
                || limits.stop.load(Ordering::Relaxed)
                || (limits.fail_fast && !evaluation.failed.is_empty())
                || (limits.is_over)();
            match queue.pop_front().filter(|_| !over) {
                None => {
                    evaluation.cut_short |= over;
                    self.let_go(rank);
                }
                Some(job) => {
                    let point = &plan.points[job.place];
                    watch.begun(&plan.label(point.index));
                    let finished = match point.until {
                        true => finished_before(before, point),
                        false => Ok(Vec::new()),
                    };
                    match finished {
                        Ok(finished) => self.ranks.send(rank, &work_bytes(&job, &finished)),
                        Err(error) => {
                            broken = Some(error);
                            self.let_go(rank);
                        }
                    }
                }
            }
        }
        if let Some(error) = broken {
            return Err(error);
        }
        file.sync()?;
        evaluation.failed.sort_by_key(|failed| failed.index);
        Ok(evaluation)
    }
}

fn work_bytes(job: &Job, finished: &[Tally]) -> Vec<u8> {
    let mut bytes = vec![WORK];
    put(&mut bytes, job.place as u128);
    put(&mut bytes, job.missing.len() as u128);
    for range in &job.missing {
        put(&mut bytes, u128::from(range.start));
        put(&mut bytes, u128::from(range.end));
    }
    put(&mut bytes, finished.len() as u128);
    for tally in finished {
        let tally = tally.bytes();
        put(&mut bytes, tally.len() as u128);
        bytes.extend(tally);
    }
    bytes
}

fn read_work(bytes: &[u8]) -> Result<(Job, Vec<Tally>), Malformed> {
    let mut reading = ByteReader(bytes);
    let place = reading.number("a point")? as usize;
    let mut missing = Vec::new();
    for _ in 0..reading.count(2, "units")? {
        missing.push(reading.number("a trial")?..reading.number("a trial")?);
    }
    let mut finished = Vec::new();
    for _ in 0..reading.count(1, "tallies")? {
        let length = reading.count(1, "the length of a tally")?;
        let (tally, rest) = reading.0.split_at(length);
        finished.push(Tally::read(tally)?);
        reading.0 = rest;
    }
    reading.end()?;
    Ok((Job { place, missing }, finished))
}

/// Records that are sent instead of being written.
#[derive(Default)]
struct Sent(Mutex<Vec<u8>>);

impl Journal for Sent {
    fn append(&self, records: &[u8]) -> Result<(), TallyError> {
        self.0.lock().expect("no thread panics while it appends").extend(records);
        Ok(())
    }
}

struct Nobody;

impl Watch for Nobody {
    fn progress(&self) -> &dyn Progress {
        &Quiet
    }
}

/// Plays what the first rank hands out, on the threads of the caller, until it lets go.
pub fn play_for_others(ranks: &dyn Ranks, stop: &AtomicBool) {
    let mut plan: Option<Plan> = None;
    loop {
        let (from, message) = ranks.receive();
        let Some((&kind, body)) = message.split_first() else { continue };
        let answer = match (kind, &plan) {
            (END, _) => return,
            (STUDY, _) => match read_study(body) {
                Ok(read) => {
                    let ready = [&[READY][..], read.digest().as_bytes()].concat();
                    plan = Some(read);
                    ready
                }
                Err(why) => [&[REFUSED][..], why.as_bytes()].concat(),
            },
            (WORK, Some(plan)) => match played(plan, body, stop) {
                Ok(done) => done,
                Err(why) => [&[REFUSED][..], why.as_bytes()].concat(),
            },
            _ => [&[REFUSED][..], b"a message cannot be read"].concat(),
        };
        ranks.send(from, &answer);
    }
}

fn read_study(bytes: &[u8]) -> Result<Plan, String> {
    let header: TallyHeader = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if header.version != env!("CARGO_PKG_VERSION") {
        return Err(format!("it is tombola {}, and not {}", env!("CARGO_PKG_VERSION"), header.version));
    }
    Plan::new(header.origin, header.detail).map_err(|problem| problem.to_string())
}

fn played(plan: &Plan, bytes: &[u8], stop: &AtomicBool) -> Result<Vec<u8>, String> {
    let (job, finished) = read_work(bytes).map_err(|malformed| malformed.0.to_owned())?;
    if job.place >= plan.points.len() {
        return Err("there is no such point".to_owned());
    }
    let sent = Sent::default();
    let finished = |_: &PlannedPoint| Ok(finished.clone());
    let limits = Limits { stop, is_over: &|| false, fail_fast: false, shard: None, points: None };
    let session = Session::new(plan, &finished, &sent, &limits, &Nobody, &play);
    session.job(&job);
    let evaluation = session.end().map_err(|error| error.to_string())?;
    let records = sent.0.into_inner().unwrap_or_default();
    Ok([&[DONE, u8::from(evaluation.cut_short)][..], &records].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::plan::{Detail, Origin};
    use crate::study::{PointState, Summary, evaluate};
    use std::path::Path;
    use std::sync::mpsc::{Receiver, Sender, channel};

    /// Threads that send each other bytes.
    struct Threads {
        rank: usize,
        to: Vec<Sender<(usize, Vec<u8>)>>,
        mine: Receiver<(usize, Vec<u8>)>,
    }

    impl Ranks for Threads {
        fn rank(&self) -> usize {
            self.rank
        }

        fn size(&self) -> usize {
            self.to.len()
        }

        fn send(&self, to: usize, message: &[u8]) {
            let _ = self.to[to].send((self.rank, message.to_vec()));
        }

        fn receive(&self) -> (usize, Vec<u8>) {
            self.mine.recv().unwrap_or((0, vec![END]))
        }
    }

    fn ranks(size: usize) -> Vec<Threads> {
        let (to, mine): (Vec<_>, Vec<_>) = (0..size).map(|_| channel()).unzip();
        (0..).zip(mine).map(|(rank, mine)| Threads { rank, to: to.clone(), mine }).collect()
    }

    const STUDY: &str = "[run]\nengine = 'draws'\nrounds = 40\ntrials = 300\n[population]\ncount = 6\ntotal_stake = 900\nstake = 'zipf'\n\
                         [sweep]\n'selection.rule' = ['raffle', 'single-lottery']\n'run.seed' = [1, 2, 3]\n";

    fn plan(text: &str) -> Plan {
        let origin = Origin { path: "study.toml".to_owned(), text: text.to_owned(), ..Origin::default() };
        Plan::new(origin, Detail::default()).unwrap_or_else(|problem| panic!("{problem}"))
    }

    fn opened(plan: &Plan, path: &Path) -> (TallyReader, TallyFile) {
        let header = TallyHeader::of(plan, None);
        if !path.exists() {
            TallyFile::create(path, &header).unwrap();
        }
        let reader = TallyReader::open(path).unwrap();
        let file = TallyFile::resume(&reader, &header).unwrap();
        (reader, file)
    }

    /// Hands out among so many ranks; `over` ends it early.
    fn handed_out(plan: &Plan, path: &Path, size: usize, over: &(dyn Fn() -> bool + Sync)) -> Evaluation {
        let (before, file) = opened(plan, path);
        let stop = AtomicBool::new(false);
        let mut all = ranks(size).into_iter();
        let first = all.next().unwrap();
        std::thread::scope(|scope| {
            for rank in all {
                let stop = &stop;
                scope.spawn(move || play_for_others(&rank, stop));
            }
            let limits = Limits { stop: &stop, is_over: over, fail_fast: false, shard: None, points: None };
            let mut players = Players::new(&first);
            let evaluation = players.evaluate(plan, &before, &file, &limits, &Nobody).unwrap();
            assert_eq!(players.count(), 0);
            evaluation
        })
    }

    fn tallies(plan: &Plan, path: &Path) -> Vec<Vec<Tally>> {
        let reader = TallyReader::open(path).unwrap();
        plan.points.iter().map(|point| finished_before(&reader, point).unwrap()).collect()
    }

    /// Two and four players, cut short and gone on with: the tallies of one process, a precision among them.
    #[test]
    fn what_others_play_is_what_one_process_plays() {
        let folder = tempfile::tempdir().unwrap();
        let until = STUDY.replace(
            "trials = 300",
            "trials = 3000\nuntil = { metric = 'unfair_probability', half_width = 0.08, validator = 'validator-1' }",
        );
        for (number, text) in [STUDY, &until].into_iter().enumerate() {
            let plan = plan(text);
            let alone = folder.path().join(format!("{number}-alone.tally"));
            let (before, file) = opened(&plan, &alone);
            let stop = AtomicBool::new(false);
            let limits =
                Limits { stop: &stop, is_over: &|| false, fail_fast: false, shard: None, points: None };
            let expected = evaluate(&plan, &before, &file, &limits, &Nobody).unwrap();
            for size in [3, 5] {
                let path = folder.path().join(format!("{number}-{size}.tally"));
                let left = std::sync::atomic::AtomicU64::new(4);
                let over = || {
                    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                        .is_err()
                };
                let part = handed_out(&plan, &path, size, &over);
                assert!(part.cut_short && part.trials > 0 && part.trials < expected.trials, "{part:?}");
                let rest = handed_out(&plan, &path, size, &|| false);
                assert_eq!((rest.cut_short, part.trials + rest.trials), (false, expected.trials));
                assert_eq!(tallies(&plan, &path), tallies(&plan, &alone));
                let reader = TallyReader::open(&path).unwrap();
                let summary = Summary::new(&plan, &reader.contents, false);
                assert!(summary.points.iter().all(|point| point.state == PointState::Done));
            }
        }
    }

    #[test]
    fn a_player_that_reads_another_study_is_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let plan = plan(STUDY);
        let (before, file) = opened(&plan, &folder.path().join("a.tally"));
        let mut all = ranks(2).into_iter();
        let (first, second) = (all.next().unwrap(), all.next().unwrap());
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                assert_eq!(second.receive().1[0], super::STUDY);
                second.send(0, &[READY, b'x']);
                assert_eq!(second.receive().1, [END]);
            });
            let limits =
                Limits { stop: &stop, is_over: &|| false, fail_fast: false, shard: None, points: None };
            let evaluation = Players::new(&first).evaluate(&plan, &before, &file, &limits, &Nobody).unwrap();
            assert_eq!((evaluation.trials, evaluation.cut_short), (0, true));
        });
    }

    #[test]
    fn messages_that_were_made_up_are_refused() {
        let job = Job { place: 3, missing: vec![0..4, 9..12] };
        let bytes = work_bytes(&job, &[]);
        assert_eq!(read_work(&bytes[1..]).map(|(job, _)| job), Ok(job));
        for end in 1..bytes.len() {
            assert!(read_work(&bytes[1..end]).is_err());
        }
        let plan = plan(STUDY);
        let stop = AtomicBool::new(false);
        let beyond = work_bytes(&Job { place: 99, missing: vec![0..1, 3..4] }, &[]);
        assert!(played(&plan, &beyond[1..], &stop).is_err());
        assert!(told(b"no record").is_none() && told(&[]).is_some_and(|told| told.is_empty()));
    }
}
