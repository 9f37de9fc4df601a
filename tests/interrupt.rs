//! An interrupt ends a run cleanly: whole tables of the trials that finished, or nothing at all.

#![cfg(unix)]

mod sandbox;

use sandbox::Sandbox;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
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
        command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
        Run(command.spawn().expect("the program starts"))
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
        let chain = fs::read_to_string(staging(&sandbox)?.join("chain.jsonl")).ok()?;
        chain.lines().last()?.starts_with("{\"end\":").then_some(())
    });
    run.signal("INT");
    let (status, out, err) = run.end();
    assert_eq!(status.code(), Some(130), "{err}");
    assert!(out.contains("Verdict:"), "{out}");
    assert!(err.contains("interrupted: ") && err.contains("of 20000 trials had finished"), "{err}");

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
        let chain = fs::read_to_string(staging(&sandbox)?.join("chain.jsonl")).ok()?;
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
