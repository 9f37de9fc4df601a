//! Studies: a thousand experiments that cannot be lost, however they are run.

#![cfg(unix)]

use crate::sandbox::Sandbox;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tombola::random::{Purpose, Stream};
use tombola::study::{StudyManifest, TallyReader};

const BASE: &str = "\
[run]
engine = 'draws'
rounds = 300
trials = 30
seed = 5

[population]
count = 6
total_stake = 10_000
stake = { kind = 'log-normal', gini = 0.4 }
";

/// Points of every kind: rules by name and with settings, inequalities, sizes that go together.
const SWEEP: &str = "
[sweep]
'selection.rule' = ['raffle', { kind = 'power-weighted', exponent = '9/10' }]
'population.stake.gini' = { from = 0.2, to = 0.6, points = 3 }
together = [ { 'population.count' = [5, 10], 'run.rounds' = [200, 500] } ]
";

fn sandbox(text: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", text);
    sandbox
}

fn study() -> Sandbox {
    sandbox(&format!("{BASE}{SWEEP}"))
}

fn ran(sandbox: &Sandbox, args: &[&str]) -> Output {
    sandbox.command(args).output().expect("the program runs")
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs, and ends well.
fn run(sandbox: &Sandbox, args: &[&str]) -> String {
    let output = ran(sandbox, args);
    assert_eq!(output.status.code(), Some(0), "{args:?}\n{}", words(&output));
    words(&output)
}

fn batch(sandbox: &Sandbox, folder: &str) -> String {
    fs::read_to_string(sandbox.path(folder).join("s/batch.csv")).expect("batch.csv")
}

fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    let header = reader.headers().expect("a header").clone();
    let records = reader.records().map(|record| record.expect("a row"));
    records
        .map(|record| header.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect())
        .collect()
}

#[test]
fn the_tables_are_the_same_bytes_however_a_study_is_run() {
    let sandbox = study();
    run(&sandbox, &["run", "s.toml", "--output", "one", "--threads", "1"]);
    let whole = batch(&sandbox, "one");
    for threads in ["2", "7"] {
        run(&sandbox, &["run", "s.toml", "--output", threads, "--threads", threads]);
        assert_eq!(batch(&sandbox, threads), whole, "{threads} threads");
    }
    for of in [1, 2, 7] {
        let mut files: Vec<String> =
            (1..=of).map(|part| format!("shards{of}/s.{part}-of-{of}.tally")).collect();
        for part in 1..=of {
            let (shard, output) = (format!("{part}/{of}"), format!("shards{of}"));
            run(&sandbox, &["run", "s.toml", "--shard", &shard, "--output", &output]);
        }
        let turn = files.len() / 2;
        files.rotate_left(turn);
        let output = format!("merged{of}");
        let mut args = vec!["merge"];
        args.extend(files.iter().map(String::as_str));
        args.extend(["--output", &output]);
        run(&sandbox, &args);
        assert_eq!(batch(&sandbox, &output), whole, "{of} shards");
    }
    // A study is not run twice: the second time plays nothing and writes the same.
    let again = run(&sandbox, &["run", "s.toml", "--output", "one"]);
    assert!(again.contains("12 points and 360 trials are done already"), "{again}");
    assert!(again.contains("\n0 trials played"), "{again}");
    assert_eq!(batch(&sandbox, "one"), whole);
}

