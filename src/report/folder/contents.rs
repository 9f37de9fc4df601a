//! What in a folder of results was written by this program, and what was not.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The name of the file that makes a folder one of results.
pub(super) const MANIFEST: &str = "manifest.json";

/// What the manifests of all commands have in common.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Listing {
    program: String,
    /// The files, by name with `/` between folders.
    files: BTreeMap<String, String>,
    /// Whether the results are those of an interrupted run.
    #[serde(default)]
    pub partial: bool,
}

impl Listing {
    /// The list of a folder of results; `None` if it is no such folder. A `manifest.json` of
    /// another program, which many have, makes none.
    pub fn of(folder: &Path) -> Option<Self> {
        let path = folder.join(MANIFEST);
        if !folder.symlink_metadata().ok()?.is_dir() || !path.symlink_metadata().ok()?.is_file() {
            return None;
        }
        let listing: Listing = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        (listing.program == env!("CARGO_PKG_NAME")).then_some(listing)
    }

    /// The files that another list does not have.
    pub fn without(&self, other: &Listing) -> impl Iterator<Item = &str> {
        self.files.keys().filter(|name| !other.names(name)).map(String::as_str)
    }

    /// All files, the manifest too.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str).chain([MANIFEST])
    }

    /// Whether it is one of the files.
    pub fn names(&self, file: &str) -> bool {
        file == MANIFEST || self.files.contains_key(file)
    }

    /// Whether one of the files stands at this path, or in a folder at this path.
    pub fn claims(&self, path: &Path) -> bool {
        path.to_str().is_some_and(|name| {
            let name = name.replace(std::path::MAIN_SEPARATOR, "/");
            self.names(&name) || self.has_inside(&name)
        })
    }

    fn has_inside(&self, folder: &str) -> bool {
        self.files.keys().any(|file| file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    }
}

/// SHA-256 of a folder's manifest; `None` if it has none.
pub fn manifest_hash(folder: &Path) -> Option<String> {
    Some(hex::encode(Sha256::digest(fs::read(folder.join(MANIFEST)).ok()?)))
}

/// What stands in a folder, by paths inside of it.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Files that its manifest lists; the manifest itself is the last.
    ours: Vec<PathBuf>,
    /// Folders for such files, inner ones first.
    folders: Vec<PathBuf>,
    /// Whatever else stands there: a folder that holds nothing of ours is one thing.
    pub foreign: Vec<PathBuf>,
}

impl Contents {
    /// Looks at a folder of results that have this `listing`. Folders in which files of `next`
    /// will stand are looked into as well.
    ///
    /// # Errors
    /// If a folder cannot be read.
    pub fn of(folder: &Path, listing: &Listing, next: &Listing) -> io::Result<Self> {
        let mut contents = Contents::default();
        contents.look(folder, "", listing, next)?;
        contents.ours.sort_by_key(|path| path.as_os_str() == MANIFEST);
        Ok(contents)
    }

    fn look(&mut self, folder: &Path, inside: &str, listing: &Listing, next: &Listing) -> io::Result<()> {
        for entry in fs::read_dir(folder.join(inside))? {
            let entry = entry?;
            let path = Path::new(inside).join(entry.file_name());
            // Links are not followed: a link is not what this program wrote.
            let kind = entry.file_type()?;
            let name = entry.file_name().into_string().ok().map(|name| match inside {
                "" => name,
                _ => format!("{inside}/{name}"),
            });
            match name {
                Some(name) if kind.is_file() && listing.names(&name) => self.ours.push(path),
                Some(name) if kind.is_dir() && (listing.has_inside(&name) || next.has_inside(&name)) => {
                    self.look(folder, &name, listing, next)?;
                    self.folders.push(path);
                }
                _ => self.foreign.push(path),
            }
        }
        Ok(())
    }

    /// Removes the program's own files and the folders that are empty then, the manifest last: as
    /// long as it is there, what is ours can be told from what is not.
    ///
    /// # Errors
    /// If one cannot be removed. A folder that others have put something into stays.
    pub fn remove_ours(&self, folder: &Path) -> io::Result<()> {
        let (manifest, files) = self.ours.split_last().ok_or(io::ErrorKind::NotFound)?;
        for file in files {
            fs::remove_file(folder.join(file))?;
        }
        for inner in &self.folders {
            let _ = fs::remove_dir(folder.join(inner));
        }
        fs::remove_file(folder.join(manifest))
    }
}

/// Waits until all files and folders in a folder are on the disk.
///
/// # Errors
/// If the system cannot write them.
pub(super) fn flush_to_disk(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => flush_to_disk(&entry.path())?,
            false => File::open(entry.path())?.sync_all()?,
        }
    }
    flush_names_to_disk(folder);
    Ok(())
}

/// Waits until the names in a folder are on the disk, where the system has such a call for folders.
pub(super) fn flush_names_to_disk(folder: &Path) {
    if cfg!(unix) {
        // Some file systems have no such call; then there is nothing more to be done.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}
