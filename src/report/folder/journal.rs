//! The hidden folder in which results are made, and its journal.
//!
//! ```text
//! .tombola-x7Kq2v/
//!     journal.json   what is being made; locked as long as the program that makes it lives
//!     results/       the files so far
//!     ready          SHA-256 of the manifest, or on what terms files join others; there once all is whole
//!     replaced/      older results that have made way for these
//! ```
//!
//! The system gives up the lock when the program ends, however it ends. So a journal that can be
//! locked belongs to nobody any more, and what to do with its folder follows from what is in it.

use serde::{Deserialize, Serialize};
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Folders of this kind begin with this.
pub(super) const PREFIX: &str = ".tombola-";

const JOURNAL: &str = "journal.json";
/// The journal before it is locked and whole.
const DRAFT: &str = "journal.new";
const READY: &str = "ready";

/// What becomes of what is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Making {
    /// It becomes a folder of its own, beside this one.
    #[default]
    Folder,
    /// Its files join those of the folder that this one is in.
    Files,
}

/// What is being made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct JournalEntry {
    /// `tombola`.
    program: String,
    /// The number of the process, for whoever looks.
    process: u32,
    /// The name of the folder of results; empty if it is no folder of its own.
    pub name: String,
    /// Whether results that stand there already are to be replaced.
    pub replace: bool,
    /// What becomes of it.
    #[serde(default)]
    pub making: Making,
}

impl JournalEntry {
    /// An entry of this process, about a folder of results.
    pub fn new(name: &str, replace: bool) -> Self {
        let program = env!("CARGO_PKG_NAME").to_owned();
        let making = Making::Folder;
        JournalEntry { program, process: std::process::id(), name: name.to_owned(), replace, making }
    }

    /// An entry of this process, about files that join others.
    pub fn of_files() -> Self {
        JournalEntry { making: Making::Files, ..JournalEntry::new("", false) }
    }

    /// Where what is made will stand, for a folder of this kind in `root`.
    pub fn target(&self, root: &Path) -> PathBuf {
        match self.making {
            Making::Folder => root.join(&self.name),
            Making::Files => root.to_owned(),
        }
    }

    /// Whether this program can have written it. The name must be that of a folder beside this
    /// one, and no path to elsewhere.
    fn is_sound(&self) -> bool {
        let mut parts = Path::new(&self.name).components();
        let plain = matches!(parts.next(), Some(std::path::Component::Normal(_))) && parts.next().is_none();
        let named = match self.making {
            Making::Folder => plain && !self.name.starts_with('.'),
            Making::Files => self.name.is_empty(),
        };
        named && self.program == env!("CARGO_PKG_NAME")
    }
}

/// A folder in which results are made. Dropped, it is removed with what is in it, unless older
/// results are there.
#[derive(Debug)]
pub(super) struct WorkFolder {
    path: PathBuf,
    pub entry: JournalEntry,
    /// Whether the folder stays where it is.
    left: bool,
    /// Open as long as the folder is in use, for the lock.
    _journal: File,
}

