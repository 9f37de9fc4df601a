//! The folder of results: written whole or not at all, and nothing of others lost.
//!
//! Results are made in a hidden folder beside their place, with a [`journal`]; when they are whole,
//! they take their [`placement`]. Files that join a folder later are made in a hidden folder in it and placed
//! together ([`Addition`]). A command that is killed leaves the hidden folder behind, and the next one finds
//! it ([`settle_killed_runs`]).

mod addition;
mod contents;
mod journal;
mod links;
mod placement;
mod record;
mod rename;

pub use addition::{Addition, Terms};
pub use contents::manifest_hash;
pub use links::{behind_links, make_folders};
pub use record::{file_hash, listed_file, read_manifest};

use super::tables::{Rows, write_rows_watched};
use crate::simulation::{Control, Quiet};
use contents::{Listing, MANIFEST};
use journal::{JournalEntry, Making, PREFIX, WorkFolder};
use placement::Found;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use thiserror::Error;

/// A folder of results in the making. Files are written beside the place where they will stand;
/// [`ResultsFolder::publish`] moves them there all at once. Dropped before that, it leaves
/// nothing behind.
pub struct ResultsFolder {
    root: PathBuf,
    target: PathBuf,
    work: WorkFolder,
    /// The files that were made.
    names: Mutex<BTreeSet<String>>,
    /// Whether cells of tables are guarded against being calculated.
    safe_csv: bool,
    /// The folders that had to be made for it, outermost first.
    made: MadeFolders,
}

/// Folders to be removed again, if they are still empty.
struct MadeFolders(Vec<PathBuf>);

impl MadeFolders {
    /// Makes a folder and those above it that are missing.
    fn down_to(root: &Path) -> Result<Self, FolderError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| FolderError::Io { path, source }
        };
        if let Some(conflict) = root.ancestors().find(|folder| folder.exists() && !folder.is_dir()) {
            return Err(failed(conflict)(io::ErrorKind::NotADirectory.into()));
        }
        if let Some(link) = root.ancestors().find(|folder| links::leads_nowhere(folder)) {
            return Err(failed(link)(links::dangling_error(link)));
        }
        let missing: Vec<PathBuf> = root
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .map(Path::to_owned)
            .collect();
        let mut made = MadeFolders(Vec::new());
        for folder in missing.into_iter().rev() {
            match fs::create_dir(&folder) {
                Ok(()) => made.0.push(folder),
                // Another run has just made it.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
                Err(error) => return Err(failed(&folder)(error)),
            }
        }
        Ok(made)
    }
}

impl Drop for MadeFolders {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            // A folder that others have put something into stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Results that have taken their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Where they stand.
    pub folder: PathBuf,
    /// If that is not where they were meant to stand: where that is, and what kept them from it.
    pub instead_of: Option<(PathBuf, Conflict)>,
}

/// What keeps results from their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// There is something, and it was not asked to replace it.
    Exists,
    /// There is something that is no folder of results.
    Foreign,
    /// These results are partial, and complete ones are there.
    Complete,
    /// Something that is not of the results there has the name of one of these files.
    InTheWay(PathBuf),
}

impl fmt::Display for Conflict {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Conflict::Exists => write!(formatter, "has appeared meanwhile"),
            Conflict::Foreign => {
                write!(formatter, "is not a folder of results (it has no {MANIFEST} of this program)")
            }
            Conflict::Complete => write!(formatter, "holds complete results, and these are partial"),
            Conflict::InTheWay(path) => {
                write!(
                    formatter,
                    "holds {}, which is not among the files that its {MANIFEST} lists",
                    path.display()
                )
            }
        }
    }
}

