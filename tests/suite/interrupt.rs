//! However a run ends, results are whole or not there: an interrupt, a hang-up, a kill at any moment,
//! and others who write to the same place meanwhile.

#![cfg(unix)]

use crate::sandbox::Sandbox;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tombola::random::{Purpose, Stream};
use tombola::report::Manifest;

const POPULATION: &str = "
[population]
accounts = [
    { name = \"ada\", balance = 350 },
    { name = \"bob\", balance = 500 },
    { name = \"cyd\", balance = 200 },
]
";

/// Nothing here takes long; a machine that is busy with other things may still take its time.
const PATIENCE: Duration = Duration::from_secs(120);

/// Waits until a condition holds.
fn until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(begin.elapsed() < PATIENCE, "waited in vain until {what}");
        sleep(Duration::from_millis(2));
    }
}

/// A run in the background; ended when dropped, so that no failed test leaves it behind.
struct Run(Child);

impl Drop for Run {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Run {
    fn begin(sandbox: &Sandbox, args: &[&str]) -> Self {
        let mut command = sandbox.command(&["run", "s.toml", "--threads", "2"]);
        command.args(args);
        Run::of(command)
    }

    fn of(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Run(command.spawn().expect("the program starts"))
    }

    /// A run that ignores a signal from the start, as under `nohup`.
    fn begin_deaf(sandbox: &Sandbox, ignored: &str) -> Self {
        let script = format!("trap '' {ignored}; exec \"$0\" run s.toml --threads 1");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).arg(crate::sandbox::program()).current_dir(sandbox.path(""));
        Run::of(shell)
    }

    fn signal(&self, name: &str) {
        let script = format!("kill -{name} {}", self.0.id());
        assert!(Command::new("sh").args(["-c", &script]).status().expect("a shell").success());
    }

    /// Waits for the end; returns the exit status and what was printed.
    fn end(mut self) -> (ExitStatus, String, String) {
        let status = until("the run ends", || self.0.try_wait().expect("a child"));
        let read = |from: &mut dyn std::io::Read| {
            let mut text = String::new();
            from.read_to_string(&mut text).expect("text");
            text
        };
        let out = read(self.0.stdout.as_mut().expect("a pipe"));
        let err = read(self.0.stderr.as_mut().expect("a pipe"));
        (status, out, err)
    }
}

/// The folder in which results are made before they are moved to their place. It is there only
/// once the program listens for interrupts.
fn staging(sandbox: &Sandbox) -> Option<PathBuf> {
    let mut entries = fs::read_dir(sandbox.path("output")).ok()?.filter_map(Result::ok);
    let folder = entries.find(|entry| entry.file_name().to_string_lossy().starts_with(".tombola-"))?;
    Some(folder.path())
}

#[test]
fn the_trials_that_finished_are_kept_whole() {
    let sandbox = Sandbox::new();
    // 20,000 short trials take a minute or more; the first one takes milliseconds.
    sandbox.put("s.toml", format!("[run]\nrounds = 100\ntrials = 20_000\nseed = 3\n{POPULATION}"));
    let run = Run::begin(&sandbox, &["--keep-chain"]);
    // The chain of the first trial has its end, so that trial has finished.
    until("the first trial finishes", || {
        let chain = fs::read_to_string(staging(&sandbox)?.join("results/chain.jsonl")).ok()?;
        chain.lines().last()?.starts_with("{\"end\":").then_some(())
    });
    run.signal("INT");
    let (status, out, err) = run.end();
    assert_eq!(status.code(), Some(130), "{err}");
    assert!(out.contains("Verdict:"), "{out}");
    assert!(err.contains("interrupted: ") && err.contains("of 20,000 trials had finished"), "{err}");

    let folder = sandbox.path("output/s");
    let manifest = fs::read(folder.join("manifest.json")).expect("a manifest");
    let manifest: Manifest = serde_json::from_slice(&manifest).expect("a manifest of the form told");
    assert!(manifest.partial);
    assert_eq!(manifest.trials, 20_000);
    let runs = &manifest.trials_missing;
    assert!(runs.windows(2).all(|pair| pair[0][1] + 1 < pair[1][0]), "runs are apart and ascend");
    let missing: BTreeSet<u64> = runs.iter().flat_map(|&[first, last]| first..=last).collect();
    assert!(!missing.is_empty() && !missing.contains(&0));

    // Every file is there, and as the manifest says.
    let mut files: BTreeSet<String> = BTreeSet::new();
    for (path, bytes) in sandbox.tree() {
        let (Ok(name), Some(bytes)) = (path.strip_prefix(&folder), bytes) else { continue };
        let name = name.to_string_lossy().into_owned();
        if name == "manifest.json" {
            continue;
        }
        assert_eq!(manifest.files.get(&name), Some(&hex::encode(Sha256::digest(&bytes))), "{name}");
        files.insert(name);
    }
    assert_eq!(files, manifest.files.keys().cloned().collect());
    for name in ["validators.csv", "trials.csv", "chains.csv", "timeline.csv", "fairness.csv"] {
        // The reader refuses a row that breaks off.
        let mut table = csv::Reader::from_path(folder.join(name)).expect("a table");
        let rows = table.records().collect::<Result<Vec<_>, _>>().expect("whole rows");
        assert!(!rows.is_empty(), "{name}");
    }
    assert!(files.contains("figures/win-share.svg"), "{files:?}");

    // The tables tell of the trials that finished, and of no others.
    let mut table = csv::Reader::from_path(folder.join("trials.csv")).expect("a table");
    let column = table.headers().expect("a header").iter().position(|title| title == "trial");
    let column = column.expect("a column of trials");
    let finished: BTreeSet<u64> =
        table.records().map(|row| row.expect("a row")[column].parse().expect("a number")).collect();
    assert_eq!(finished.len() as u64, manifest.trials_finished);
    assert!(finished.is_disjoint(&missing));
    assert_eq!(finished.len() + missing.len(), 20_000);

    let verified = sandbox.command(&["verify", "output/s/chain.jsonl"]).output().expect("the program starts");
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    assert_eq!(staging(&sandbox), None);
}

/// Whatever the tables of an interrupted run say of a trial, they would say if nobody had
/// interrupted it.
#[test]
fn what_was_kept_is_what_would_have_been() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", format!("[run]\nrounds = 100\ntrials = 20_000\nseed = 3\n{POPULATION}"));
    let run = Run::begin(&sandbox, &["--keep-chain", "--set", "report.figures=[]"]);
    until("the first trial finishes", || {
        let chain = fs::read_to_string(staging(&sandbox)?.join("results/chain.jsonl")).ok()?;
        chain.lines().last()?.starts_with("{\"end\":").then_some(())
    });
    run.signal("TERM");
    assert_eq!(run.end().0.code(), Some(130));
    let whole = ["run", "s.toml", "-q", "--trials", "1", "--output", "whole", "--engine", "draws"];
    assert!(sandbox.command(&whole).status().expect("the program starts").success());
    let of_first = |path: &str| -> Vec<String> {
        let table = fs::read_to_string(sandbox.path(path)).expect("a table");
        table
            .lines()
            .filter(|line| line.starts_with("0,") || line.starts_with("trial,"))
            .map(str::to_owned)
            .collect()
    };
    assert!(of_first("whole/s/trials.csv").len() > 1);
    assert_eq!(of_first("output/s/trials.csv"), of_first("whole/s/trials.csv"));
    assert_eq!(of_first("output/s/chains.csv"), of_first("whole/s/chains.csv"));
}

