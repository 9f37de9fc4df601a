//! One program at a time in a folder of a study.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Who holds a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub process: u32,
    /// The machine.
    pub host: String,
    /// Since when, as an ISO time (UTC).
    pub since: String,
    /// The command.
    pub command: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let Holder { process, host, since, command } = self;
        write!(formatter, "process {process} on {host} since {since} (`{command}`)")
    }
}

/// A folder that is held. The system lets go of it when the program ends in whatever way, so a lock of a
/// program that has died is in nobody's way.
#[derive(Debug)]
pub struct StudyLock {
    /// Locked as long as it is open.
    _file: File,
}

/// Why a folder is not held.
#[derive(Debug)]
pub enum NotHeld {
    /// Somebody else has it; who, if that can be read.
    Busy(Option<Holder>),
    /// The file cannot be made or locked.
    Io(PathBuf, io::Error),
}

impl StudyLock {
    /// Takes hold by a file that is locked; the file stays when it is let go.
    ///
    /// # Errors
    /// If somebody has it, or the file cannot be made.
    pub fn take(path: &Path, holder: &Holder) -> Result<Self, NotHeld> {
        let failed = |error: io::Error| NotHeld::Io(path.to_owned(), error);
        // Through a link somebody else's file would be written.
        if path.symlink_metadata().is_ok_and(|what| !what.is_file()) {
            return Err(failed(io::Error::other("it is a link or no file; remove it")));
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // No holder is described in so many bytes.
                let read = (&mut file).take(1 << 16).read_to_string(&mut text);
                return Err(NotHeld::Busy(read.ok().and_then(|_| serde_json::from_str(&text).ok())));
            }
            // Without locks, nobody else can tell either.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let text = serde_json::to_string(holder).map_err(|error| failed(error.into()))?;
        // A full disk keeps nobody from holding the folder, only from being named.
        let _ = file
            .set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| file.write_all(text.as_bytes()));
        Ok(StudyLock { _file: file })
    }

    /// Who holds a folder just now, if anybody does.
    pub fn holder(path: &Path) -> Option<Option<Holder>> {
        let mut file = File::open(path).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                (&mut file).take(1 << 16).read_to_string(&mut text).ok()?;
                Some(serde_json::from_str(&text).ok())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a link stands in its place, nothing is written through it.
    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, precious) = (folder.path().join("lock"), folder.path().join("precious"));
        std::fs::write(&precious, "mine").unwrap();
        std::os::unix::fs::symlink(&precious, &path).unwrap();
        let holder = Holder {
            process: 1,
            host: "here".to_owned(),
            since: "2026-01-01T00:00:00Z".to_owned(),
            command: "tombola run x".to_owned(),
        };
        assert!(matches!(StudyLock::take(&path, &holder), Err(NotHeld::Io(..))));
        assert_eq!(std::fs::read_to_string(&precious).unwrap(), "mine");
    }

    #[test]
    fn the_second_one_is_told_who_has_it_and_a_dead_one_is_not_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let holder = |process| Holder {
            process,
            host: "here".to_owned(),
            since: "2026-01-01T00:00:00Z".to_owned(),
            command: "tombola run x".to_owned(),
        };
        let held = StudyLock::take(&path, &holder(1)).unwrap();
        let Err(NotHeld::Busy(Some(who))) = StudyLock::take(&path, &holder(2)) else { panic!("not busy") };
        assert_eq!(who, holder(1));
        assert_eq!(StudyLock::holder(&path), Some(Some(holder(1))));
        drop(held);
        assert_eq!(StudyLock::holder(&path), None);
        // The file of the first one is there still.
        assert!(StudyLock::take(&path, &holder(3)).is_ok());
    }
}