/// Why results cannot be written.
#[derive(Debug, Error)]
pub enum FolderError {
    /// There is something already.
    #[error("{} exists already; nothing was run\n  help: add --force to replace it, or --output DIR to write elsewhere", .0.display())]
    Exists(PathBuf),
    /// There is something that is no folder of results.
    #[error("{} is not a folder of results (it has no manifest.json of this program), so it will not be replaced\n  help: move it away, or write elsewhere with --output DIR", .0.display())]
    Foreign(PathBuf),
    /// The operating system refuses.
    #[error("cannot write {}: {source}\n  help: {}", path.display(), advice(source))]
    Io {
        /// What could not be written.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// A file that had been written is gone.
    #[error("{}: the file was removed while the results were made, so they are not whole and were not written\n  help: run again, and leave the folders whose names begin with {PREFIX} alone", .0.display())]
    Vanished(PathBuf),
    /// A folder is not any more what was read of it.
    #[error("{}: another command has changed what is there meanwhile; nothing was written\n  help: give the command again", .0.display())]
    Changed(PathBuf),
    /// Something that is not of the results there has the place of a file or a folder.
    #[error("{} is in the way: it is none of the files that this program has put there; nothing was written\n  help: move it away", .0.display())]
    InTheWay(PathBuf),
    /// Something has the name of a new file.
    #[error("{} has appeared meanwhile; nothing was written\n  help: move it away, or add --force to replace it", .0.display())]
    Appeared(PathBuf),
    /// Whole results could not be moved to their place.
    #[error("cannot write {}: {source}{}\n  help: give the command again: it finishes what is there", target.display(), stranded(results, replaced))]
    Stranded {
        /// Where they were to stand.
        target: PathBuf,
        /// The operating system's reason.
        source: io::Error,
        /// Where they are.
        results: Option<PathBuf>,
        /// Where the results are that stood there before.
        replaced: Option<PathBuf>,
    },
}

fn stranded(results: &Option<PathBuf>, replaced: &Option<PathBuf>) -> String {
    let told = |what: &str, path: &Option<PathBuf>| match path {
        Some(path) => format!("; {what} results are in {}", path.display()),
        None => String::new(),
    };
    told("the new", results) + &told("the old", replaced)
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "make room on the disk, or write elsewhere with --output DIR; nothing half-written was left behind"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "write elsewhere with --output DIR, or change the folder's permissions"
        }
        _ => "write elsewhere with --output DIR",
    }
}

impl ResultsFolder {
    /// Prepares the folder `root/name`, making `root` if need be. To be called before a run, so
    /// that no run is wasted on a folder that cannot be written.
    ///
    /// # Errors
    /// If the folder exists and `replace` is not set, or is no folder of results, or cannot be
    /// written.
    pub fn prepare(root: &Path, name: &str, replace: bool) -> Result<Self, FolderError> {
        let target = root.join(name);
        if target.symlink_metadata().is_ok() {
            if !replace {
                return Err(FolderError::Exists(target));
            }
            let empty = !target.is_symlink()
                && fs::read_dir(&target).is_ok_and(|mut entries| entries.next().is_none());
            if !empty && Listing::of(&target).is_none() {
                return Err(FolderError::Foreign(target));
            }
        }
        let made = MadeFolders::down_to(root)?;
        // The error tells the path of the hidden folder, which means nothing to a user.
        let work = WorkFolder::create(root, JournalEntry::new(name, replace))
            .map_err(|error| FolderError::Io { path: root.to_owned(), source: error.kind().into() })?;
        Ok(ResultsFolder {
            root: root.to_owned(),
            target,
            work,
            names: Mutex::default(),
            safe_csv: false,
            made,
        })
    }

    /// The same folder, with a guard against formulas for its tables or without one.
    pub fn with_safe_csv(self, safe_csv: bool) -> Self {
        ResultsFolder { safe_csv, ..self }
    }

    /// Where the results will stand.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Opens a new file of the results; `name` may have folders in it.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn create(&self, name: &str) -> io::Result<File> {
        // The folder itself is never made anew: if it is gone, so are files that were in it.
        let mut folder = self.work.results();
        let mut parts: Vec<&str> = name.split('/').collect();
        let last = parts.pop().unwrap_or_default();
        for part in parts {
            folder.push(part);
            match fs::create_dir(&folder) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        let file = File::create(folder.join(last))?;
        self.names().insert(name.to_owned());
        Ok(file)
    }

    /// Writes a file of the results; `name` may have folders in it.
    ///
    /// # Errors
    /// If it cannot be made or written.
    pub fn write(
        &self,
        name: &str,
        content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), FolderError> {
        self.create(name)
            .map(BufWriter::new)
            .and_then(|mut out| {
                content(&mut out)?;
                out.flush()
            })
            .map_err(|error| self.failed(name, error))
    }

    /// Writes a table of the results.
    ///
    /// # Errors
    /// If it cannot be made or written.
    pub fn write_table<R: Rows + ?Sized>(&self, name: &str, rows: &R) -> Result<(), FolderError> {
        let never = AtomicBool::new(false);
        self.write_table_watched(name, rows, &Control { progress: &Quiet, stop: &never })
    }

