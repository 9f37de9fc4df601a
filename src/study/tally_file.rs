//! The file of a study's tallies: a journal to which every finished unit is appended, and what a shard
//! hands on.
//!
//! After a line that names the format come records, each of a length, a kind, a checksum and its bytes. A
//! record is appended by one write, so that a program that is killed leaves whole records and at most
//! the beginning of another one, which the next one cuts off. A record whose bytes have changed on the disk is
//! passed over, and what it was about is played again.

use super::plan::{Detail, Origin, Plan, PlannedPoint};
use super::point::{PointId, TallyId};
use super::shard::Shard;
use super::tally::Tally;
use super::wire::{ByteReader, put};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::hash::Hash;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tempfile::TempPath;
use thiserror::Error;

const MAGIC: &[u8] = b"tombola tally 1\n";
/// Length, kind, checksum.
const HEAD: usize = 4 + 1 + 8;
const HEADER: u8 = 0;
const BLOCK: u8 = 1;
const FAILURE: u8 = 2;
const SESSION: u8 = 3;
const BEGUN: u8 = 4;
const PRECISE: u8 = 5;

/// What a file of tallies says of its study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TallyHeader {
    /// The program's version.
    pub version: String,
    /// The study's name.
    pub name: String,
    /// What the study is made of.
    pub origin: Origin,
    /// The settings that all points have in common, by key.
    pub base: BTreeMap<String, String>,
    /// The swept keys.
    pub swept: Vec<String>,
    /// `shared` or `own`.
    pub luck: String,
    /// What is written down of every trial.
    pub detail: Detail,
    /// The hash of what is played.
    pub digest: String,
    /// Which part of the units this file is about, if it is not about all.
    pub shard: Option<Shard>,
}

impl TallyHeader {
    /// What a file says of a plan.
    pub fn of(plan: &Plan, shard: Option<Shard>) -> Self {
        TallyHeader {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            name: plan.name.clone(),
            origin: plan.origin.clone(),
            base: plan.base.clone(),
            swept: plan.sweep.layout.keys().into_iter().map(str::to_owned).collect(),
            luck: plan.sweep.luck.name().to_owned(),
            detail: plan.detail,
            digest: plan.digest(),
            shard,
        }
    }

    /// Why tallies of a study that says this of itself cannot be those of a plan, if they cannot: the
    /// first setting that differs, by name.
    pub fn differs_from(&self, plan: &Plan) -> Option<String> {
        if let Some((key, was, is)) = plan.changed(&self.base, &self.swept, &self.origin) {
            return Some(format!("`{key}` was {was} and is {is} now"));
        }
        let (luck, detail) = (plan.sweep.luck.name(), plan.detail);
        if self.luck != luck {
            return Some(format!("`sweep.luck` was {} and is {luck} now", self.luck));
        }
        let lacks = [
            ("the time line", self.detail.time_line, detail.time_line),
            ("the order of wins", self.detail.order, detail.order),
            ("incomes", self.detail.incomes, detail.incomes),
        ];
        let lack = lacks.into_iter().find(|(_, was, is)| was != is)?;
        Some(match lack {
            (what, false, _) => {
                format!("`sweep.metrics` or --keep asks for {what} now, which was not written down before")
            }
            (what, true, _) => format!(
                "`sweep.metrics` or --keep does not ask for {what} any more, which was written down before"
            ),
        })
    }
}

/// A finished unit in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TallyBlock {
    /// The first trial.
    pub first: u64,
    /// How many trials.
    pub count: u64,
    /// How long it took, in microseconds.
    pub micros: u64,
    /// Where its record's bytes begin in the file.
    offset: u64,
    length: u32,
}

impl TallyBlock {
    /// One past the last trial.
    pub fn end(&self) -> u64 {
        self.first + self.count
    }
}

/// A point that failed, as it was written down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredFailure {
    /// The point.
    pub point: PointId,
    /// Why.
    pub message: String,
}