#[test]
fn nothing_is_written_before_a_trial_has_finished() {
    // As many rounds as there can be: nobody waits for the end, but anybody can stop it.
    let endless = format!(
        "[run]\nrounds = 9223372036854775807\ntrials = 2\n[reward]\npolicy = {{ kind = \"constant\", amount = 0 }}\n{POPULATION}"
    );
    for (signal, engine) in [("INT", "draws"), ("TERM", "draws"), ("INT", "full")] {
        let sandbox = Sandbox::new();
        sandbox.put("s.toml", &endless);
        let before = sandbox.tree();
        let run = Run::begin(&sandbox, &["--engine", engine]);
        until("the run begins", || staging(&sandbox));
        run.signal(signal);
        let (status, out, err) = run.end();
        assert_eq!((status.code(), out.as_str()), (Some(130), ""), "{err}");
        assert!(err.starts_with("interrupted: no trial had finished, so nothing was written"), "{err}");
        assert_eq!(sandbox.tree(), before);
    }
}

#[test]
fn what_stood_there_before_stands_there_still() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", format!("[run]\nrounds = 5\ntrials = 2\n{POPULATION}"));
    assert!(sandbox.command(&["run", "s.toml", "-q"]).status().expect("the program starts").success());
    let before = sandbox.tree();
    let run = Run::begin(&sandbox, &["--force", "--rounds", "1000000000"]);
    until("the run begins", || staging(&sandbox));
    run.signal("INT");
    assert_eq!(run.end().0.code(), Some(130));
    assert_eq!(sandbox.tree(), before);
}

