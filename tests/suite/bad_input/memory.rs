//! Numbers and files that ask for more memory or time than the input is large.

use super::{decent, output, sound};
use crate::sandbox::Sandbox;
use std::process::{Command, Output};

/// Runs the program with 4 GB of address space at most.
fn limited(sandbox: &Sandbox, args: &[&str]) -> Output {
    let program = sandbox.command(args);
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 4000000; exec \"$0\" \"$@\""]);
    command.arg(program.get_program()).args(program.get_args());
    command.current_dir(program.get_current_dir().expect("a sandbox"));
    output(command)
}

/// Runs it so, and expects this exit code and these words.
fn within_limits(sandbox: &Sandbox, args: &[&str], code: i32, fragments: &[&str]) {
    let output = limited(sandbox, args);
    let (out, err) = decent(&output);
    assert_eq!(output.status.code(), Some(code), "{args:?}\n{out}\n{err}");
    for fragment in fragments {
        assert!(
            out.contains(fragment) || err.contains(fragment),
            "{args:?}: no {fragment:?} in\n{out}\n{err}"
        );
    }
    let hidden = sandbox.tree().into_iter().filter(|path| format!("{path:?}").contains(".tombola"));
    assert_eq!(hidden.count(), 0, "{args:?} left a hidden folder");
}

#[cfg(target_os = "linux")]
#[test]
fn memory_follows_no_number_in_the_input() {
    let sandbox = Sandbox::new();
    sandbox.put("one.csv", "name,stake,wins\nann,5,10000000000\n");
    within_limits(&sandbox, &["audit", "one.csv"], 2, &["one validator alone"]);
    // One possible cell: one table, however many wins.
    sandbox.put("none.csv", "name,stake,wins\nann,5,10000000000\nbob,0,0\n");
    within_limits(&sandbox, &["audit", "none.csv"], 0, &[]);
    sandbox.put("two.csv", "name,stake,wins\nann,5,9007199254740990\nbob,3,2\n");
    within_limits(&sandbox, &["audit", "two.csv"], 0, &[]);
    sandbox.put("s.toml", sound());
    let long = ["--rounds", "10000000000", "--engine", "law", "-q"];
    for rule in [
        "{ kind = 'top-n', n = 1 }",
        "{ kind = 'top-n', n = 4294967295 }",
        "{ kind = 'uniform-mixture', alpha = 1 }",
    ] {
        let rule = format!("selection.rule={rule}");
        within_limits(&sandbox, &[&["run", "s.toml", "--force", "--set", &rule][..], &long].concat(), 0, &[]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn settings_of_any_size_are_drawn_or_refused() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", sound());
    for (kind, key, refused) in [
        ("solana-schedule", "slots_per_epoch", true),
        ("simd-0612", "slots_per_epoch", true),
        ("cool-down", "rounds", true),
        ("penalty-weighted", "recovery", false),
        ("compound-epoch", "slots_per_epoch", false),
        ("seniority", "levels", false),
    ] {
        for number in ["4294967295", "1000000000000", "9223372036854775804"] {
            let rule = format!("selection.rule={{ kind = '{kind}', {key} = {number} }}");
            for command in [&["law", "s.toml"][..], &["run", "s.toml", "-q", "--force"]] {
                let args = [command, &["--set", &rule]].concat();
                let output = limited(&sandbox, &args);
                let (_, err) = decent(&output);
                let code = output.status.code();
                assert!(code == Some(2) || !refused && code == Some(0), "{args:?}: {code:?}\n{err}");
                assert!(code == Some(0) || err.contains(key), "{args:?}\n{err}");
            }
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_never_ends_is_refused_with_the_limit() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", sound());
    for args in [&["check", "/dev/zero"][..], &["check", "--set", "run.rounds=5", "/dev/zero"]] {
        within_limits(&sandbox, args, 2, &["has more than 536870912 bytes"]);
    }
    let amounts = "reward.policy={ kind = 'random', path = '/dev/zero' }";
    for args in [
        &["audit", "/dev/zero"][..],
        &["import", "/dev/zero"],
        &["audit", "t.csv", "--stakes", "/dev/zero"],
        &["law", "s.toml", "--set", "population={ stake = { kind = 'table', path = '/dev/zero' } }"],
        &["law", "s.toml", "--set", amounts],
    ] {
        sandbox.put("t.csv", "name,wins\nann,5\n");
        within_limits(&sandbox, args, 2, &["the line has more than 1000000 bytes"]);
    }
    within_limits(&sandbox, &["verify", "/dev/zero"], 1, &["the line is longer than 268435456 bytes"]);
    sandbox.put("wide.csv", format!("name,stake,wins,note\nann,5,1,{}\n", "x".repeat(20_000)));
    within_limits(&sandbox, &["audit", "wide.csv"], 2, &["a field has more than 10000 bytes"]);
    sandbox.put("long.csv", format!("name,stake,wins{}\n", ",note".repeat(300_000)));
    within_limits(&sandbox, &["audit", "long.csv"], 2, &["the line has more than 1000000 bytes"]);
    let name = format!("selection.rule={}", "raffle".repeat(20_000));
    within_limits(&sandbox, &["law", "s.toml", "--set", &name], 2, &["unknown rule"]);
}

#[test]
fn a_pilot_that_nobody_asked_for_is_told_and_bounded() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", sound());
    let compound = [
        "plan",
        "s.toml",
        "--set",
        "selection.rule=square-root",
        "--set",
        "reward.compound=true",
        "--set",
        "reward.policy=constant",
    ];
    let told = "pilot: 30 trials of 5 rounds, 150 in all, with the draws engine";
    within_limits(&sandbox, &compound, 0, &[told]);
    // Rounds that ask 20,000 validators each: hours, though they are fewer than 10^9.
    let slow = [
        &compound[..],
        &["--set", "selection.rule=nxt", "--rounds", "10000000", "--set"],
        &["population={ count = 20000, total_stake = 1000000000, stake = 'zipf' }"],
    ]
    .concat();
    within_limits(
        &sandbox,
        &slow,
        2,
        &["300,000,000 in all", "hours on this machine, more than 10 minutes", "--rounds", "with --pilot 30"],
    );
    let long = [&compound[..], &["--rounds", "100000000"]].concat();
    within_limits(
        &sandbox,
        &long,
        2,
        &["has 30 trials of 100,000,000 rounds, more than 1,000,000,000", "--pilot"],
    );
}
