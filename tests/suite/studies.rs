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
use tombola::study::{StudyManifest, TallyFile, TallyHeader, TallyReader};

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
        // Fisher and Yates' shuffle with Lehmer's generator of multiplier 48271.
        let mut random = 20_261_127u64;
        for order in 0..4 {
            for place in (1..files.len()).rev() {
                random = random * 48_271 % 0x7fff_ffff;
                files.swap(place, random as usize % (place + 1));
            }
            let output = format!("merged{of}-{order}");
            let mut args = vec!["merge"];
            args.extend(files.iter().map(String::as_str));
            args.extend(["--output", &output]);
            run(&sandbox, &args);
            assert_eq!(batch(&sandbox, &output), whole, "{files:?}");
        }
    }
    // A study is not run twice: the second time plays nothing and writes the same.
    let again = run(&sandbox, &["run", "s.toml", "--output", "one"]);
    assert!(again.contains("12 points and 360 trials are done already"), "{again}");
    assert!(again.contains("\n0 trials played"), "{again}");
    assert_eq!(batch(&sandbox, "one"), whole);
}

/// The screen shows what was asked for.
#[test]
fn a_study_shows_the_metrics_that_it_was_asked_for() {
    let sandbox = study();
    let shown = run(&sandbox, &["run", "s.toml"]);
    assert!(shown.contains("Unfair probability:"), "{shown}");
    let metrics = "income_to_stake,mean_win_share";
    let shown = run(&sandbox, &["run", "s.toml", "--output", "incomes", "--metrics", metrics]);
    assert!(!shown.to_lowercase().contains("unfair probability"), "{shown}");
    assert!(shown.contains("income_to_stake") && shown.contains("mean_win_share"), "{shown}");
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
        (&["--set", "reward.policy.amount=4"], "`reward.policy.amount` was 10 and is 4 now"),
        (&["--set", "reward.policy=none"], "`reward.policy` was constant and is none now"),
        (
            &["--set", "reward.policy={ kind = 'every', blocks = 9 }"],
            "`reward.policy` was constant and is every now",
        ),
        (&["--luck", "own"], "`sweep.luck` was shared and is own now"),
        (&["--metrics", "robust_from_round"], "the time line"),
    ] {
        let refused = ran(&sandbox, &[&["run", "s.toml", "--quiet"][..], args].concat());
        assert_eq!(refused.status.code(), Some(2));
        assert!(words(&refused).contains(key), "{args:?}: {}", words(&refused));
    }
    // What is a default is not changed by being written.
    let written = run(&sandbox, &["run", "s.toml", "--set", "reward.policy.amount=10"]);
    assert!(written.contains("\n0 trials played"), "{written}");
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
}

/// A rule by its name, and one with settings, are two kinds of one setting.
#[test]
fn another_rule_is_refused_by_its_name() {
    let sandbox = sandbox(&format!("{BASE}\n[sweep]\n'run.rounds' = [100, 200]\n"));
    run(&sandbox, &["run", "s.toml", "--quiet"]);
    let other = ["run", "s.toml", "--quiet", "--set", "selection.rule={ kind = 'top-n', n = 2 }"];
    let refused = ran(&sandbox, &other);
    assert_eq!(refused.status.code(), Some(2), "{}", words(&refused));
    let said = words(&refused);
    assert!(said.contains("`selection.rule` was raffle and is top-n now"), "{said}");
}

