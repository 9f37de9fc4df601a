//! Files that are no scenarios, and those that are in spite of their looks.

use super::{accepted, refused, sound};
use crate::sandbox::Sandbox;
use std::fs;

#[test]
fn files_that_are_no_scenarios() {
    let sandbox = Sandbox::new();
    refused(
        &sandbox,
        &["run", "no.toml"],
        &["no.toml: cannot be read: No such file", "help: check the path"],
    );
    fs::create_dir(sandbox.path("folder")).expect("a folder");
    refused(&sandbox, &["run", "folder"], &["folder: cannot be read:", "help: name a scenario file"]);
    refused(&sandbox, &["run"], &["<FILE>"]);
    refused(&sandbox, &["run", ""], &["<FILE>"]);
    for (bytes, fragments) in [
        (&b"rounds: 5\n"[..], &["s.toml:1:9: this is not TOML", "help: see https://toml.io"][..]),
        (b"[run\nrounds = 5\n", &["s.toml:1:5: this is not TOML"]),
        (b"[run]\nrounds = 5\nrounds = 6\n", &["s.toml:3:1: this is not TOML: duplicate key"]),
        (b"name = \"x\"\nname2 = \"a\xff\"\n", &["s.toml:2:11: the byte 0xff is not UTF-8", "help: save"]),
        (b"\0\0\0\0", &["s.toml:1:5: this is not TOML"]),
        (b"\xff\xfea\0b\0", &["s.toml:1:1: the byte 0xff is not UTF-8"]),
        (b"", &["s.toml: `population` is missing", "help: add a section [population]"]),
        (b"# nothing but a comment\n", &["s.toml: `population` is missing"]),
    ] {
        sandbox.put("s.toml", bytes);
        for command in ["run", "law", "check", "trace"] {
            refused(&sandbox, &[command, "s.toml"], fragments);
        }
    }
    // So deep that whoever reads it by recursion runs out of stack.
    for deep in [
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}", "{ a = ".repeat(100_000)),
        format!("{}a = 1", "a.".repeat(100_000)),
        format!("[{}a]", "a.".repeat(100_000)),
    ] {
        sandbox.put("s.toml", deep);
        refused(&sandbox, &["run", "s.toml"], &["s.toml", "this is not TOML"]);
    }
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_fine() {
    let sandbox = Sandbox::new();
    sandbox.put("mark.toml", format!("\u{feff}{}", sound()));
    sandbox.put("windows.toml", sound().replace('\n', "\r\n"));
    accepted(&sandbox, &["run", "mark.toml", "windows.toml"]);
    sandbox.put("windows.toml", sound().replace("rounds", "rouns").replace('\n', "\r\n"));
    refused(&sandbox, &["run", "windows.toml"], &["windows.toml:2:1: `run.rouns`"]);
}
