//! Trials in parallel.

use super::backend::Backend;
use super::engine::Engine;
use super::experiment::Experiment;
use super::fast_paths::Task;
use super::order::OrderPlan;
use super::progress::{Control, Quiet};
use super::record::TrialRecord;
use super::stopping::{StopRule, next_look};
use super::threads::on_threads;
use super::totals::Totals;
use super::trial::{TrialEnd, play_trial};
use crate::forging::{Chain, ChainWriter, Draws, Full, GenesisRecord, Keyring, Silent, VerificationMode};
use crate::ledger::Supply;
use rayon::prelude::*;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use thiserror::Error;

/// What an experiment gave: the trials that finished, in order, and their sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Results {
    /// One record for each finished trial, ascending by number.
    pub records: Vec<TrialRecord>,
    /// The sums over them.
    pub totals: Totals,
    /// Whether some trials are missing, because the run was stopped from outside.
    pub partial: bool,
    /// Whether the run's stop rule was satisfied; `None` if it had none, or did not come to an
    /// end.
    pub satisfied: Option<bool>,
}

/// Why a run failed.
#[derive(Debug, Error)]
pub enum SimulationError {
    /// Coins were lost or came from nowhere: a bug in this program, never the user's fault.
    #[error(
        "trial {trial} lost or made coins: {supply:?}; this is a bug in tombola, please report it with the scenario and the seed"
    )]
    Conservation {
        /// The trial.
        trial: u64,
        /// The count.
        supply: Box<Supply>,
    },
    /// The chain could not be written down.
    #[error("cannot write the chain: {0}")]
    Chain(#[from] io::Error),
}

/// Where to write a chain down, and of which trial: always the first.
type ChainOut = Box<dyn Write + Send>;

/// Runs an experiment on `threads` threads (0: on those of the pool that calls it, which is one for
/// each core unless it was [installed](super::Threads::install)). With `chain_out`, the first
/// trial's chain is written there; that needs the full engine.
///
/// The results depend on nothing but the experiment: threads only share out the trials, and all
/// sums are integers.
///
/// # Errors
/// A [`SimulationError`]. A run that is told to stop is no error: its results are partial.
pub fn run(
    experiment: &Experiment,
    threads: usize,
    chain_out: Option<ChainOut>,
    control: &Control,
) -> Result<Results, SimulationError> {
    run_measured(experiment, threads, chain_out, control, |_| ()).map(|(results, _)| results)
}

/// Runs an experiment as [`run`] does, and measures every trial at its end, before its totals are
/// merged with those of the others: one measurement for each of [`Results::records`], in their
/// order. Memory grows with the trials times the size of a measurement, whatever the number of
/// validators.
///
/// # Errors
/// As [`run`].
pub fn run_measured<M: Send>(
    experiment: &Experiment,
    threads: usize,
    chain_out: Option<ChainOut>,
    control: &Control,
    measure: impl Fn(&TrialEnd) -> M + Send + Sync,
) -> Result<(Results, Vec<M>), SimulationError> {
    on_threads(threads, || {
        let parts = Parts::new(experiment, chain_out, control);
        let (records, measurements, totals) = parts.play(0, experiment.trials, measure)?;
        let partial = (records.len() as u64) < experiment.trials;
        Ok((Results { records, totals, partial, satisfied: None }, measurements))
    })
}