/// Why a file of tallies cannot be used.
#[derive(Debug, Error)]
pub enum TallyError {
    /// The operating system refuses.
    #[error("cannot {what} {}: {source}{}", path.display(), advice(source))]
    Io {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// It is something else.
    #[error("{} is no file of tallies of this program: {what}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it lacks.
        what: &'static str,
    },
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "\n  help: make room on the disk, and give the same command again; what was finished is kept and is not played again"
        }
        _ => "",
    }
}

/// What a file holds, without the tallies themselves.
#[derive(Default)]
pub struct TallyFileContents {
    /// The finished units, by point and then in the order of the file: one piece of memory, of which there
    /// may be a million parts.
    blocks: Vec<(TallyId, TallyBlock)>,
    /// Points that failed, by their last failure, and where it stands in the file.
    failures: Vec<(u64, StoredFailure)>,
    /// Where in the file each point was last begun. Looked up, never iterated.
    begun: HashMap<TallyId, u64>,
    /// Where in the file the program was last started.
    session: u64,
    /// Points that a precision has ended. Looked up, never iterated.
    precise: HashSet<TallyId>,
    /// Bytes up to the end of the last whole record.
    pub good: u64,
    /// Bytes after it.
    pub lost: u64,
    /// Bytes before it that are no whole records: something has changed them since they were written.
    pub damaged: u64,
}

impl TallyFileContents {
    /// The finished units of a point among its first trials, in their order. Of units that overlap the
    /// first one in the file counts.
    pub fn blocks(&self, id: TallyId, trials: u64) -> Vec<TallyBlock> {
        let among = |block: &&TallyBlock| block.end() <= trials;
        let mut all: Vec<TallyBlock> = self.units(id).filter(|block| among(&block)).collect();
        all.sort_by_key(|block| block.first);
        if all.windows(2).all(|pair| pair[0].end() <= pair[1].first) {
            return all;
        }
        // Fewer trials, and then more again, may leave units that overlap. There are few of them.
        all.sort_by_key(|block| block.offset);
        let mut kept: BTreeMap<u64, TallyBlock> = BTreeMap::new();
        for block in all {
            let before = kept.range(..block.end()).next_back();
            if before.is_none_or(|(_, other)| other.end() <= block.first) {
                kept.insert(block.first, block);
            }
        }
        kept.into_values().collect()
    }

    /// The trials of the finished units of a point, in their order.
    pub fn extents(&self, point: &PlannedPoint) -> Vec<Range<u64>> {
        let blocks = self.blocks(point.tally_id, point.trials);
        blocks.iter().map(|block| block.first..block.end()).collect()
    }

    /// Whether a point was begun since the program was last started.
    pub fn is_begun(&self, id: TallyId) -> bool {
        self.begun.get(&id).is_some_and(|&begun| begun > self.session)
    }

    /// Why each point has failed that did when it was last tried.
    pub fn failures<'a>(&'a self, plan: &Plan) -> HashMap<PointId, &'a str> {
        let tally_ids: HashMap<PointId, TallyId> = match self.failures.is_empty() {
            true => HashMap::new(),
            false => plan.points.iter().map(|point| (point.id, point.tally_id)).collect(),
        };
        let stands = |(failed, failure): &&(u64, StoredFailure)| {
            let begun = tally_ids.get(&failure.point).and_then(|id| self.begun.get(id));
            begun.is_none_or(|begun| begun < failed)
        };
        let all = self.failures.iter().filter(stands);
        all.map(|(_, failure)| (failure.point, failure.message.as_str())).collect()
    }

    /// Whether a precision has ended a point.
    pub fn is_precise(&self, id: TallyId) -> bool {
        self.precise.contains(&id)
    }

    /// All finished units of a point, in the order of the file.
    fn units(&self, id: TallyId) -> impl Iterator<Item = TallyBlock> {
        let begin = self.blocks.partition_point(|&(other, _)| other < id);
        self.blocks[begin..].iter().take_while(move |&&(other, _)| other == id).map(|&(_, block)| block)
    }
}

