//! Output that nobody can take, or not in colours.

use super::{decent, refused, sound, text};
use crate::sandbox::Sandbox;
use std::fs;
use std::process::Stdio;

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_printed() {
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").expect("a device that is always full");
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", sound());
    for args in [
        &["check", "s.toml"][..],
        &["list", "rules"],
        &["trace", "s.toml"],
        &["law", "s.toml"],
        &["completions", "bash"],
        &["--help"],
        &["help", "run"],
        &["run", "--help"],
        &["--version"],
    ] {
        let before = sandbox.tree();
        let output = sandbox.command(args).stdout(full()).output().expect("the program starts");
        let (_, err) = decent(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}\n{err}");
        assert!(err.contains("error: cannot write to standard output: No space left"), "{err}");
        assert_eq!(before, sandbox.tree());
    }
    // What was computed stands all the same, and the message says where.
    sandbox.put("wins.csv", "name,stake,wins\nann,5,6\nbob,3,2\n");
    for (args, results) in [
        (&["run", "s.toml"][..], "output/s"),
        (&["compare", "s.toml", "--rules", "raffle,uniform", "--output", "output/pair"], "output/pair"),
        (&["audit", "wins.csv", "--output", "output/chain"], "output/chain"),
    ] {
        let output = sandbox.command(args).stdout(full()).output().expect("the program starts");
        let (_, err) = decent(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}\n{err}");
        let stand = err.lines().find_map(|line| line.split_once("; the results are whole, in "));
        let (_, stand) = stand.unwrap_or_else(|| panic!("{args:?}\n{err}"));
        assert!(stand.starts_with(results), "{args:?}\n{err}");
        assert!(sandbox.path(stand).join("manifest.json").is_file(), "{args:?}\n{err}");
    }
    // Where not even the message can be printed, the exit code still tells.
    let silent = |args: &[&str]| {
        sandbox
            .command(args)
            .stdout(Stdio::null())
            .stderr(full())
            .status()
            .expect("the program starts")
            .code()
    };
    assert_eq!(silent(&["check", "no.toml"]), Some(2));
    assert_eq!(silent(&["check", "s.toml"]), Some(0));
    assert_eq!(silent(&["run", "s.toml", "--force"]), Some(0));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", sound());
    sandbox.put("t.toml", sound());
    for args in [
        &["list", "rules", "--long"][..],
        &["list", "scenarios", "--format", "json"],
        &["check", "s.toml"],
        &["trace", "s.toml"],
        &["law", "s.toml"],
        &["completions", "zsh"],
        &["run", "s.toml", "t.toml"],
        &["--help"],
    ] {
        let mut command = sandbox.command(args);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the program ends");
        let (_, err) = decent(&output);
        assert_eq!(output.status.code(), Some(0), "{args:?}\n{err}");
        assert!(!err.contains("error"), "{args:?}\n{err}");
    }
    // Nobody reads the summary of the first scenario, and yet the second one is run.
    for results in ["output/s/manifest.json", "output/t/manifest.json"] {
        assert!(sandbox.path(results).is_file(), "{results}");
    }
}

#[test]
fn colours_only_where_they_are_wanted() {
    let sandbox = Sandbox::new();
    let said = |variables: &[(&str, &str)]| {
        let mut command = sandbox.command(&["check", "no.toml"]);
        command.envs(variables.iter().copied());
        text(&command.output().expect("the program starts").stderr)
    };
    // The control: where colours are forced, there are escape codes to be found.
    assert!(said(&[("CLICOLOR_FORCE", "1")]).contains('\u{1b}'));
    assert!(!said(&[]).contains('\u{1b}'));
    assert!(!said(&[("NO_COLOR", "1")]).contains('\u{1b}'));
    assert!(!said(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]).contains('\u{1b}'));
    // Nor does a name from outside bring any in.
    refused(&sandbox, &["check", "\u{1b}[31mred.toml"], &["\\u{1b}[31mred.toml: cannot be read"]);
}
