//! The folder of results: written whole or not at all.

use super::write_rows;
use serde::Serialize;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use thiserror::Error;

/// A folder of results in the making. Files are written beside the place where they will stand;
/// [`ResultsFolder::publish`] moves them there all at once. Dropped before that, it leaves
/// nothing behind.
pub struct ResultsFolder {
    target: PathBuf,
    staging: TempDir,
    /// The folders that had to be made for it, outermost first.
    made: MadeFolders,
}

/// Folders to be removed again, if they are still empty.
struct MadeFolders(Vec<PathBuf>);

impl Drop for MadeFolders {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            // A folder that others have put something into stays.
            let _ = fs::remove_dir(folder);
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
    #[error("{} is not a folder of results (it has no manifest.json), so it will not be replaced\n  help: move it away, or write elsewhere with --output DIR", .0.display())]
    Foreign(PathBuf),
    /// The operating system refuses.
    #[error("cannot write {}: {source}\n  help: {}", path.display(), advice(source))]
    Io {
        /// What could not be written.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
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
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| FolderError::Io { path, source }
        };
        if target.symlink_metadata().is_ok() {
            if !replace {
                return Err(FolderError::Exists(target));
            }
            let empty = fs::read_dir(&target).is_ok_and(|mut entries| entries.next().is_none());
            if !empty && !target.join("manifest.json").is_file() {
                return Err(FolderError::Foreign(target));
            }
        }
        if let Some(obstacle) = root.ancestors().find(|folder| folder.exists() && !folder.is_dir()) {
            return Err(failed(obstacle)(io::ErrorKind::NotADirectory.into()));
        }
        let missing: Vec<PathBuf> = root
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .map(Path::to_owned)
            .collect();
        let mut made = MadeFolders(Vec::new());
        for folder in missing.into_iter().rev() {
            fs::create_dir(&folder).map_err(failed(&folder))?;
            made.0.push(folder);
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".tombola-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As any new folder; the user's umask still applies.
            builder.permissions(fs::Permissions::from_mode(0o777));
        }
        // The library's error tells the path of the temporary folder, which means nothing to a user.
        let staging = builder.tempdir_in(root).map_err(|error| failed(root)(error.kind().into()))?;
        Ok(ResultsFolder { target, staging, made })
    }

    /// Writes the manifest, last of all files.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_manifest(&self, manifest: &impl Serialize) -> Result<(), FolderError> {
        let write = || {
            let mut out = BufWriter::new(self.create("manifest.json")?);
            serde_json::to_writer_pretty(&mut out, manifest)?;
            out.write_all(b"\n")?;
            out.flush()
        };
        write().map_err(|error| self.failed("manifest.json", error))
    }

    /// Writes rows as the CSV file of this name.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_table<R: Serialize>(&self, name: &str, rows: &[R]) -> Result<(), FolderError> {
        let write = || write_rows(rows, BufWriter::new(self.create(name)?));
        write().map_err(|error| self.failed(name, error))
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
        let path = self.staging.path().join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        File::create(path)
    }

    /// Removes a file of the results.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.staging.path().join(name))
    }

    /// The files so far, by name with `/` between folders, sorted.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn files(&self) -> io::Result<Vec<(String, PathBuf)>> {
        let mut files = Vec::new();
        let mut folders = vec![(String::new(), self.staging.path().to_owned())];
        while let Some((prefix, folder)) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                if entry.file_type()?.is_dir() {
                    folders.push((format!("{name}/"), entry.path()));
                } else {
                    files.push((name, entry.path()));
                }
            }
        }
        files.sort();
        Ok(files)
    }

    /// An error of the operating system about one of the results' files.
    pub fn failed(&self, name: &str, source: io::Error) -> FolderError {
        FolderError::Io { path: self.target.join(name), source }
    }

    /// Moves the results to their place; what stood there before is removed.
    ///
    /// # Errors
    /// If they cannot be moved; then what stood there before stands there still.
    pub fn publish(self) -> Result<PathBuf, FolderError> {
        let ResultsFolder { target, staging, mut made } = self;
        let failed = |source| FolderError::Io { path: target.clone(), source };
        let aside = staging.path().with_extension("replaced");
        let replaces = target.symlink_metadata().is_ok();
        if replaces {
            fs::rename(&target, &aside).map_err(failed)?;
        }
        if let Err(error) = fs::rename(staging.path(), &target) {
            if replaces {
                fs::rename(&aside, &target).map_err(failed)?;
            }
            return Err(failed(error));
        }
        // It is no longer where it was made, so there is nothing left to remove on drop.
        let _ = staging.keep();
        made.0.clear();
        if replaces {
            fs::remove_dir_all(&aside).map_err(|source| FolderError::Io { path: aside, source })?;
        }
        Ok(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn entries(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_stands_there_until_all_does() {
        let root = tempfile::tempdir().unwrap();
        let folder = ResultsFolder::prepare(root.path(), "run", false).unwrap();
        folder.create("a.csv").unwrap().write_all(b"1").unwrap();
        folder.create("figures/b.svg").unwrap().write_all(b"2").unwrap();
        assert!(!root.path().join("run").exists());
        let names: Vec<String> = folder.files().unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a.csv", "figures/b.svg"]);
        let target = folder.publish().unwrap();
        assert_eq!(entries(&target), ["a.csv", "figures"]);
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
    fn what_is_there_is_replaced_only_if_asked_and_only_results() {
        let root = tempfile::tempdir().unwrap();
        let first = ResultsFolder::prepare(root.path(), "run", false).unwrap();
        first.create("manifest.json").unwrap();
        first.create("old.csv").unwrap();
        first.publish().unwrap();
        assert!(matches!(ResultsFolder::prepare(root.path(), "run", false), Err(FolderError::Exists(_))));
        let second = ResultsFolder::prepare(root.path(), "run", true).unwrap();
        second.create("manifest.json").unwrap();
        let target = second.publish().unwrap();
        assert_eq!(entries(&target), ["manifest.json"]);
        assert_eq!(entries(root.path()), ["run"]);
        fs::remove_file(target.join("manifest.json")).unwrap();
        fs::write(target.join("diary.txt"), "mine").unwrap();
        assert!(matches!(ResultsFolder::prepare(root.path(), "run", true), Err(FolderError::Foreign(_))));
        assert_eq!(entries(&target), ["diary.txt"]);
    }
}