    /// The same, watched by somebody: progress is told of in rows, and it fails once it is told to
    /// stop.
    ///
    /// # Errors
    /// If it cannot be made or written, or if it was told to stop.
    pub fn write_table_watched<R: Rows + ?Sized>(
        &self,
        name: &str,
        rows: &R,
        control: &Control,
    ) -> Result<(), FolderError> {
        self.write(name, |out| write_rows_watched(rows, self.safe_csv, out, control))
    }

    /// Writes the manifest, last of all files.
    ///
    /// # Errors
    /// If it cannot be made or written.
    pub fn write_manifest(&self, manifest: &impl Serialize) -> Result<(), FolderError> {
        self.write(MANIFEST, |out| {
            serde_json::to_writer_pretty(&mut *out, manifest)?;
            out.write_all(b"\n")
        })
    }

    /// Removes a file of the results.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        self.names().remove(name);
        fs::remove_file(self.work.results().join(name))
    }

    /// The files so far, by name with `/` between folders, sorted.
    pub fn files(&self) -> Vec<(String, PathBuf)> {
        let results = self.work.results();
        self.names().iter().map(|name| (name.clone(), results.join(name))).collect()
    }

    fn names(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.names.lock().expect("no thread panics while it holds the names")
    }

    /// An error of the operating system about one of the results' files.
    pub fn failed(&self, name: &str, source: io::Error) -> FolderError {
        FolderError::Io { path: self.target.join(name), source }
    }

    /// Moves the results, the manifest among them, to their place, or beside it if something stands
    /// there that must not be replaced.
    ///
    /// # Errors
    /// If a file has vanished, or if they cannot be moved; then what stood there before stands there
    /// still, or is where the error says.
    pub fn publish(self) -> Result<Published, FolderError> {
        for (name, path) in self.files() {
            if !path.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) {
                return Err(FolderError::Vanished(self.target.join(name)));
            }
        }
        let hash = manifest_hash(&self.work.results());
        let hash = hash.ok_or_else(|| FolderError::Vanished(self.target.join(MANIFEST)))?;
        self.work.mark_ready(&hash).map_err(|source| self.failed(MANIFEST, source))?;
        let ResultsFolder { root, work, mut made, .. } = self;
        made.0.clear();
        let placed = placement::place(&work, &root);
        or_leave(work, &root, placed)
    }
}

/// What could not be brought to an end stays in its folder for the next run, and the error says
/// where that is.
fn or_leave<T>(work: WorkFolder, root: &Path, outcome: io::Result<T>) -> Result<T, FolderError> {
    outcome.map_err(|source| {
        let there = |path: PathBuf| path.symlink_metadata().is_ok().then_some(path);
        let (results, replaced) = (there(work.results()), there(work.replaced()));
        let target = work.entry.target(root);
        work.leave();
        FolderError::Stranded { target, source, results, replaced }
    })
}

/// What became of what a killed run had left behind.
#[derive(Debug)]
pub enum Leftover {
    /// It was not whole and was removed.
    Removed {
        /// Where its results were to stand.
        target: PathBuf,
    },
    /// It was whole, and its results stood at their place already; what remained was cleared away.
    Cleared(PathBuf),
    /// It was whole, and its results were published now.
    Published(Published),
    /// It was whole, but what stands there now is not what it was made for, so it was removed.
    Outdated {
        /// Where its files were to stand.
        target: PathBuf,
        /// What is otherwise, in words.
        why: String,
    },
    /// It could not be brought to an end.
    Stuck(FolderError),
}

impl fmt::Display for Leftover {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Leftover::Removed { target } => write!(
                formatter,
                "an earlier run for {} was killed before its results were whole; what it had left was removed",
                target.display()
            ),
            Leftover::Cleared(target) => write!(
                formatter,
                "an earlier run for {} was killed after its results were published; what it had left was cleared away",
                target.display()
            ),
            Leftover::Published(Published { folder, instead_of: None }) => write!(
                formatter,
                "an earlier run was killed after its results were whole; they are now in {}",
                folder.display()
            ),
            Leftover::Published(Published { folder, instead_of: Some((target, conflict)) }) => write!(
                formatter,
                "an earlier run was killed after its results were whole; {} {conflict}, so they are now in {}",
                target.display(),
                folder.display()
            ),
            Leftover::Outdated { target, why } => write!(
                formatter,
                "an earlier run for {} was killed after its results were whole, but {why}, so they were removed",
                target.display()
            ),
            Leftover::Stuck(error) => write!(formatter, "of an earlier run that was killed: {error}"),
        }
    }
}

