//! Where a study is kept: its tallies, its lock, and the tables made of them.

use super::lock::{Holder, NotHeld, StudyLock};
use super::plan::Plan;
use super::shard::Shard;
use super::tally_file::{TallyError, TallyFile, TallyHeader, TallyReader};
use crate::report::{Leftover, behind_links, make_folders, settle_killed_runs};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The file of tallies in the folder of a study.
pub const TALLIES: &str = "study.tally";
/// The folder of the folders of points.
pub(super) const POINTS: &str = "points";
const LOCK: &str = "lock";
/// How files begin that are still being written.
const DRAFT: &str = ".tombola-";

/// Why a study cannot be kept here.
#[derive(Debug, Error)]
pub enum StudyError {
    /// A program is at work here.
    #[error("{} is held by {}; nothing was run\n  help: wait until it has ended, or write elsewhere with --output DIR", path.display(), holder.as_ref().map_or("another program".to_owned(), Holder::to_string))]
    Held {
        /// The folder or the file.
        path: PathBuf,
        /// Who, if that can be read.
        holder: Option<Holder>,
    },
    /// Something else is here.
    #[error("{} exists and is no folder of a study; nothing was run\n  help: write elsewhere with --output DIR, or give the study another name", .0.display())]
    Foreign(PathBuf),
    /// There is no study here.
    #[error("{} is no folder of a study, which has a file {}\n  help: name the folder that `tombola run STUDY` has written, such as output/NAME", .0.display(), TALLIES)]
    NoStudy(PathBuf),
    /// The tallies here are those of something else.
    #[error("{}: this is not the study that was begun here: {difference}; nothing was run\n  help: change it back, or write elsewhere with --output DIR, or begin anew with --force, which discards what was played", path.display())]
    Changed {
        /// The file of tallies.
        path: PathBuf,
        /// What differs.
        difference: String,
    },
    /// Another version of the program has begun it.
    #[error("{}: this study was begun with tombola {theirs}, and this is {ours}, which may play other trials; nothing was run\n  help: go on with that version, or with --other-version if you know that results did not move between them, or begin anew with --force", path.display())]
    OtherVersion {
        /// The file of tallies.
        path: PathBuf,
        /// The version that has begun it.
        theirs: String,
        /// This one.
        ours: &'static str,
    },
    /// The tallies cannot be read or written.
    #[error(transparent)]
    Tally(#[from] TallyError),
    /// The operating system refuses.
    #[error("cannot write {}: {source}\n  help: write elsewhere with --output DIR, or change the folder's permissions", path.display())]
    Io {
        /// What could not be written.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// How a study is opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Opening {
    /// Whether what was played before is discarded.
    pub force: bool,
    /// Whether a study that another version has begun is gone on with.
    pub other_version: bool,
}

/// The folder of a study that is held.
pub struct HeldFolder {
    /// The folder.
    pub path: PathBuf,
    /// What became of what killed commands had left in it.
    pub leftovers: Vec<Leftover>,
    _lock: StudyLock,
}

/// A study that is held: what was played of it before, and where more is appended.
pub struct OpenStudy {
    /// The folder, or that of the file of a shard.
    pub folder: PathBuf,
    /// What became of what killed commands had left in it.
    pub leftovers: Vec<Leftover>,
    /// What was there when it was opened.
    pub before: TallyReader,
    /// Where finished units are appended.
    pub file: TallyFile,
    _lock: StudyLock,
}

impl OpenStudy {
    /// Opens the folder of a study, `root/NAME`, or makes it.
    ///
    /// # Errors
    /// A [`StudyError`].
    pub fn folder(root: &Path, plan: &Plan, holder: &Holder, opening: Opening) -> Result<Self, StudyError> {
        let HeldFolder { path: folder, leftovers, _lock } = hold_place(root, plan, holder)?;
        let (before, file) = open(&folder.join(TALLIES), &TallyHeader::of(plan, None), plan, opening)?;
        Ok(OpenStudy { folder, leftovers, before, file, _lock })
    }

    /// Opens the file of a shard, or makes it.
    ///
    /// # Errors
    /// A [`StudyError`].
    pub fn shard(
        path: &Path,
        plan: &Plan,
        shard: Shard,
        holder: &Holder,
        opening: Opening,
    ) -> Result<Self, StudyError> {
        Self::beside(path, plan, Some(shard), holder, opening)
    }

    /// Opens a file of tallies that has no folder of its own, or makes it.
    ///
    /// # Errors
    /// A [`StudyError`].
    pub fn file(path: &Path, plan: &Plan, holder: &Holder, opening: Opening) -> Result<Self, StudyError> {
        Self::beside(path, plan, None, holder, opening)
    }

    fn beside(
        path: &Path,
        plan: &Plan,
        shard: Option<Shard>,
        holder: &Holder,
        opening: Opening,
    ) -> Result<Self, StudyError> {
        // A link stays a link, whether the file that it leads to is there or not.
        let path = &behind_links(path).map_err(|source| StudyError::Io { path: path.to_owned(), source })?;
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        make_folder(&folder)?;
        let mut beside = path.as_os_str().to_owned();
        beside.push(".lock");
        let lock = hold(Path::new(&beside), path, holder)?;
        let (before, file) = open(path, &TallyHeader::of(plan, shard), plan, opening)?;
        Ok(OpenStudy { folder, leftovers: Vec::new(), before, file, _lock: lock })
    }

    /// Reads the tallies again, as they stand now.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn now(&self) -> Result<TallyReader, TallyError> {
        TallyReader::open(self.before.path())
    }
}

/// The tallies in the folder of a study, to be looked at while others may be at work, and who is.
///
/// # Errors
/// If there are none, or they cannot be read.
pub fn look_at(folder: &Path) -> Result<(TallyReader, Option<Option<Holder>>), StudyError> {
    if !folder.join(TALLIES).is_file() {
        return Err(StudyError::NoStudy(folder.to_owned()));
    }
    let reader = TallyReader::open(&folder.join(TALLIES))?;
    Ok((reader, StudyLock::holder(&folder.join(LOCK))))
}

/// Holds the folder of a study, `root/NAME`, which is made if need be. What commands that were killed have
/// left in it is brought to its end.
///
/// # Errors
/// If it is no folder of a study, is held by somebody, or cannot be made.
pub fn hold_place(root: &Path, plan: &Plan, holder: &Holder) -> Result<HeldFolder, StudyError> {
    let folder = root.join(&plan.name);
    if folder.symlink_metadata().is_ok() && !is_study(&folder) {
        return Err(StudyError::Foreign(folder));
    }
    make_folder(&folder)?;
    hold_settled(folder, holder)
}

/// Holds the folder of a study that is there, to write its tables anew.
///
/// # Errors
/// A [`StudyError`].
pub fn hold_folder(folder: &Path, holder: &Holder) -> Result<(TallyReader, HeldFolder), StudyError> {
    let no_study = || StudyError::NoStudy(folder.to_owned());
    let is_begun = || folder.join(TALLIES).is_file();
    // The tallies may be among what a command that was killed has left.
    let may_hold_them = is_study(folder) && holds_drafts(folder);
    if !is_begun() && !may_hold_them {
        return Err(no_study());
    }
    let held = hold_settled(folder.to_owned(), holder)?;
    if !is_begun() {
        return Err(no_study());
    }
    Ok((TallyReader::open(&folder.join(TALLIES))?, held))
}

/// Holds a folder, and brings to its end what is left in it and among the folders of its points.
fn hold_settled(path: PathBuf, holder: &Holder) -> Result<HeldFolder, StudyError> {
    let lock = hold(&path.join(LOCK), &path, holder)?;
    remove_drafts(&path);
    let mut leftovers = settle_killed_runs(&path);
    leftovers.extend(settle_killed_runs(&path.join(POINTS)));
    Ok(HeldFolder { path, leftovers, _lock: lock })
}

fn make_folder(folder: &Path) -> Result<(), StudyError> {
    make_folders(folder).map_err(|(path, source)| StudyError::Io { path, source })
}

/// Whether a folder is that of a study, or of one that was killed before it had begun.
fn is_study(folder: &Path) -> bool {
    if folder.join(TALLIES).is_file() {
        return true;
    }
    let ours = |name: &str| name == LOCK || name.starts_with(DRAFT);
    fs::read_dir(folder).is_ok_and(|mut entries| {
        entries.all(|entry| entry.is_ok_and(|entry| entry.file_name().to_str().is_some_and(ours)))
    })
}

fn hold(lock: &Path, what: &Path, holder: &Holder) -> Result<StudyLock, StudyError> {
    StudyLock::take(lock, holder).map_err(|refused| match refused {
        NotHeld::Busy(holder) => StudyError::Held { path: what.to_owned(), holder },
        NotHeld::Io(path, source) => StudyError::Io { path, source },
    })
}

fn holds_drafts(folder: &Path) -> bool {
    let is_draft = |name: &std::ffi::OsStr| name.to_str().is_some_and(|name| name.starts_with(DRAFT));
    fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(|entry| is_draft(&entry.file_name())))
}

