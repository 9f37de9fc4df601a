//! What does the program cost as a whole, from its start to the last file it writes?
//!
//! `start` shows what every command pays before it does anything; `100,000 validators` what the
//! analysis, tables and figures of a large population take when the simulation itself is nothing.
//!
//!     cargo bench --bench program

use criterion::{Criterion, criterion_group, criterion_main};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const LARGE: &str = "[run]\nengine = 'law'\nrounds = 1_000_000_000\ntrials = 10\n\
    [population]\ncount = 100_000\ntotal_stake = 100_000_000_000\nstake = 'pareto'\n";

/// Runs the program to its end, which must be a good one.
fn tombola(folder: &Path, arguments: &[&str]) {
    let status = Command::new(env!("CARGO_BIN_EXE_tombola"))
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the program starts");
    assert!(status.success(), "{arguments:?} ended with {status}");
}

fn program(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder for the results");
    std::fs::write(folder.path().join("large.toml"), LARGE).expect("a scenario file");
    let mut group = criterion.benchmark_group("start");
    group.bench_function("version", |bencher| bencher.iter(|| tombola(folder.path(), &["--version"])));
    group.finish();
    let mut group = criterion.benchmark_group("100,000 validators");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    for (name, figures) in
        [("tables", "report.figures=[]"), ("tables, figures", "report.formats=['svg', 'png']")]
    {
        let arguments = ["run", "large.toml", "--force", "--set", figures];
        group.bench_function(name, |bencher| bencher.iter(|| tombola(folder.path(), &arguments)));
    }
    group.finish();
}

criterion_group!(benches, program);
criterion_main!(benches);