/// The same until `rule` has seen enough, with the experiment's trials as the most that are
/// played. The results are those of [`run`] for as many trials as were played; where the run is
/// told to stop from outside, those of all trials that had finished.
///
/// # Errors
/// As [`run`].
pub fn run_until(
    experiment: &Experiment,
    threads: usize,
    chain_out: Option<ChainOut>,
    control: &Control,
    rule: &mut (dyn StopRule + Send),
) -> Result<Results, SimulationError> {
    on_threads(threads, || {
        let parts = Parts::new(experiment, chain_out, control);
        let mut results =
            Results { records: Vec::new(), totals: Totals::default(), partial: false, satisfied: None };
        let mut played = 0;
        while played < experiment.trials {
            let end = next_look(played, experiment.trials);
            let (records, _, totals) = parts.play(played, end, |_| ())?;
            let whole = records.len() as u64 == end - played;
            results.satisfied = whole.then(|| rule.look(&totals, &records));
            results.partial = !whole;
            results.records.extend(records);
            results.totals.merge(&totals);
            if results.satisfied != Some(false) {
                break;
            }
            played = end;
        }
        Ok(results)
    })
}

/// An experiment made ready to play any of its trials, in any order and from several threads.
pub struct Player<'a>(Parts<'a>);

impl<'a> Player<'a> {
    /// Makes tables and keys, as the experiment needs them.
    pub fn new(experiment: &'a Experiment, control: &'a Control<'a>) -> Self {
        Player(Parts::new(experiment, None, control))
    }

    /// Plays the trials of a range on the threads of the caller. Records and sums are those that any
    /// run of the experiment has of these trials, whatever is played beside them; they are partial if
    /// it was told to stop.
    ///
    /// # Errors
    /// As [`run`].
    pub fn play(&self, trials: Range<u64>) -> Result<Results, SimulationError> {
        self.play_measured(trials, |_| ()).map(|(results, _)| results)
    }

    /// Plays trials as [`Player::play`] does, and measures each at its end, as [`run_measured`] does.
    ///
    /// # Errors
    /// As [`run`].
    pub fn play_measured<M: Send>(
        &self,
        trials: Range<u64>,
        measure: impl Fn(&TrialEnd) -> M + Sync,
    ) -> Result<(Results, Vec<M>), SimulationError> {
        let wanted = trials.end.saturating_sub(trials.start);
        let (records, measurements, totals) = self.0.play(trials.start, trials.start + wanted, measure)?;
        let partial = (records.len() as u64) < wanted;
        Ok((Results { records, totals, partial, satisfied: None }, measurements))
    }
}

/// Numbers of trials from here on are played by [`replay`] alone.
const REPLAYED: u64 = 1 << 62;

/// The wins of every validator in each of the `runs`, by their numbers, each of `trials` trials that no
/// run of the experiment itself plays: what its rule makes of the same population with other random numbers. By the draws engine, on the
/// threads of the caller, the same on any number of them. Memory grows with runs times validators.
///
/// # Errors
/// As [`run`].
pub fn replay(
    experiment: &Experiment,
    runs: Range<u64>,
    trials: u64,
) -> Result<Vec<Vec<u64>>, SimulationError> {
    let stop = AtomicBool::new(false);
    let control = Control { progress: &Quiet, stop: &stop };
    let plan = experiment.order_plan();
    let parts = Parts {
        experiment,
        marks: vec![experiment.rounds],
        way: Backend::new(experiment, Engine::Draws, plan.followed(), &stop),
        plan,
        keys: None,
        chain_out: Mutex::new(None),
        control: &control,
    };
    let wins = |run: u64| {
        let first = REPLAYED + run * trials;
        let (_, _, totals) = parts.play(first, first + trials, |_| ())?;
        Ok(totals.validators.iter().map(|own| own.wins).collect())
    };
    runs.into_par_iter().map(wins).collect()
}

/// What all parts of a run share.
struct Parts<'a> {
    experiment: &'a Experiment,
    plan: OrderPlan,
    marks: Vec<u64>,
    way: Backend,
    keys: Option<Keyring>,
    chain_out: Mutex<Option<ChainOut>>,
    control: &'a Control<'a>,
}