/// Reads a file of tallies.
pub struct TallyReader {
    path: PathBuf,
    file: Mutex<File>,
    /// What the file says of its study.
    pub header: TallyHeader,
    /// What it holds.
    pub contents: TallyFileContents,
}

impl TallyReader {
    /// Reads a file from its beginning to the end of its last whole record, and passes over those that are not
    /// what was written. One record is in memory at a time.
    ///
    /// # Errors
    /// If it cannot be read, or is no file of tallies.
    pub fn open(path: &Path) -> Result<Self, TallyError> {
        // To open a pipe would wait for somebody who writes.
        if path.metadata().is_ok_and(|what| !what.is_file()) {
            return Err(TallyError::Foreign { path: path.to_owned(), what: "it is no regular file" });
        }
        let file = File::open(path).map_err(failed("read", path))?;
        Self::read(path, file)
    }

    fn read(path: &Path, file: File) -> Result<Self, TallyError> {
        let failed = || failed("read", path);
        let foreign = |what| TallyError::Foreign { path: path.to_owned(), what };
        let size = file.metadata().map_err(failed())?.len();
        let mut input = BufReader::with_capacity(1 << 16, file);
        let mut magic = [0; MAGIC.len()];
        match input.read_exact(&mut magic) {
            Ok(()) if magic == MAGIC => {}
            Ok(()) => return Err(foreign("it begins otherwise")),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(foreign("it is too short"));
            }
            Err(error) => return Err(failed()(error)),
        }
        let mut contents = TallyFileContents { good: MAGIC.len() as u64, ..TallyFileContents::default() };
        let mut header = None;
        let mut bytes = Vec::new();
        let mut position = contents.good;
        while let Some(kind) = next_record(&mut input, size - position, &mut bytes).map_err(failed())? {
            let begin = position;
            let offset = begin + HEAD as u64;
            position = offset + bytes.len() as u64;
            let Some(kind) = kind else { continue };
            match kind {
                HEADER => match serde_json::from_slice::<TallyHeader>(&bytes) {
                    Ok(read) => header = Some(read),
                    Err(_) => return Err(foreign("what it says of its study cannot be read")),
                },
                BLOCK => match read_block(&bytes, offset) {
                    Some((id, block)) => contents.blocks.push((id, block)),
                    None => break,
                },
                FAILURE => match serde_json::from_slice::<StoredFailure>(&bytes) {
                    Ok(failure) => contents.failures.push((offset, failure)),
                    Err(_) => break,
                },
                SESSION => contents.session = offset,
                BEGUN | PRECISE => match <[u8; 16]>::try_from(&bytes[..]) {
                    Ok(id) if kind == BEGUN => drop(contents.begun.insert(TallyId(id), offset)),
                    Ok(id) => drop(contents.precise.insert(TallyId(id))),
                    Err(_) => break,
                },
                _ => break,
            }
            contents.damaged += begin - contents.good;
            contents.good = position;
        }
        contents.blocks.sort_by_key(|&(id, _)| id);
        contents.failures = last_of_each(contents.failures, |(_, failure)| failure.point);
        contents.lost = size - contents.good;
        let header = header.ok_or_else(|| foreign("it does not say of what study it is"))?;
        Ok(TallyReader { path: path.to_owned(), file: Mutex::new(input.into_inner()), header, contents })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the tally of a unit.
    ///
    /// # Errors
    /// If it cannot be read, or is no tally any more.
    pub fn tally(&self, block: &TallyBlock) -> Result<Tally, TallyError> {
        let bytes = self.bytes(block)?;
        let foreign = |what| TallyError::Foreign { path: self.path.clone(), what };
        let body = read_head(&bytes).map(|(_, _, body)| body).ok_or_else(|| foreign("a unit has changed"))?;
        Tally::read(body).map_err(|_| foreign("a unit cannot be read"))
    }

