//! Folders and disks that cannot be written to.

use super::{accepted, refused, refused_command, sound};
use crate::room::{Room, program};
use std::fs;

#[test]
fn folders_of_results_that_cannot_be_written() {
    let room = Room::new();
    room.put("s.toml", sound());
    room.put("file", "not a folder");
    // A path below a file cannot be made, not even by root.
    refused(
        &room,
        &["run", "s.toml", "--output", "file"],
        &["cannot write file: not a directory", "--output DIR"],
    );
    refused(&room, &["run", "s.toml", "--output", "file/a/b"], &["cannot write file: not a directory"]);
    refused(&room, &["run", "s.toml", "--output", ""], &["--output <DIR>"]);
    room.put("output/s", "a file where the folder would stand");
    refused(&room, &["run", "s.toml"], &["output/s exists already", "help: add --force"]);
    refused(
        &room,
        &["run", "s.toml", "--force"],
        &["output/s is not a folder of results", "help: move it away"],
    );
    fs::remove_file(room.path("output/s")).expect("the file");
    room.put("output/s/diary.txt", "mine");
    refused(&room, &["run", "s.toml"], &["output/s exists already"]);
    refused(
        &room,
        &["run", "s.toml", "--force"],
        &["output/s is not a folder of results", "help: move it away"],
    );
    // The second folder is in the way: the first scenario is not run either.
    room.put("t.toml", sound());
    refused(&room, &["run", "t.toml", "s.toml"], &["output/s exists already"]);
}

#[test]
fn results_are_replaced_only_if_asked() {
    let room = Room::new();
    room.put("s.toml", sound());
    accepted(&room, &["run", "s.toml", "-q"]);
    refused(
        &room,
        &["run", "s.toml", "-q"],
        &["output/s exists already; nothing was run", "help: add --force"],
    );
    room.put("output/s/stale.txt", "from before");
    let before = room.tree();
    accepted(&room, &["run", "s.toml", "-q", "--force", "--seed", "7"]);
    let after = room.tree();
    assert!(!after.contains_key(&room.path("output/s/stale.txt")), "what stood there before is gone");
    assert_ne!(before[&room.path("output/s/trials.csv")], after[&room.path("output/s/trials.csv")]);
    let in_output: Vec<_> = fs::read_dir(room.path("output")).expect("a folder").collect();
    assert_eq!(in_output.len(), 1, "nothing else is left in the output folder: {in_output:?}");
}

/// A limit on the size of files stands in for a full disk: writing fails in the same places, and
/// no rights are needed. What a shell takes as a block has 512 or 1024 bytes.
#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_while_results_are_written() {
    let room = Room::new();
    // A long description, so that the manifest, which tells it, is longer than the tables.
    room.put("s.toml", format!("description = \"{}\"\n{}", "long ".repeat(40_000), sound()));
    for (blocks, options, file) in [
        (0, "", "output/s/validators.csv"),
        (0, "--keep-chain", "output/s/chain.jsonl"),
        (4, "--rounds 500 --keep-chain", "output/s/chain.jsonl"),
        (64, "--rounds 1 --trials 1 --set report.figures=[]", "output/s/manifest.json"),
        (64, "--set 'report.formats=[\"svg\"]'", "output/s/figures/win-share.svg"),
    ] {
        let script = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec '{}' run s.toml --output deep/output {options}",
            program().display()
        );
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &script]).current_dir(room.path(""));
        let file = format!("cannot write deep/{file}: ");
        refused_command(
            &room,
            shell,
            &[&file, "too large", "help: make room on the disk", "nothing half-written"],
        );
    }
}