impl<'a> Parts<'a> {
    fn new(experiment: &'a Experiment, chain_out: Option<ChainOut>, control: &'a Control<'a>) -> Self {
        let (engine, _) = experiment.chosen_engine(chain_out.is_some());
        let full = engine == Engine::Full;
        let plan = experiment.order_plan();
        Parts {
            experiment,
            marks: experiment.marks(),
            way: Backend::new(experiment, engine, plan.followed(), control.stop),
            plan,
            keys: full.then(|| Keyring::new(&experiment.world)),
            chain_out: Mutex::new(chain_out),
            control,
        }
    }

    /// Plays the trials from `start` to before `end`: those that finished, in order, what they were
    /// measured by, and their sums.
    fn play<M: Send>(
        &self,
        start: u64,
        end: u64,
        measure: impl Fn(&TrialEnd) -> M + Sync,
    ) -> Result<(Vec<TrialRecord>, Vec<M>, Totals), SimulationError> {
        let Parts { experiment, plan, marks, way, control, .. } = self;
        let task = Task { experiment, marks, plan, control, trials: end - start };
        if let Backend::Law(law) = way {
            return law.play_all(&task, start..end, measure);
        }
        let gathered = Mutex::new((Vec::new(), Totals::default()));
        (0..(end - start).div_ceil(way.width())).into_par_iter().try_for_each(|batch| {
            if control.should_stop() {
                return Ok(());
            }
            let first = start + batch * way.width();
            let ends = match way.play(&task, first, end.min(first + way.width())) {
                Some(ends) => ends,
                None => self.play_rounds(first)?.into_iter().collect(),
            };
            let mut trials = Vec::with_capacity(ends.len());
            let mut totals = Totals::default();
            for end in ends {
                let supply = end.record.supply;
                if !supply.is_conserved() {
                    return Err(SimulationError::Conservation {
                        trial: end.record.trial,
                        supply: Box::new(supply),
                    });
                }
                let measurement = measure(&end);
                trials.push((end.record, measurement));
                if trials.len() == 1 {
                    totals = end.totals;
                } else {
                    totals.merge(&end.totals);
                }
            }
            let mut gathered = gathered.lock().expect("no thread panics while it holds the results");
            gathered.0.append(&mut trials);
            gathered.1.merge(&totals);
            Ok(())
        })?;
        let (mut trials, totals) =
            gathered.into_inner().expect("no thread panics while it holds the results");
        trials.sort_unstable_by_key(|(record, _)| record.trial);
        let (records, measurements) = trials.into_iter().unzip();
        Ok((records, measurements, totals))
    }