    /// The record of a unit as it stands in the file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn bytes(&self, block: &TallyBlock) -> Result<Vec<u8>, TallyError> {
        let mut bytes = vec![0; block.length as usize];
        let mut file = self.file.lock().expect("no thread panics while it reads");
        file.seek(SeekFrom::Start(block.offset))
            .and_then(|_| file.read_exact(&mut bytes))
            .map_err(failed("read", &self.path))?;
        Ok(bytes)
    }
}

/// What is to be known of a record without reading all of it.
pub enum Told {
    /// A unit: whose, and how many trials.
    Unit(TallyId, u64),
    /// A point has failed.
    Failed(StoredFailure),
    /// Something else.
    Other,
}

/// What records say that came from elsewhere; `None` if they are not whole records.
pub fn told(mut records: &[u8]) -> Option<Vec<Told>> {
    let mut all = Vec::new();
    let mut bytes = Vec::new();
    while !records.is_empty() {
        let left = records.len() as u64;
        let kind = next_record(&mut records, left, &mut bytes).ok().flatten().flatten()?;
        all.push(match kind {
            BLOCK => read_block(&bytes, 0).map(|(id, block)| Told::Unit(id, block.count))?,
            FAILURE => Told::Failed(serde_json::from_slice(&bytes).ok()?),
            _ => Told::Other,
        });
    }
    Some(all)
}

fn failed(what: &'static str, path: &Path) -> impl Fn(io::Error) -> TallyError {
    let path = path.to_owned();
    move |source| TallyError::Io { what, path: path.clone(), source }
}

/// Reads the next record, if the file has as many bytes as it says; its kind, if it is what was written. `left`
/// is how many bytes the file has from here on.
fn next_record(input: &mut impl Read, left: u64, bytes: &mut Vec<u8>) -> io::Result<Option<Option<u8>>> {
    let mut head = [0; HEAD];
    if left < HEAD as u64 {
        return Ok(None);
    }
    input.read_exact(&mut head)?;
    let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]);
    if u64::from(length) > left - HEAD as u64 {
        return Ok(None);
    }
    bytes.clear();
    input.take(u64::from(length)).read_to_end(bytes)?;
    if bytes.len() < length as usize {
        return Ok(None);
    }
    Ok(Some((checksum(head[4], bytes) == head[5..]).then_some(head[4])))
}

/// Of all items with one key the last, in the order of these last ones. One key is taken of each item, and
/// looked up once.
fn last_of_each<T, K: Hash + Eq>(items: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut seen = HashSet::with_capacity(items.len());
    let mut last: Vec<T> = items.into_iter().rev().filter(|item| seen.insert(key(item))).collect();
    last.reverse();
    last
}

fn checksum(kind: u8, bytes: &[u8]) -> [u8; 8] {
    let hash = Sha256::new().chain_update([kind]).chain_update(bytes).finalize();
    let mut sum = [0; 8];
    sum.copy_from_slice(&hash[..8]);
    sum
}

fn record(kind: u8, bytes: &[u8]) -> Vec<u8> {
    let mut record = Vec::with_capacity(HEAD + bytes.len());
    record.extend((bytes.len() as u32).to_le_bytes());
    record.push(kind);
    record.extend(checksum(kind, bytes));
    record.extend(bytes);
    record
}

/// The bytes of a unit: whose it is, how long it took, its tally.
fn unit_bytes(id: TallyId, micros: u64, tally: &Tally) -> Vec<u8> {
    let mut bytes = id.0.to_vec();
    put(&mut bytes, u128::from(micros));
    bytes.extend(tally.bytes());
    bytes
}

fn read_head(bytes: &[u8]) -> Option<(TallyId, u64, &[u8])> {
    let (id, rest) = bytes.split_first_chunk::<16>()?;
    let mut reading = ByteReader(rest);
    let micros = reading.number("a time").ok()?;
    Some((TallyId(*id), micros, reading.0))
}

fn read_block(bytes: &[u8], offset: u64) -> Option<(TallyId, TallyBlock)> {
    let (id, micros, body) = read_head(bytes)?;
    let (first, count) = Tally::extent(body).ok()?;
    Some((id, TallyBlock { first, count, micros, offset, length: bytes.len() as u32 }))
}