/// A study that another version has begun is refused by both versions' names, unless one says that results
/// did not move; so are its shards when they are merged.
#[test]
fn another_version_is_refused_unless_told() {
    let sandbox = study();
    let begun_by_another = |path: &str| {
        let path = sandbox.path(path);
        let header = TallyReader::open(&path).expect("tallies").header;
        fs::remove_file(&path).expect("a file");
        let header = TallyHeader { version: "0.0.9".to_owned(), ..header };
        TallyFile::create(&path, &header).expect("a file of tallies");
    };
    run(&sandbox, &["run", "s.toml", "--output", "calm", "--quiet"]);
    run(&sandbox, &["run", "s.toml", "--time", "1h", "--quiet"]);
    begun_by_another("output/s/study.tally");
    let refused = ran(&sandbox, &["run", "s.toml"]);
    let said = words(&refused);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    let ours = env!("CARGO_PKG_VERSION");
    assert!(said.contains(&format!("begun with tombola 0.0.9, and this is {ours}")), "{said}");
    assert!(said.contains("--other-version"), "{said}");
    run(&sandbox, &["run", "s.toml", "--other-version", "--quiet"]);
    assert_eq!(batch(&sandbox, "output"), batch(&sandbox, "calm"));
    for part in ["1/2", "2/2"] {
        run(&sandbox, &["run", "s.toml", "--shard", part, "--quiet"]);
    }
    begun_by_another("output/s.1-of-2.tally");
    let files = ["output/s.1-of-2.tally", "output/s.2-of-2.tally"];
    let refused = ran(&sandbox, &[&["merge", "--output", "merged"][..], &files].concat());
    assert_eq!(refused.status.code(), Some(2));
    assert!(words(&refused).contains("0.0.9"), "{}", words(&refused));
    // The same for one scenario and for a comparison that are resumed.
    sandbox.put("one.toml", BASE);
    for (args, kept) in [
        (&["run", "one.toml", "--resume"][..], "output/one.tally"),
        (&["compare", "one.toml", "--rules", "raffle,nxt", "--resume"], "output/one-compare.tally"),
    ] {
        let header = TallyReader::open(&sandbox.path("output/s/study.tally")).expect("tallies").header;
        let header = TallyHeader { version: "0.0.9".to_owned(), ..header };
        TallyFile::create(&sandbox.path(kept), &header).expect("a file of tallies");
        let refused = ran(&sandbox, args);
        assert_eq!(refused.status.code(), Some(2), "{args:?}");
        assert!(words(&refused).contains("0.0.9"), "{args:?}: {}", words(&refused));
    }
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
    run(&sandbox, &["run", "s.toml", "--shard", "1/2", "--output", "there", "--quiet"]);
    let partial = ran(&sandbox, &["merge", "there/s.1-of-2.tally", "--output", "merged"]);
    let said = words(&partial);
    assert!(said.contains("tombola run s.toml --output there --shard 2/2"), "{said}");
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
    assert!(again.contains("\n0 trials played") && !again.contains("Not as precise"), "{again}");
    let few = [&["run", "s.toml", "--output", "few", "--trials", "4"][..], &sweep].concat();
    let said = run(&sandbox, &few);
    assert!(said.contains("Not as precise as wanted after all trials: 4 of them."), "{said}");
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
    // The command that plays the rest plays it where the study is.
    for (folder, shown) in [("elsewhere", "elsewhere"), ("my results", "'my results'")] {
        let none = ran(&sandbox, &["run", "s.toml", "--time", "0s", "--output", folder]);
        let command = format!("tombola run s.toml --output {shown}");
        assert!(words(&none).contains(&command), "{}", words(&none));
        let again = ran(&sandbox, &["summarise", &format!("{folder}/s")]);
        assert!(words(&again).contains(&command), "{}", words(&again));
    }
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
    // A key that is none is named, whether or not it is said between which values to look.
    for ends in [&[][..], &["--from", "1", "--to", "10"]] {
        let asked = ["solve", "s.toml", "--for", "run.roundz", "--until", "unfair_probability <= 0.1"];
        let unknown = ran(&sandbox, &[&asked[..], ends].concat());
        let said = words(&unknown);
        assert_eq!(unknown.status.code(), Some(2), "{said}");
        assert!(said.contains("`run.roundz` is an unknown key"), "{said}");
        assert!(said.contains("did you mean `rounds`?"), "{said}");
    }
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

/// Two validators with one and three coins, chosen by stake^α.
const ONE_AND_THREE: &str = "[run]\nrounds = 500\nengine = 'draws'\nseed = 4\n[selection]\nrule = { kind = 'power-weighted', exponent = 1 }\n\
     [population]\naccounts = [{ name = 'one', balance = 1 }, { name = 'three', balance = 3 }]\n";

/// Two validators with one and three coins, chosen by stake^α: the larger one has four fifths of the wins at
/// α = log 4 / log 3 = 1.2619. Nothing exact is asked here, so trials are played, and the answer is an
/// interval around it.
#[test]
fn where_trials_are_played_the_answer_is_an_interval() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", ONE_AND_THREE);
    let args = ["--for", "selection.rule.exponent", "--from", "0.5", "--to", "3.0", "--validator", "three"];
    let until = ["--until", "mean_win_share >= 0.8", "--most-trials", "4096", "--format", "json"];
    let output = ran(&sandbox, &[&["solve", "s.toml"][..], &args, &until].concat());
    let said = words(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("with confidence 95 %"), "{said}");
    let between =
        said.split("lies between ").nth(1).and_then(|rest| rest.split(": at").next()).expect("an answer");
    let ends: Vec<f64> = between.split(" and ").map(|end| end.parse().expect("a number")).collect();
    let exact = 4f64.ln() / 3f64.ln();
    assert!(ends[0] < exact && exact < ends[1] && ends[1] - ends[0] < 0.2, "{said}");
    // What cannot be told is said so.
    let few = ["--until", "mean_win_share >= 0.8", "--most-trials", "2", "--from", "1.2", "--to", "1.3"];
    let args = ["--for", "selection.rule.exponent", "--validator", "three"];
    let output = ran(&sandbox, &[&["solve", "s.toml"][..], &args, &few].concat());
    assert_eq!(output.status.code(), Some(1));
    assert!(words(&output).contains("cannot tell"), "{}", words(&output));
}