    /// Plays one trial round by round with the experiment's engine; `None` if it was told to stop.
    fn play_rounds(&self, trial: u64) -> Result<Option<TrialEnd>, SimulationError> {
        let Parts { experiment: Experiment { world, rounds, .. }, marks, plan, control, .. } = self;
        let Some(keys) = &self.keys else {
            let mut chain = Chain::new(world, trial, |_| Draws::default());
            return Ok(play_trial(&mut chain, trial, *rounds, marks, plan, &mut Silent, control));
        };
        let genesis = GenesisRecord::new(world, keys.directory(), trial);
        let chain_id = genesis.chain_id();
        let open = |verification_mode| {
            Chain::new(world, trial, |state| Full::at_pace(verification_mode, keys, chain_id, state))
        };
        let out = if trial == 0 { self.chain_out.lock().ok().and_then(|mut out| out.take()) } else { None };
        let Some(out) = out else {
            let mut chain = open(VerificationMode::Ahead);
            let end = play_trial(&mut chain, trial, *rounds, marks, plan, &mut Silent, control);
            if end.is_none() || chain.conclude() {
                return Ok(end);
            }
            // A signature that was taken to hold does not: the trial is lived again, and this time
            // every verdict is waited for. Its rounds were told to the progress already.
            let mut chain = open(VerificationMode::AtOnce);
            let control = &Control { progress: &Quiet, ..**control };
            return Ok(play_trial(&mut chain, trial, *rounds, marks, plan, &mut Silent, control));
        };
        let mut chain = open(VerificationMode::AtOnce);
        let mut writer = ChainWriter::new(out, genesis);
        let end = play_trial(&mut chain, trial, *rounds, marks, plan, &mut writer, control);
        let written = if end.is_some() { writer.finish(&mut chain).map(drop) } else { writer.give_up() };
        if written.is_err() {
            // The run has failed: no other trial is worth going on with.
            control.stop.store(true, Ordering::Relaxed);
        }
        written?;
        Ok(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::AccountId;
    use crate::scenario::{Scenario, load_text};
    use std::path::Path;
    use std::sync::atomic::{AtomicBool, AtomicU64};

    fn scenario(text: &str) -> Scenario {
        load_text(Path::new("test.toml"), text.to_owned(), &[]).expect("a valid scenario")
    }

    /// Counts the rounds that it is told of.
    #[derive(Default)]
    struct Counting(AtomicU64);

    impl crate::simulation::Progress for Counting {
        fn advance(&self, rounds: u64) {
            self.0.fetch_add(rounds, Ordering::Relaxed);
        }
    }

    /// One of seven validators signs with a key that is not its own, and nobody expects it: its
    /// blocks are invalid and its votes count for nothing, from the first round to the last. What
    /// was played ahead on its word is void, and the trial is what honest checking makes of it.
    #[test]
    fn a_trial_played_on_a_false_expectation_is_played_again() {
        let experiment = scenario(
            "[run]\nrounds = 300\n[population]\ncount = 7\ntotal_stake = 700\nstake = 'equal'\n\
             [transactions]\nper_round = 2\nusers = 3\n",
        )
        .experiment;
        let world = &experiment.world;
        let plan = experiment.order_plan();
        let stop = AtomicBool::new(false);
        let told = Counting::default();
        let control = Control { progress: &told, stop: &stop };
        let mut parts = Parts::new(&experiment, None, &control);
        let honest = parts.play_rounds(0).unwrap().unwrap().record;
        assert_eq!(honest.counters.rejected, 0);
        assert_eq!(told.0.load(Ordering::Relaxed), 300);

        let keys = parts.keys.as_mut().expect("the full engine has keys");
        keys.misplace(AccountId(2));
        let played = parts.play_rounds(0).unwrap().unwrap().record;
        let keys = parts.keys.as_ref().expect("they are still there");
        assert_eq!(told.0.load(Ordering::Relaxed), 600, "each round is told once");
        let id = GenesisRecord::new(world, keys.directory(), 0).chain_id();
        let mut chain = Chain::new(world, 0, |state| Full::new(keys, id, state));
        let marks = experiment.marks();
        let careful = play_trial(&mut chain, 0, 300, &marks, &plan, &mut Silent, &control).unwrap().record;
        assert_eq!(played, careful);
        // All of its blocks, and no others: six of six approve its, five of six those of the others.
        let wins = played.followed.iter().find(|followed| followed.validator.0 == 2).unwrap().wins;
        assert!(wins > 20, "{wins}");
        assert_eq!(played.counters.rejected, wins);
    }

    /// A disk that is full after so many bytes.
    struct SmallDisk(usize);

    impl Write for SmallDisk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_chain_that_cannot_be_written_ends_the_run_soon() {
        let experiment = scenario(
            "[run]\nrounds = 10_000_000\ntrials = 2\n[population]\ncount = 3\ntotal_stake = 300\nstake = 'equal'\n",
        )
        .experiment;
        let stop = AtomicBool::new(false);
        let told = Counting::default();
        let control = Control { progress: &told, stop: &stop };
        let result = run(&experiment, 2, Some(Box::new(SmallDisk(20_000))), &control);
        assert!(
            matches!(result, Err(SimulationError::Chain(error)) if error.kind() == io::ErrorKind::StorageFull)
        );
        let told = told.0.load(Ordering::Relaxed);
        assert!(told < 1_000_000, "{told} rounds were played");
    }
}
