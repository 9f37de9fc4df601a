//! Bad input: one clear message that names the place, the user's own value and a remedy; exit code
//! 2; nothing written; no panic.

mod files;
mod folders;
mod keys;
mod memory;
mod numbers;
mod options;
mod pipes;
mod populations;
mod screen;
mod tables;

use crate::sandbox::Sandbox;
use assert_cmd::Command;
use std::process::Output;
use std::time::Duration;

/// Three accounts, all validators. Stands at the end of a scenario, so that the case at hand begins
/// on the first line.
const POPULATION: &str = r#"
[population]
accounts = [
    { name = "ada", balance = 350 },
    { name = "bob", balance = 500 },
    { name = "cyd", balance = 200 },
]
"#;

/// A scenario without a fault, and quickly run.
fn sound() -> String {
    format!("[run]\nrounds = 5\ntrials = 2\n{POPULATION}")
}

fn output(command: std::process::Command) -> Output {
    // A program that hangs fails the test, and does not stop it.
    Command::from_std(command).timeout(Duration::from_secs(60)).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program prints UTF-8")
}

/// What must hold of everything printed: no panic, no escape codes where no terminal listens.
fn decent(output: &Output) -> (String, String) {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    for said in [&out, &err] {
        assert!(!said.contains("panicked") && !said.contains("RUST_BACKTRACE"), "{said}");
        assert!(!said.contains('\u{1b}'), "escape codes: {said:?}");
    }
    (out, err)
}

/// Runs the program and expects a refusal that holds every fragment, and an untouched sandbox.
fn refused(sandbox: &Sandbox, args: &[&str], fragments: &[&str]) -> String {
    refused_command(sandbox, sandbox.command(args), fragments)
}

fn refused_command(sandbox: &Sandbox, command: std::process::Command, fragments: &[&str]) -> String {
    let before = sandbox.tree();
    let shown = format!("{command:?}");
    let output = output(command);
    let (out, err) = decent(&output);
    assert_eq!(output.status.code(), Some(2), "{shown}\n{err}");
    assert_eq!(out, "", "{shown}");
    assert!(err.starts_with("error: "), "{shown}\n{err}");
    assert_eq!(err.matches("error: ").count(), 1, "{shown}\n{err}");
    for fragment in fragments {
        assert!(err.contains(fragment), "{shown}\n{err}does not say {fragment:?}");
    }
    assert_eq!(before, sandbox.tree(), "{shown} has left something behind\n{err}");
    err
}

/// Runs the program and expects that all goes well; returns what it printed.
fn accepted(sandbox: &Sandbox, args: &[&str]) -> (String, String) {
    let output = output(sandbox.command(args));
    let (out, err) = decent(&output);
    assert_eq!(output.status.code(), Some(0), "{args:?}\n{err}");
    (out, err)
}

/// Each case is the beginning of a scenario, and what the refusal says.
fn cases_refused(cases: &[(&str, &[&str])]) {
    let sandbox = Sandbox::new();
    for (case, fragments) in cases {
        sandbox.put("s.toml", format!("{case}\n{POPULATION}"));
        for command in ["run", "law", "check", "trace"] {
            // A trace draws no figures, and so does not look at them.
            if command != "trace" || !case.starts_with("[report]\nfigures") {
                refused(&sandbox, &[command, "s.toml"], fragments);
            }
        }
    }
}

/// As [`cases_refused`], of whole scenarios.
fn scenarios_refused(cases: &[(&str, &[&str])]) {
    let sandbox = Sandbox::new();
    for (scenario, fragments) in cases {
        sandbox.put("s.toml", scenario);
        refused(&sandbox, &["run", "s.toml"], fragments);
    }
}

#[test]
fn without_a_fault_all_goes_well() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", sound());
    let (out, err) = accepted(&sandbox, &["run", "s.toml"]);
    assert!(out.contains("ada") && out.contains("Verdict:"), "{out}");
    assert!(err.contains("output/s/manifest.json"), "{err}");
    accepted(&sandbox, &["check", "s.toml"]);
    accepted(&sandbox, &["trace", "s.toml", "--round", "5", "--trial", "1"]);
}
