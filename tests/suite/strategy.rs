//! Splitting and merging: what theory says, and what simulation says where there is no law.

use crate::harness::scenario_of;
use crate::sandbox::Sandbox;
use assert_cmd::Command;
use std::sync::atomic::AtomicBool;
use tombola::analysis::rows::StrategyRow;
use tombola::analysis::{Move, strategy};
use tombola::selection::RULES;
use tombola::simulation::{Control, Quiet};

/// What moves are worth under a rule; `rest` is more of the scenario.
fn weigh(rule: &str, stakes: &[u64], rest: &str, moves: &[Move]) -> Vec<StrategyRow> {
    let accounts: Vec<String> = stakes
        .iter()
        .enumerate()
        .map(|(index, stake)| format!("{{ name = 'v{index}', balance = {stake} }}"))
        .collect();
    let text = format!(
        "population.accounts = [{}]\nselection.rule = {rule}\nrun.engine = 'draws'\nrun.seed = 5\n{rest}",
        accounts.join(", ")
    );
    let scenario = scenario_of(&text);
    let stop = AtomicBool::new(false);
    let control = Control { progress: &Quiet, stop: &stop };
    strategy(&scenario.experiment, 0.95, moves, &control).expect("nothing stops it")
}

fn split(validator: usize, parts: u64) -> Move {
    Move::Split { validator, parts }
}

fn close(value: f64, expected: f64) {
    assert!((value - expected).abs() < 1e-10, "{value}, not {expected}");
}

/// scipy.integrate.quad of s_i times the product of 1 - s_j t over the others, from 0 to one over
/// the largest. The published limits for infinitely many parts are 0.115203 and, for the small one
/// if only its rival splits, 0.245421.
#[test]
fn single_lottery_of_twenty_and_eighty() {
    let stakes = [20_000, 80_000];
    for rule in ["'single-lottery'", "{ kind = 'nxt' }"] {
        let moves: Vec<Move> = [2, 5, 10, 1000].iter().flat_map(|&k| [split(0, k), split(1, k)]).collect();
        let rows = weigh(rule, &stakes, "", &moves);
        let expected = [
            (0.11979166666666666, 0.8333333333333333),
            (0.11697296874999999, 0.7916799999999999),
            (0.11607774667282487, 0.773551811490909),
            (0.1152117792601326, 0.7547693886856763),
        ];
        for (pair, (small, large)) in rows.chunks(2).zip(expected) {
            assert_eq!((pair[0].verdict.as_str(), pair[1].verdict.as_str()), ("costs", "costs"));
            assert_eq!(pair[0].computed_by, "law");
            if rule.contains("single") {
                close(pair[0].share_before, 0.125);
                close(pair[0].share_after, small);
                close(pair[1].share_after, large);
                close(pair[0].gain.expect("a share"), small / 0.125 - 1.0);
            }
        }
        if rule.contains("single") {
            assert!((rows[6].share_after - 0.115203).abs() < 1e-5);
            assert!((1.0 - rows[7].share_after - 0.245421).abs() < 2e-4);
        }
    }
}

#[test]
fn proportional_rules_are_neutral() {
    let stakes = [350, 500, 200, 275];
    let moves = [split(0, 2), split(1, 7), split(2, 200), Move::Merge { validators: vec![0, 2, 3] }];
    for rule in
        ["'raffle'", "'multi-lottery'", "'fair-single-lottery'", "'compound-epoch'", "'solana-schedule'"]
    {
        for row in weigh(rule, &stakes, "", &moves) {
            assert_eq!((row.verdict.as_str(), row.computed_by.as_str()), ("neutral", "law"), "{rule}");
            assert!(row.gain.expect("a share").abs() < 1e-12, "{rule}: {row:?}");
        }
    }
    // Compounding rewards change nothing of that.
    for row in weigh("'raffle'", &stakes, "reward.compound = true", &moves) {
        assert_eq!((row.verdict.as_str(), row.computed_by.as_str()), ("neutral", "law"));
    }
}

#[test]
fn concave_weights_pay_those_who_split() {
    // sqrt(500 k) / (sqrt(500 k) + sqrt(350) + sqrt(200) + sqrt(275)).
    let moves = [split(1, 2), split(1, 5), Move::Merge { validators: vec![0, 3] }];
    let rows = weigh("'square-root'", &[350, 500, 200, 275], "", &moves);
    close(rows[0].share_before, 0.3114551257426701);
    close(rows[0].share_after, 0.39013337131459824);
    close(rows[1].share_after, 0.5028484023275229);
    assert_eq!((rows[0].verdict.as_str(), rows[2].verdict.as_str()), ("pays", "costs"));
    assert_eq!((rows[2].accounts.as_str(), rows[2].stake, rows[2].validators), ("v0 + v3", 625, 1));
}

