//! Files that join those of a folder: all of them or none.
//!
//! They are written into a hidden folder inside of that folder, with a [`journal`](super::journal). When all
//! are whole, it is written down that they are ready and on what terms they join, and each is moved to its
//! place, the manifest last. Whoever finds the hidden folder of a command that was killed goes on with the
//! moves if they were ready, and removes it otherwise.

use super::contents::{Listing, MANIFEST, flush_names_to_disk, manifest_hash};
use super::journal::{JournalEntry, WorkFolder};
use super::links::behind_links;
use super::placement::Found;
use super::record::listed_file;
use super::rename::into_vacant;
use super::{FolderError, MadeFolders, Published, or_leave};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs::{self, DirEntry, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Files in the making that will join those of a folder. Dropped before they are placed, it leaves nothing
/// behind.
pub struct Addition {
    root: PathBuf,
    work: WorkFolder,
    /// The folders that had to be made for it, outermost first.
    made: MadeFolders,
}

/// On what terms files join those of a folder. Names have `/` between folders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Files that must not replace one. All others do.
    pub vacant: BTreeSet<String>,
    /// Files of this program that were there before and go.
    pub former: BTreeSet<String>,
    /// SHA-256 of the manifest that the folder must still have; any, if that is `None`.
    pub manifest: Option<String>,
}

/// What is written down once all files are whole.
#[derive(Serialize, Deserialize)]
struct Ready {
    #[serde(flatten)]
    terms: Terms,
    /// Whether a manifest is among the files.
    brings_manifest: bool,
}

/// What became of files that were to be placed.
enum Outcome {
    Placed,
    /// Something has appeared that must not be replaced.
    Appeared(PathBuf),
}

impl Addition {
    /// Begins with no file, for a folder that is made if need be.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn begin(root: &Path) -> Result<Self, FolderError> {
        let made = MadeFolders::down_to(root)?;
        // The error tells the path of the hidden folder, which means nothing to a user.
        let work = WorkFolder::create(root, JournalEntry::of_files())
            .map_err(|error| FolderError::Io { path: root.to_owned(), source: error.kind().into() })?;
        Ok(Addition { root: root.to_owned(), work, made })
    }

    /// The folder that the files will join.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder in which they are made.
    pub fn folder(&self) -> PathBuf {
        self.work.results()
    }

    /// Writes one of them.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let path = self.folder().join(name);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all);
        written
            .and_then(|()| File::create(path)?.write_all(bytes))
            .map_err(|source| FolderError::Io { path: self.root.join(name), source })
    }

    /// Moves all of them to their places.
    ///
    /// # Errors
    /// If the terms do not hold, and then nothing was changed; or if the system refuses, and then the error
    /// says where the rest is.
    pub fn place(self, terms: Terms) -> Result<(), FolderError> {
        // Dropped in reverse, the folders last.
        let Addition { mut made, work, root } = self;
        let standing = manifest_hash(&root);
        if terms.manifest.is_some() && terms.manifest != standing {
            return Err(FolderError::Changed(root));
        }
        let results = work.results();
        let failed = |source| FolderError::Io { path: root.clone(), source };
        if let Some(path) = obstacle(&results, &root).map_err(failed)? {
            return Err(FolderError::InTheWay(path));
        }
        let brings_manifest = results.join(MANIFEST).is_file();
        let ready = Ready { terms: Terms { manifest: standing, ..terms }, brings_manifest };
        flush_what_replaces(&results, &root)
            .and_then(|()| work.mark_ready(&serde_json::to_string(&ready)?))
            .map_err(failed)?;
        let outcome = move_all(&work, &root, &ready);
        match or_leave(work, &root, outcome) {
            Ok(Outcome::Appeared(path)) => Err(FolderError::Appeared(path)),
            placed => {
                made.0.clear();
                placed.map(|_| ())
            }
        }
    }
}

/// Brings to its end what a command that was killed had begun.
///
/// # Errors
/// If the system refuses; the rest is then still in the hidden folder.
pub(super) fn settle(work: &WorkFolder, root: &Path) -> io::Result<Found> {
    let Some(ready) = work.ready() else { return Ok(Found::Unfinished) };
    let ready: Ready = serde_json::from_str(&ready)?;
    if ready.brings_manifest && !work.results().join(MANIFEST).is_file() {
        return Ok(Found::Published);
    }
    if ready.terms.manifest != manifest_hash(root) {
        return Ok(Found::Outdated("other results are there now".to_owned()));
    }
    Ok(match move_all(work, root, &ready)? {
        Outcome::Placed => Found::Finished(Published { folder: root.to_owned(), instead_of: None }),
        Outcome::Appeared(path) => Found::Outdated(format!("{} has appeared since", path.display())),
    })
}

