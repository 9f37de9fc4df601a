//! A folder of its own in which a test runs the program, and what is in it.

use assert_cmd::cargo::cargo_bin;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A folder to run the program in; it is the program's current folder.
pub struct Sandbox(TempDir);

impl Sandbox {
    /// An empty sandbox.
    pub fn new() -> Self {
        Sandbox(tempfile::tempdir().expect("a temporary folder"))
    }

    /// A path in the sandbox.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Puts a file into the sandbox, with the folders above it.
    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a path in the room")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }

    /// Every file in the room with its bytes, and every folder with none.
    pub fn tree(&self) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        let mut tree = BTreeMap::new();
        let mut folders = vec![self.0.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
                let path = entry.path();
                if entry.file_type().expect("a type").is_dir() {
                    folders.push(path.clone());
                    tree.insert(path, None);
                } else {
                    tree.insert(path.clone(), fs::read(path).ok());
                }
            }
        }
        tree
    }

    /// The program, to be run in the room with these arguments.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(args).current_dir(self.0.path());
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RUST_BACKTRACE"] {
            command.env_remove(variable);
        }
        command
    }
}

/// The program that is tested.
pub fn program() -> &'static Path {
    Path::new(cargo_bin!("tombola"))
}