/// The rows of a point are those of `fairness.csv` of a run of that point alone, and its folder is that run.
#[test]
fn a_point_is_what_a_run_of_it_alone_would_be() {
    let sandbox = study();
    run(&sandbox, &["run", "s.toml", "--keep", "points,trials", "--metrics", "all"]);
    let points = rows(&sandbox.path("output/s/points.csv"));
    let wanted = [
        ("selection.rule", "raffle"),
        ("population.stake.gini", "0.4"),
        ("population.count", "10"),
        ("run.rounds", "500"),
    ];
    let point =
        points.iter().find(|row| wanted.iter().all(|(key, value)| row[*key] == *value)).expect("the point");
    assert_eq!(
        (point["state"].as_str(), point["trials"].as_str(), point["luck"].as_str()),
        ("done", "30", "shared")
    );
    sandbox.put("alone.toml", BASE);
    let settings = ["--set", "population.stake.gini=0.4", "--set", "population.count=10", "--rounds", "500"];
    run(&sandbox, &[&["run", "alone.toml"][..], &settings].concat());
    let folder = sandbox.path("output/s/points").join(&point["point"]);
    for name in [
        "validators.csv",
        "trials.csv",
        "chains.csv",
        "timeline.csv",
        "fairness.csv",
        "incomes.csv",
        "windows.csv",
    ] {
        let (mine, alone) = (fs::read(folder.join(name)), fs::read(sandbox.path("output/alone").join(name)));
        assert_eq!(mine.expect(name), alone.expect(name), "{name}");
    }
    let columns = [
        "metric",
        "subject",
        "unit",
        "value",
        "se",
        "low",
        "high",
        "null_value",
        "null_low",
        "null_high",
        "p",
        "decision",
    ];
    let cells = |row: &BTreeMap<String, String>| columns.map(|column| row[column].clone());
    let mine: Vec<_> = rows(&sandbox.path("output/s/batch.csv"))
        .iter()
        .filter(|row| row["point"] == point["point"])
        .map(cells)
        .collect();
    let alone: Vec<_> = rows(&sandbox.path("output/alone/fairness.csv")).iter().map(cells).collect();
    assert_eq!(mine, alone);
    let trials = rows(&sandbox.path("output/s/trials.csv"));
    assert_eq!(trials.len(), 30 * 6 * (5 + 10));
    let manifest: StudyManifest =
        serde_json::from_slice(&fs::read(sandbox.path("output/s/manifest.json")).expect("a manifest"))
            .expect("of its form");
    assert!(
        !manifest.partial
            && manifest.files.contains_key("batch.csv")
            && manifest.environment.command.starts_with("tombola run s.toml")
    );
}

/// How much of a study is in its file of tallies.
fn units(path: &Path) -> u64 {
    TallyReader::open(path).map_or(0, |reader| reader.contents.good)
}

#[test]
fn killed_again_and_again_it_ends_as_if_it_had_not_been() {
    // Long enough to be killed at work: 24 points of some 50 ms each.
    let text = format!("{BASE}{SWEEP}'run.seed' = [1, 2]\n").replace("[200, 500]", "[20_000, 50_000]");
    let sandbox = sandbox(&text.replace("'run.seed'", "'slashing.share' = ['1/2']\n'run.seed'"));
    run(&sandbox, &["run", "s.toml", "--output", "calm", "--quiet"]);
    let mut stream = Stream::of_trial(11, 0, Purpose::Lottery);
    let file = sandbox.path("killed/s/study.tally");
    let mut kept = 0;
    for _ in 0..5 {
        let mut command =
            sandbox.command(&["run", "s.toml", "--output", "killed", "--quiet", "--threads", "2"]);
        let mut child = command.stderr(Stdio::null()).spawn().expect("the program starts");
        sleep(Duration::from_millis(20 + stream.below(120)));
        child.kill().expect("a child");
        child.wait().expect("a child");
        let now = units(&file);
        assert!(now >= kept, "nothing that was finished is lost");
        kept = now;
    }
    run(&sandbox, &["run", "s.toml", "--output", "killed"]);
    assert_eq!(batch(&sandbox, "killed"), batch(&sandbox, "calm"));
    let leftovers: Vec<PathBuf> =
        sandbox.tree().into_keys().filter(|path| path.to_string_lossy().contains(".tombola-")).collect();
    assert!(leftovers.is_empty(), "{leftovers:?}");
}

#[test]
fn a_disk_that_fills_up_loses_nothing_that_was_finished() {
    let sandbox = study();
    run(&sandbox, &["run", "s.toml", "--output", "calm", "--quiet"]);
    // No file may grow beyond so many blocks of 512 bytes; the signal that says so is ignored, so that
    // writing fails as on a full disk.
    for blocks in [8, 16, 24, 64] {
        let script =
            format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" run s.toml --output full --quiet");
        let output = std::process::Command::new("sh")
            .args(["-c", &script])
            .arg(crate::sandbox::program())
            .current_dir(sandbox.path(""))
            .output()
            .expect("a shell");
        let said = words(&output);
        if output.status.code() != Some(0) {
            assert_eq!(output.status.code(), Some(2), "{said}");
            assert!(said.contains("make room on the disk") || said.contains("summarise"), "{said}");
        }
    }
    run(&sandbox, &["run", "s.toml", "--output", "full"]);
    assert_eq!(batch(&sandbox, "full"), batch(&sandbox, "calm"));
}

