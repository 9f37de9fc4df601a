//! A file that is written whole or not at all.

use super::failure::Failure;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Refuses a target that stands there already, unless it may be replaced.
pub fn check_target(target: &Path, force: bool) -> Result<(), Failure> {
    if target.is_dir() {
        return Err(Failure::CannotRun(format!("{}: is a folder; name a file in it", target.display())));
    }
    if target.symlink_metadata().is_ok() && !force {
        return Err(Failure::CannotRun(format!(
            "{}: exists already\n  help: name another file, or give --force to replace it",
            target.display()
        )));
    }
    Ok(())
}

/// Lets `fill` write a file beside the target, and moves it there if all went well.
pub fn write(
    target: &Path,
    force: bool,
    fill: impl FnOnce(&mut BufWriter<&mut fs::File>) -> io::Result<()>,
) -> Result<(), Failure> {
    let failed =
        |error: io::Error| Failure::CannotRun(format!("{}: it cannot be written: {error}", target.display()));
    check_target(target, force)?;
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tombola-");
    #[cfg(unix)]
    {
        // As an ordinary file, not one for its owner alone.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    let mut out = BufWriter::new(file.as_file_mut());
    fill(&mut out).and_then(|()| out.flush()).map_err(failed)?;
    drop(out);
    file.persist(target).map_err(|error| failed(error.error))?;
    Ok(())
}
