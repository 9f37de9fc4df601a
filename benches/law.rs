//! What does a trial of the engine `law` cost, and does that grow with the rounds?
//!
//! One thread, one checkpoint; an iteration is a thousand trials.

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

criterion_group!(benches, law);
criterion_main!(benches);