/// As many rounds as there can be.
fn endless() -> String {
    format!(
        "[run]\nengine = \"draws\"\nrounds = 9223372036854775807\ntrials = 2\n[reward]\npolicy = {{ kind = \"constant\", amount = 0 }}\n{POPULATION}"
    )
}

#[test]
fn a_hang_up_ends_a_run_as_an_interrupt_does() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", endless());
    let before = sandbox.tree();
    let run = Run::begin(&sandbox, &[]);
    until("the run begins", || staging(&sandbox));
    run.signal("HUP");
    let (status, _, err) = run.end();
    assert_eq!(status.code(), Some(130), "{err}");
    assert_eq!(sandbox.tree(), before);
}

#[cfg(target_os = "linux")]
#[test]
fn an_ignored_signal_stays_ignored() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", endless());
    for (ignored, signals) in [("HUP", &["HUP"][..]), ("HUP INT", &["HUP", "INT"])] {
        let mut run = Run::begin_deaf(&sandbox, ignored);
        until("the run begins", || staging(&sandbox));
        for signal in signals {
            run.signal(signal);
        }
        // A signal that is heeded ends a run within milliseconds.
        sleep(Duration::from_millis(300));
        assert!(run.0.try_wait().expect("a child").is_none(), "{ignored}");
        run.signal("TERM");
        assert_eq!(run.end().0.code(), Some(130));
    }
}

/// The threads of a process, the first one among them.
#[cfg(target_os = "linux")]
fn threads(run: &Run) -> usize {
    fs::read_dir(format!("/proc/{}/task", run.0.id())).expect("a process that lives").count()
}

/// One thread waits, the others compute; nothing starts threads beyond those that were asked for.
#[cfg(target_os = "linux")]
#[test]
fn the_number_of_threads_binds_everything() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", endless());
    for number in ["1", "3"] {
        let run = Run::of(sandbox.command(&["run", "s.toml", "--threads", number]));
        until("the run begins", || staging(&sandbox));
        assert_eq!(threads(&run).to_string(), (number.parse::<usize>().unwrap() + 1).to_string());
        run.signal("INT");
        run.end();
    }
    // Simulated for want of a distribution, and shared out among threads by the analysis itself.
    sandbox.put(
        "s.toml",
        format!("[run]\nrounds = 1_000_000_000\n[selection]\nrule = \"coin-age\"\n[reward]\ncompound = true\npolicy = {{ kind = \"constant\", amount = 1 }}\n{POPULATION}"),
    );
    let run = Run::of(sandbox.command(&["strategy", "s.toml", "--split", "2", "--threads", "1"]));
    let (begin, mut most) = (Instant::now(), 0);
    while begin.elapsed() < Duration::from_millis(500) {
        most = most.max(threads(&run));
        sleep(Duration::from_millis(5));
    }
    assert_eq!(most, 2);
}