/// Moves what has not been moved yet.
fn move_all(work: &WorkFolder, root: &Path, ready: &Ready) -> io::Result<Outcome> {
    let results = work.results();
    let mut moved: Vec<&String> = Vec::new();
    for name in &ready.terms.vacant {
        let (from, to) = (results.join(name), root.join(name));
        if !from.is_file() {
            continue;
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        match into_vacant(&from, &to) {
            Ok(()) => moved.push(name),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                for name in moved {
                    into_vacant(&root.join(name), &results.join(name))?;
                }
                return Ok(Outcome::Appeared(to));
            }
            // The folder is a link to another file system.
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                if to.symlink_metadata().is_ok() {
                    return Ok(Outcome::Appeared(to));
                }
                replace(&from, &to)?;
            }
            Err(error) => return Err(error),
        }
    }
    move_inside(&results, root, true)?;
    for path in ready.terms.former.iter().filter_map(|name| listed_file(root, name)) {
        fs::remove_file(path)?;
    }
    let manifest = results.join(MANIFEST);
    if manifest.is_file() {
        replace(&manifest, &root.join(MANIFEST))?;
    }
    flush_names_to_disk(root);
    Ok(Outcome::Placed)
}

/// Moves what is in one folder into another, and replaces files of the same names. A folder of results goes
/// into one so that files which it had before and has no more are gone. Of a folder's files the manifest is
/// the last; that of the outermost one stays.
fn move_inside(from: &Path, to: &Path, outermost: bool) -> io::Result<()> {
    let mut entries = fs::read_dir(from)?.collect::<io::Result<Vec<DirEntry>>>()?;
    entries.sort_by_key(|entry| (entry.file_name() == MANIFEST, entry.file_name()));
    if !outermost && let (Some(old), Some(new)) = (Listing::of(to), Listing::of(from)) {
        for path in old.without(&new).filter_map(|name| listed_file(to, name)) {
            fs::remove_file(path)?;
        }
    }
    for entry in entries {
        let (path, place) = (entry.path(), to.join(entry.file_name()));
        if !entry.file_type()?.is_dir() {
            if !outermost || entry.file_name() != MANIFEST {
                replace(&path, &place)?;
            }
            continue;
        }
        match into_vacant(&path, &place) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                move_inside(&path, &place, false)?;
                fs::remove_dir(&path)?;
            }
            moved => moved?,
        }
    }
    Ok(())
}

/// Moves a file to its place, or to the file that a link there leads to.
fn replace(from: &Path, to: &Path) -> io::Result<()> {
    let to = behind_links(to)?;
    match fs::rename(from, &to) {
        // Only a link leads to another file system.
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            let folder = to.parent().unwrap_or(Path::new("."));
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            io::copy(&mut File::open(from)?, &mut file)?;
            file.as_file().sync_all()?;
            file.persist(&to).map_err(|error| error.error)?;
            fs::remove_file(from)
        }
        moved => moved,
    }
}

/// What others have put into the place of a folder, or of a file of a folder of results inside.
fn obstacle(from: &Path, to: &Path) -> io::Result<Option<PathBuf>> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, place) = (entry.path(), to.join(entry.file_name()));
        if !entry.file_type()?.is_dir() || place.symlink_metadata().is_err() {
            continue;
        }
        if !place.is_dir() {
            return Ok(Some(place));
        }
        if let Some(new) = Listing::of(&path) {
            let old = Listing::of(&place);
            let is_foreign = |name: &&str| {
                let is_ours = old.as_ref().is_some_and(|old| old.names(name));
                !is_ours && place.join(name).symlink_metadata().is_ok()
            };
            if let Some(name) = new.all().find(is_foreign) {
                return Ok(Some(place.join(name)));
            }
        }
        if let Some(found) = obstacle(&path, &place)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Waits until all files are on the disk whose names are taken already: otherwise a power cut could leave the