/// Total Sobol indices beside the first ones, from a design of pairs.
#[test]
fn a_design_of_pairs_gives_total_indices() {
    let text = format!(
        "{BASE}[sweep]\n'population.stake.gini' = {{ from = 0.1, to = 0.7 }}\n'run.rounds' = {{ from = 100, to = 2000 }}\n\
         design = {{ kind = 'sobol', points = 16, total = true }}\nmetrics = ['unfair_probability']\n"
    );
    let sandbox = sandbox(&text);
    run(&sandbox, &["run", "s.toml", "--trials", "10"]);
    let points = rows(&sandbox.path("output/s/points.csv"));
    assert_eq!(points.len(), 16 * 4);
    let effects = rows(&sandbox.path("output/s/effects.csv"));
    let share = |kind: &str, factor: &str| {
        let wanted = |row: &&BTreeMap<String, String>| {
            row["subject"] == "followed" && row["kind"] == kind && row["factor"] == factor
        };
        let row = effects.iter().find(wanted).expect("a row");
        ["share", "low", "high"].map(|column| row[column].parse::<f64>().expect("a number"))
    };
    // More rounds make all fairer by far; the inequality moves the mean of all little.
    let [rounds, low, high] = share("total", "run.rounds");
    assert!(rounds > 0.5 && low <= rounds && rounds <= high, "{rounds} {low} {high}");
    assert!(rounds > share("total", "population.stake.gini")[0]);
    let mixed = ran(&sandbox, &["run", "s.toml", "--sweep", "selection.rule=raffle,nxt"]);
    assert_eq!(mixed.status.code(), Some(2));
    assert!(words(&mixed).contains("not all factors are ranges"), "{}", words(&mixed));
}

