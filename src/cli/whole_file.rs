//! A file that is written whole or not at all.

use super::failure::Failure;
use super::screen::tell;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use tombola::report::behind_links;

/// Files that are being written begin with this. Each is locked as long as the program that writes
/// it lives, so one that can be locked was left behind by a program that was killed.
const PREFIX: &str = ".tombola-file-";
/// After it come so many random letters and digits.
const RANDOM: usize = 8;

/// What happens to a file that stands at the target.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It stays; the command never replaces one.
    Stays,
    /// It stays, since `--force` was not given.
    StaysUnlessForced,
    /// It is replaced.
    IsReplaced,
}

impl Existing {
    /// As `--force` says.
    pub fn forced(force: bool) -> Self {
        if force { Existing::IsReplaced } else { Existing::StaysUnlessForced }
    }
}

/// Refuses a target that stands there already, unless it may be replaced.
pub fn check_target(target: &Path, existing: Existing) -> Result<(), Failure> {
    if target.is_dir() {
        return Err(Failure::CannotRun(format!("{}: is a folder; name a file in it", target.display())));
    }
    // What a link points to counts: the file behind it is written, or made, and the link stays.
    if target.metadata().is_ok_and(|what| !what.is_file()) {
        return Err(Failure::CannotRun(format!(
            "{}: is not a regular file (a device or a pipe, say) and is left as it is\n  help: name a file",
            target.display()
        )));
    }
    let help = match existing {
        Existing::IsReplaced => return Ok(()),
        Existing::StaysUnlessForced => "name another file, or give --force to replace it",
        Existing::Stays => "name another file, or move that one away",
    };
    if target.symlink_metadata().is_ok() {
        return Err(Failure::CannotRun(format!("{}: exists already\n  help: {help}", target.display())));
    }
    Ok(())
}

/// Lets `fill` write a file beside the target, and moves it there if all went well. What stands at the
/// target is looked at again at that moment, and replaced only if it may be.
pub fn write(
    target: &Path,
    existing: Existing,
    fill: impl FnOnce(&mut BufWriter<&mut File>) -> io::Result<()>,
) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        let help = match error.kind() {
            io::ErrorKind::NotFound => "make its folder first",
            _ => "check the folder, its permissions and the space left",
        };
        Failure::CannotRun(format!(
            "{}: the file cannot be written: {error}\n  help: {help}",
            target.display()
        ))
    };
    check_target(target, existing)?;
    let behind = behind_links(target).map_err(failed)?;
    let failed = |error: io::Error| match behind == target {
        true => failed(error),
        false => led_astray(target, &behind, &error),
    };
    let target = behind.as_path();
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    for left in remove_left_behind(folder) {
        tell(format_args!(
            "note: an earlier command was killed while it wrote a file; what it had left was removed: {}",
            left.display()
        ));
    }
    let mut file = begin(folder).map_err(failed)?;
    let mut out = BufWriter::new(file.as_file_mut());
    fill(&mut out).and_then(|()| out.flush()).map_err(failed)?;
    drop(out);
    // Otherwise a power cut could leave the name with nothing behind it.
    file.as_file().sync_all().map_err(failed)?;
    if existing == Existing::IsReplaced {
        file.persist(target).map_err(|error| failed(error.error))?;
        return Ok(());
    }
    match file.persist_noclobber(target) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => check_target(target, existing),
        Err(error) => Err(failed(error.error)),
    }
}

/// The failure to write what a link leads to.
fn led_astray(link: &Path, behind: &Path, error: &io::Error) -> Failure {
    Failure::CannotRun(format!(
        "{}: is a link to {}, which cannot be written: {error}\n  help: make the folder that it leads to, or remove the link",
        link.display(),
        behind.display()
    ))
}

/// A new file that is locked.
fn begin(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).rand_bytes(RANDOM);
    #[cfg(unix)]
    {
        // As an ordinary file, not one for its owner alone.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    const TRIES: usize = 8;
    for _ in 0..TRIES {
        let file = builder.tempfile_in(folder)?;
        // Where files cannot be locked, none is removed either.
        let _ = file.as_file().lock();
        // Before it was locked, another program may have taken it for one that was left behind.
        if file.path().exists() {
            return Ok(file);
        }
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// Removes the files in a folder that programs which were killed had not finished, and says which.
fn remove_left_behind(folder: &Path) -> Vec<PathBuf> {
    let mut removed = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return removed };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        let random = name.as_encoded_bytes().strip_prefix(PREFIX.as_bytes());
        let is_ours = random
            .is_some_and(|random| random.len() == RANDOM && random.iter().all(u8::is_ascii_alphanumeric));
        if !is_ours || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let path = entry.path();
        if let Ok(file) = File::open(&path)
            && file.try_lock().is_ok()
            && fs::remove_file(&path).is_ok()
        {
            removed.push(path);
        }
    }
    removed
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{FileTypeExt, symlink};
    use std::os::unix::net::UnixListener;

    fn fill(out: &mut BufWriter<&mut File>) -> io::Result<()> {
        out.write_all(b"new")
    }

    #[test]
    fn what_is_no_file_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let _listener = UnixListener::bind(&socket).unwrap();
        let link = folder.path().join("link");
        symlink(&socket, &link).unwrap();
        for target in [&socket, &link] {
            for existing in [Existing::IsReplaced, Existing::StaysUnlessForced] {
                assert!(write(target, existing, fill).is_err());
            }
        }
        assert!(socket.symlink_metadata().unwrap().file_type().is_socket());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn the_file_behind_a_link_is_written_and_the_link_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        symlink(&file, &link).unwrap();
        assert!(write(&link, Existing::StaysUnlessForced, fill).is_err());
        assert!(write(&link, Existing::IsReplaced, fill).is_ok());
        assert!(link.is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
    }

    /// As a shell writes through it: the file that a dangling link leads to is made, and the link stays.
    #[test]
    fn what_a_dangling_link_leads_to_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link, lost) =
            (folder.path().join("file"), folder.path().join("link"), folder.path().join("lost"));
        symlink("file", &link).unwrap();
        assert!(write(&link, Existing::StaysUnlessForced, fill).is_err());
        assert!(!file.exists());
        assert!(write(&link, Existing::IsReplaced, fill).is_ok());
        assert!(link.is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        symlink("nowhere/file", &lost).unwrap();
        let Err(Failure::CannotRun(told)) = write(&lost, Existing::IsReplaced, fill) else {
            panic!("it was written")
        };
        assert!(told.contains("is a link to") && told.contains("nowhere/file"), "{told}");
        symlink("b", folder.path().join("a")).unwrap();
        symlink("a", folder.path().join("b")).unwrap();
        assert!(write(&folder.path().join("a"), Existing::IsReplaced, fill).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 5);
    }
}
