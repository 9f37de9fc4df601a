//! What a folder of results says of itself, which may come from anywhere.

use super::contents::MANIFEST;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Component, Path, PathBuf};

/// The longest manifest that is read, in bytes.
const LONGEST: u64 = 1 << 28;

/// The text of a folder's `manifest.json`, of at most 2^28 bytes.
///
/// # Errors
/// Those of the system, and [`io::ErrorKind::FileTooLarge`].
pub fn read_manifest(folder: &Path) -> io::Result<String> {
    read_at_most(&folder.join(MANIFEST), LONGEST)
}

fn read_at_most(path: &Path, longest: u64) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(longest + 1).read_to_string(&mut text)?;
    if text.len() as u64 > longest {
        let told = format!("it has more than {longest} bytes, the most that are read");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, told));
    }
    Ok(text)
}

/// Where a file that a manifest names stands, if it is an ordinary file inside of the folder: a
/// manifest that somebody else wrote may name anything.
pub fn listed_file(folder: &Path, name: &str) -> Option<PathBuf> {
    let is_inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    Some(folder.join(name)).filter(|path| is_inside && path.is_file())
}

/// The SHA-256 of a file, in hexadecimal digits.
///
/// # Errors
/// Those of the system.
pub fn file_hash(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut input = BufReader::with_capacity(1 << 16, File::open(path)?);
    loop {
        let bytes = input.fill_buf()?;
        if bytes.is_empty() {
            break;
        }
        hash.update(bytes);
        let read = bytes.len();
        input.consume(read);
    }
    Ok(hex::encode(hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_else_and_what_never_ends_is_not_read_to_its_end() {
        let sandbox = tempfile::tempdir().unwrap();
        let folder = sandbox.path().join("results");
        std::fs::create_dir_all(folder.join("figures")).unwrap();
        std::fs::write(folder.join("figures/a.svg"), "abc").unwrap();
        std::fs::write(sandbox.path().join("other.csv"), "abc").unwrap();
        let inside = listed_file(&folder, "figures/a.svg").unwrap();
        assert_eq!(
            file_hash(&inside).unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        let absolute = sandbox.path().join("other.csv");
        for name in
            ["../other.csv", "figures/../../other.csv", "figures", "no.csv", absolute.to_str().unwrap()]
        {
            assert_eq!(listed_file(&folder, name), None, "{name}");
        }
        assert_eq!(read_at_most(&inside, 3).unwrap(), "abc");
        assert_eq!(read_at_most(&inside, 2).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