#[test]
fn every_command_that_computes_takes_a_number_of_threads() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", format!("[run]\nrounds = 5\ntrials = 2\n{POPULATION}"));
    sandbox.put("t.csv", "name,stake,wins\na,1,2\nb,1,3\n");
    sandbox.put("m.csv", "name,slots,missed\na,10,2\nb,10,3\n");
    sandbox.put("study.toml", format!("[run]\nrounds = 5\ntrials = 2\n{POPULATION}"));
    for args in [
        "run s.toml --keep-chain",
        "compare s.toml --rules raffle,nxt",
        "law s.toml",
        "plan s.toml",
        "audit t.csv",
        "strategy s.toml",
        "trace s.toml",
        "verify output/s/chain.jsonl",
        "reproduce output/s",
        "plot output/s",
        "identify t.csv",
        "audit m.csv --misses",
        "luck --share 0.1 --slots 100 --wins 3",
        "run study.toml --sweep run.rounds=5,6",
        "status output/study",
        "summarise output/study",
        "run study.toml --sweep run.rounds=5,6 --shard 1/1",
        "merge output/study.1-of-1.tally --output merged",
    ] {
        let mut args: Vec<&str> = args.split(' ').collect();
        args.extend(["--threads", "1"]);
        let output = sandbox.command(&args).output().expect("the program starts");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Begins a run whose first trial has finished, so that there will be partial results.
fn begun(sandbox: &Sandbox, args: &[&str]) -> Run {
    sandbox.put(
        "s.toml",
        format!("[run]\nrounds = 100\ntrials = 20_000\nseed = 3\n[report]\nfigures = []\n{POPULATION}"),
    );
    let run = Run::begin(sandbox, &[args, &["--keep-chain"]].concat());
    until("the first trial finishes", || {
        let chain = fs::read_to_string(staging(sandbox)?.join("results/chain.jsonl")).ok()?;
        chain.lines().last()?.starts_with("{\"end\":").then_some(())
    });
    run
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn what_others_put_there_during_the_run_stays() {
    for force in [&[][..], &["--force"]] {
        let sandbox = Sandbox::new();
        let run = begun(&sandbox, force);
        sandbox.put("output/s", "mine");
        run.signal("INT");
        let (status, _, err) = run.end();
        assert_eq!(status.code(), Some(130), "{err}");
        assert!(err.contains("the results of this run are in output/s-2"), "{err}");
        assert_eq!(fs::read(sandbox.path("output/s")).expect("a file"), b"mine");
        assert!(sandbox.path("output/s-2/chain.jsonl").is_file());
        assert_eq!(names(&sandbox.path("output")), ["s", "s-2"]);
    }
}

#[test]
fn the_slower_of_two_runs_does_not_replace_the_faster_ones_results() {
    let sandbox = Sandbox::new();
    let slow = begun(&sandbox, &[]);
    let fast = ["run", "s.toml", "-q", "--trials", "1"];
    assert!(sandbox.command(&fast).status().expect("the program starts").success());
    let before = fs::read(sandbox.path("output/s/manifest.json")).expect("a manifest");
    slow.signal("INT");
    assert_eq!(slow.end().0.code(), Some(130));
    assert_eq!(fs::read(sandbox.path("output/s/manifest.json")).expect("a manifest"), before);
    assert_eq!(names(&sandbox.path("output")), ["s", "s-2"]);
}

#[test]
fn complete_results_are_not_replaced_by_partial_ones() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", format!("[run]\nrounds = 5\ntrials = 2\n{POPULATION}"));
    assert!(sandbox.command(&["run", "s.toml", "-q"]).status().expect("the program starts").success());
    let complete = sandbox.tree();
    let run = begun(&sandbox, &["--force"]);
    run.signal("INT");
    let (status, _, err) = run.end();
    assert_eq!(status.code(), Some(130), "{err}");
    assert!(err.contains("output/s holds complete results, and these are partial"), "{err}");
    assert!(sandbox.path("output/s-partial/manifest.json").is_file());
    for (path, bytes) in complete.iter().filter(|(path, _)| path.starts_with(sandbox.path("output/s"))) {
        assert_eq!(sandbox.tree().get(path), Some(bytes), "{}", path.display());
    }
}

/// Somebody tidies hidden folders up while a run is in one of them.
#[test]
fn a_chain_that_is_removed_meanwhile_is_missed() {
    let sandbox = Sandbox::new();
    let run = begun(&sandbox, &[]);
    fs::remove_dir_all(staging(&sandbox).expect("the run goes on")).expect("a folder");
    run.signal("INT");
    let (status, _, err) = run.end();
    assert_eq!(status.code(), Some(2), "{err}");
    assert!(names(&sandbox.path("")).iter().all(|name| name == "s.toml"), "{err}");
}

/// The files of a folder of results, the manifest left out, if there is one and it is whole.
fn results(folder: &Path) -> Option<BTreeMap<String, Vec<u8>>> {
    if !folder.exists() {
        return None;
    }
    let manifest = fs::read(folder.join("manifest.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
    let listed = manifest["files"].as_object().expect("an object");
    let mut files = BTreeMap::new();
    for (name, hash) in listed {
        let bytes = fs::read(folder.join(name)).expect("a file that the manifest lists");
        assert_eq!(hash.as_str(), Some(hex::encode(Sha256::digest(&bytes)).as_str()), "{name}");
        files.insert(name.clone(), bytes);
    }
    let mut top: BTreeSet<String> =
        listed.keys().map(|name| name.split('/').next().unwrap().to_owned()).collect();
    top.insert("manifest.json".to_owned());
    assert_eq!(names(folder), top.into_iter().collect::<Vec<_>>());
    Some(files)
}

/// A table that is exported is the old one or the new one, whole, whenever the program is killed; and
/// the next export beside it leaves nothing else.
#[test]
fn a_kill_at_any_moment_leaves_an_old_or_a_new_export() {
    let mut moments = Stream::of_trial(13, 1, Purpose::Lottery);
    let sandbox = Sandbox::new();
    let table = |first: u32| {
        let rows: String = (0..60_000).map(|row| format!("validator-{row},{}\n", first + row)).collect();
        format!("name,stake\n{rows}")
    };
    sandbox.put("1.csv", table(1));
    sandbox.put("2.csv", table(2));
    sandbox.put("small.csv", "name,stake\nann,5\n");
    for seed in ["1", "2"] {
        let report = "[report]\nfigures = []\n";
        let run = format!("[run]\nengine = \"draws\"\nrounds = 100_000\nseed = {seed}\n{report}{POPULATION}");
        sandbox.put(&format!("{seed}.toml"), run);
    }
    for [program, target] in [
        ["import {}.csv --to out/to.csv --force", "out/to.csv"],
        ["run {}.toml -q --schedule out/blocks.csv --force", "out/blocks.csv"],
    ] {
        fs::create_dir_all(sandbox.path("out")).expect("a folder");
        let command = |which: &str| {
            let line = program.replace("{}", which);
            sandbox.command(&line.split(' ').collect::<Vec<_>>())
        };
        let whole = |which: &str| {
            let begin = Instant::now();
            assert!(command(which).output().expect("the program starts").status.success());
            (fs::read(sandbox.path(target)).expect("a table"), begin.elapsed())
        };
        let (new, _) = whole("2");
        let (old, duration) = whole("1");
        assert_ne!(old, new);
        for kill in 0..8 {
            if kill % 2 == 0 {
                whole("1");
            } else {
                fs::remove_file(sandbox.path(target)).expect("a table");
            }
            let mut run = Run::of(command("2"));
            sleep(duration.mul_f64(moments.below(1200) as f64 / 1000.0));
            let _ = run.0.kill();
            let _ = run.0.wait();
            let found = fs::read(sandbox.path(target)).ok();
            assert!(found.is_some() || kill % 2 == 1);
            assert!(found.is_none_or(|found| found == new || (kill % 2 == 0 && found == old)));
            let next = ["import", "small.csv", "--to", "out/next.csv", "--force"];
            assert!(sandbox.command(&next).output().expect("the program starts").status.success());
            fs::remove_file(sandbox.path("out/next.csv")).expect("a table");
            let name = target.strip_prefix("out/").expect("a path").to_owned();
            assert!(names(&sandbox.path("out")).iter().all(|left| *left == name));
            fs::write(sandbox.path(target), &new).expect("a table");
        }
        fs::remove_dir_all(sandbox.path("out")).expect("a folder");
    }
}

/// One that is being written is nobody's to remove, nor is a file of another kind.
#[test]
fn a_file_that_is_being_written_is_left_alone() {
    let sandbox = Sandbox::new();
    sandbox.put("small.csv", "name,stake\nann,5\n");
    sandbox.put(".tombola-file-AAAAAAAA", "being written");
    sandbox.put(".tombola-file-BBBBBBBB", "left behind");
    sandbox.put(".tombola-file-notes.txt", "mine");
    let held = fs::File::open(sandbox.path(".tombola-file-AAAAAAAA")).expect("a file");
    held.lock().expect("a lock");
    let export = ["import", "small.csv", "--to", "out.csv"];
    assert!(sandbox.command(&export).output().expect("the program starts").status.success());
    let left = [".tombola-file-AAAAAAAA", ".tombola-file-notes.txt", "out.csv", "small.csv"];
    assert_eq!(names(&sandbox.path("")), left);
}

/// The template comes whole or not at all, and takes the place of nothing.
#[test]
fn a_template_is_never_written_over_a_file() {
    let sandbox = Sandbox::new();
    let init = || sandbox.command(&["init", "my.toml"]).output().expect("the program starts");
    assert!(init().status.success());
    let before = sandbox.tree();
    let again = init();
    assert_eq!(again.status.code(), Some(2));
    let told = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(told.contains("my.toml: exists already") && !told.contains("--force"), "{told}");
    assert_eq!(sandbox.tree(), before);
    let nowhere = sandbox.command(&["init", "no/my.toml"]).output().expect("the program starts");
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("make its folder first"));
}

/// Killed at 36 moments between the start and after the end, a run and a comparison leave the old
/// results or the new ones, whole, and nothing else once the next run has been there. 16 more kills are
/// of exports, in the test that follows.
#[test]
fn a_kill_at_any_moment_leaves_old_or_new_results() {
    let mut moments = Stream::of_trial(13, 0, Purpose::Lottery);
    for (command, folder, kills) in [
        ("run s.toml --keep-chain", "output/s", 24),
        ("compare s.toml --rules raffle,nxt", "output/s-compare", 12),
    ] {
        let sandbox = Sandbox::new();
        let report = "[report]\nfigures = [\"lorenz\"]\nformats = [\"svg\"]\n";
        sandbox.put("s.toml", format!("[run]\nrounds = 40\ntrials = 3\n{report}{POPULATION}"));
        sandbox
            .put("next.toml", format!("[run]\nrounds = 1\ntrials = 1\n[report]\nfigures = []\n{POPULATION}"));
        let place = sandbox.path(folder);
        let args = |seed: &'static str| {
            let mut args: Vec<&str> = command.split(' ').collect();
            args.extend(["--force", "-q", "--seed", seed]);
            args
        };
        let whole = |seed: &'static str| {
            let begin = Instant::now();
            assert!(sandbox.command(&args(seed)).status().expect("the program starts").success());
            (results(&place).expect("results"), begin.elapsed())
        };
        let (new, _) = whole("2");
        let (old, duration) = whole("1");
        assert_ne!(old, new);
        let mut seen = BTreeSet::new();
        for kill in 0..kills {
            // The first half of the kills are of a run that replaces, the others of one that does not.
            let replaces = kill < kills / 2;
            match (replaces, results(&place)) {
                (true, Some(files)) if files == old => {}
                (true, _) => drop(whole("1")),
                (false, Some(_)) => fs::remove_dir_all(&place).expect("a folder"),
                (false, None) => {}
            }
            let mut run = Run::of(sandbox.command(&args("2")));
            let share = moments.below(1300) as f64 / 1000.0;
            sleep(duration.mul_f64(share));
            let _ = run.0.kill();
            let _ = run.0.wait();
            let next = ["run", "next.toml", "--force"];
            let next = sandbox.command(&next).output().expect("the program starts");
            let told = String::from_utf8_lossy(&next.stderr).into_owned();
            assert!(next.status.success(), "{told}");
            let found = results(&place);
            seen.insert(found.is_some().then(|| found.as_ref() == Some(&new)));
            match &found {
                Some(files) => assert!(files == &new || (replaces && files == &old), "{told}"),
                None => assert!(!replaces, "{told}"),
            }
            let mut expected = vec!["next".to_owned()];
            expected.extend(found.map(|_| place.file_name().unwrap().to_string_lossy().into_owned()));
            // A comparison that was killed keeps the trials that it had finished.
            let mut there = names(&sandbox.path("output"));
            there.retain(|name| !name.contains("-compare.tally"));
            assert_eq!(there, expected, "{told}");
        }
        assert!(seen.len() > 1, "every kill came before the run or after it: {seen:?}");
    }
}

