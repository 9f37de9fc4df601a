//! How tests play: a scenario from its text, a rule as a scenario names it, and a trial round by round.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tombola::Scenario;
use tombola::random::{Purpose, Stream};
use tombola::registry::{Choice, Refusal, find};
use tombola::selection::{
    BlockOutcome, PreviousRound, RULES, RoundContext, Rule, Selection, StakeChange, TrialContext,
};
use tombola::simulation::{Control, Experiment, Quiet, Results, run};
use tombola::stake::ValidatorId;

/// The scenario that this text says.
pub fn scenario_of(text: &str) -> Scenario {
    Scenario::parse("test", text).unwrap_or_else(|problem| panic!("{problem}\n{text}"))
}

/// What an experiment gives on so many threads, 0 for one a core.
pub fn simulated(experiment: &Experiment, threads: usize) -> Results {
    let never = AtomicBool::new(false);
    run(experiment, threads, None, &Control { progress: &Quiet, stop: &never }).expect("a run")
}

/// The seed of every trial here.
pub const SEED: u64 = 7;

/// The rule of this name with these settings, or why it is refused.
pub fn find_rule(kind: &str, settings: &str) -> Result<std::sync::Arc<dyn Rule>, Refusal> {
    let settings = toml::from_str(settings).expect("settings are TOML");
    find("rule", RULES, &Choice { kind: kind.to_owned(), settings }).map(|chosen| chosen.thing)
}

/// The rule of this name with these settings.
pub fn rule(kind: &str, settings: &str) -> std::sync::Arc<dyn Rule> {
    find_rule(kind, settings).unwrap_or_else(|refusal| panic!("{kind} {settings}: {refusal}"))
}

/// A validator's new stake.
pub fn change(validator: usize, stake: u64) -> StakeChange {
    StakeChange { validator: ValidatorId(validator as u32), stake }
}

/// Plays a trial and tells `after` of every round: its number, who forged, and where to put the
/// stakes that change before the next one. `changes` become known before round 1.
pub fn play(
    rule: &dyn Rule,
    stakes: &[u64],
    changes: &[StakeChange],
    trial: u64,
    rounds: u64,
    mut after: impl FnMut(u64, Option<ValidatorId>, &mut Vec<StakeChange>),
) {
    let mut lottery = Stream::of_trial(SEED, trial, Purpose::Lottery);
    let mut selector = rule.selector(&TrialContext { stakes, seed: SEED, trial });
    let mut changes = changes.to_vec();
    let mut last = None;
    for round in 1..=rounds {
        let forger =
            match selector.select(RoundContext { round, changes: &changes, last, lottery: &mut lottery }) {
                Selection::Forger { validator, .. } => Some(validator),
                Selection::Nobody => None,
            };
        let block_outcome = if forger.is_some() { BlockOutcome::Accepted } else { BlockOutcome::Missed };
        last = Some(PreviousRound { forger, block_outcome });
        changes.clear();
        after(round, forger, &mut changes);
    }
}

/// Everybody's wins in a trial in which the stakes stay.
pub fn wins(rule: &dyn Rule, stakes: &[u64], trial: u64, rounds: u64) -> Vec<u64> {
    let mut wins = vec![0; stakes.len()];
    play(rule, stakes, &[], trial, rounds, |_, forger, _| {
        if let Some(forger) = forger {
            wins[forger.index()] += 1;
        }
    });
    wins
}

/// For how many of the seeds something holds. Each core computes in a pool of one thread, so that what the
/// analysis of a seed shares out among threads does not wait for other seeds.
pub fn count_seeds(seeds: std::ops::Range<u64>, holds: impl Fn(u64) -> bool + Sync) -> u64 {
    let (next, held) = (AtomicU64::new(seeds.start), AtomicU64::new(0));
    let work = || {
        let seed = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&seed| seed < seeds.end);
        while let Some(seed) = seed() {
            held.fetch_add(u64::from(holds(seed)), Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, |cores| cores.get()) {
            let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
            scope.spawn(move || alone.install(work));
        }
    });
    held.into_inner()
}