/// Three points, each with a table of stakes and a name that a shell needs quoted. The first one plays for most
/// of a second on one thread, and meanwhile the table of the second is taken away: that point cannot be played,
/// which nobody could know before. It is told at once and at the end, with a command that a shell takes as it is.
#[test]
fn a_point_that_fails_when_it_is_played_leaves_the_others_and_can_be_repeated() {
    let tables = ["a.csv", "it's b.csv", "c.csv"];
    let kinds = tables.map(|path| format!("{{ kind = 'table', path = \"{path}\" }}")).join(", ");
    let text = format!(
        "[run]\nengine = 'draws'\ntrials = 4\n[population]\nminimum_stake = 1\n[sweep]\n\
         together = [{{ 'population.stake' = [{kinds}], 'run.rounds' = [20_000_000, 100, 200] }}]\n"
    );
    let options = [
        "run",
        "s.toml",
        "--set",
        "description=it's so",
        "--set",
        "reward.policy={ kind = 'constant', amount = 3 }",
    ];
    let where_to = ["--output", "my results", "--keep", "trials", "--sweep", "slashing.share=1/2"];
    for fail_fast in [false, true] {
        let sandbox = sandbox(&text);
        for (table, stake) in tables.iter().zip([10, 20, 30]) {
            sandbox.put(table, format!("name,stake\nann,10\nbob,{stake}\n"));
        }
        let mut args = [&options[..], &where_to, &["--threads", "1"]].concat();
        args.extend(fail_fast.then_some("--fail-fast"));
        let mut command = sandbox.command(&args);
        let child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let begin = Instant::now();
        while !sandbox.path("my results/s/study.tally").exists() && begin.elapsed() < Duration::from_secs(60)
        {
            sleep(Duration::from_millis(1));
        }
        fs::rename(sandbox.path("it's b.csv"), sandbox.path("away.csv")).expect("a table");
        let output = child.wait_with_output().expect("a child");
        let said = words(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        let states = || -> Vec<String> {
            let rows = rows(&sandbox.path("my results/s/points.csv"));
            rows.iter().map(|row| row["state"].clone()).collect()
        };
        assert_eq!(states(), ["done", "failed", if fail_fast { "missing" } else { "done" }], "{said}");
        let why = "`population.stake.path` names the table it's b.csv, which cannot be read";
        assert_eq!(said.matches(why).count(), 2, "{said}");
        assert!(said.contains("1 point failed; to repeat it:"), "{said}");
        let again =
            said.split("  to repeat it: ").nth(1).and_then(|rest| rest.lines().next()).expect("a command");
        assert_eq!(said.matches(again).count(), 2, "{said}");
        // As long as the table is not there it fails in the same way, before anything runs.
        let pasted = || script(&sandbox, "sh", &["-c", again]).output();
        let refused = pasted().expect("a shell");
        assert_eq!(refused.status.code(), Some(2), "{}", words(&refused));
        assert!(words(&refused).contains(why), "{}", words(&refused));
        fs::rename(sandbox.path("away.csv"), sandbox.path("it's b.csv")).expect("a table");
        let status = run(&sandbox, &["status", "my results/s"]);
        assert!(status.contains("1 failed") && status.contains(why), "{status}");
        let repeated = pasted().expect("a shell");
        assert_eq!(repeated.status.code(), Some(i32::from(fail_fast)), "{}", words(&repeated));
        assert!(words(&repeated).contains("\n4 trials played"), "{}", words(&repeated));
        assert_eq!(states(), ["done", "done", if fail_fast { "missing" } else { "done" }]);
        assert!(sandbox.path("my results/s/trials.csv").exists());
    }
}

/// What stands in a file of tallies that is none of it: a byte changed in the middle, the end cut off, a record
/// twice. What was lost is played again, and the tables are the same bytes.
#[test]
fn tallies_that_were_damaged_are_played_again() {
    let sandbox = study();
    run(&sandbox, &["run", "s.toml", "--quiet"]);
    let (whole, file) = (batch(&sandbox, "output"), sandbox.path("output/s/study.tally"));
    let bytes = fs::read(&file).expect("tallies");
    let middle = bytes.len() / 2;
    let mut flipped = bytes.clone();
    flipped[middle] ^= 1;
    let twice = [&bytes[..], &bytes[bytes.len() / 3..]].concat();
    let note = "what they were about is played again";
    for changed in [flipped, bytes[..middle].to_vec(), twice] {
        fs::write(&file, changed).expect("tallies");
        let status = run(&sandbox, &["status", "output/s"]);
        assert!(status.contains(note), "{status}");
        let again = run(&sandbox, &["run", "s.toml"]);
        assert!(again.contains(note), "{again}");
        assert_eq!(batch(&sandbox, "output"), whole);
    }
    // What is no folder of a study is told so.
    for folder in ["nowhere", "output", "s.toml"] {
        for command in ["status", "summarise"] {
            let refused = ran(&sandbox, &[command, folder]);
            assert_eq!(refused.status.code(), Some(2));
            assert!(
                words(&refused).contains(&format!("{folder} is no folder of a study")),
                "{}",
                words(&refused)
            );
        }
    }
}

/// A shard that was played with fewer trials and then with more has some of them twice, and is merged all the same.
#[test]
fn a_shard_that_has_trials_twice_is_merged() {
    let sandbox = study();
    run(&sandbox, &["run", "s.toml", "--output", "calm", "--quiet"]);
    for trials in ["30", "20", "30"] {
        run(&sandbox, &["run", "s.toml", "--shard", "1/2", "--trials", trials, "--quiet"]);
    }
    run(&sandbox, &["run", "s.toml", "--shard", "2/2", "--trials", "30", "--quiet"]);
    let first = "output/s.1-of-2.tally";
    run(&sandbox, &["merge", first, "output/s.2-of-2.tally", "--output", "merged"]);
    assert_eq!(batch(&sandbox, "merged"), batch(&sandbox, "calm"));
    let copy = sandbox.path("copy.tally");
    fs::copy(sandbox.path(first), copy).expect("a copy");
    let refused = ran(&sandbox, &["merge", first, "copy.tally"]);
    assert!(refused.status.code() == Some(2) && words(&refused).contains("overlap"), "{}", words(&refused));
}

/// What does not depend on the key that is asked for is said to, and what has no interval has empty cells.
#[test]
fn a_search_where_nothing_changes_says_so() {
    let sandbox = Sandbox::new();
    sandbox.put(
        "s.toml",
        "[run]\nengine = 'draws'\nrounds = 50\n[population]\n\
         accounts = [{ name = 'a', balance = 30 }, { name = 'b', balance = 70 }]\n",
    );
    let first = &["--set", "selection.rule={ kind = 'top-n', n = 1 }"][..];
    let few = &["--most-trials", "64"][..];
    for (key, ends, until, more, parts) in [
        // Exact, and the same wherever it is looked at.
        (
            "population.minimum_stake",
            ["1", "29"],
            "unfair_probability <= 0.1",
            &["--validator", "a"][..],
            &["does not depend on population.minimum_stake between 1 and 29", "holds at none of them"][..],
        ),
        // All trials are alike, so that there is no interval at any value.
        (
            "run.rounds",
            ["1", "100"],
            "mean_win_share <= 0.1",
            &[first, few, &["--validator", "b"]].concat(),
            &["has no interval at run.rounds = 1", "does not seem to depend on run.rounds"],
        ),
        (
            "reward.policy.amount",
            ["1", "100"],
            "mean_win_share >= 0.3",
            &[few, &["--validator", "a"]].concat(),
            &["64 trials do not show", "does not seem to depend on reward.policy.amount"],
        ),
        // A metric of the time line has no interval either.
        ("run.rounds", ["10", "100"], "robust_from_round <= 50", few, &["cannot tell"]),
        ("run.rounds", ["10", "20"], "unfair_probability <= 0.01", &[], &["holds at neither end", "move"]),
        ("run.rounds", ["10", "20"], "unfair_probability <= 0.999", &[], &["holds at both ends", "move"]),
    ] {
        let begin = ["solve", "s.toml", "--for", key, "--from", ends[0], "--to", ends[1], "--until", until];
        let output = ran(&sandbox, &[&begin[..], more, &["--format", "csv"]].concat());
        let said = words(&output);
        assert_eq!(output.status.code(), Some(1), "{key} {until}: {said}");
        for part in parts {
            assert!(said.contains(part), "{key} {until}: {said}");
        }
        assert!(!said.contains("inf") && !said.contains("NaN"), "{said}");
    }
    let begin = ["solve", "s.toml", "--for", "run.rounds", "--until", "mean_win_share <= 0.1"];
    let ends = ["--from", "1", "--to", "100", "--validator", "b", "--format", "csv"];
    let output = ran(&sandbox, &[&begin[..], first, few, &ends].concat());
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(table.contains("run.rounds,1.0,mean_win_share,1.0,,,64,\n"), "{table}");
}

/// Whether whole numbers or fractions are looked for is the setting's to say, and not how the ends are written.
#[test]
fn the_setting_says_whether_whole_numbers_are_looked_for() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", ONE_AND_THREE);
    let solve = |key: &str, from: &str, to: &str, until: &str| {
        let args = ["solve", "s.toml", "--for", key, "--from", from, "--to", to, "--until", until];
        ran(&sandbox, &[&args[..], &["--validator", "three", "--most-trials", "1024"]].concat())
    };
    let found = solve("selection.rule.exponent", "1", "3", "mean_win_share >= 0.8");
    assert!(words(&found).contains("lies between 1."), "{}", words(&found));
    let found = solve("run.rounds", "1e1", "1e3", "unfair_probability <= 0.1");
    assert_eq!(found.status.code(), Some(0), "{}", words(&found));
    for (from, to, part) in [
        ("1.5", "100", "`run.rounds` is 1.5"),
        ("1", "1e300", "up to 9,007,199,254,740,992"),
        ("1", "1", "the first must be the smaller one"),
        ("-5", "10", "`run.rounds` is -5"),
    ] {
        let refused = solve("run.rounds", from, to, "unfair_probability <= 0.5");
        assert_eq!(refused.status.code(), Some(2), "{}", words(&refused));
        assert!(words(&refused).contains(part), "{}", words(&refused));
    }
}