/// Acceptance chances 1, 1/64 three times, and 1, 1/32, 1/64: scipy.integrate.quad.
#[test]
fn small_sets_of_ethereum_reward_merging() {
    let rows = weigh(
        "'ethereum-electra'",
        &[2048, 32, 32, 32],
        "",
        &[Move::Merge { validators: vec![1, 2] }, split(0, 2)],
    );
    close(rows[0].share_before, 2.0 * 0.007731437683105469);
    close(rows[0].share_after, 0.015543619791666668);
    close(rows[0].gain.expect("a share"), 0.005221824760495153);
    assert_eq!((rows[0].verdict.as_str(), rows[1].verdict.as_str()), ("pays", "costs"));
}

#[test]
fn parts_below_the_minimum_are_no_validators() {
    let rest = "population.minimum_stake = 100";
    let rows = weigh("'raffle'", &[350, 501, 201, 275], rest, &[split(1, 5), split(2, 2), split(2, 3)]);
    assert_eq!(rows.iter().map(|row| row.validators).collect::<Vec<_>>(), [5, 2, 0]);
    assert_eq!((rows[2].share_after, rows[2].gain, rows[2].verdict.as_str()), (0.0, Some(-1.0), "costs"));
    // 11 coins in 4 parts are 3, 3, 3 and 2: with a minimum of 3 the last one is lost.
    let rows = weigh("'raffle'", &[11, 89], "population.minimum_stake = 3", &[split(0, 4)]);
    assert_eq!(rows[0].validators, 3);
    close(rows[0].share_after, 9.0 / 98.0);
}

#[test]
fn without_a_law_pairs_of_trials_decide() {
    // More than 400 states of ages: no law. Peercoin's parts wait side by side, so splitting pays.
    let rest = "run.rounds = 5_000\nrun.trials = 12";
    let rule = "{ kind = 'coin-age', minimum = 0, cap = 10 }";
    let row = &weigh(rule, &[50, 40, 30], rest, &[split(1, 2)])[0];
    assert_eq!(
        (row.computed_by.as_str(), row.trials, row.verdict.as_str()),
        ("simulation", Some(12), "pays")
    );
    let (low, gain, high) = (row.gain_low.unwrap(), row.gain.unwrap(), row.gain_high.unwrap());
    assert!(0.0 < low && low < gain && gain < high, "{row:?}");
    // Three who may win once in thirty rounds take turns, and so do four: that is a law.
    let row = &weigh("'coin-age'", &[50, 40, 30], "run.rounds = 24_000", &[split(1, 2)])[0];
    assert_eq!((row.computed_by.as_str(), row.verdict.as_str()), ("law", "pays"));
    close(row.share_after, 0.5);
    // Blocks are lost and rewards compound, so no law holds; by symmetry it is worth nothing all the
    // same, and the interval covers 0.
    let rest = "run.rounds = 3_000\nrun.trials = 12\nnetwork.loss = 0.01\nreward.compound = true";
    let rows = weigh("'raffle'", &[5000, 4000, 3000], rest, &[split(1, 2)]);
    assert_eq!((rows[0].computed_by.as_str(), rows[0].verdict.as_str()), ("simulation", "cannot tell"));
    let again = weigh("'raffle'", &[5000, 4000, 3000], rest, &[split(1, 2)]);
    assert_eq!(rows, again, "the same seed gives the same figures");
}

#[test]
fn every_rule_answers() {
    for entry in RULES {
        let moves = [split(0, 2), split(2, 40), Move::Merge { validators: vec![0, 1] }];
        let rest = "run.rounds = 200\nrun.trials = 2";
        for row in weigh(&format!("'{}'", entry.name), &[50, 40, 32], rest, &moves) {
            assert!((0.0..=1.0 + 1e-9).contains(&row.share_after), "{}: {row:?}", entry.name);
            assert!(["pays", "costs", "neutral", "cannot tell"].contains(&row.verdict.as_str()));
        }
    }
}

const SCENARIO: &str = "run.rounds = 500\nrun.engine = 'draws'\n[population]\nminimum_stake = 100\naccounts = [\n\
    { name = 'ada', balance = 350 },\n{ name = 'bob', balance = 500 },\n{ name = 'cyd', balance = 200 },\n\
    { name = 'dan', balance = 9 },\n]\n";