/// To what finished units are appended, one after another and from any thread: a file, or what is sent to
/// the one who has it.
pub trait Journal: Sync {
    /// Appends whole records.
    ///
    /// # Errors
    /// If they cannot be written; then nothing of them is there.
    fn append(&self, records: &[u8]) -> Result<(), TallyError>;

    /// Appends a finished unit.
    ///
    /// # Errors
    /// As [`Journal::append`].
    fn finished(&self, id: TallyId, micros: u64, tally: &Tally) -> Result<(), TallyError> {
        self.append(&record(BLOCK, &unit_bytes(id, micros, tally)))
    }

    /// Appends that a point has failed.
    ///
    /// # Errors
    /// As [`Journal::append`].
    fn failed(&self, failure: &StoredFailure) -> Result<(), TallyError> {
        self.append(&record(FAILURE, &json(failure)))
    }

    /// Appends that a point was begun.
    ///
    /// # Errors
    /// As [`Journal::append`].
    fn begun(&self, id: TallyId) -> Result<(), TallyError> {
        self.append(&record(BEGUN, &id.0))
    }

    /// Appends that a precision has ended a point.
    ///
    /// # Errors
    /// As [`Journal::append`].
    fn precise(&self, id: TallyId) -> Result<(), TallyError> {
        self.append(&record(PRECISE, &id.0))
    }
}

/// A file of tallies that is appended to.
pub struct TallyFile {
    path: PathBuf,
    open: Mutex<Appending>,
}

struct Appending {
    file: File,
    /// Bytes up to the end of the last whole record.
    good: u64,
    /// Bytes that were appended since the system was last asked to put them on the disk.
    unsynced: u64,
}

/// After so many bytes the system is asked to put them on the disk.
const SYNC_EACH: u64 = 1 << 22;

impl TallyFile {
    /// Begins a file; there must be none.
    ///
    /// # Errors
    /// If there is one, or it cannot be made.
    pub fn create(path: &Path, header: &TallyHeader) -> Result<Self, TallyError> {
        Self::begin(path, header, false)
    }

    /// Begins a file in the place of another: at no moment is there none, which would leave a folder of tables
    /// that nobody knows for a study.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn replace(path: &Path, header: &TallyHeader) -> Result<Self, TallyError> {
        Self::begin(path, header, true)
    }

    fn begin(path: &Path, header: &TallyHeader, replace: bool) -> Result<Self, TallyError> {
        let failed = || failed("make", path);
        let mut bytes = MAGIC.to_vec();
        bytes.extend(record(HEADER, &json(header)));
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // It takes its place when it says what it is: a file without a beginning would be in the way. Whoever
        // makes it holds the lock, so a draft of this name is what a program that was killed has left.
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let draft = folder.join(format!(".tombola-{name}"));
        let _ = std::fs::remove_file(&draft);
        let mut new = OpenOptions::new().write(true).create_new(true).open(&draft).map_err(failed())?;
        // Whatever goes wrong from here on, the draft goes too.
        let draft = TempPath::try_from_path(&draft).map_err(failed())?;
        new.write_all(&bytes).and_then(|()| new.sync_data()).map_err(failed())?;
        let placed = if replace { draft.persist(path) } else { draft.persist_noclobber(path) };
        placed.map_err(|error| failed()(error.error))?;
        let file = OpenOptions::new().read(true).append(true).open(path).map_err(failed())?;
        let open = Mutex::new(Appending { file, good: bytes.len() as u64, unsynced: 0 });
        Ok(TallyFile { path: path.to_owned(), open })
    }

    /// Goes on with a file that was read: what follows its last whole record is cut off, and what it says
    /// of its study is said anew if that has changed.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn resume(reader: &TallyReader, header: &TallyHeader) -> Result<Self, TallyError> {
        let path = reader.path();
        let file = OpenOptions::new().read(true).append(true).open(path).map_err(failed("write", path))?;
        let good = reader.contents.good;
        if reader.contents.lost > 0 {
            file.set_len(good).map_err(failed("write", path))?;
        }
        let this =
            TallyFile { path: path.to_owned(), open: Mutex::new(Appending { file, good, unsynced: 0 }) };
        if reader.header != *header {
            this.append(&record(HEADER, &json(header)))?;
        }
        this.append(&record(SESSION, &[]))?;
        Ok(this)
    }

    /// Appends the record of a finished unit as another file has it.
    ///
    /// # Errors
    /// As [`Journal::append`].
    pub fn copied(&self, bytes: &[u8]) -> Result<(), TallyError> {
        self.append(&record(BLOCK, bytes))
    }

    /// Asks the system to put everything on the disk.
    ///
    /// # Errors
    /// If it cannot.
    pub fn sync(&self) -> Result<(), TallyError> {
        let open = self.open.lock().expect("no thread panics while it appends");
        open.file.sync_data().map_err(failed("write", &self.path))
    }
}