/// Of two equal parties that compound by stake, the share of stake of either ends in a law of variance
/// (1/4) w / (S + w), for all stake S and the reward w of a block: Beta(S / 2w, S / 2w). Sobol's indices of its
/// root over ranges of S and w, by quadrature, against those of a study that knows them by its points alone.
#[test]
fn the_indices_of_a_known_function_of_two_settings() {
    let sandbox = sandbox(
        "[run]\nengine = 'law'\nrounds = 10\ntrials = 2\nseed = 5\n\
         [population]\ncount = 2\ntotal_stake = 10_000\nstake = 'equal'\n\
         [reward]\ncompound = true\npolicy = { kind = 'constant', amount = 100 }\n\
         [sweep]\n'population.total_stake' = { from = 10_000, to = 30_000 }\n\
         'reward.policy.amount' = { from = 100, to = 1000 }\n\
         design = { kind = 'sobol', points = 128, total = true }\nmetrics = ['limit_share_sd']\n",
    );
    run(&sandbox, &["run", "s.toml", "--quiet"]);
    const CELLS: usize = 300;
    let middle = |place: usize| (place as f64 + 0.5) / CELLS as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let variance = |values: &[f64]| {
        let mean = mean(values);
        values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64
    };
    let sd = |stake: usize, reward: usize| {
        let (stake, reward) = (10_000.0 + 20_000.0 * middle(stake), 100.0 + 900.0 * middle(reward));
        (0.25 * reward / (stake + reward)).sqrt()
    };
    let line = |of: &dyn Fn(usize) -> f64| (0..CELLS).map(of).collect::<Vec<f64>>();
    let by_stake = line(&|stake| mean(&line(&|reward| sd(stake, reward))));
    let by_reward = line(&|reward| mean(&line(&|stake| sd(stake, reward))));
    let all: Vec<f64> = (0..CELLS).flat_map(|stake| line(&|reward| sd(stake, reward))).collect();
    let (stake, reward) = (variance(&by_stake) / variance(&all), variance(&by_reward) / variance(&all));
    let effects = rows(&sandbox.path("output/s/effects.csv"));
    for (kind, factor, exact) in [
        ("first-order", "population.total_stake", stake),
        ("first-order", "reward.policy.amount", reward),
        ("total", "population.total_stake", 1.0 - reward),
        ("total", "reward.policy.amount", 1.0 - stake),
    ] {
        for subject in ["validator-1", "followed"] {
            let wanted = |row: &&BTreeMap<String, String>| {
                row["subject"] == subject && row["kind"] == kind && row["factor"] == factor
            };
            let row = effects.iter().find(wanted).expect("a row");
            let [share, low, high] =
                ["share", "low", "high"].map(|column| row[column].parse::<f64>().expect("a number"));
            assert!((share - exact).abs() < 0.02, "{kind} {factor}: {share} for {exact}");
            assert!(low <= exact && exact <= high, "{kind} {factor}: {low} to {high} for {exact}");
        }
    }
}