fn tombola(sandbox: &Sandbox, args: &[&str]) -> (i32, String, String) {
    let output = Command::from_std(sandbox.command(args)).output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(!out.contains('\u{1b}') && !err.contains('\u{1b}') && !err.contains("panicked"), "{out}{err}");
    (output.status.code().expect("a code"), out, err)
}

#[test]
fn the_command_prints_a_table() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", SCENARIO);
    let (code, out, err) = tombola(&sandbox, &["strategy", "s.toml"]);
    assert_eq!(code, 0, "{err}");
    // Three validators split in three ways, and three pairs merge.
    assert_eq!(out.lines().count(), 1 + 9 + 3, "{out}");
    assert!(err.contains("parts with less than the minimum stake of 100 are no validators"), "{err}");
    let (_, csv, _) = tombola(
        &sandbox,
        &[
            "strategy",
            "s.toml",
            "--account",
            "bob",
            "--split",
            "2,4",
            "--merge",
            "ada,cyd",
            "--format",
            "csv",
        ],
    );
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("action,accounts,stake,parts,validators,share_before,share_after,gain,"));
    assert!(lines[3].starts_with("merge,ada + cyd,550,2,1,"), "{csv}");
    let (_, json, _) = tombola(&sandbox, &["strategy", "s.toml", "--format", "json"]);
    let rows: Vec<StrategyRow> = serde_json::from_str(&json).expect("JSON");
    assert_eq!(rows.len(), 12);
}

#[test]
fn moves_that_are_none_are_refused() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", SCENARIO);
    for (args, says) in [
        (&["--account", "bobb"][..], "--account bobb: `bobb` is no account\n  help: did you mean `bob`?"),
        (&["--account", "dan"], "--account dan: `dan` is no validator"),
        (&["--merge", "ada"], "--merge ada: names one account"),
        (&["--merge", "ada,ada"], "--merge ada,ada: `ada` stands there twice"),
        (&["--merge", "ada,bob,cyd"], "names everybody"),
        (&["--split", "1"], "'1' for '--split"),
        (&["--split", "2,x"], "'x' for '--split"),
        (&["--set", "selection.rule=rafle"], "mean `raffle`?"),
    ] {
        let before = sandbox.tree();
        let (code, out, err) = tombola(&sandbox, &[&["strategy", "s.toml"], args].concat());
        assert_eq!((code, out.as_str()), (2, ""), "{args:?} {err}");
        assert_eq!(before, sandbox.tree());
        assert!(err.starts_with("error: ") && err.contains(says), "{args:?}: {err}");
    }
}

/// The gains by splitting as a picture: a new file, in the format of its ending.
#[test]
fn gains_by_splitting_are_drawn() {
    let sandbox = Sandbox::new();
    let draw = |file: &str| {
        let done =
            sandbox.command(&["strategy", "rule-nxt", "--figure", file]).output().expect("the program runs");
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    let formats = [
        ("gain.svg", &b"<svg"[..]),
        ("gain.png", b"\x89PNG"),
        ("gain.pdf", b"%PDF"),
        ("gain.tex", b"% rule-nxt: gain by splitting"),
        ("gain.vl.json", b"{"),
    ];
    for (file, begins) in formats {
        let (code, told) = draw(file);
        assert!(code == Some(0) && told.contains(&format!("Written: {file}")), "{told}");
        assert!(std::fs::read(sandbox.path(file)).expect("a figure").starts_with(begins), "{file}");
    }
    let svg = std::fs::read_to_string(sandbox.path("gain.svg")).expect("a figure");
    assert!(svg.contains("gain by splitting an account into k") && svg.contains(" into 10: "));
    // The data stand beside the figure, by its name.
    let figure = std::fs::read_to_string(sandbox.path("gain.tex")).expect("a figure");
    assert!(figure.contains("{gain.dat}") && sandbox.path("gain.dat").is_file());
    let figure = std::fs::read_to_string(sandbox.path("gain.vl.json")).expect("a figure");
    assert!(figure.contains("\"gain.vl.csv\"") && sandbox.path("gain.vl.csv").is_file());
    // Neither of two files is written where one stands.
    std::fs::remove_file(sandbox.path("gain.tex")).expect("a file");
    let (code, told) = draw("gain.tex");
    assert!(code == Some(2) && told.contains("gain.dat: exists already"), "{told}");
    assert!(!sandbox.path("gain.tex").exists());
    let (code, told) = draw("gain.svg");
    assert!(code == Some(2) && told.contains("gain.svg: exists already"), "{told}");
    let (code, told) = draw("gain.jpg");
    assert!(
        code == Some(2) && told.contains(".svg, .png, .pdf, .tex (pgf) or .vl.json (vega-lite)"),
        "{told}"
    );
}
