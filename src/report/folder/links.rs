//! What a name that may be a link stands for.

use std::io;
use std::path::{Path, PathBuf};

/// As many links in a row as the system itself follows.
const MOST_LINKS: u32 = 40;

/// The path that is written when `path` is: that of the file a link leads to, whether that file is there or
/// is yet to be made, and otherwise `path` itself. So a link stays a link.
///
/// # Errors
/// If a link cannot be read, or links lead in a circle.
pub fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        if !path.is_symlink() {
            return Ok(path);
        }
        let next = path.read_link()?;
        path = match path.parent() {
            Some(folder) => folder.join(next),
            None => next,
        };
    }
    Err(io::Error::other("it is a link that leads back to itself"))
}

/// Makes a folder and those above it, as far as they are missing.
///
/// # Errors
/// If the system refuses, with the folder that cannot be made; a link that leads to nothing is told as one.
pub fn make_folders(folder: &Path) -> Result<(), (PathBuf, io::Error)> {
    std::fs::create_dir_all(folder).map_err(|error| {
        let dangling = folder.ancestors().find(|path| leads_nowhere(path));
        match dangling {
            Some(link) => (link.to_owned(), dangling_error(link)),
            None => (folder.to_owned(), error),
        }
    })
}

/// Whether a path is a link to something that is not there.
pub(super) fn leads_nowhere(path: &Path) -> bool {
    path.is_symlink() && !path.exists()
}

/// What is said of a link to a folder that is not there.
pub(super) fn dangling_error(link: &Path) -> io::Error {
    let behind = link.read_link().unwrap_or_default();
    io::Error::other(format!("it is a link to {}, and no such folder is there", behind.display()))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_followed_to_files_that_are_there_or_not_and_not_in_circles() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        symlink("b", at("a")).unwrap();
        symlink(at("c"), at("b")).unwrap();
        assert_eq!(behind_links(&at("a")).unwrap(), at("c"));
        std::fs::write(at("c"), "").unwrap();
        assert_eq!(behind_links(&at("a")).unwrap(), at("c"));
        assert_eq!(behind_links(&at("plain")).unwrap(), at("plain"));
        symlink("y", at("x")).unwrap();
        symlink("x", at("y")).unwrap();
        assert!(behind_links(&at("x")).is_err());
    }

    #[test]
    fn a_folder_behind_a_dangling_link_is_not_made_and_the_link_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        symlink("nowhere/deep", at("link")).unwrap();
        let (path, error) = make_folders(&at("link/results")).unwrap_err();
        assert_eq!(path, at("link"));
        assert!(error.to_string().contains("a link to nowhere/deep"), "{error}");
        assert!(make_folders(&at("a/b")).is_ok() && at("a/b").is_dir());
    }
}