/// Whether a program is installed.
fn installed(name: &str) -> bool {
    let found = std::process::Command::new(name).arg("--version").output();
    found.is_ok_and(|output| output.status.success())
}

/// A script of `examples/scale` in the sandbox, with the tested program as `tombola`.
fn script(sandbox: &Sandbox, command: &str, args: &[&str]) -> std::process::Command {
    let folder = crate::sandbox::program().parent().expect("a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
    let mut script = std::process::Command::new(command);
    script.args(args).current_dir(sandbox.path(""));
    script.env("PATH", std::env::join_paths(all).expect("a path"));
    script
}

fn example(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/scale").join(name).to_string_lossy().into_owned()
}

/// The scripts that come along give the bytes of one run. Slurm's is called as the array would call it; GNU
/// parallel and Snakemake are used where they are installed, and it is said where they are not.
#[test]
fn the_scripts_for_many_machines_give_the_same_bytes() {
    let calm = study();
    run(&calm, &["run", "s.toml", "--output", "calm", "--quiet"]);
    let whole = batch(&calm, "calm");
    let ended = |mut command: std::process::Command| {
        let output = command.output().expect("a program that is installed");
        assert!(output.status.success(), "{}", words(&output));
    };
    let slurm = study();
    for task in ["2", "1"] {
        let mut command = script(&slurm, "sh", &[&example("study.slurm"), "s.toml"]);
        command.env("SLURM_ARRAY_TASK_ID", task).env("SLURM_ARRAY_TASK_COUNT", "2");
        ended(command);
    }
    run(&slurm, &["merge", "output/s.1-of-2.tally", "output/s.2-of-2.tally", "--output", "merged"]);
    assert_eq!(batch(&slurm, "merged"), whole);
    for (tool, command, args) in [
        ("parallel", "sh", vec![example("parallel.sh"), "s.toml".to_owned(), "s".to_owned(), "3".to_owned()]),
        (
            "snakemake",
            "snakemake",
            ["--cores", "2", "-s", &example("Snakefile"), "--config", "study=s.toml", "name=s", "shards=2"]
                .map(str::to_owned)
                .to_vec(),
        ),
    ] {
        if !installed(tool) {
            println!("{tool} is not installed, so its script was not run");
            continue;
        }
        let sandbox = study();
        ended(script(&sandbox, command, &args.iter().map(String::as_str).collect::<Vec<_>>()));
        assert_eq!(batch(&sandbox, "merged"), whole, "{tool}");
    }
}

/// `mpirun`, with three processes on however few cores there are. It is ended after two minutes.
#[cfg(feature = "mpi")]
fn on_three_ranks(sandbox: &Sandbox, args: &[&str]) -> std::process::Command {
    let program = crate::sandbox::program().to_string_lossy().into_owned();
    let begin = ["120", "mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "3", &program];
    let mut command = std::process::Command::new("timeout");
    command.args(begin).args(args).current_dir(sandbox.path(""));
    command
}

/// The process of a rank that runs in a sandbox.
#[cfg(feature = "mpi")]
fn process_of_rank(sandbox: &Sandbox, rank: u32) -> Option<u32> {
    let folder = sandbox.path("").canonicalize().ok()?;
    let wanted = format!("OMPI_COMM_WORLD_RANK={rank}");
    fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
        let process = entry.file_name().to_str()?.parse().ok()?;
        let here = fs::read_link(entry.path().join("cwd")).ok()?.canonicalize().ok()? == folder;
        let environment = fs::read(entry.path().join("environ")).ok()?;
        let is_it = environment.split(|&byte| byte == 0).any(|one| one == wanted.as_bytes());
        (here && is_it).then_some(process)
    })
}