/// name with nothing behind it.
fn flush_what_replaces(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if place.symlink_metadata().is_err() {
            continue;
        }
        match entry.file_type()?.is_dir() {
            true => flush_what_replaces(&entry.path(), &place)?,
            false => File::open(entry.path())?.sync_all()?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Leftover, settle_killed_runs};
    use super::*;
    use std::collections::BTreeMap;

    fn manifest(note: &str, files: &[&str]) -> Vec<u8> {
        let files: BTreeMap<&str, &str> = files.iter().map(|name| (*name, "")).collect();
        serde_json::to_vec(&serde_json::json!({ "program": "tombola", "files": files, "note": note }))
            .unwrap()
    }

    /// A folder of results with what is added to it, which replaces one file, brings two, and takes one away.
    fn begun(root: &Path) -> (Addition, Terms) {
        let put = |name: &str, bytes: &[u8]| {
            fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
            fs::write(root.join(name), bytes).unwrap();
        };
        put("a.csv", b"old");
        put("c.csv", b"old");
        put("points/1/a.csv", b"old");
        put("points/1/b.csv", b"old");
        put("points/1/manifest.json", &manifest("old", &["a.csv", "b.csv"]));
        put("notes.txt", b"mine");
        put("manifest.json", &manifest("old", &["a.csv", "c.csv"]));
        let addition = Addition::begin(root).unwrap();
        for name in ["a.csv", "figures/x.svg", "points/1/a.csv", "points/2/a.csv"] {
            addition.write(name, b"new").unwrap();
        }
        addition.write("points/1/manifest.json", &manifest("new", &["a.csv"])).unwrap();
        addition.write("manifest.json", &manifest("new", &["a.csv", "figures/x.svg"])).unwrap();
        let terms = Terms {
            vacant: ["figures/x.svg".to_owned()].into(),
            former: ["c.csv".to_owned()].into(),
            manifest: manifest_hash(root),
        };
        (addition, terms)
    }

    /// Every file with its bytes.
    fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                    found.insert(name, fs::read(path).unwrap());
                }
            }
        }
        found
    }

    /// The same without hidden folders.
    fn visible(root: &Path) -> BTreeMap<String, Vec<u8>> {
        tree(root).into_iter().filter(|(name, _)| !name.starts_with('.')).collect()
    }

    fn placed() -> BTreeMap<String, Vec<u8>> {
        let root = tempfile::tempdir().unwrap();
        let (addition, terms) = begun(root.path());
        addition.place(terms).unwrap();
        tree(root.path())
    }

    #[test]
    fn all_files_take_their_places_and_nothing_else_is_touched() {
        let found = placed();
        let names: Vec<&str> = found.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "a.csv",
                "figures/x.svg",
                "manifest.json",
                "notes.txt",
                "points/1/a.csv",
                "points/1/manifest.json",
                "points/2/a.csv"
            ]
        );
        let new: &[u8] = b"new";
        for name in ["a.csv", "figures/x.svg", "points/1/a.csv", "points/2/a.csv"] {
            assert_eq!(found[name], new, "{name}");
        }
        assert_eq!(found["manifest.json"], manifest("new", &["a.csv", "figures/x.svg"]));
        assert_eq!(found["notes.txt"], b"mine");
    }

    #[test]
    fn dropped_it_leaves_nothing_behind() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("x/y");
        let addition = Addition::begin(&folder).unwrap();
        addition.write("a.csv", b"1").unwrap();
        drop(addition);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_others_have_changed_meanwhile_is_left_to_them() {
        let root = tempfile::tempdir().unwrap();
        let (addition, terms) = begun(root.path());
        fs::write(root.path().join("manifest.json"), manifest("newer", &["a.csv"])).unwrap();
        let before = visible(root.path());
        assert!(matches!(addition.place(terms), Err(FolderError::Changed(_))));
        assert_eq!(tree(root.path()), before);

        let root = tempfile::tempdir().unwrap();
        let (addition, mut terms) = begun(root.path());
        addition.write("b.csv", b"new").unwrap();
        terms.vacant.insert("b.csv".to_owned());
        fs::create_dir_all(root.path().join("figures")).unwrap();
        fs::write(root.path().join("figures/x.svg"), "mine").unwrap();
        let before = visible(root.path());
        let refused = addition.place(terms);
        assert!(matches!(&refused, Err(FolderError::Appeared(path)) if path.ends_with("figures/x.svg")));
        assert_eq!(tree(root.path()), before);
    }

    /// A file that somebody put among the results of a point, and one where a folder has to be.
    #[test]
    fn what_others_have_put_in_the_way_stays() {
        for (name, obstacle) in [("points/1/c.csv", "points/1/c.csv"), ("figures", "figures")] {
            let root = tempfile::tempdir().unwrap();
            let (addition, terms) = begun(root.path());
            addition.write("points/1/c.csv", b"new").unwrap();
            addition.write("points/1/manifest.json", &manifest("new", &["a.csv", "c.csv"])).unwrap();
            fs::write(root.path().join(name), "mine").unwrap();
            let before = visible(root.path());
            let refused = addition.place(terms);
            assert!(matches!(&refused, Err(FolderError::InTheWay(path)) if path.ends_with(obstacle)));
            assert_eq!(tree(root.path()), before);
        }
    }

    /// Killed before all was whole: nothing has changed. Killed later: after each number of moves the next
    /// command makes the others.
    #[test]
    fn what_a_killed_command_had_begun_is_removed_or_finished() {
        let whole = placed();
        for killed_at in 0..10usize {
            let root = tempfile::tempdir().unwrap();
            let (addition, terms) = begun(root.path());
            let before = visible(root.path());
            let ready = Ready { terms, brings_manifest: true };
            let results = addition.folder();
            if killed_at > 0 {
                addition.work.mark_ready(&serde_json::to_string(&ready).unwrap()).unwrap();
            }
            let moves =
                ["figures/x.svg", "a.csv", "points/1/a.csv", "points/2/a.csv", "points/1/manifest.json"];
            for name in moves.iter().take(killed_at.saturating_sub(1)) {
                fs::create_dir_all(root.path().join(name).parent().unwrap()).unwrap();
                fs::rename(results.join(name), root.path().join(name)).unwrap();
                if *name == "points/1/a.csv" {
                    fs::remove_file(root.path().join("points/1/b.csv")).unwrap();
                }
            }
            if killed_at >= 7 {
                fs::remove_file(root.path().join("c.csv")).unwrap();
            }
            if killed_at >= 8 {
                fs::rename(results.join("manifest.json"), root.path().join("manifest.json")).unwrap();
            }
            let Addition { work, mut made, .. } = addition;
            made.0.clear();
            work.leave();
            let told = settle_killed_runs(root.path());
            let expected = match killed_at {
                0 => matches!(&told[..], [Leftover::Removed { target }] if target == root.path()),
                1..=7 => {
                    matches!(&told[..], [Leftover::Published(published)] if published.folder == root.path())
                }
                _ => matches!(&told[..], [Leftover::Cleared(target)] if target == root.path()),
            };
            assert!(expected, "{killed_at}: {told:?}");
            assert_eq!(tree(root.path()), if killed_at == 0 { before } else { whole.clone() }, "{killed_at}");
            assert!(settle_killed_runs(root.path()).is_empty());
        }
    }

    /// The folder was replaced after the command was killed: its files are about other results.
    #[test]
    fn files_for_results_that_were_replaced_are_removed() {
        let root = tempfile::tempdir().unwrap();
        let (addition, terms) = begun(root.path());
        let ready = Ready { terms, brings_manifest: true };
        addition.work.mark_ready(&serde_json::to_string(&ready).unwrap()).unwrap();
        let Addition { work, mut made, .. } = addition;
        made.0.clear();
        work.leave();
        fs::write(root.path().join("manifest.json"), manifest("newer", &["a.csv"])).unwrap();
        let told = settle_killed_runs(root.path());
        assert!(matches!(&told[..], [Leftover::Outdated { .. }]), "{told:?}");
        assert_eq!(fs::read(root.path().join("a.csv")).unwrap(), b"old");
        assert!(
            fs::read_dir(root.path())
                .unwrap()
                .all(|entry| { !entry.unwrap().file_name().to_string_lossy().starts_with('.') })
        );
    }

    #[cfg(unix)]
    #[test]
    fn the_file_behind_a_link_is_replaced_and_the_link_stays() {
        let root = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(elsewhere.path().join("a.svg"), root.path().join("a.svg")).unwrap();
        let addition = Addition::begin(root.path()).unwrap();
        addition.write("a.svg", b"new").unwrap();
        addition.place(Terms::default()).unwrap();
        assert!(root.path().join("a.svg").is_symlink());
        assert_eq!(fs::read(elsewhere.path().join("a.svg")).unwrap(), b"new");
    }
}
