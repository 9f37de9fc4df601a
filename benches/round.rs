//! What does a full round cost, beside the bare cost of the signatures, verifications and hashes
//! that it needs?
//!
//! For each size the group shows `round`, one full round with everything in it, and `bare`, the
//! same numbers of distinct signatures made, signatures verified (each alone) and blocks of hashing
//! done, and nothing else. Their ratio is printed at the end.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};
use tombola::crypto::{KeyPair, Signature, sha256};
use tombola::forging::{Chain, Full, GenesisRecord, Keyring, Silent};
use tombola::scenario::{Scenario, load_text};

/// A scenario with so many equal validators and transactions a round.
fn scenario(validators: u64, transactions: u64) -> Scenario {
    let text = format!(
        "[run]\nrounds = 1_000_000\n[population]\ncount = {validators}\ntotal_stake = {}\nstake = 'equal'\n\
         [transactions]\nper_round = {transactions}\nusers = 16\nfee = 0\n",
        validators * 300
    );
    load_text(Path::new("bench.toml"), text, &[]).expect("a valid scenario")
}

/// The distinct work of one round, counted from the protocol: each transaction, the block and each
/// vote is signed once and verified once. Hashes, in 64-byte steps of SHA-256: two for each
/// transaction's leaf data and two for its leaf, two for each inner node, three for the header,
/// and two for each account that changes and each node above it in the tree of the state.
struct Bare {
    signatures: u64,
    hashes: u64,
}

impl Bare {
    fn of(scenario: &Scenario) -> Self {
        let world = &scenario.experiment.world;
        let transactions = world.traffic.per_round;
        let attestors = world.validators() as u64 - 1;
        let depth = u64::from(world.names.len().next_power_of_two().ilog2());
        let merkle =
            if transactions == 0 { 1 } else { 3 * transactions + 2 * transactions + 2 * (transactions - 1) };
        // The forger makes the root, the attestors check it: the check is shared, so twice.
        let changed = (2 * transactions + 1).min(world.names.len() as u64);
        let state = changed * 2 + (changed * 2).min(2 * depth * changed) + 2;
        Bare { signatures: transactions + 1 + attestors, hashes: 2 * merkle + 2 * 3 + state }
    }

    fn work(&self, key: &KeyPair, message: &[u8], signature: &Signature) {
        for _ in 0..self.signatures {
            black_box(key.sign(black_box(message)));
        }
        for _ in 0..self.signatures {
            black_box(key.public().verify(black_box(message), signature));
        }
        for _ in 0..self.hashes {
            // 55 bytes are the most that one step of SHA-256 takes.
            black_box(sha256(&[black_box(&message[..55])]));
        }
    }
}

fn rounds(criterion: &mut Criterion) {
    let mut ratios = Vec::new();
    for (validators, transactions) in [(4, 4), (4, 0), (4, 64), (32, 4), (128, 4)] {
        let scenario = scenario(validators, transactions);
        let world = &scenario.experiment.world;
        let keys = Keyring::new(world);
        let chain_id = GenesisRecord::new(world, keys.directory(), 0).chain_id();
        let mut chain = Chain::new(world, 0, |state| Full::new(&keys, chain_id, state));
        let bare = Bare::of(&scenario);
        let key = KeyPair::from_secret(&[1; 32]);
        let message = [7u8; 96];
        let signature = key.sign(&message);

        let mut group =
            criterion.benchmark_group(format!("{validators} validators, {transactions} transactions"));
        group.measurement_time(Duration::from_secs(4)).sample_size(30);
        group.bench_function("round", |bencher| {
            bencher.iter_batched(|| (), |()| black_box(chain.play(&mut Silent)), BatchSize::SmallInput);
        });
        group.bench_function("bare", |bencher| bencher.iter(|| bare.work(&key, &message, &signature)));
        group.finish();

        // The ratio from runs in turn, so that a machine that changes its speed changes both.
        let (mut whole, mut least) = (Duration::ZERO, Duration::ZERO);
        for _ in 0..200 {
            let clock = Instant::now();
            black_box(chain.play(&mut Silent));
            whole += clock.elapsed();
            let clock = Instant::now();
            bare.work(&key, &message, &signature);
            least += clock.elapsed();
        }
        ratios.push((validators, transactions, whole, least));
    }
    println!("validators  transactions  round (us)  bare (us)  ratio");
    for (validators, transactions, whole, least) in ratios {
        let (whole, least) = (whole.as_secs_f64() * 1e6 / 200.0, least.as_secs_f64() * 1e6 / 200.0);
        println!("{validators:>10}  {transactions:>12}  {whole:>10.1}  {least:>9.1}  {:>5.2}", whole / least);
    }
}

criterion_group!(benches, rounds);
criterion_main!(benches);