/// Three processes give the bytes of one. One that is killed takes mpirun with it, and costs what it was
/// at: what was finished is there, and the same command goes on, on any number of processes.
#[cfg(feature = "mpi")]
#[test]
fn three_ranks_give_the_same_bytes_and_one_may_be_lost() {
    if !installed("mpirun") {
        println!("mpirun is not installed, so nothing was run with it");
        return;
    }
    let sandbox = study();
    run(&sandbox, &["run", "s.toml", "--output", "calm", "--quiet"]);
    let output = on_three_ranks(&sandbox, &["run", "s.toml", "--mpi", "--output", "ranks"]).output();
    let output = output.expect("mpirun");
    assert!(output.status.success(), "{}", words(&output));
    assert!(words(&output).contains("360 trials played"), "{}", words(&output));
    assert_eq!(batch(&sandbox, "ranks"), batch(&sandbox, "calm"));
    // What is wrong is said by the first, and all end.
    let wrong =
        on_three_ranks(&sandbox, &["run", "s.toml", "--mpi", "--output", "ranks", "--seed", "6"]).output();
    let wrong = wrong.expect("mpirun");
    assert_eq!(wrong.status.code(), Some(2), "{}", words(&wrong));
    assert_eq!(words(&wrong).matches("`run.seed` was 5 and is 6 now").count(), 1, "{}", words(&wrong));

    let long = self::sandbox(&format!("{BASE}{SWEEP}").replace("[200, 500]", "[200_000, 500_000]"));
    run(&long, &["run", "s.toml", "--output", "calm", "--quiet"]);
    let args = ["run", "s.toml", "--mpi", "--output", "ranks", "--quiet"];
    let mut begun =
        on_three_ranks(&long, &args).stderr(Stdio::null()).stdout(Stdio::null()).spawn().expect("mpirun");
    let file = long.path("ranks/s/study.tally");
    let (begin, mut sizes) = (Instant::now(), std::collections::BTreeSet::new());
    // Until some units are written down.
    while sizes.len() < 6 && begin.elapsed() < Duration::from_secs(60) {
        sizes.insert(units(&file));
        sleep(Duration::from_millis(2));
    }
    let lost = process_of_rank(&long, 2).expect("the third rank is at work");
    let kill = std::process::Command::new("sh").args(["-c", &format!("kill -9 {lost}")]).status();
    assert!(kill.expect("a shell").success());
    assert!(!begun.wait().expect("mpirun").success());
    let kept = units(&file);
    assert!(kept > 0 && !long.path("ranks/s/batch.csv").exists());
    let again = on_three_ranks(&long, &args).output().expect("mpirun");
    assert!(again.status.success(), "{}", words(&again));
    assert!(units(&file) > kept);
    assert_eq!(batch(&long, "ranks"), batch(&long, "calm"));
}

