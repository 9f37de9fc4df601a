//! What does a full round cost, beside the bare cost of the signatures, verifications and hashes
//! that it needs?
//!
//! For each size the group shows `round`, one full round with everything in it, and `bare`, the
//! same numbers of distinct signatures made by as many keys, the same signatures verified in
//! batches of the same size, the same numbers and lengths of hashes, and nothing else. At the end
//! their ratio is printed, from stretches of rounds and of bare work in turn.
//!
//!     cargo bench --bench round

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};
use tombola::crypto::{KeyPair, SignatureBatch, sha256};
use tombola::forging::{Chain, Full, GenesisRecord, Keyring, Silent, Verdicts, VerificationMode};
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

/// The distinct work of one round, counted from the protocol, and nothing else.
struct Bare {
    /// One for each validator and each user.
    keys: Vec<KeyPair>,
    /// The lengths of what is signed: each transaction, the block and each vote, once.
    messages: Vec<usize>,
    /// The lengths of what is hashed, and how often.
    hashes: Vec<(usize, u64)>,
    batch: SignatureBatch,
    verdicts: Vec<bool>,
    made: u64,
}

impl Bare {
    fn new(scenario: &Scenario) -> Self {
        let world = &scenario.experiment.world;
        let transactions = world.traffic.per_round as usize;
        let (accounts, attestors) = (world.names.len(), world.validators() - 1);
        let messages = [vec![118; transactions], vec![80], vec![96; attestors]].concat();
        // The forger makes the Merkle root and the header's hash, the attestors make them again
        // to check them, and that check is shared: so twice.
        let mut hashes = match transactions as u64 {
            0 => vec![(0, 2)],
            count => vec![(128, 2 * count), (33, 2 * count), (65, 2 * (count - 1))],
        };
        hashes.extend([(149, 2), (72, 2)]);
        // Of the tree of the state, the leaf of every account that changed and every node above
        // them: the expected number of different ones, where the forger and the two sides of each
        // transaction are drawn uniformly.
        let drawn = |places: f64, draws: usize| places * (1.0 - (1.0 - 1.0 / places).powi(draws as i32));
        let users = if transactions == 0 { 0.0 } else { drawn(16.0, 2 * transactions) };
        let changed = users + 1.0;
        let depth = accounts.next_power_of_two().ilog2();
        let nodes: f64 = (0..depth).map(|level| drawn(f64::from(1u32 << level), changed as usize)).sum();
        hashes.extend([(45, changed.round() as u64), (65, nodes.round() as u64)]);
        let secret = |number: usize| sha256(&[&number.to_le_bytes()]);
        Bare {
            keys: (0..accounts).map(|number| KeyPair::from_secret(&secret(number))).collect(),
            messages,
            hashes,
            batch: SignatureBatch::new(),
            verdicts: Vec::new(),
            made: 0,
        }
    }

    /// One round's worth.
    fn work(&mut self) {
        let mut bytes = [0u8; 149];
        for length in &self.messages {
            self.made += 1;
            bytes[..8].copy_from_slice(&self.made.to_le_bytes());
            let key = &self.keys[self.made as usize % self.keys.len()];
            let message = &bytes[..*length];
            let signature = black_box(key.sign(black_box(message)));
            self.batch.push(key.public(), message, &signature);
            if self.batch.len() == Verdicts::GATHERED {
                self.batch.verify(&mut self.verdicts);
                assert!(!self.verdicts.contains(&false));
            }
        }
        for &(length, count) in &self.hashes {
            for _ in 0..count {
                black_box(sha256(&[black_box(&bytes[..length])]));
            }
        }
    }
}

fn time(work: impl FnOnce()) -> Duration {
    let clock = Instant::now();
    work();
    clock.elapsed()
}

fn rounds(criterion: &mut Criterion) {
    let mut lines = Vec::new();
    for (validators, transactions) in [4, 32, 128].map(|v| [0, 4, 64].map(|t| (v, t))).concat() {
        let scenario = scenario(validators, transactions);
        let world = &scenario.experiment.world;
        let keys = Keyring::new(world);
        let chain_id = GenesisRecord::new(world, keys.directory(), 0).chain_id();
        let mut chain =
            Chain::new(world, 0, |state| Full::at_pace(VerificationMode::Ahead, &keys, chain_id, state));
        let mut bare = Bare::new(&scenario);

        let mut group =
            criterion.benchmark_group(format!("{validators} validators, {transactions} transactions"));
        group.measurement_time(Duration::from_secs(2)).sample_size(20);
        group.bench_function("round", |bencher| bencher.iter(|| black_box(chain.play(&mut Silent))));
        group.bench_function("bare", |bencher| bencher.iter(|| bare.work()));
        group.finish();

        // Stretches in turn, so that a machine that changes its speed changes both; the median of
        // the pairs, so that an interruption spoils one pair and not the ratio.
        let stretch = (2 * Verdicts::GATHERED).div_ceil(bare.messages.len()) as u32;
        let mut pairs: Vec<(Duration, Duration)> = (0..41)
            .map(|_| {
                let whole = time(|| {
                    for _ in 0..stretch {
                        black_box(chain.play(&mut Silent));
                    }
                });
                let least = time(|| (0..stretch).for_each(|_| bare.work()));
                (whole / stretch, least / stretch)
            })
            .collect();
        pairs.sort_by(|a, b| {
            (a.0.as_secs_f64() * b.1.as_secs_f64()).total_cmp(&(b.0.as_secs_f64() * a.1.as_secs_f64()))
        });
        let (whole, least) = pairs[pairs.len() / 2];
        let (whole, least) = (whole.as_secs_f64() * 1e6, least.as_secs_f64() * 1e6);
        lines.push(format!(
            "{validators:>10}  {transactions:>12}  {whole:>10.1}  {least:>9.1}  {:>5.2}",
            whole / least
        ));
        assert!(chain.conclude(), "every signature holds");
    }
    println!("validators  transactions  round (us)  bare (us)  ratio");
    println!("{}", lines.join("\n"));
}

criterion_group!(benches, rounds);
criterion_main!(benches);