/// The files below a folder by their paths in it, without those that tell times and processes.
fn files_of(sandbox: &Sandbox, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let root = sandbox.path(folder);
    let inside =
        |(path, bytes): (PathBuf, Option<Vec<u8>>)| Some((path.strip_prefix(&root).ok()?.to_owned(), bytes?));
    sandbox.tree().into_iter().filter_map(inside).filter(|(path, _)| !path.ends_with("lock")).collect()
}

/// Killed at any moment, a command that writes into a folder of results, or puts shards together, leaves
/// files that are each the old one or the new one; given again, without --force, it leaves all of the new
/// ones and nothing else.
#[test]
fn a_command_that_was_killed_is_simply_given_again() {
    let mut moments = Stream::of_trial(13, 2, Purpose::Lottery);
    let report = "[report]\nfigures = [\"lorenz\"]\nformats = [\"svg\"]\n";
    let plain = format!("[run]\nengine = \"draws\"\nrounds = 40\ntrials = 3\n{report}{POPULATION}");
    for (setup, command, folder) in [
        (&["run s.toml -q"][..], "plot output/s --title New", "output/s"),
        (&["run s.toml -q"], "plot output/s --output paper", "paper"),
        (&["run s.toml -q"], "report output/s --tables latex", "output/s"),
        (
            &[
                "run s.toml -q --sweep run.rounds=10,20 --shard 1/2",
                "run s.toml -q --sweep run.rounds=10,20 --shard 2/2",
            ],
            "merge output/s.1-of-2.tally output/s.2-of-2.tally -q --output merged --keep points",
            "merged",
        ),
    ] {
        let sandbox = Sandbox::new();
        sandbox.put("s.toml", &plain);
        let keep = if command.starts_with("merge") { " --keep points" } else { "" };
        let run = |line: &str| {
            let output =
                sandbox.command(&line.split(' ').collect::<Vec<_>>()).output().expect("the program starts");
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{line}: {told}");
            told
        };
        setup.iter().for_each(|line| drop(run(&format!("{line}{keep}"))));
        let old = files_of(&sandbox, folder);
        let begin = Instant::now();
        run(command);
        let duration = begin.elapsed();
        let new = files_of(&sandbox, folder);
        assert_ne!(old, new, "{command}");
        // A merge tells times in its manifest.
        let comparable = |files: BTreeMap<PathBuf, Vec<u8>>| -> BTreeMap<PathBuf, Vec<u8>> {
            let timed = |path: &PathBuf| command.starts_with("merge") && path.ends_with("manifest.json");
            files.into_iter().filter(|(path, _)| !timed(path)).collect()
        };
        let new = comparable(new);
        for _ in 0..5 {
            if sandbox.path(folder).exists() {
                fs::remove_dir_all(sandbox.path(folder)).expect("a folder");
            }
            for (path, bytes) in &old {
                sandbox.put(&format!("{folder}/{}", path.display()), bytes);
            }
            let mut killed = Run::of(sandbox.command(&command.split(' ').collect::<Vec<_>>()));
            sleep(duration.mul_f64(moments.below(1200) as f64 / 1000.0));
            let _ = killed.0.kill();
            let _ = killed.0.wait();
            for (path, bytes) in comparable(files_of(&sandbox, folder)) {
                let hidden =
                    path.components().any(|part| part.as_os_str().to_string_lossy().starts_with('.'));
                let is_one = |files: &BTreeMap<PathBuf, Vec<u8>>| files.get(&path) == Some(&bytes);
                assert!(hidden || is_one(&old) || is_one(&new), "{command}: {}", path.display());
            }
            let told = run(command);
            assert_eq!(comparable(files_of(&sandbox, folder)), new, "{command}: {told}");
        }
    }
}