#[cfg(not(feature = "mpi"))]
#[test]
fn without_mpi_it_is_said_how_to_get_it() {
    let sandbox = study();
    let refused = ran(&sandbox, &["run", "s.toml", "--mpi"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = words(&refused);
    assert!(said.contains("--features mpi") && said.contains("libopenmpi-dev"), "{said}");
    assert!(!sandbox.path("output").exists());
}

/// The cells of a table of Parquet as those of its CSV: nothing for null, numbers that read back the same.
#[cfg(feature = "parquet")]
fn assert_same_cells(csv: &Path, parquet: &Path) {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;
    let mut expected = csv::Reader::from_path(csv).expect("a table");
    let header: Vec<String> = expected.headers().expect("a header").iter().map(str::to_owned).collect();
    let reader = SerializedFileReader::new(fs::File::open(parquet).expect("a table")).expect("of Parquet");
    let mut found = reader.get_row_iter(None).expect("rows");
    let mut rows = 0;
    for record in expected.records() {
        let record = record.expect("a row");
        let row = found.next().expect("as many rows").expect("a row");
        let names: Vec<&String> = row.get_column_iter().map(|(name, _)| name).collect();
        assert!(names.iter().copied().eq(&header), "{names:?}");
        for ((name, field), cell) in row.get_column_iter().zip(&record) {
            let is_same = match field {
                Field::Null => cell.is_empty(),
                Field::Str(text) => text == cell,
                Field::ULong(number) => number.to_string() == cell,
                Field::Double(number) => cell.parse::<f64>().is_ok_and(|it| it.to_bits() == number.to_bits()),
                _ => false,
            };
            assert!(is_same, "{}, row {rows}, {name}: {field:?} for {cell:?}", parquet.display());
        }
        rows += 1;
    }
    assert!(found.next().is_none() && rows > 0, "{}", parquet.display());
}

#[cfg(feature = "parquet")]
#[test]
fn tables_are_written_as_parquet_too() {
    let sandbox = study();
    run(&sandbox, &["run", "s.toml", "--keep", "parquet,trials"]);
    for name in ["points", "batch", "trials", "effects", "shares"] {
        let table = |ending: &str| sandbox.path("output/s").join(format!("{name}.{ending}"));
        assert_same_cells(&table("csv"), &table("parquet"));
    }
    run(&sandbox, &["run", "s.toml"]);
    assert!(!sandbox.path("output/s/batch.parquet").exists(), "a table that is not asked for is not left");
}

#[cfg(not(feature = "parquet"))]
#[test]
fn without_parquet_it_is_said_how_to_get_it() {
    let sandbox = study();
    let refused = ran(&sandbox, &["run", "s.toml", "--keep", "parquet"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(words(&refused).contains("--features parquet"), "{}", words(&refused));
    assert!(!sandbox.path("output").exists());
}
