//! The command line.

use super::{POPULATION, accepted, decent, output, refused, sound};
use crate::sandbox::Sandbox;
use std::fs;

#[test]
fn seeds_at_the_edges() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", sound());
    let largest = u64::MAX.to_string();
    for (seed, resolved) in [
        ("0", "seed = 0\n"),
        ("9223372036854775807", "seed = 9223372036854775807\n"),
        ("9223372036854775808", "seed = \"9223372036854775808\"\n"),
        (&largest, "seed = \"18446744073709551615\"\n"),
    ] {
        assert!(accepted(&sandbox, &["check", "s.toml", "--seed", seed]).0.contains(resolved), "{seed}");
        assert!(
            accepted(&sandbox, &["check", "s.toml", "--set", &format!("run.seed={seed}")])
                .0
                .contains(resolved)
        );
        sandbox.put("quoted.toml", format!("[run]\nseed = \"{seed}\"\nrounds = 5\ntrials = 2\n{POPULATION}"));
        accepted(&sandbox, &["run", "quoted.toml", "-q", "--force"]);
        accepted(&sandbox, &["run", "s.toml", "-q", "--force", "--seed", seed]);
        let table =
            |name: &str| fs::read(sandbox.path(&format!("output/{name}/trials.csv"))).expect("a table");
        assert_eq!(table("quoted"), table("s"), "the seed {seed} is the same in the file and as an option");
    }
    refused(
        &sandbox,
        &["run", "s.toml", "--seed", "18446744073709551616"],
        &["'18446744073709551616' for '--seed"],
    );
    refused(&sandbox, &["run", "s.toml", "--seed", "-1"], &["'-1' for '--seed", "a whole number from 0 to"]);
    sandbox.put("s.toml", format!("[run]\nseed = \"18446744073709551616\"\n{POPULATION}"));
    refused(
        &sandbox,
        &["run", "s.toml"],
        &["s.toml:2:8: `run.seed` is \"18446744073709551616\"", "from 0 to 18446744073709551615"],
    );
    sandbox.put("s.toml", format!("[run]\nseed = 9223372036854775808\n{POPULATION}"));
    refused(
        &sandbox,
        &["run", "s.toml"],
        &["s.toml:2:8: `run.seed` is 9223372036854775808", "a seed may be larger, in quotes"],
    );
}

