//! Renames that never replace anything, and an exchange of two names.

use std::fs;
use std::io;
use std::path::Path;

/// Moves `from` to `to`, where nothing stands; both are on one file system.
///
/// The kernel itself refuses to replace where it can (Linux, Android, Apple's systems). Elsewhere
/// the name is looked at first, and a folder that is moved can at most take the place of an empty
/// one that appeared in between.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if something stands there; otherwise what the system says.
pub(super) fn into_vacant(from: &Path, to: &Path) -> io::Result<()> {
    match system::rename(from, to, system::Flag::NoReplace) {
        Err(error) if is_unsupported(&error) => {
            if to.symlink_metadata().is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(from, to).map_err(|error| match error.kind() {
                io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotADirectory => {
                    io::ErrorKind::AlreadyExists.into()
                }
                _ => error,
            })
        }
        outcome => outcome,
    }
}

/// Exchanges what two names stand for, at one moment.
///
/// # Errors
/// [`io::ErrorKind::Unsupported`] where the system or the file system cannot do it.
pub(super) fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    match system::rename(one, other, system::Flag::Exchange) {
        Err(error) if is_unsupported(&error) => Err(io::ErrorKind::Unsupported.into()),
        outcome => outcome,
    }
}

/// A kernel without the call, or a file system without the flag, says one of these.
fn is_unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
mod system {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use std::io;
    use std::path::Path;

    pub enum Flag {
        NoReplace,
        Exchange,
    }

    pub fn rename(from: &Path, to: &Path, flag: Flag) -> io::Result<()> {
        let flags = match flag {
            Flag::NoReplace => RenameFlags::NOREPLACE,
            Flag::Exchange => RenameFlags::EXCHANGE,
        };
        Ok(renameat_with(CWD, from, CWD, to, flags)?)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
mod system {
    use std::io;
    use std::path::Path;

    pub enum Flag {
        NoReplace,
        Exchange,
    }

    pub fn rename(_: &Path, _: &Path, _: Flag) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_there_is_not_replaced() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::create_dir(at("new")).unwrap();
        fs::write(at("file"), "mine").unwrap();
        fs::create_dir(at("empty")).unwrap();
        for taken in ["file", "empty"] {
            let error = into_vacant(&at("new"), &at(taken)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        }
        assert_eq!(fs::read(at("file")).unwrap(), b"mine");
        into_vacant(&at("new"), &at("vacant")).unwrap();
        assert!(at("vacant").is_dir() && !at("new").exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn names_are_exchanged() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::write(at("a"), "1").unwrap();
        fs::create_dir(at("b")).unwrap();
        exchange(&at("a"), &at("b")).unwrap();
        assert!(at("a").is_dir() && fs::read(at("b")).unwrap() == b"1");
        assert_eq!(exchange(&at("a"), &at("c")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
