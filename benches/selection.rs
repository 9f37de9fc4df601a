//! What one selection costs: every rule with its defaults, one group a rule, from 4 to a million
//! validators.
//!
//! `fixed` leaves the stakes as they are; `compounding` adds a coin to the stake of every forger
//! before the next round. The stakes are a long tail, 1 / rank of the largest.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::time::Duration;
use tombola::random::{Purpose, Stream};
use tombola::registry::{Choice, find};
use tombola::selection::{
    BlockOutcome, PreviousRound, RULES, RoundContext, Rule, Selection, Selector, StakeChange, TrialContext,
};

const SIZES: [usize; 4] = [4, 1_000, 100_000, 1_000_000];

/// Rules that ask every validator in every round; a million are left out.
const ASK_EVERYBODY: [&str; 8] = [
    "single-lottery",
    "nxt",
    "cometbft-priority",
    "rigged-largest-product",
    "rigged-smallest-quotient",
    "rigged-shared-number",
    "rigged-floored-product",
    "rigged-reused-hash",
];

fn stakes(validators: usize) -> Vec<u64> {
    (1..=validators as u64).map(|rank| 100_000_000 / rank + 32).collect()
}

/// A trial that goes on and on.
struct Trial {
    selector: Box<dyn Selector>,
    lottery: Stream,
    /// Everybody's stake, where rewards compound.
    stakes: Option<Vec<u64>>,
    change: Option<StakeChange>,
    last: Option<PreviousRound>,
    round: u64,
}

impl Trial {
    fn new(rule: &dyn Rule, stakes: &[u64], compounds: bool) -> Self {
        Trial {
            selector: rule.selector(&TrialContext { stakes, seed: 1, trial: 0 }),
            lottery: Stream::of_trial(1, 0, Purpose::Lottery),
            stakes: compounds.then(|| stakes.to_vec()),
            change: None,
            last: None,
            round: 0,
        }
    }

    fn next(&mut self) -> Selection {
        self.round += 1;
        let turn = RoundContext {
            round: self.round,
            changes: self.change.as_slice(),
            last: self.last,
            lottery: &mut self.lottery,
        };
        let selection = self.selector.select(turn);
        let (forger, block_outcome) = match selection {
            Selection::Forger { validator, .. } => (Some(validator), BlockOutcome::Accepted),
            Selection::Nobody => (None, BlockOutcome::Missed),
        };
        self.last = Some(PreviousRound { forger, block_outcome });
        self.change = None;
        if let (Some(validator), Some(stakes)) = (forger, &mut self.stakes) {
            stakes[validator.index()] += 1;
            self.change = Some(StakeChange { validator, stake: stakes[validator.index()] });
        }
        selection
    }
}

fn selection(criterion: &mut Criterion) {
    let populations = SIZES.map(stakes);
    for entry in RULES {
        let rule = match find("rule", RULES, &Choice::plain(entry.name)) {
            Ok(chosen) => chosen.thing,
            Err(refusal) => panic!("{} has no defaults: {refusal}", entry.name),
        };
        let mut group = criterion.benchmark_group(entry.name);
        group.throughput(Throughput::Elements(1));
        group.sample_size(10);
        group.warm_up_time(Duration::from_millis(50));
        group.measurement_time(Duration::from_millis(150));
        for stakes in &populations {
            let n = stakes.len();
            if n > 100_000 && ASK_EVERYBODY.contains(&entry.name) {
                continue;
            }
            for (name, compounds) in [("fixed", false), ("compounding", true)] {
                // Everybody's table of weights is made anew with each change of the total.
                if n > 1_000 && compounds && entry.name == "rigged-reused-hash" {
                    continue;
                }
                let mut trial = None;
                group.bench_function(BenchmarkId::new(name, n), |bencher| {
                    let trial = trial.get_or_insert_with(|| Trial::new(&*rule, stakes, compounds));
                    bencher.iter(|| trial.next());
                });
            }
        }
        group.finish();
    }
}

criterion_group!(benches, selection);
criterion_main!(benches);
