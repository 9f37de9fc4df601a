//! What does a round of the engine `draws` cost where nothing but the draw decides?
//!
//! One thread. `fixed` leaves stakes as they are, `compounding` adds every reward to the winner's
//! stake; `played` is the same round by round. Divide an iteration's time by its rounds: criterion
//! does, as elements per second. The order of wins is not tallied, but where a group says `with the
//! order`: with what is tallied by default, which is windows alone where rewards compound.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tombola::forging::{Chain, Draws, Silent};
use tombola::scenario::{Scenario, load_text};
use tombola::simulation::{Control, Method, Quiet, run};

fn scenario(validators: u64, rounds: u64, trials: u64, more: &str) -> Scenario {
    let text = format!(
        "run.engine = 'draws'\nrun.rounds = {rounds}\nrun.trials = {trials}\n{more}\n\
         population.count = {validators}\npopulation.total_stake = {}\npopulation.stake = 'zipf'",
        validators * 1_000_000
    );
    load_text(Path::new("bench.toml"), text, &[]).expect("a valid scenario")
}

const NO_ORDER: &str = "analysis.serial = 'off'\nanalysis.window = 'off'";
const COMPOUNDING: &str = "analysis.serial = 'off'\nanalysis.window = 'off'\nreward.compound = true";

fn draws(criterion: &mut Criterion) {
    let cases = [
        ("fixed", NO_ORDER, 4, 1 << 22, 1),
        ("fixed", NO_ORDER, 100, 1 << 22, 1),
        ("fixed", NO_ORDER, 10_000, 1 << 22, 1),
        ("fixed", NO_ORDER, 1_000_000, 1 << 24, 1),
        ("fixed, with the order", "", 100, 1 << 22, 1),
        ("compounding", COMPOUNDING, 2, 1 << 18, 16),
        ("compounding", COMPOUNDING, 100, 1 << 20, 1),
        ("compounding", COMPOUNDING, 10_000, 1 << 20, 1),
        ("compounding", COMPOUNDING, 100_000, 1 << 20, 1),
        ("compounding", COMPOUNDING, 1_000_000, 1 << 23, 1),
        ("compounding, with the order", "reward.compound = true", 2, 1 << 18, 16),
        ("compounding, with the order", "reward.compound = true", 100, 1 << 20, 1),
        ("compounding, with the order", "reward.compound = true", 10_000, 1 << 20, 1),
    ];
    for (name, more, validators, rounds, trials) in cases {
        let scenario = scenario(validators, rounds, trials, more);
        let experiment = &scenario.experiment;
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10).warm_up_time(Duration::from_millis(200));
        group.throughput(Throughput::Elements(rounds * trials));
        group.bench_function(BenchmarkId::new(Method::of(experiment).to_string(), validators), |bencher| {
            let stop = AtomicBool::new(false);
            let control = Control { progress: &Quiet, stop: &stop };
            bencher.iter(|| run(experiment, 1, None, &control));
        });
        group.throughput(Throughput::Elements(1));
        group.bench_function(BenchmarkId::new("played", validators), |bencher| {
            let mut chain = Chain::new(&experiment.world, 0, |_| Draws::default());
            bencher.iter(|| chain.play(&mut Silent));
        });
        group.finish();
    }
}

criterion_group!(benches, draws);
criterion_main!(benches);