#[test]
fn options_with_impossible_values() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", sound());
    sandbox.put("draws.toml", format!("run.engine = \"draws\"\n{POPULATION}"));
    for (args, fragments) in [
        (&["--rounds", "0"][..], &["--rounds 0: `run.rounds` is 0", "help: it must lie between 1 and"][..]),
        (&["--rounds", "-1"], &["'-1' for '--rounds", "a whole number from 0 to 9223372036854775807"]),
        (&["--rounds", "ten"], &["'ten' for '--rounds", "a whole number"]),
        (&["--rounds", "9223372036854775808"], &["'9223372036854775808' for '--rounds"]),
        (&["--rounds", "18446744073709551615"], &["'18446744073709551615' for '--rounds"]),
        (&["--rounds", "18446744073709551616"], &["'18446744073709551616' for '--rounds"]),
        (
            &["--rounds", "9223372036854775807"],
            &["--rounds 9223372036854775807: `reward.policy` makes up to"],
        ),
        (&["--trials", "0"], &["--trials 0: `run.trials` is 0"]),
        (&["--trials", "10000001"], &["--trials 10000001: `run.trials` is 10000001"]),
        (&["--trials", "18446744073709551615"], &["'18446744073709551615' for '--trials"]),
        (&["--threads", "-1"], &["'-1' for '--threads", "a whole number from 0 to 1024"]),
        (&["--threads", "1025"], &["'1025' for '--threads"]),
        (
            &["--engine", "x"],
            &["--engine x: `run.engine` is \"x\"", "help: valid values: full, draws, law, auto"],
        ),
        (&["--engine", "ful"], &["--engine ful: `run.engine` is \"ful\"", "did you mean `full`?"]),
        (&["--nope"], &["unexpected argument '--nope'"]),
        (
            &["--set", "run.rounds"],
            &["--set run.rounds: there is no `=`", "help: write it as --set SECTION.KEY=VALUE"],
        ),
        (&["--set", "=5"], &["--set =5: a key is empty"]),
        (&["--set", "run..rounds=5"], &["--set run..rounds=5: a key is empty"]),
        (
            &["--set", "run.rouns=5"],
            &["--set run.rouns=5: `run.rouns` is an unknown key", "did you mean `rounds`?"],
        ),
        (&["--set", "rnu.rounds=5"], &["--set rnu.rounds=5: `rnu` is an unknown key", "did you mean `run`?"]),
        (&["--set", "run=5"], &["--set run=5: `run` is 5", "a section of keys and values"]),
        (
            &["--set", "run.rounds=many"],
            &["--set run.rounds=many: `run.rounds` is \"many\"", "a whole number"],
        ),
        (&["--set", "run.rounds=-1"], &["--set run.rounds=-1: `run.rounds` is -1"]),
        (&["--set", "run.rounds=18446744073709551616"], &["`run.rounds` is \"18446744073709551616\""]),
        (&["--set", "run.rounds=0"], &["--set run.rounds=0: `run.rounds` is 0"]),
        (&["--set", "name.first=x"], &["--set name.first=x: "]),
        (&["--set", "run.rounds.more=5"], &["--set run.rounds.more=5: ", "`rounds` is no table"]),
        (
            &["--set", "selection.rule=rafle"],
            &["--set selection.rule=rafle: `selection.rule`", "mean `raffle`?"],
        ),
        (&["--set", "selection.rule.kind=rafle"], &["--set selection.rule.kind=rafle: ", "mean `raffle`?"]),
        (
            &["--set", "selection.rule.n=4"],
            &["--set selection.rule.n=4: `selection.rule.n` is an unknown key"],
        ),
        (
            &["--set", "reward.policy.amount=x"],
            &["--set reward.policy.amount=x: `reward.policy.amount` is \"x\""],
        ),
        (
            &["--set", "attestation.quorum=1.01"],
            &["--set attestation.quorum=1.01: `attestation.quorum` is 1.01"],
        ),
        (&["--set", "attestation.committee=3"], &["--set attestation.committee=3: ", "only 2 can attest"]),
        (
            &["--set", "report.figures=[\"lorentz\"]"],
            &["--set report.figures=[\"lorentz\"]: ", "mean `lorenz`?"],
        ),
        (
            &["--set", "population.accounts=[]"],
            &["--set population.accounts=[]: `population.accounts` names nobody"],
        ),
        (&["--set", "population.accounts[0].balance=5"], &["--set population.accounts[0].balance=5: "]),
        (&["--seed", "1", "--seed", "2"], &["'--seed <N>' cannot be used multiple times"]),
    ] {
        let all: Vec<&str> = ["run", "s.toml"].iter().chain(args).copied().collect();
        refused(&sandbox, &all, fragments);
    }
    let deep = format!("{}a=1", "a.".repeat(50_000));
    let said =
        refused(&sandbox, &["run", "s.toml", "--set", &deep], &["there are too many keys below one another"]);
    assert!(said.len() < 500, "a long option is quoted in part only");
    let nested = format!("name={}", "[".repeat(50_000));
    refused(&sandbox, &["run", "s.toml", "--set", &nested], &["--set name=[[["]);
    refused(
        &sandbox,
        &["run", "draws.toml", "--keep-chain"],
        &["draws.toml: --keep-chain needs blocks", "help: add --engine full"],
    );
    refused(
        &sandbox,
        &["run", "s.toml", "--engine", "draws", "--keep-chain"],
        &["--keep-chain needs blocks"],
    );
}

#[test]
fn a_setting_of_a_default_choice_can_be_given_by_itself() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", sound());
    let (out, _) = accepted(&sandbox, &["check", "s.toml", "--set", "reward.policy.amount=77"]);
    assert!(out.contains("kind = \"constant\"\namount = 77\n"), "{out}");
}