/// Removes what a program that was killed had not finished writing.
fn remove_drafts(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_draft = entry.file_name().to_str().is_some_and(|name| name.starts_with(DRAFT));
        if is_draft && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn open(
    path: &Path,
    header: &TallyHeader,
    plan: &Plan,
    opening: Opening,
) -> Result<(TallyReader, TallyFile), StudyError> {
    if path.is_file() && opening.force {
        // It is replaced only if it is what it seems to be.
        TallyReader::open(path)?;
        TallyFile::replace(path, header)?;
    } else if !path.is_file() {
        TallyFile::create(path, header)?;
    }
    let before = TallyReader::open(path)?;
    let theirs = &before.header;
    if theirs.version != header.version && !opening.other_version {
        return Err(StudyError::OtherVersion {
            path: path.to_owned(),
            theirs: theirs.version.clone(),
            ours: env!("CARGO_PKG_VERSION"),
        });
    }
    let changed = |difference: String| StudyError::Changed { path: path.to_owned(), difference };
    if let Some(difference) = theirs.differs_from(plan) {
        return Err(changed(difference));
    }
    if theirs.shard != header.shard {
        let named =
            |shard: Option<Shard>| shard.map_or("the whole study".to_owned(), |it| format!("the shard {it}"));
        return Err(changed(format!(
            "the file is of {}, and this is {}",
            named(theirs.shard),
            named(header.shard)
        )));
    }
    let file = TallyFile::resume(&before, header)?;
    Ok((before, file))
}
