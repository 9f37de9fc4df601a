//! Folders and disks that cannot be written to.

use super::{accepted, refused, refused_command, sound};
use crate::sandbox::{Sandbox, program};
use std::fs;

#[test]
fn folders_of_results_that_cannot_be_written() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", sound());
    sandbox.put("file", "not a folder");
    // A path below a file cannot be made, not even by root.
    refused(
        &sandbox,
        &["run", "s.toml", "--output", "file"],
        &["cannot write file: not a directory", "--output DIR"],
    );
    refused(&sandbox, &["run", "s.toml", "--output", "file/a/b"], &["cannot write file: not a directory"]);
    refused(&sandbox, &["run", "s.toml", "--output", ""], &["--output <DIR>"]);
    sandbox.put("output/s", "a file where the folder would stand");
    refused(&sandbox, &["run", "s.toml"], &["output/s exists already", "help: add --force"]);
    refused(
        &sandbox,
        &["run", "s.toml", "--force"],
        &["output/s is not a folder of results", "help: move it away"],
    );
    fs::remove_file(sandbox.path("output/s")).expect("the file");
    sandbox.put("output/s/diary.txt", "mine");
    refused(&sandbox, &["run", "s.toml"], &["output/s exists already"]);
    refused(
        &sandbox,
        &["run", "s.toml", "--force"],
        &["output/s is not a folder of results", "help: move it away"],
    );
    // Many things have a manifest.json.
    sandbox.put("output/s/manifest.json", r#"{ "name": "an app", "icons": [] }"#);
    refused(&sandbox, &["run", "s.toml", "--force"], &["output/s is not a folder of results"]);
    // The second folder is in the way: the first scenario is not run either.
    sandbox.put("t.toml", sound());
    refused(&sandbox, &["run", "t.toml", "s.toml"], &["output/s exists already"]);
}

#[test]
fn results_are_replaced_only_if_asked() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", sound());
    accepted(&sandbox, &["run", "s.toml", "-q"]);
    refused(
        &sandbox,
        &["run", "s.toml", "-q"],
        &["output/s exists already; nothing was run", "help: add --force"],
    );
    sandbox.put("output/s/stale.txt", "from others");
    let before = sandbox.tree();
    accepted(&sandbox, &["run", "s.toml", "-q", "--force", "--seed", "7"]);
    let after = sandbox.tree();
    assert_eq!(after[&sandbox.path("output/s/stale.txt")].as_deref(), Some(&b"from others"[..]));
    assert_ne!(before[&sandbox.path("output/s/trials.csv")], after[&sandbox.path("output/s/trials.csv")]);
    let in_output: Vec<_> = fs::read_dir(sandbox.path("output")).expect("a folder").collect();
    assert_eq!(in_output.len(), 1, "nothing else is left in the output folder: {in_output:?}");
}

/// A limit on the size of files stands in for a full disk: writing fails in the same places, and
/// no rights are needed. What a shell takes as a block has 512 or 1024 bytes.
#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_while_results_are_written() {
    let sandbox = Sandbox::new();
    // A long description, so that the manifest, which tells it, is longer than the tables.
    sandbox.put("s.toml", format!("description = \"{}\"\n{}", "long ".repeat(40_000), sound()));
    for (blocks, options, file) in [
        // Not even the journal: that is noticed before anything is run.
        (0, "", "output"),
        (1, "", "output/s/validators.csv"),
        (1, "--keep-chain", "output/s/chain.jsonl"),
        (4, "--rounds 500 --keep-chain", "output/s/chain.jsonl"),
        (64, "--rounds 1 --trials 1 --set report.figures=[]", "output/s/manifest.json"),
        (64, "--set 'report.formats=[\"svg\"]'", "output/s/figures/win-share.svg"),
    ] {
        let script = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec '{}' run s.toml --output deep/output {options}",
            program().display()
        );
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &script]).current_dir(sandbox.path(""));
        let file = format!("cannot write deep/{file}: ");
        refused_command(
            &sandbox,
            shell,
            &[&file, "too large", "help: make room on the disk", "nothing half-written"],
        );
    }
}
