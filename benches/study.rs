//! What a study costs beyond its trials: many small points, as a study and as runs of their trials alone.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tombola::scenario::{Override, load_text};
use tombola::simulation::{Control, Experiment, Player, Progress, Quiet, Serial, Threads};
use tombola::study::{
    Detail, Holder, Limits, OpenStudy, Opening, Origin, Plan, StudyTables, Summary, Watch, evaluate,
    write_tables,
};

const POINTS: u64 = 10_000;

/// 20 trials of 1,000 rounds of 10 validators at each point.
fn text() -> String {
    format!(
        "[run]\nengine = 'draws'\nrounds = 1000\ntrials = 20\n[population]\ncount = 10\ntotal_stake = 1_000_000\n\
         stake = 'zipf'\n[sweep]\n'run.seed' = {{ from = 1, to = {POINTS}, points = {POINTS} }}\n"
    )
}

struct Nobody;

impl Watch for Nobody {
    fn progress(&self) -> &dyn Progress {
        &Quiet
    }
}

/// Reads, checks, plays, writes down and tabulates.
fn as_a_study(folder: &Path) -> usize {
    let origin = Origin { path: "bench.toml".to_owned(), text: text(), ..Origin::default() };
    let plan = Plan::new(origin, Detail::default()).expect("a study");
    let holder = Holder { process: 0, host: String::new(), since: String::new(), command: String::new() };
    let opening = Opening { force: true, other_version: false };
    let open = OpenStudy::folder(folder, &plan, &holder, opening).expect("a folder");
    let stop = AtomicBool::new(false);
    let limits = Limits { stop: &stop, is_over: &|| false, fail_fast: false, shard: None, points: None };
    evaluate(&plan, &open.before, &open.file, &limits, &Nobody).expect("a disk");
    let now = open.now().expect("tallies");
    let summary = Summary::new(&plan, &now.contents, false);
    let control = Control { progress: &Quiet, stop: &stop };
    let tables = StudyTables::default();
    write_tables(&plan, &now, &summary, &open.folder, tables, &control, |_, _| ()).expect("tables").len()
}

/// The experiments of all points, as a study plays them.
fn experiments() -> Vec<Experiment> {
    let text = text();
    let read = |seed: u64| {
        let seed = Override::parse(&format!("run.seed={seed}")).expect("a setting");
        let mut experiment =
            load_text(Path::new("bench.toml"), text.clone(), &[seed]).expect("a scenario").experiment;
        experiment.checkpoints = 1;
        experiment.window = 0;
        experiment.serial = Serial::Off;
        experiment
    };
    (1..=POINTS).map(read).collect()
}

/// Plays the same trials and nothing else: what a study takes beyond it is its overhead.
fn alone(experiments: &[Experiment]) -> u64 {
    let stop = AtomicBool::new(false);
    let control = Control { progress: &Quiet, stop: &stop };
    let play = |experiment| Player::new(experiment, &control).play(0..20).expect("trials").totals.trials;
    experiments.iter().map(play).sum()
}

fn study(criterion: &mut Criterion) {
    let threads = Threads::start(1);
    let folder = tempfile::tempdir().expect("a folder");
    let experiments = experiments();
    let mut group = criterion.benchmark_group("10,000 points of 20 trials × 1,000 rounds of 10 validators");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).throughput(Throughput::Elements(POINTS));
    group.bench_function("as a study", |bencher| {
        bencher.iter(|| threads.install(|| as_a_study(folder.path())));
    });
    group.bench_function("trials alone", |bencher| bencher.iter(|| threads.install(|| alone(&experiments))));
    group.finish();
}

criterion_group!(benches, study);
criterion_main!(benches);
