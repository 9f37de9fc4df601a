//! What does a trial of the engine `law` cost, and does that grow with the rounds?
//!
//! One thread and one checkpoint where nothing else is said; an iteration is a thousand trials.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tombola::scenario::load_text;
use tombola::simulation::{Control, Quiet, run};

fn law(criterion: &mut Criterion) {
    for (name, compounds) in [("fixed", false), ("compounding", true)] {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10).warm_up_time(Duration::from_millis(200));
        group.throughput(Throughput::Elements(1000));
        for (validators, rounds) in [(2, 1_000u64), (2, 1_000_000), (2, 1_000_000_000_000), (100, 1_000_000)]
        {
            let text = format!(
                "run.engine = 'law'\nrun.rounds = {rounds}\nrun.trials = 1000\nrun.checkpoints = 1\n\
                 reward.compound = {compounds}\npopulation.count = {validators}\n\
                 population.total_stake = 1_000_000\npopulation.stake = 'zipf'"
            );
            let scenario = load_text(Path::new("bench.toml"), text, &[]).expect("a valid scenario");
            group.bench_function(BenchmarkId::new(format!("{validators} validators"), rounds), |bencher| {
                let stop = AtomicBool::new(false);
                let control = Control { progress: &Quiet, stop: &stop };
                bencher.iter(|| run(&scenario.experiment, 1, None, &control));
            });
        }
        group.finish();
    }
}

/// Two parties under a rule that favours the large. The tables are made once for all trials of a run,
/// so that runs of one and of a hundred thousand trials tell the two costs apart.
fn two_parties(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("two parties");
    group.sample_size(10).warm_up_time(Duration::from_millis(200));
    for (trials, rounds, checkpoints) in
        [(1, 1_000u64, 1), (100_000, 1_000, 1), (1, 1_000, 10), (100_000, 1_000, 10), (1, 5_000, 50)]
    {
        let text = format!(
            "run.engine = 'law'\nrun.rounds = {rounds}\nrun.trials = {trials}\nrun.checkpoints = {checkpoints}\n\
             selection.rule = 'nxt'\nreward.compound = true\n\
             population.accounts = [ {{ name = 'a', balance = 200 }}, {{ name = 'b', balance = 800 }} ]"
        );
        let scenario = load_text(Path::new("bench.toml"), text, &[]).expect("a valid scenario");
        let name = format!("{trials} trials, {checkpoints} checkpoints");
        group.throughput(Throughput::Elements(trials));
        group.bench_function(BenchmarkId::new(name, rounds), |bencher| {
            let stop = AtomicBool::new(false);
            let control = Control { progress: &Quiet, stop: &stop };
            bencher.iter(|| run(&scenario.experiment, 1, None, &control));
        });
    }
    group.finish();
}

/// One trial of very many validators, on one thread and on two: its blocks are shared out side by side.
fn one_large_trial(criterion: &mut Criterion) {
    let text = "run.engine = 'law'\nrun.rounds = 1_000_000_000\nrun.trials = 1\nrun.checkpoints = 10\n\
                reward.compound = true\npopulation.count = 1_000_000\n\
                population.total_stake = 1_000_000_000_000\npopulation.stake = 'pareto'";
    let scenario = load_text(Path::new("bench.toml"), text.to_owned(), &[]).expect("a valid scenario");
    let mut group = criterion.benchmark_group("a million validators");
    group.sample_size(10).warm_up_time(Duration::from_millis(200));
    for threads in [1, 2] {
        group.bench_function(BenchmarkId::new("threads", threads), |bencher| {
            let stop = AtomicBool::new(false);
            let control = Control { progress: &Quiet, stop: &stop };
            bencher.iter(|| run(&scenario.experiment, threads, None, &control));
        });
    }
    group.finish();
}

criterion_group!(benches, law, two_parties, one_large_trial);
criterion_main!(benches);