impl WorkFolder {
    /// Makes a folder in `root`.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn create(root: &Path, entry: JournalEntry) -> io::Result<Self> {
        const TRIES: usize = 8;
        let mut outcome = Err(io::ErrorKind::NotFound.into());
        for _ in 0..TRIES {
            let path = tempfile::Builder::new().prefix(PREFIX).tempdir_in(root)?.keep();
            match begin(&path, &entry) {
                Ok(journal) => return Ok(WorkFolder { path, entry, left: false, _journal: journal }),
                Err(error) => {
                    discard_draft(&path);
                    // Another run may have taken the folder for one of a killed run before its
                    // journal was locked.
                    let again = error.kind() == io::ErrorKind::NotFound;
                    outcome = Err(error);
                    if !again {
                        break;
                    }
                }
            }
        }
        outcome
    }

    /// Takes over the folder of a program that no longer runs. `None` if it runs still, or if the
    /// folder is not of this kind.
    pub fn take_over(path: &Path) -> Option<Self> {
        if !path.symlink_metadata().ok()?.is_dir() {
            return None;
        }
        let file = match File::open(path.join(JOURNAL)) {
            Ok(file) => file,
            Err(error) => {
                if error.kind() == io::ErrorKind::NotFound && is_unlocked(&path.join(DRAFT)) {
                    discard_draft(path);
                }
                return None;
            }
        };
        file.try_lock().ok()?;
        let entry: JournalEntry = serde_json::from_reader(&file).ok().filter(JournalEntry::is_sound)?;
        Some(WorkFolder { path: path.to_owned(), entry, left: false, _journal: file })
    }

    /// Leaves the folder and all that is in it to the next run.
    pub fn leave(mut self) -> PathBuf {
        self.left = true;
        self.path.clone()
    }

    /// Where the folder is.
    #[cfg(test)]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where results are made.
    pub fn results(&self) -> PathBuf {
        self.path.join("results")
    }

    /// Where older results are, once they have made way.
    pub fn replaced(&self) -> PathBuf {
        self.path.join("replaced")
    }

    /// Writes down that the results are whole, and that their manifest has this hash, or on what terms they
    /// join others.
    ///
    /// # Errors
    /// If that cannot be written.
    pub fn mark_ready(&self, manifest: &str) -> io::Result<()> {
        let draft = self.path.join("ready.new");
        let mut file = File::create(&draft)?;
        file.write_all(manifest.as_bytes())?;
        file.sync_all()?;
        fs::rename(draft, self.path.join(READY))
    }

    /// What was written down when the results were whole.
    pub fn ready(&self) -> Option<String> {
        fs::read_to_string(self.path.join(READY)).ok()
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        if self.left || self.replaced().symlink_metadata().is_ok() {
            return;
        }
        // A folder that cannot be removed, or not to the end, is found by the next run: results that
        // are not whole any more are not called ready, and the journal goes last.
        let _ = fs::remove_file(self.path.join("ready.new"));
        let _ = fs::remove_file(self.path.join(READY));
        let _ = fs::remove_dir_all(self.results());
        if self.results().symlink_metadata().is_err() {
            let _ = fs::remove_file(self.path.join(JOURNAL));
        }
        let _ = fs::remove_dir(&self.path);
    }
}

/// Writes the journal. It gets its name only when it is locked: no other run sees one that is not.
fn begin(path: &Path, entry: &JournalEntry) -> io::Result<File> {
    fs::create_dir(path.join("results"))?;
    let draft = path.join(DRAFT);
    let mut file = File::create_new(&draft)?;
    match file.lock() {
        // Without locks, nobody can take the folder over either.
        Err(error) if error.kind() != io::ErrorKind::Unsupported => return Err(error),
        _ => {}
    }
    serde_json::to_writer(&mut file, entry)?;
    fs::rename(draft, path.join(JOURNAL))?;
    Ok(file)
}

/// Whether nobody has locked a file, or it is not there.
fn is_unlocked(path: &Path) -> bool {
    match File::open(path) {
        Ok(file) => !matches!(file.try_lock(), Err(TryLockError::WouldBlock | TryLockError::Error(_))),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// Removes a folder that was only just made: what else there is in it keeps it where it is.
fn discard_draft(path: &Path) {
    let _ = fs::remove_dir(path.join("results"));
    let _ = fs::remove_file(path.join(DRAFT));
    let _ = fs::remove_dir(path);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_use_is_not_taken_over() {
        let root = tempfile::tempdir().unwrap();
        let work = WorkFolder::create(root.path(), JournalEntry::new("run", true)).unwrap();
        let path = work.path().to_owned();
        assert!(WorkFolder::take_over(&path).is_none());
        assert!(path.join("results").is_dir());
        drop(work);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn folders_that_are_not_of_this_kind_are_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join(".tombola-mine");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("diary.txt"), "mine").unwrap();
        assert!(WorkFolder::take_over(&path).is_none());
        for journal in ["", "{}", r#"{"program":"tombola","process":1,"name":"../x","replace":true}"#] {
            fs::write(path.join(JOURNAL), journal).unwrap();
            assert!(WorkFolder::take_over(&path).is_none(), "{journal}");
        }
        assert_eq!(fs::read(path.join("diary.txt")).unwrap(), b"mine");
    }

    /// Killed between the making of the folder and that of its journal.
    #[test]
    fn a_folder_without_a_journal_is_removed_if_it_is_empty() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join(".tombola-x");
        for made in [&[][..], &["results"], &["results", DRAFT]] {
            fs::create_dir(&path).unwrap();
            for &name in made {
                match name {
                    "results" => fs::create_dir(path.join(name)).unwrap(),
                    name => fs::write(path.join(name), "").unwrap(),
                }
            }
            assert!(WorkFolder::take_over(&path).is_none());
            assert!(!path.exists(), "{made:?}");
        }
    }
}