impl Journal for TallyFile {
    fn append(&self, bytes: &[u8]) -> Result<(), TallyError> {
        let mut open = self.open.lock().expect("no thread panics while it appends");
        let Appending { file, good, unsynced } = &mut *open;
        if let Err(source) = file.write_all(bytes) {
            // What was written of it is no record.
            let _ = file.set_len(*good);
            return Err(failed("write", &self.path)(source));
        }
        *good += bytes.len() as u64;
        *unsynced += bytes.len() as u64;
        if *unsynced >= SYNC_EACH {
            *unsynced = 0;
            file.sync_data().map_err(failed("write", &self.path))?;
        }
        Ok(())
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain data can be written")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::{Control, Player, Quiet};
    use proptest::prelude::*;
    use std::sync::atomic::AtomicBool;

    fn header() -> TallyHeader {
        TallyHeader {
            version: "0".to_owned(),
            name: "a".to_owned(),
            origin: Origin {
                path: "a.toml".to_owned(),
                text: String::new(),
                settings: vec![super::super::plan::Setting {
                    key: "run.seed".to_owned(),
                    value: toml::Value::Float(1.0),
                    option: "--set run.seed=1.0".to_owned(),
                }],
                sweeps: Vec::new(),
                luck: None,
                metrics: None,
                compared: Vec::new(),
            },
            base: BTreeMap::new(),
            swept: Vec::new(),
            luck: "shared".to_owned(),
            detail: Detail::default(),
            digest: String::new(),
            shard: None,
        }
    }

    #[test]
    fn a_file_that_is_begun_anew_takes_the_place_of_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study.tally");
        TallyFile::create(&path, &header()).unwrap();
        assert!(TallyFile::create(&path, &header()).is_err());
        let other = TallyHeader { name: "b".to_owned(), ..header() };
        TallyFile::replace(&path, &other).unwrap();
        assert_eq!(TallyReader::open(&path).unwrap().header.name, "b");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    fn tallies() -> Vec<Tally> {
        let text = "[run]\nengine = 'draws'\nrounds = 30\ntrials = 12\n[population]\ncount = 5\ntotal_stake = 900\nstake = 'zipf'\n";
        let scenario = crate::Scenario::parse("a", text).unwrap();
        let stop = AtomicBool::new(false);
        let control = Control { progress: &Quiet, stop: &stop };
        let player = Player::new(&scenario.experiment, &control);
        let tally = |first: u64| {
            let results = player.play(first..first + 4).unwrap();
            Tally { records: results.records, totals: results.totals, measurements: Vec::new() }
        };
        [0, 8, 4].map(tally).to_vec()
    }

    const ID: TallyId = TallyId([7; 16]);

    fn written(path: &Path) -> Vec<Tally> {
        let file = TallyFile::create(path, &header()).unwrap();
        let tallies = tallies();
        for (micros, tally) in (5..).zip(&tallies) {
            file.finished(ID, micros, tally).unwrap();
        }
        file.failed(&StoredFailure { point: super::super::PointId([1; 8]), message: "it broke".to_owned() })
            .unwrap();
        tallies
    }

    fn read_all(reader: &TallyReader) -> Vec<Tally> {
        reader.contents.blocks(ID, 12).iter().map(|block| reader.tally(block).unwrap()).collect()
    }

    #[test]
    fn what_was_appended_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tally");
        let mut tallies = written(&path);
        tallies.sort_by_key(Tally::first);
        let reader = TallyReader::open(&path).unwrap();
        assert_eq!((reader.header.clone(), reader.contents.lost), (header(), 0));
        assert_eq!(read_all(&reader), tallies);
        assert_eq!(reader.contents.failures[0].1.message, "it broke");
        assert!(TallyFile::create(&path, &header()).is_err());
    }

