//! How well does every engine use two threads?
//!
//! Each group runs one experiment on one thread and on two. At the end the efficiency is printed,
//! the time on one thread over twice the time on two, from the best of many runs in turn.
//!
//!     cargo bench --bench threads

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use tombola::scenario::load_text;
use tombola::simulation::{Control, Experiment, Method, Quiet, run};

const TWO: &str = "accounts = [ { name = 'a', balance = 200 }, { name = 'b', balance = 800 } ]";
const FOUR: &str = "accounts = [ { name = 'charles', balance = 350 }, { name = 'edwin', balance = 500 }, { name = 'oliver', balance = 200 }, { name = 'sonia', balance = 275 } ]";
const MANY: &str = "count = 10_000\ntotal_stake = 10_000_000_000\nstake = 'zipf'";
const MILLION: &str = "count = 1_000_000\ntotal_stake = 1_000_000_000_000\nstake = 'zipf'";
const TRADE: &str = "[transactions]\nper_round = 4\nusers = 16\n";
const COMPOUND: &str = "[reward]\ncompound = true\n";

/// What is run: name, engine, trials, rounds, population, the rest of the scenario.
type Case = (&'static str, &'static str, u64, u64, &'static str, &'static str);

const CASES: [Case; 7] = [
    ("full, 8 trials", "full", 8, 1_000, FOUR, TRADE),
    ("draws, one trial of fixed stakes", "draws", 1, 200_000_000, FOUR, ""),
    ("draws, one trial, 10,000 validators", "draws", 1, 100_000_000, MANY, ""),
    ("draws, two parties that compound", "draws", 1_024, 500_000, TWO, COMPOUND),
    ("draws, 10,000 validators that compound", "draws", 8, 1_000_000, MANY, COMPOUND),
    ("law, many short trials", "law", 1_000_000, 1_000_000_000_000, TWO, ""),
    ("law, one trial, a million validators", "law", 1, 1_000_000_000, MILLION, ""),
];

fn experiment(&(_, engine, trials, rounds, population, more): &Case) -> Experiment {
    let text = format!(
        "[run]\nengine = '{engine}'\ntrials = {trials}\nrounds = {rounds}\ncheckpoints = 1\n\
         [population]\n{population}\n[analysis]\nserial = 'off'\nwindow = 'off'\n{more}"
    );
    load_text(Path::new("bench.toml"), text, &[]).expect("a valid scenario").experiment
}

fn play(experiment: &Experiment, threads: usize) -> Duration {
    let control = Control { progress: &Quiet, stop: &AtomicBool::new(false) };
    let clock = Instant::now();
    run(experiment, threads, None, &control).expect("a run");
    clock.elapsed()
}

fn threads(criterion: &mut Criterion) {
    let mut lines = Vec::new();
    for case in &CASES {
        let experiment = experiment(case);
        let mut group = criterion.benchmark_group(case.0);
        group.sample_size(10).warm_up_time(Duration::from_millis(200));
        group.throughput(Throughput::Elements(case.2 * case.3));
        for threads in [1, 2] {
            group.bench_function(BenchmarkId::new("threads", threads), |bencher| {
                bencher.iter(|| play(&experiment, threads));
            });
        }
        group.finish();

        // In turn, so that a machine that changes its speed changes both, and the best of each: whoever
        // else uses the cores only ever adds to the time, and more to that of two threads.
        let (mut one, mut two) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..21 {
            one = one.min(play(&experiment, 1).as_secs_f64());
            two = two.min(play(&experiment, 2).as_secs_f64());
        }
        lines.push(format!(
            "{:<40}  {:<7}  {one:>8.3}  {two:>8.3}  {:>10.2}",
            case.0,
            Method::of(&experiment).to_string(),
            one / two / 2.0
        ));
    }
    println!("{:<40}  method   1 thread  2 threads  efficiency", "seconds of");
    println!("{}", lines.join("\n"));
}

criterion_group!(benches, threads);
criterion_main!(benches);
