//! The moment in which whole results take their place.

use super::contents::{Contents, Listing, flush_names_to_disk, flush_to_disk, manifest_hash};
use super::journal::WorkFolder;
use super::rename::{exchange, into_vacant};
use super::{Conflict, Published};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Moves the results of a work folder, which are whole, to their place in `root`.
///
/// What stands there is looked at now, whatever it was when the run began. It is replaced only if
/// that was asked for, only if it is a folder of results, and never complete ones by partial ones.
/// Where it stays, the results go beside it, under a name with a number. Of what is replaced, only
/// the files are removed that its manifest lists; whatever else was there is there afterwards.
///
/// # Errors
/// If the system refuses; the results are then still in the work folder.
pub(super) fn place(work: &WorkFolder, root: &Path) -> io::Result<Published> {
    let results = work.results();
    let new = Listing::of(&results).ok_or(io::ErrorKind::InvalidData)?;
    let target = root.join(&work.entry.name);
    // Others may come and go between a look and a move; nobody does so for ever.
    const TRIES: usize = 64;
    for _ in 0..TRIES {
        match into_vacant(&results, &target) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            moved => {
                moved?;
                flush_names_to_disk(root);
                return Ok(Published { folder: target, instead_of: None });
            }
        }
        if let Some(conflict) = conflict(&target, &new, work.entry.replace)? {
            let folder = beside(&results, root, &work.entry.name, &conflict)?;
            return Ok(Published { folder, instead_of: Some((target, conflict)) });
        }
        flush_to_disk(&results)?;
        match exchange(&results, &target) {
            Ok(()) => {
                // What was exchanged may be something else than what was looked at.
                if conflict(&results, &new, true)?.is_some() {
                    exchange(&results, &target)?;
                    continue;
                }
                flush_names_to_disk(root);
                into_vacant(&results, &work.replaced())?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                if !by_two_moves(work, &target, &new)? {
                    continue;
                }
                flush_names_to_disk(root);
            }
            Err(error) => return Err(error),
        }
        clear_replaced(work, &target)?;
        return Ok(Published { folder: target, instead_of: None });
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// Replaces where two names cannot be exchanged. Between the two moves there is nothing at the
/// place; whoever finds the journal then knows where both are. `false` if what was moved away was
/// not what was looked at; it is back then.
fn by_two_moves(work: &WorkFolder, target: &Path, new: &Listing) -> io::Result<bool> {
    let (results, replaced) = (work.results(), work.replaced());
    into_vacant(target, &replaced)?;
    let good = conflict(&replaced, new, true)?.is_none();
    match if good { into_vacant(&results, target) } else { Ok(()) } {
        Ok(()) if good => Ok(true),
        outcome => {
            into_vacant(&replaced, target)?;
            outcome.map(|()| false)
        }
    }
}

/// What forbids that these results take the place of what stands there; `None` if nothing does.
pub(super) fn conflict(target: &Path, new: &Listing, replace: bool) -> io::Result<Option<Conflict>> {
    let kind = match target.symlink_metadata() {
        Ok(metadata) => metadata.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !replace {
        return Ok(Some(Conflict::Exists));
    }
    if kind.is_dir() && fs::read_dir(target)?.next().is_none() {
        return Ok(None);
    }
    let Some(old) = Listing::of(target) else { return Ok(Some(Conflict::Foreign)) };
    if new.partial && !old.partial {
        return Ok(Some(Conflict::Complete));
    }
    let foreign = Contents::of(target, &old, new)?.foreign;
    Ok(foreign.into_iter().find(|path| new.claims(path)).map(Conflict::InTheWay))
}

/// Moves the results to the first free name.
fn beside(results: &Path, root: &Path, name: &str, conflict: &Conflict) -> io::Result<PathBuf> {
    let stem = match conflict {
        Conflict::Complete => format!("{name}-partial"),
        _ => name.to_owned(),
    };
    const MOST: u32 = 10_000;
    let first = if matches!(conflict, Conflict::Complete) { 1 } else { 2 };
    for number in first..MOST {
        let folder = root.join(if number == 1 { stem.clone() } else { format!("{stem}-{number}") });
        match into_vacant(results, &folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            moved => return moved.map(|()| folder),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Removes older results that have made way, and gives back to `target` what others had put there.
pub(super) fn clear_replaced(work: &WorkFolder, target: &Path) -> io::Result<()> {
    let replaced = work.replaced();
    if let Some(old) = Listing::of(&replaced) {
        let next = Listing::of(target).unwrap_or_else(|| old.clone());
        let contents = Contents::of(&replaced, &old, &next)?;
        for path in &contents.foreign {
            let home = target.join(path);
            if let Some(folder) = home.parent() {
                fs::create_dir_all(folder)?;
            }
            into_vacant(&replaced.join(path), &home)?;
        }
        contents.remove_ours(&replaced)?;
    }
    // Only if it is empty.
    fs::remove_dir(&replaced)
}

/// What became of the folder of a run that was killed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing whole was in it.
    Unfinished,
    /// The results were whole and stood at their place already.
    Published,
    /// The results were whole, and now they are where this says.
    Finished(Published),
    /// The results were whole, but for another place than there is now.
    Outdated(String),
}

/// Brings to its end what a run that was killed had begun.
///
/// # Errors
/// If the system refuses, or if what is there cannot be told apart any more; all of it is then still
/// in the work folder.
pub(super) fn settle(work: &WorkFolder, root: &Path) -> io::Result<Found> {
    let Some(ready) = work.ready() else { return Ok(Found::Unfinished) };
    let target = root.join(&work.entry.name);
    let is_new = |folder: &Path| manifest_hash(folder).as_ref() == Some(&ready);
    let stands = |path: &Path| path.symlink_metadata().is_ok();
    let (results, replaced) = (work.results(), work.replaced());
    if stands(&results) && !is_new(&results) {
        // The names were exchanged, so this is what stood at the place before.
        let new = Listing::of(&target).filter(|_| is_new(&target)).ok_or(io::ErrorKind::InvalidData)?;
        match conflict(&results, &new, true)? {
            None => into_vacant(&results, &replaced)?,
            Some(_) => exchange(&results, &target)?,
        }
    }
    if !stands(&results) {
        if stands(&replaced) {
            clear_replaced(work, &target)?;
        }
        return Ok(Found::Published);
    }
    if stands(&replaced) {
        // It had been moved away, and nothing has been put into its place.
        match into_vacant(&replaced, &target) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => clear_replaced(work, &target)?,
            moved => moved?,
        }
    }
    place(work, root).map(Found::Finished)
}

#[cfg(test)]
mod tests {
    use super::super::journal::JournalEntry;
    use super::*;

    /// Where names cannot be exchanged, two moves do the same, and what is not of results is moved
    /// back.
    #[test]
    fn two_moves_do_what_the_exchange_does() {
        let root = tempfile::tempdir().unwrap();
        let work = WorkFolder::create(root.path(), JournalEntry::new("run", true)).unwrap();
        let manifest = r#"{"program":"tombola","files":{"a.csv":""}}"#;
        let target = root.path().join("run");
        fs::create_dir(&target).unwrap();
        for (folder, content) in [(&target, "old"), (&work.results(), "new")] {
            fs::write(folder.join("manifest.json"), manifest).unwrap();
            fs::write(folder.join("a.csv"), content).unwrap();
        }
        fs::write(target.join("notes.txt"), "mine").unwrap();
        let new = Listing::of(&work.results()).unwrap();
        assert!(by_two_moves(&work, &target, &new).unwrap());
        clear_replaced(&work, &target).unwrap();
        assert_eq!(fs::read(target.join("a.csv")).unwrap(), b"new");
        assert_eq!(fs::read(target.join("notes.txt")).unwrap(), b"mine");

        fs::rename(&target, work.results()).unwrap();
        fs::write(&target, "a file that has just appeared").unwrap();
        assert!(!by_two_moves(&work, &target, &new).unwrap());
        assert!(target.is_file() && work.results().is_dir() && !work.replaced().exists());
    }
}