    /// Twice as many failed points are twice as much work, and not four times: keys are taken once of each, and
    /// compared with few others.
    #[test]
    fn the_last_failure_of_each_point_is_found_in_linear_time() {
        use std::sync::atomic::{AtomicU64, Ordering};
        static COMPARED: AtomicU64 = AtomicU64::new(0);
        struct Key(u64);
        impl Hash for Key {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.0.hash(state);
            }
        }
        impl PartialEq for Key {
            fn eq(&self, other: &Key) -> bool {
                COMPARED.fetch_add(1, Ordering::Relaxed);
                self.0 == other.0
            }
        }
        impl Eq for Key {}
        for points in [1_000u64, 8_000] {
            let taken = AtomicU64::new(0);
            let before = COMPARED.load(Ordering::Relaxed);
            // Every point failed twice.
            let items: Vec<(u64, &str)> = (0..points)
                .map(|point| (point, "first"))
                .chain((0..points).map(|point| (point, "last")))
                .collect();
            let last = last_of_each(items, |item| {
                taken.fetch_add(1, Ordering::Relaxed);
                Key(item.0)
            });
            let compared = COMPARED.load(Ordering::Relaxed) - before;
            assert_eq!(taken.load(Ordering::Relaxed), 2 * points);
            assert!(compared <= 4 * points, "{compared} comparisons for {points} points");
            assert!(last.iter().copied().eq((0..points).map(|point| (point, "last"))));
        }
    }

    /// The last failure of a point counts, also in later sessions, until the point is tried again.
    #[test]
    fn failures_are_the_last_of_each_point_until_it_is_begun_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tally");
        let text = "[run]\nengine = 'draws'\nrounds = 4\n[population]\ncount = 5\ntotal_stake = 900\nstake = 'zipf'\n\
                    [sweep]\n'run.seed' = [1, 2, 3]\n";
        let origin = Origin { path: "a.toml".to_owned(), text: text.to_owned(), ..Origin::default() };
        let plan = Plan::new(origin, Detail::default()).unwrap();
        let file = TallyFile::create(&path, &header()).unwrap();
        for (place, message) in [(0, "a"), (1, "b"), (0, "c")] {
            file.begun(plan.points[place].tally_id).unwrap();
            let failure = StoredFailure { point: plan.points[place].id, message: message.to_owned() };
            file.failed(&failure).unwrap();
        }
        let told = |reader: &TallyReader| {
            let failures = reader.contents.failures(&plan);
            plan.points
                .iter()
                .map(|point| failures.get(&point.id).copied().unwrap_or("").to_owned())
                .collect()
        };
        let all: Vec<String> = told(&TallyReader::open(&path).unwrap());
        assert_eq!(all, ["c", "b", ""]);
        let reader = TallyReader::open(&path).unwrap();
        assert!(reader.contents.is_begun(plan.points[0].tally_id));
        let file = TallyFile::resume(&reader, &header()).unwrap();
        let reader = TallyReader::open(&path).unwrap();
        assert!(!reader.contents.is_begun(plan.points[0].tally_id));
        assert_eq!(all, told(&reader));
        file.begun(plan.points[0].tally_id).unwrap();
        let reader = TallyReader::open(&path).unwrap();
        let all: Vec<String> = told(&reader);
        assert_eq!(all, ["", "b", ""]);
        assert!(reader.contents.is_begun(plan.points[0].tally_id));
    }

    /// A byte that has changed in the middle costs the record that it is in, and nothing after it; going on
    /// leaves that record where it is. A length that has changed costs what comes after it.
    #[test]
    fn a_record_that_has_changed_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tally");
        written(&path);
        let bytes = std::fs::read(&path).unwrap();
        let reader = TallyReader::open(&path).unwrap();
        let whole = read_all(&reader);
        // The second of the three units in the file has the trials from 8 on.
        let second = reader.contents.blocks(ID, 12)[2];
        for (place, kept, lost) in [
            (second.offset as usize + 20, 2, 0),
            (second.offset as usize - HEAD + 5, 2, 0),
            (second.offset as usize - HEAD + 4, 2, 0),
            (second.offset as usize - HEAD + 3, 1, bytes.len() as u64 + HEAD as u64 - second.offset),
        ] {
            let mut changed = bytes.clone();
            changed[place] ^= 0x40;
            std::fs::write(&path, &changed).unwrap();
            let reader = TallyReader::open(&path).unwrap();
            let read = read_all(&reader);
            assert_eq!((read.len(), reader.contents.lost), (kept, lost));
            assert!(read.iter().all(|tally| whole.contains(tally)));
            let damaged = if lost == 0 { u64::from(second.length) + HEAD as u64 } else { 0 };
            assert_eq!(reader.contents.damaged, damaged);
            let file = TallyFile::resume(&reader, &header()).unwrap();
            for tally in whole.iter().filter(|tally| !read.contains(tally)) {
                file.finished(ID, 1, tally).unwrap();
            }
            let again = TallyReader::open(&path).unwrap();
            assert_eq!((read_all(&again), again.contents.lost), (whole.clone(), 0));
        }
        // A unit that stands there twice counts once.
        let record = &bytes[second.offset as usize - HEAD..][..HEAD + second.length as usize];
        std::fs::write(&path, [&bytes[..], record].concat()).unwrap();
        assert_eq!(read_all(&TallyReader::open(&path).unwrap()), whole);
    }

    /// Cut off at every byte: what was whole is there still, and going on leaves a file that is whole.
    #[test]
    fn a_file_that_was_cut_off_keeps_what_was_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tally");
        written(&path);
        let bytes = std::fs::read(&path).unwrap();
        let whole = read_all(&TallyReader::open(&path).unwrap());
        let mut seen = 0;
        for end in 0..bytes.len() {
            std::fs::write(&path, &bytes[..end]).unwrap();
            let Ok(reader) = TallyReader::open(&path) else {
                assert_eq!(seen, 0, "the header is read once it is whole");
                continue;
            };
            let kept = read_all(&reader);
            assert!(kept.len() >= seen && kept.iter().all(|tally| whole.contains(tally)));
            seen = kept.len();
            assert_eq!(reader.contents.good + reader.contents.lost, end as u64);
            if end % 97 == 0 {
                let file = TallyFile::resume(&reader, &header()).unwrap();
                file.finished(TallyId([9; 16]), 1, &whole[0]).unwrap();
                let again = TallyReader::open(&path).unwrap();
                assert_eq!((again.contents.lost, read_all(&again)), (0, kept));
                assert_eq!(again.contents.blocks(TallyId([9; 16]), 12).len(), 1);
            }
        }
        assert_eq!(seen, 3);
    }

    proptest! {
        /// A file that was changed anywhere: no panic, and no tally that was not written.
        #[test]
        fn changed_files_give_nothing_that_was_not_written(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.tally");
            let whole = written(&path);
            let mut bytes = std::fs::read(&path).unwrap();
            for (place, byte) in changes {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            std::fs::write(&path, &bytes).unwrap();
            if let Ok(reader) = TallyReader::open(&path) {
                prop_assert!(read_all(&reader).iter().all(|tally| whole.contains(tally)));
            }
        }
    }
}
