//! What does the program cost as a whole, from its start to the last file it writes?
//!
//! First a table of whole runs at default settings, with one rule for each sampling model, split into
//! simulation, analysis, tables and figures; runs whose simulation would take more than a minute are
//! left out. Then `start`, what every command pays before it does anything, and `100,000
//! validators`, what the analysis, tables and figures of a large population take when the simulation
//! itself is nothing.
//!
//!     cargo bench --bench program

use criterion::{Criterion, criterion_group};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tombola::analysis::analyse;
use tombola::report::figures::write_figures;
use tombola::report::{ResultsFolder, write_run_tables};
use tombola::scenario::load_text;
use tombola::simulation::{Control, Quiet, run};

/// A rule, and what is set beside it, for each sampling model.
const MODELS: [(&str, &str); 5] = [
    ("rounds", "[selection]\nrule = 'raffle'"),
    ("runs of rounds", "[selection]\nrule = 'solana-schedule'"),
    ("declared variance", "[selection]\nrule = 'cool-down'"),
    ("bounded", "[selection]\nrule = 'cometbft-priority'"),
    ("trials", "[selection]\nrule = 'raffle'\n[reward]\ncompound = true"),
];

/// No simulation that is thought to take longer is tried.
const MOST_SECONDS: f64 = 60.0;

/// The seconds of simulation, analysis, tables and figures of a run.
fn parts(folder: &Path, text: String) -> [f64; 4] {
    let scenario = load_text(Path::new("program.toml"), text, &[]).expect("a valid scenario");
    let (experiment, settings) = (&scenario.experiment, &scenario.file.analysis);
    let control = Control { progress: &Quiet, stop: &false.into() };
    let results = ResultsFolder::prepare(folder, &scenario.name, true).expect("a folder for the results");
    let mut seconds = [0.0; 4];
    let mut clock = Instant::now();
    let mut stop = |place: usize| {
        seconds[place] = clock.elapsed().as_secs_f64();
        clock = Instant::now();
    };
    let played = run(experiment, 0, None, &control).expect("a good end");
    stop(0);
    let analysis = analyse(experiment, settings, &played);
    stop(1);
    write_run_tables(&results, &analysis.tables, &control).expect("a disk with room");
    stop(2);
    write_figures(&results, &scenario, &played, &analysis, &control).expect("a disk with room");
    stop(3);
    seconds
}

fn table() {
    let folder = tempfile::tempdir().expect("a folder for the results");
    println!("| sampling model | validators | rounds | simulate, s | analyse, s | tables, s | figures, s |");
    println!("|---|---|---|---|---|---|---|");
    for (model, settings) in MODELS {
        for validators in [4u64, 100, 10_000, 1_000_000] {
            let mut before: Option<(f64, f64)> = None;
            for rounds in [1e5, 1e7, 1e9] {
                if before.is_some_and(|(played, seconds)| seconds * rounds / played > MOST_SECONDS) {
                    continue;
                }
                let text = format!(
                    "[run]\nengine = 'draws'\nrounds = {rounds}\ntrials = 1\n[population]\ncount = {validators}\n\
                     total_stake = {}\nstake = 'zipf'\n{settings}\n",
                    validators * 1_000_000
                );
                let [simulate, analyse, tables, figures] = parts(folder.path(), text);
                println!(
                    "| {model} | {validators} | {rounds:e} | {simulate:.3} | {analyse:.3} | {tables:.3} | {figures:.3} |"
                );
                before = Some((rounds, simulate));
            }
        }
    }
}

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

fn main() {
    // `--test` and filters ask for something else.
    if std::env::args().skip(1).all(|argument| argument == "--bench") {
        table();
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
}