#[test]
fn rounds_that_cannot_be_told() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", sound());
    let largest = u64::MAX.to_string();
    for (args, fragments) in [
        (&["--round", "0"][..], &["'0' for '--round", "a whole number from 1 to"][..]),
        (&["--round", "-1"], &["'-1' for '--round"]),
        (&["--round", "6"], &["--round 6: the scenario has 5 rounds", "help: ask for an earlier one"]),
        (&["--round", "9223372036854775807"], &["--round 9223372036854775807: the scenario has 5 rounds"]),
        (&["--round", &largest], &["'18446744073709551615' for '--round"]),
        (&["--trial", "2"], &["--trial 2: the scenario has 2 trials, counted from 0", "--trials 3"]),
        (&["--trial", "-1"], &["'-1' for '--trial"]),
        (&["--trial", "9223372036854775807"], &["--trial 9223372036854775807: the scenario has 2 trials"]),
        (&["--trial", &largest], &["'18446744073709551615' for '--trial"]),
    ] {
        let all: Vec<&str> = ["trace", "s.toml"].iter().chain(args).copied().collect();
        refused(&sandbox, &all, fragments);
    }
}

/// `verify` could not run (2), or it ran and found that there is no whole chain (1).
#[test]
fn chains_that_are_none() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", sound());
    refused(&sandbox, &["verify"], &["<CHAIN.jsonl>"]);
    refused(
        &sandbox,
        &["verify", "no.jsonl"],
        &["no.jsonl: cannot be read: No such file", "help: name a chain.jsonl"],
    );
    fs::create_dir(sandbox.path("folder")).expect("a folder");
    refused(&sandbox, &["verify", "folder"], &["folder: cannot be read", "help: name a chain.jsonl"]);
    accepted(&sandbox, &["run", "s.toml", "-q", "--keep-chain"]);
    let chain = fs::read_to_string(sandbox.path("output/s/chain.jsonl")).expect("a chain");
    let lines: Vec<&str> = chain.split_inclusive('\n').collect();
    for (bytes, finding) in [
        (Vec::new(), "c.jsonl: the file is empty"),
        (b"\n".to_vec(), "c.jsonl:1: the line is not part of an exported chain"),
        (b"\xff\n".to_vec(), "c.jsonl:1: the line is not text"),
        (sound().into_bytes(), "c.jsonl:1: the line is not part of an exported chain"),
        (b"{}\n".to_vec(), "c.jsonl:1: the line is not part of an exported chain"),
        ("[".repeat(100_000).into_bytes(), "c.jsonl:1: the line breaks off"),
        (format!("{}\n", "[".repeat(100_000)).into_bytes(), "c.jsonl:1: the line is not part"),
        (chain[..chain.len() - 1].into(), "c.jsonl:7: the line breaks off"),
        (chain[..lines[0].len() + 100].into(), "c.jsonl:2: the line breaks off"),
        (lines[..3].concat().into(), "c.jsonl:3: the end does not fit the chain: it is missing"),
        (lines[1..].concat().into(), "c.jsonl:1: the line is not part of an exported chain"),
        ([lines[0], lines[2]].concat().into(), "c.jsonl:2: block 1: the block is invalid"),
        ([&chain, lines[0]].concat().into(), "c.jsonl:8: "),
    ] {
        sandbox.put("c.jsonl", &bytes);
        let before = sandbox.tree();
        let output = output(sandbox.command(&["verify", "c.jsonl"]));
        let (out, err) = decent(&output);
        assert_eq!((output.status.code(), out.as_str()), (Some(1), ""), "{err}");
        assert!(err.starts_with(&format!("failed: {finding}")), "{err}expected {finding}");
        assert_eq!(before, sandbox.tree());
    }
    sandbox.put("c.jsonl", &chain);
    assert!(accepted(&sandbox, &["verify", "c.jsonl"]).0.starts_with("ok: trial 0 of seed 0: 5 blocks"));
}

#[test]
fn commands_that_are_none() {
    let sandbox = Sandbox::new();
    refused(&sandbox, &["rnu"], &["unrecognized subcommand 'rnu'"]);
    refused(&sandbox, &["list", "rule"], &["'rule' for '<FAMILY>'", "a similar value exists: 'rules'"]);
    refused(&sandbox, &["list", "rules", "--format", "xml"], &["'xml' for '--format", "table, csv, json"]);
    refused(&sandbox, &["completions", "tcsh"], &["'tcsh' for '<SHELL>'", "bash"]);
}