#[test]
fn an_interrupt_loses_nothing_and_status_says_what_is_there() {
    let sandbox = sandbox(&format!("{BASE}{SWEEP}").replace("[200, 500]", "[2_000_000, 5_000_000]"));
    let mut command = sandbox.command(&["run", "s.toml", "--quiet", "--threads", "2"]);
    let child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
    let file = sandbox.path("output/s/study.tally");
    let begin = Instant::now();
    let mut first = None;
    while first.is_none_or(|first| units(&file) <= first) {
        let now = units(&file);
        if now > 0 {
            first.get_or_insert(now);
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "nothing was finished");
        sleep(Duration::from_millis(5));
    }
    // Meanwhile nobody else may write there, and everybody may look.
    let second = ran(&sandbox, &["run", "s.toml", "--quiet"]);
    assert_eq!(second.status.code(), Some(2));
    assert!(words(&second).contains(&format!("is held by process {} on ", child.id())), "{}", words(&second));
    let status = run(&sandbox, &["status", "output/s"]);
    assert!(
        status.contains("12 points: ") && status.contains(" running") && status.contains("held by process"),
        "{status}"
    );
    let kill = format!("kill -INT {}", child.id());
    assert!(std::process::Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
    let output = child.wait_with_output().expect("a child");
    assert_eq!(output.status.code(), Some(130), "{}", words(&output));
    assert!(words(&output).contains("the same command goes on from here"), "{}", words(&output));
    let status = run(&sandbox, &["status", "output/s"]);
    assert!(
        status.contains(" 0 running") && status.contains("missing") && !status.contains("held by"),
        "{status}"
    );
    let lines = run(&sandbox, &["status", "output/s", "--format", "csv"]);
    assert_eq!(lines.lines().count(), 13, "{lines}");
}

#[test]
fn what_changes_is_refused_by_name_and_what_does_not_matter_is_not() {
    let sandbox = study();
    run(&sandbox, &["run", "s.toml"]);
    let first = batch(&sandbox, "output");
    for (args, key) in [
        (&["--seed", "6"][..], "`run.seed` was 5 and is 6 now"),
        (&["--set", "population.total_stake=20000"], "`population.total_stake`"),
        (&["--set", "reward.compound=true"], "`reward.compound`"),
        (&["--luck", "own"], "`sweep.luck` was shared and is own now"),
        (&["--metrics", "robust_from_round"], "the time line"),
    ] {
        let refused = ran(&sandbox, &[&["run", "s.toml", "--quiet"][..], args].concat());
        assert_eq!(refused.status.code(), Some(2));
        assert!(words(&refused).contains(key), "{args:?}: {}", words(&refused));
    }
    // More trials play the new ones; another confidence plays nothing; a level more plays its points.
    let more = run(&sandbox, &["run", "s.toml", "--trials", "40"]);
    assert!(more.contains("\n120 trials played"), "{more}");
    let other = run(&sandbox, &["run", "s.toml", "--trials", "40", "--set", "analysis.confidence=0.99"]);
    assert!(other.contains("\n0 trials played"), "{other}");
    let level = run(&sandbox, &["run", "s.toml", "--sweep", "population.stake.gini=0.2,0.4,0.5,0.6"]);
    assert!(level.contains("\n120 trials played"), "{level}");
    // Back again, everything is there still.
    let back = run(&sandbox, &["run", "s.toml"]);
    assert!(back.contains("\n0 trials played"), "{back}");
    assert_eq!(batch(&sandbox, "output"), first);
    // Another version has begun it.
    let path = sandbox.path("output/s/study.tally");
    let before = fs::read(&path).expect("tallies");
    let foreign = ran(&sandbox, &["run", "s.toml", "--output", "output/s"]);
    assert_eq!(foreign.status.code(), Some(0), "a folder inside is a folder of its own: {}", words(&foreign));
    assert!(fs::read(&path).expect("tallies").starts_with(&before));
}

#[test]
fn tables_can_be_asked_anew_without_simulating() {
    let sandbox = study();
    run(&sandbox, &["run", "s.toml"]);
    let first = batch(&sandbox, "output");
    let tallies = fs::read(sandbox.path("output/s/study.tally")).expect("tallies");
    run(
        &sandbox,
        &[
            "summarise",
            "output/s",
            "--tolerance",
            "0.2",
            "--metrics",
            "unfair_probability",
            "--keep",
            "trials",
        ],
    );
    let second = batch(&sandbox, "output");
    assert!(second.lines().skip(1).all(|line| line.contains(",unfair_probability,")) && second != first);
    assert!(sandbox.path("output/s/trials.csv").is_file());
    run(
        &sandbox,
        &[
            "run",
            "s.toml",
            "--output",
            "wide",
            "--set",
            "analysis.tolerance=0.2",
            "--metrics",
            "unfair_probability",
        ],
    );
    assert_eq!(batch(&sandbox, "wide"), second);
    run(&sandbox, &["summarise", "output/s"]);
    assert_eq!(batch(&sandbox, "output"), first);
    assert_eq!(fs::read(sandbox.path("output/s/study.tally")).expect("tallies"), tallies);
    for (args, part) in [
        (&["--set", "run.seed=9"][..], "`run.seed` was 5 and is 9 now"),
        (&["--metrics", "order_lag"], "order of wins"),
        (&["--metrics", "ginni"], "did you mean `gini`"),
        (&["--keep", "points"], "--keep points needs"),
    ] {
        let refused = ran(&sandbox, &[&["summarise", "output/s"][..], args].concat());
        assert_eq!(refused.status.code(), Some(2));
        assert!(words(&refused).contains(part), "{args:?}: {}", words(&refused));
    }
}

#[test]
fn shards_that_do_not_belong_together_are_refused_and_missing_ones_are_named() {
    let sandbox = study();
    for part in 1..=3 {
        run(&sandbox, &["run", "s.toml", "--shard", &format!("{part}/3"), "--quiet"]);
    }
    run(&sandbox, &["run", "s.toml", "--shard", "1/2", "--quiet"]);
    run(&sandbox, &["run", "s.toml", "--shard", "1/3", "--seed", "6", "--tally", "other.tally", "--quiet"]);
    let file = |part: u64| format!("output/s.{part}-of-3.tally");
    for (files, part) in [
        (vec![file(1), file(1)], "overlap"),
        (
            vec![file(1), "output/s.1-of-2.tally".to_owned()],
            "the one is a shard of 3, the other a shard of 2",
        ),
        (vec![file(1), "other.tally".to_owned()], "`run.seed` is 5 in the one, 6 in the other"),
        (vec!["s.toml".to_owned()], "is no file of tallies"),
        (vec!["nothing.tally".to_owned()], "cannot read"),
    ] {
        let mut args = vec!["merge"];
        args.extend(files.iter().map(String::as_str));
        let refused = ran(&sandbox, &args);
        assert_eq!(refused.status.code(), Some(2));
        assert!(words(&refused).contains(part), "{files:?}: {}", words(&refused));
        assert!(!sandbox.path("output/s").exists());
    }
    let partial = ran(&sandbox, &["merge", &file(3), &file(1)]);
    assert_eq!(partial.status.code(), Some(1));
    let said = words(&partial);
    assert!(
        said.contains("4 of 12 points are not done") && said.contains("tombola run s.toml --shard 2/3"),
        "{said}"
    );
    assert!(!said.contains("--shard 1/3"), "{said}");
    let states: Vec<String> =
        rows(&sandbox.path("output/s/points.csv")).iter().map(|row| row["state"].clone()).collect();
    assert_eq!(states.iter().filter(|state| *state == "missing").count(), 4);
}

#[test]
fn bad_sweeps_are_refused_before_anything_runs() {
    let sandbox = sandbox(BASE);
    for (sweep, parts) in [
        ("run.rouns=1,2", &["run.rouns", "unknown key", "point 1 of 2 (run.rouns = 1)"][..]),
        ("run.rounds=", &["has no value"]),
        ("run.rounds=[]", &["empty list"]),
        ("population.stake.gini=0.2,0.99", &["point 2 of 2 (population.stake.gini = 0.99)"]),
        ("selection.rule=raffle,rafle", &["point 2 of 2 (selection.rule = rafle)", "did you mean `raffle`"]),
        ("population.count=5,1", &["point 2 of 2 (population.count = 1)"]),
        ("run.seed={ from = 1, to = 1_000_000_000, points = 1_000_000_000 }", &["1,000,000,000 points"]),
        ("run.seed=1,2,1", &["is the same scenario as point 1"]),
        ("report.figures=[[]]", &["cannot be swept"]),
    ] {
        let refused = ran(&sandbox, &["run", "s.toml", "--sweep", sweep]);
        assert_eq!(refused.status.code(), Some(2), "{sweep}: {}", words(&refused));
        for part in parts {
            assert!(words(&refused).contains(part), "{sweep}: {}", words(&refused));
        }
        assert!(!sandbox.path("output").exists(), "{sweep}");
    }
    let list = ran(&sandbox, &["run", "s.toml", "--set", "run.rounds=10,100"]);
    assert!(words(&list).contains("--sweep run.rounds=10,100"), "{}", words(&list));
    let list = ran(&sandbox, &["run", "s.toml", "--set", "selection.rule=raffle,uniform"]);
    assert!(words(&list).contains("--sweep selection.rule=raffle,uniform"), "{}", words(&list));
    let none = ran(&sandbox, &["run", "s.toml", "--dry-run"]);
    assert!(none.status.code() == Some(2) && words(&none).contains("--sweep"), "{}", words(&none));
}

#[test]
fn a_dry_run_prints_the_points_and_leaves_nothing() {
    let sandbox = study();
    let said = run(&sandbox, &["run", "s.toml", "--dry-run"]);
    assert!(said.contains("12 points (grid, luck shared), 126,000 rounds in all"), "{said}");
    assert!(said.contains("on the disk. Nothing was run."), "{said}");
    assert!(!sandbox.path("output").exists());
}

/// Points with random numbers of their own differ where nothing but chance does, and say so.
#[test]
fn luck_is_shared_or_not() {
    let sandbox = sandbox(BASE);
    // The weight of votes moves nobody's wins.
    let sweep = ["--sweep", "attestation.weight=heads,stake"];
    run(&sandbox, &[&["run", "s.toml", "--output", "shared"][..], &sweep].concat());
    run(&sandbox, &[&["run", "s.toml", "--output", "own", "--luck", "own"][..], &sweep].concat());
    let values = |folder: &str| -> Vec<Vec<String>> {
        let rows = rows(&sandbox.path(folder).join("s/batch.csv"));
        let of = |weight: &str| {
            let wanted = rows
                .iter()
                .filter(|row| row["attestation.weight"] == weight && row["metric"] == "mean_win_share");
            wanted.map(|row| row["value"].clone()).collect()
        };
        vec![of("heads"), of("stake")]
    };
    let (shared, own) = (values("shared"), values("own"));
    assert_eq!(shared[0], shared[1]);
    assert_ne!(own[0], own[1]);
    let points = rows(&sandbox.path("own/s/points.csv"));
    assert!(points.iter().all(|row| row["luck"] == "own") && points[0]["seed"] != points[1]["seed"]);
}

/// A precision that ends every point by itself: the same bytes, interrupted or not.
#[test]
fn points_end_when_they_are_precise_enough() {
    let text = BASE.replace("trials = 30", "trials = 2_000\nuntil = { metric = 'unfair_probability', half_width = 0.12, validator = 'validator-1' }");
    let sandbox = sandbox(&text);
    let sweep = ["--sweep", "population.stake.gini=0.3,0.5", "--sweep", "run.rounds=100,4000"];
    run(&sandbox, &[&["run", "s.toml", "--output", "one"][..], &sweep].concat());
    let trials: Vec<u64> = rows(&sandbox.path("one/s/points.csv"))
        .iter()
        .map(|row| row["trials"].parse().expect("a number"))
        .collect();
    assert!(trials.iter().all(|&trials| trials < 2_000), "{trials:?}");
    let again = run(&sandbox, &[&["run", "s.toml", "--output", "one"][..], &sweep].concat());
    assert!(again.contains("\n0 trials played"), "{again}");
    for part in ["1/2", "2/2"] {
        run(&sandbox, &[&["run", "s.toml", "--shard", part, "--quiet"][..], &sweep].concat());
    }
    run(&sandbox, &["merge", "output/s.2-of-2.tally", "output/s.1-of-2.tally"]);
    assert_eq!(batch(&sandbox, "output"), batch(&sandbox, "one"));
}

#[test]
fn the_time_for_a_study_can_be_limited() {
    let sandbox = study();
    let none = ran(&sandbox, &["run", "s.toml", "--time", "0s"]);
    assert_eq!(none.status.code(), Some(1), "{}", words(&none));
    assert!(
        words(&none).contains("12 of 12 points are not done") && words(&none).contains("tombola run s.toml"),
        "{}",
        words(&none)
    );
    run(&sandbox, &["run", "s.toml", "--time", "1h"]);
    let wrong = ran(&sandbox, &["run", "s.toml", "--time", "soon"]);
    assert_eq!(wrong.status.code(), Some(2));
}

/// Latin hypercubes and Sobol's sequence fill ranges; whoever follows whom is in the tables.
#[test]
fn designs_fill_ranges_and_followers_are_named() {
    let text = format!(
        "{BASE}[analysis]\nfollow = {{ poorest = 2 }}\n[sweep]\n'population.stake.gini' = {{ from = 0.1, to = 0.7 }}\n'run.rounds' = {{ from = 100, to = 10_000, scale = 'log' }}\n"
    );
    for kind in ["latin-hypercube", "sobol"] {
        let sandbox = sandbox(&format!("{text}design = {{ kind = '{kind}', points = 16 }}\n"));
        run(&sandbox, &["run", "s.toml", "--trials", "4"]);
        let points = rows(&sandbox.path("output/s/points.csv"));
        assert_eq!(points.len(), 16);
        let mut slices: Vec<u64> = points
            .iter()
            .map(|row| {
                ((row["population.stake.gini"].parse::<f64>().expect("a number") - 0.1) / 0.6 * 16.0) as u64
            })
            .collect();
        slices.sort_unstable();
        assert_eq!(slices, (0..16).collect::<Vec<_>>(), "{kind}");
        let batch = rows(&sandbox.path("output/s/batch.csv"));
        let of_one: Vec<&str> = batch
            .iter()
            .filter(|row| row["point"] == points[0]["point"] && row["metric"] == "mean_win_share")
            .map(|row| row["subject"].as_str())
            .collect();
        assert_eq!(of_one.len(), 2);
    }
}

/// One scenario, killed and gone on with: the tables of a run without interruption.
#[test]
fn a_single_scenario_can_be_resumed_too() {
    let sandbox = sandbox(&BASE.replace("rounds = 300", "rounds = 2_000_000"));
    run(&sandbox, &["run", "s.toml", "--output", "calm", "--quiet"]);
    let kept = sandbox.path("resumed/s.tally");
    let mut command =
        sandbox.command(&["run", "s.toml", "--resume", "--output", "resumed", "--quiet", "--threads", "2"]);
    let mut child = command.stderr(Stdio::null()).spawn().expect("the program starts");
    let begin = Instant::now();
    let mut first = None;
    while first.is_none_or(|first| units(&kept) <= first) && child.try_wait().expect("a child").is_none() {
        let now = units(&kept);
        if now > 0 {
            first.get_or_insert(now);
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "nothing was finished");
        sleep(Duration::from_millis(1));
    }
    child.kill().expect("a child");
    child.wait().expect("a child");
    if kept.exists() {
        run(&sandbox, &["run", "s.toml", "--resume", "--output", "resumed", "--quiet"]);
    }
    assert!(!kept.exists());
    for name in [
        "validators.csv",
        "trials.csv",
        "chains.csv",
        "timeline.csv",
        "fairness.csv",
        "incomes.csv",
        "windows.csv",
    ] {
        let (one, other) = (sandbox.path("calm/s").join(name), sandbox.path("resumed/s").join(name));
        assert_eq!(fs::read(one).expect(name), fs::read(other).expect(name), "{name}");
    }
}

/// At most a tenth of the trials are unfair for good from 1,096 rounds on, for a fifth of the stake and a
/// tenth of it as tolerance (Huang and others, SIGMOD 2021, give some 1,100).
#[test]
fn the_smallest_number_of_rounds_is_found_exactly() {
    let sandbox = sandbox(
        "[run]\nengine = 'draws'\n[population]\naccounts = [{ name = 'a', balance = 20 }, { name = 'b', balance = 80 }]\n",
    );
    let said = run(
        &sandbox,
        &[
            "solve",
            "s.toml",
            "--for",
            "run.rounds",
            "--until",
            "unfair_probability <= 0.1",
            "--validator",
            "a",
        ],
    );
    assert!(said.contains("run.rounds = 1096 is the smallest value") && said.contains("exactly"), "{said}");
    // Without an exact value, by trials.
    let both = ran(
        &sandbox,
        &[
            "solve",
            "s.toml",
            "--for",
            "run.rounds",
            "--from",
            "10",
            "--to",
            "1000",
            "--until",
            "mean_win_share >= 0.1",
            "--validator",
            "a",
            "--format",
            "csv",
        ],
    );
    assert_eq!(both.status.code(), Some(1), "{}", words(&both));
    assert!(words(&both).contains("holds at both ends"), "{}", words(&both));
}