/// Looks in `root` for what killed runs have left behind, and brings each to its end: results that
/// were whole are published as they would have been, others are removed. What a program that still
/// runs is making is left alone.
pub fn settle_killed_runs(root: &Path) -> Vec<Leftover> {
    let Ok(entries) = fs::read_dir(root) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX)))
        .collect();
    paths.sort();
    paths
        .into_iter()
        .filter_map(|path| {
            let work = WorkFolder::take_over(&path)?;
            let target = work.entry.target(root);
            let found = match work.entry.making {
                Making::Folder => placement::settle(&work, root),
                Making::Files => addition::settle(&work, root),
            };
            Some(match or_leave(work, root, found) {
                Ok(Found::Unfinished) => Leftover::Removed { target },
                Ok(Found::Published) => Leftover::Cleared(target),
                Ok(Found::Finished(published)) => Leftover::Published(published),
                Ok(Found::Outdated(why)) => Leftover::Outdated { target, why },
                Err(error) => Leftover::Stuck(error),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn text(path: impl AsRef<Path>) -> String {
        fs::read_to_string(path).unwrap()
    }

    /// Results with these files, each with `content` in it, all but the last step done.
    fn made(root: &Path, replace: bool, files: &[&str], content: &str, partial: bool) -> ResultsFolder {
        let folder = ResultsFolder::prepare(root, "run", replace).unwrap();
        for name in files {
            folder.create(name).unwrap().write_all(content.as_bytes()).unwrap();
        }
        let listed: std::collections::BTreeMap<&str, &str> = files.iter().map(|name| (*name, "")).collect();
        let manifest =
            serde_json::json!({ "program": "tombola", "files": listed, "partial": partial, "note": content });
        folder.create(MANIFEST).unwrap().write_all(manifest.to_string().as_bytes()).unwrap();
        folder
    }

    fn published(root: &Path, replace: bool, files: &[&str], content: &str) -> Published {
        made(root, replace, files, content, false).publish().unwrap()
    }

    #[test]
    fn nothing_stands_there_until_all_does() {
        let root = tempfile::tempdir().unwrap();
        let folder = made(root.path(), false, &["a.csv", "figures/b.svg"], "1", false);
        assert!(!root.path().join("run").exists());
        let names: Vec<String> = folder.files().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a.csv", "figures/b.svg", "manifest.json"]);
        let target = folder.publish().unwrap().folder;
        assert_eq!(entries(&target), ["a.csv", "figures", "manifest.json"]);
        assert_eq!(entries(root.path()), ["run"]);
    }

    #[test]
    fn dropped_it_leaves_nothing_behind() {
        let root = tempfile::tempdir().unwrap();
        let folder = ResultsFolder::prepare(&root.path().join("x/y"), "run", false).unwrap();
        folder.create("a.csv").unwrap();
        drop(folder);
        assert!(entries(root.path()).is_empty());
    }

    #[test]
    fn results_are_replaced_only_if_asked() {
        let root = tempfile::tempdir().unwrap();
        published(root.path(), false, &["old.csv", "figures/a.svg"], "old");
        assert!(matches!(ResultsFolder::prepare(root.path(), "run", false), Err(FolderError::Exists(_))));
        let target = published(root.path(), true, &["new.csv"], "new").folder;
        assert_eq!(entries(&target), ["manifest.json", "new.csv"]);
        assert_eq!(entries(root.path()), ["run"]);
    }

    #[test]
    fn a_manifest_of_another_program_makes_no_folder_of_results() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("run");
        fs::create_dir(&target).unwrap();
        fs::write(target.join("diary.txt"), "mine").unwrap();
        for manifest in ["", "{}", r#"{"name":"a web page","icons":[]}"#, r#"{"program":"x","files":{}}"#] {
            fs::write(target.join(MANIFEST), manifest).unwrap();
            let refused = ResultsFolder::prepare(root.path(), "run", true);
            assert!(matches!(refused, Err(FolderError::Foreign(_))), "{manifest}");
        }
        assert_eq!(entries(&target), ["diary.txt", "manifest.json"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_results_is_not_replaced() {
        let root = tempfile::tempdir().unwrap();
        let folder = published(root.path(), false, &["a.csv"], "old").folder;
        fs::rename(&folder, root.path().join("elsewhere")).unwrap();
        std::os::unix::fs::symlink("elsewhere", &folder).unwrap();
        assert!(matches!(ResultsFolder::prepare(root.path(), "run", true), Err(FolderError::Foreign(_))));
    }

    #[test]
    fn what_others_have_put_among_results_is_kept() {
        let root = tempfile::tempdir().unwrap();
        let target = published(root.path(), false, &["a.csv", "figures/a.svg"], "old").folder;
        for (name, content) in [("notes.txt", "1"), ("figures/mine.svg", "2"), ("paper/draft.tex", "3")] {
            fs::create_dir_all(target.join(name).parent().unwrap()).unwrap();
            fs::write(target.join(name), content).unwrap();
        }
        published(root.path(), true, &["b.csv", "figures/b.svg"], "new");
        assert_eq!(entries(&target), ["b.csv", "figures", "manifest.json", "notes.txt", "paper"]);
        assert_eq!(entries(&target.join("figures")), ["b.svg", "mine.svg"]);
        assert_eq!(text(target.join("paper/draft.tex")), "3");
        // Where the new results have no such folder, it is there for what is in it.
        published(root.path(), true, &["c.csv"], "newer");
        assert_eq!(entries(&target), ["c.csv", "figures", "manifest.json", "notes.txt", "paper"]);
        assert_eq!(entries(&target.join("figures")), ["mine.svg"]);
        assert_eq!(entries(root.path()), ["run"]);
    }

    #[test]
    fn a_file_of_others_with_the_name_of_a_new_one_is_kept() {
        let root = tempfile::tempdir().unwrap();
        let target = published(root.path(), false, &["a.csv"], "old").folder;
        fs::write(target.join("b.csv"), "mine").unwrap();
        let beside = published(root.path(), true, &["a.csv", "b.csv"], "new");
        assert_eq!(beside.folder, root.path().join("run-2"));
        let (_, conflict) = beside.instead_of.unwrap();
        assert_eq!(conflict, Conflict::InTheWay("b.csv".into()));
        assert_eq!((text(target.join("a.csv")), text(target.join("b.csv"))), ("old".into(), "mine".into()));
        assert_eq!(text(beside.folder.join("b.csv")), "new");
    }

    /// A file, a folder, and the results of a faster run.
    #[test]
    fn what_appeared_during_the_run_stays() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("run");
        for (replace, expected) in [(false, Conflict::Exists), (true, Conflict::Foreign)] {
            let folder = made(root.path(), replace, &["a.csv"], "slow", false);
            fs::write(&target, "mine").unwrap();
            let beside = folder.publish().unwrap();
            assert_eq!(beside.instead_of, Some((target.clone(), expected)));
            assert_eq!((text(&target), text(beside.folder.join("a.csv"))), ("mine".into(), "slow".into()));
            fs::remove_dir_all(beside.folder).unwrap();
            fs::remove_file(&target).unwrap();
        }
        let (fast, slow) = (
            made(root.path(), false, &["a.csv"], "1", false),
            made(root.path(), false, &["a.csv"], "2", false),
        );
        assert_eq!(fast.publish().unwrap().instead_of, None);
        assert_eq!(slow.publish().unwrap().folder, root.path().join("run-2"));
        assert_eq!(text(target.join("a.csv")), "1");
        assert_eq!(entries(root.path()), ["run", "run-2"]);
    }

    #[test]
    fn complete_results_are_not_replaced_by_partial_ones() {
        let root = tempfile::tempdir().unwrap();
        let target = published(root.path(), false, &["a.csv"], "whole").folder;
        for folder in ["run-partial", "run-partial-2"] {
            let beside = made(root.path(), true, &["a.csv"], "half", true).publish().unwrap();
            assert_eq!(beside.folder, root.path().join(folder));
            assert_eq!(beside.instead_of, Some((target.clone(), Conflict::Complete)));
        }
        assert_eq!(text(target.join("a.csv")), "whole");
        // The other way round they are, and partial ones by partial ones.
        fs::remove_dir_all(&target).unwrap();
        made(root.path(), false, &["a.csv"], "half", true).publish().unwrap();
        made(root.path(), true, &["a.csv"], "more", true).publish().unwrap();
        assert_eq!(text(target.join("a.csv")), "more");
        published(root.path(), true, &["a.csv"], "whole");
        assert_eq!(text(target.join("a.csv")), "whole");
    }

    #[test]
    fn results_whose_files_vanish_are_not_published() {
        let root = tempfile::tempdir().unwrap();
        let folder = made(root.path(), false, &["a.csv", "chain.jsonl"], "1", false);
        fs::remove_file(folder.work.results().join("chain.jsonl")).unwrap();
        let error = folder.publish().unwrap_err();
        assert!(
            matches!(&error, FolderError::Vanished(path) if path.ends_with("run/chain.jsonl")),
            "{error}"
        );
        let folder = made(root.path(), false, &["chain.jsonl"], "1", false);
        fs::remove_dir_all(folder.work.path()).unwrap();
        assert_eq!(folder.create("late.csv").unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(folder.publish().is_err());
        assert!(entries(root.path()).is_empty());
    }

    /// A run that is killed: its journal is no longer locked, and nothing was cleaned.
    fn killed(folder: ResultsFolder) -> PathBuf {
        let ResultsFolder { work, mut made, .. } = folder;
        made.0.clear();
        work.leave()
    }

    #[test]
    fn what_a_killed_run_had_begun_is_removed() {
        let root = tempfile::tempdir().unwrap();
        let alive = made(root.path(), false, &["a.csv"], "alive", false);
        killed(made(root.path(), false, &["a.csv"], "dead", false));
        let told = settle_killed_runs(root.path());
        assert!(matches!(&told[..], [Leftover::Removed { target }] if target.ends_with("run")), "{told:?}");
        assert_eq!(entries(root.path()).len(), 1, "what is alive stays");
        let target = alive.publish().unwrap().folder;
        assert_eq!(text(target.join("a.csv")), "alive");
        assert_eq!(entries(root.path()), ["run"]);
    }

    /// Killed when the results were whole: before they were moved, between two moves, after the
    /// exchange, and while the old ones were being cleared away.
    #[test]
    fn what_a_killed_run_had_finished_is_published() {
        for step in 0..6 {
            let root = tempfile::tempdir().unwrap();
            let target = published(root.path(), false, &["a.csv", "figures/x.svg"], "old").folder;
            fs::write(target.join("notes.txt"), "mine").unwrap();
            let folder = made(root.path(), true, &["a.csv"], "new", false);
            folder.work.mark_ready(&manifest_hash(&folder.work.results()).unwrap()).unwrap();
            let (results, replaced) = (folder.work.results(), folder.work.replaced());
            killed(folder);
            if step == 1 {
                fs::rename(&target, &replaced).unwrap();
            }
            if step >= 2 {
                fs::rename(&target, &replaced).unwrap();
                fs::rename(&results, &target).unwrap();
            }
            match step {
                3 => fs::rename(&replaced, &results).unwrap(),
                4 => fs::rename(replaced.join("notes.txt"), target.join("notes.txt")).unwrap(),
                5 => {
                    fs::rename(replaced.join("notes.txt"), target.join("notes.txt")).unwrap();
                    fs::remove_dir_all(&replaced).unwrap();
                }
                _ => {}
            }
            let told = settle_killed_runs(root.path());
            assert_eq!(told.len(), 1, "{step}: {told:?}");
            assert!(!matches!(told[0], Leftover::Stuck(_) | Leftover::Removed { .. }), "{step}: {told:?}");
            assert_eq!(entries(root.path()), ["run"], "{step}");
            assert_eq!(entries(&target), ["a.csv", "manifest.json", "notes.txt"], "{step}");
            assert_eq!(text(target.join("a.csv")), "new", "{step}");
            assert!(settle_killed_runs(root.path()).is_empty());
        }
    }

    /// The exchange took away what somebody had put there in the last moment, and the run was
    /// killed before it could give it back.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_was_taken_away_by_mistake_comes_back() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("run");
        let folder = made(root.path(), true, &["a.csv"], "new", false);
        folder.work.mark_ready(&manifest_hash(&folder.work.results()).unwrap()).unwrap();
        let results = folder.work.results();
        killed(folder);
        fs::write(root.path().join("mine"), "mine").unwrap();
        fs::rename(&results, &target).unwrap();
        fs::rename(root.path().join("mine"), &results).unwrap();
        settle_killed_runs(root.path());
        assert_eq!(text(&target), "mine");
        assert_eq!(entries(root.path()), ["run", "run-2"]);
        assert_eq!(text(root.path().join("run-2/a.csv")), "new");
    }
}
