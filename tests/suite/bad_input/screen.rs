//! Text from outside does not reach the screen as it is.

use super::{POPULATION, accepted, output, refused, sound, text};
use crate::sandbox::Sandbox;

/// What would clear the screen, forge a line, and turn the text around.
const ATTACKS: &[&str] =
    &["\u{1b}[2J", "\u{9b}2J", "\u{202e}", "\u{2066}", "\u{200f}", "\u{7}", "\r", "\u{2028}"];

fn inert(said: &str) -> bool {
    !said.chars().any(|c| ATTACKS.iter().any(|attack| attack.starts_with(c)))
}

#[test]
fn arguments_and_paths() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", sound());
    for attack in ATTACKS {
        let name = format!("a{attack}b");
        for args in [
            &["check", &format!("{name}.toml")][..],
            &["verify", &name],
            &["audit", &name],
            &["run", "s.toml", "--set", &format!("{name}=1")],
            &["run", "s.toml", "--set", &format!("selection.rule={name}")],
            &["run", "s.toml", "--engine", &name],
            &["run", "s.toml", "--rounds", &name],
            &["list", &name],
            &["law", "s.toml", "--window", "3", "--validator", &name],
            &["strategy", "s.toml", "--account", &name],
            &["compare", "s.toml", "--rules", &format!("{name},nxt")],
            &[&name],
        ] {
            let err = refused(&sandbox, args, &[]);
            assert!(inert(&err), "{err:?}");
        }
    }
    // A line break in a name begins no line.
    let said = output(sandbox.command(&["check", "a\nerror: b.toml"]));
    let err = text(&said.stderr);
    assert!(err.starts_with("error: a\\nerror: b.toml: cannot be read") && err.lines().count() == 2, "{err}");
}

#[test]
fn titles_of_columns() {
    let sandbox = Sandbox::new();
    for attack in ATTACKS.iter().filter(|attack| **attack != "\r") {
        sandbox.put("t.csv", format!("name,stake,wins,x{attack}\na,1,2,3\nb,1,3,4\n"));
        let said = output(sandbox.command(&["audit", "t.csv"]));
        assert_eq!(said.status.code(), Some(0));
        let err = text(&said.stderr);
        assert!(err.contains("passed over") && inert(&err), "{err:?}");
    }
}

#[test]
fn names() {
    let sandbox = Sandbox::new();
    let population = POPULATION.replace("ada", "ada\u{202e}x");
    sandbox.put("s.toml", format!("[run]\nrounds = 5\ntrials = 2\n{population}"));
    for args in [
        &["run", "s.toml"][..],
        &["law", "s.toml"],
        &["trace", "s.toml"],
        &["strategy", "s.toml"],
        &["plan", "s.toml"],
    ] {
        let (out, err) = accepted(&sandbox, args);
        assert!(inert(&out) && inert(&err), "{out:?} {err:?}");
        assert!(out.contains("ada\\u{202e}x"), "{out}");
    }
    // For a program, a table says what the scenario said: JSON in its own way, CSV as it is.
    let (json, _) = accepted(&sandbox, &["law", "s.toml", "--format", "json"]);
    assert!(inert(&json), "{json:?}");
    let rows: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(rows[0]["validator"], "ada\u{202e}x");
    let (csv, _) = accepted(&sandbox, &["law", "s.toml", "--format", "csv"]);
    assert!(csv.contains("ada\u{202e}x"), "{csv:?}");
}

#[test]
fn a_name_of_a_megabyte_is_not_echoed_whole() {
    let sandbox = Sandbox::new();
    let long = "x".repeat(1 << 20);
    // An argument has at most 128 KiB on Linux.
    let option = format!("selection.rule={}", &long[..100_000]);
    sandbox.put("s.toml", sound());
    let short = |err: String| assert!(err.len() < 5000, "{} bytes", err.len());
    short(refused(&sandbox, &["run", "s.toml", "--set", &option], &[]));
    short(refused(&sandbox, &["run", "s.toml", "--engine", &option], &[]));
    short(refused(&sandbox, &["list", &option], &[]));
    short(refused(&sandbox, &["check", &option], &[]));
    for case in ["name = \"{}\"", "[selection]\nrule = \"{}\"", "{} = 1", "[run]\nengine = \"{}\""] {
        sandbox.put("s.toml", format!("{}\n{POPULATION}", case.replace("{}", &long)));
        short(refused(&sandbox, &["run", "s.toml"], &[]));
    }
    sandbox.put("s.toml", format!("[run]\nrounds = 5\n{}", POPULATION.replace("ada", &long)));
    short(refused(&sandbox, &["run", "s.toml"], &[]));
    for table in [
        format!("name,stake,wins,{long}\na,1,2,3\nb,1,3,4\n"),
        format!("name,stake,wins\n{long},1,2\nb,1,3\n"),
    ] {
        sandbox.put("t.csv", table);
        let said = output(sandbox.command(&["audit", "t.csv"]));
        assert!(said.stderr.len() + said.stdout.len() < 10_000, "{}", said.stderr.len());
    }
}

#[test]
fn formulas_become_text_where_that_is_asked_for() {
    let sandbox = Sandbox::new();
    let population = POPULATION.replace("ada", "=HYPERLINK(1)").replace("bob", "-1+1").replace("cyd", "@x");
    sandbox.put("s.toml", format!("[run]\nrounds = 5\ntrials = 2\n{population}"));
    for (options, names) in [
        (&["--force"][..], ["\n=HYPERLINK(1),", "\n-1+1,", "\n@x,"]),
        (&["--force", "--safe-csv"], ["\n'=HYPERLINK(1),", "\n'-1+1,", "\n'@x,"]),
    ] {
        accepted(&sandbox, &[&["run", "s.toml", "-q"], options].concat());
        let table = std::fs::read_to_string(sandbox.path("output/s/validators.csv")).expect("a table");
        let (law, _) = accepted(&sandbox, &[&["law", "s.toml", "--format", "csv"], &options[1..]].concat());
        for name in names {
            assert!(table.contains(name) && law.contains(name), "{table}{law}");
        }
        // Numbers stay numbers.
        assert!(!law.contains(",'"), "{law}");
    }
}