/// Points of a study that an earlier version left in a hidden folder, and files that were still being made,
/// are dealt with by the next command there, which says so.
#[test]
fn what_is_found_of_a_killed_study_is_told() {
    let sandbox = Sandbox::new();
    let plain =
        format!("[run]\nengine = \"draws\"\nrounds = 5\ntrials = 2\n[report]\nfigures = []\n{POPULATION}");
    sandbox.put("s.toml", plain);
    let run = |args: &[&str]| {
        let output = sandbox.command(args).output().expect("the program starts");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{told}");
        told
    };
    let study = ["run", "s.toml", "--sweep", "run.rounds=5,6", "--keep", "points"];
    run(&study);
    let journal = |name: &str, making: &str| {
        format!(r#"{{"program":"tombola","process":1,"name":"{name}","replace":true,"making":"{making}"}}"#)
    };
    for (folder, journal) in
        [("points/.tombola-aaaaaa", journal("p", "folder")), (".tombola-bbbbbb", journal("", "files"))]
    {
        sandbox.put(&format!("output/s/{folder}/journal.json"), &journal);
        sandbox.put(&format!("output/s/{folder}/results/half.csv"), "a,b");
    }
    let told = run(&study);
    let told: Vec<&str> = told.lines().filter(|line| line.contains("was killed")).collect();
    assert!(
        told.len() == 2
            && told.iter().any(|line| line.contains("run for output/s was killed before"))
            && told.iter().any(|line| line.contains("output/s/points/p")),
        "{told:?}"
    );
    assert!(sandbox.tree().keys().all(|path| !path.to_string_lossy().contains(".tombola-")));
}
