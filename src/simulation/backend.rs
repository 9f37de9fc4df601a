//! By which way the trials of an experiment are carried out.

use super::engine::Engine;
use super::experiment::Experiment;
use super::fast_paths::{Counts, IdealConditions, Lanes, Task, ideal_conditions, play_pool, play_table};
use super::law::{Law, covered};
use super::trial::TrialEnd;
use crate::selection::Draw;
use crate::stake::{GrowingPool, LookupTable, ValidatorId};
use std::fmt;
use std::sync::atomic::AtomicBool;

/// The ways to carry out trials. For one seed all but the law give the same tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Every round is played.
    Rounds,
    /// Owners of tokens by a table, where stakes stay; the chunks of a trial side by side.
    Table,
    /// Two parties whose rewards compound: many trials side by side.
    Lanes,
    /// The pool of tokens alone, where rewards compound.
    Pool,
    /// No rounds: counts from their law.
    Law,
}

impl Method {
    /// The way that an experiment goes; the engine may be left open to it.
    pub fn of(experiment: &Experiment) -> Self {
        match experiment.chosen_engine(false).0 {
            // Its tables need not be made to know.
            Engine::Law => Method::Law,
            engine => {
                Backend::new(experiment, engine, &experiment.followed(), &AtomicBool::new(false)).method()
            }
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            Method::Rounds => "rounds",
            Method::Table => "table",
            Method::Lanes => "lanes",
            Method::Pool => "pool",
            Method::Law => "law",
        })
    }
}

/// A way, made ready for all trials.
pub(super) enum Backend {
    Rounds,
    Table(LookupTable, IdealConditions),
    Lanes(Lanes, IdealConditions),
    Pool(GrowingPool, IdealConditions),
    Law(Law),
}

impl Backend {
    /// The shortest way that is open to an engine. Making it ready ends early once `stop` is set.
    pub fn new(experiment: &Experiment, engine: Engine, followed: &[ValidatorId], stop: &AtomicBool) -> Self {
        let world = &experiment.world;
        match engine {
            Engine::Full => return Backend::Rounds,
            Engine::Draws => {}
            // Scenarios that no law covers are refused when they are read.
            Engine::Law | Engine::Auto => {
                if let Ok((covered, pay)) = covered(experiment) {
                    return Backend::Law(Law::new(covered, pay, experiment, followed, stop));
                }
            }
        }
        let Ok(rules) = ideal_conditions(world) else { return Backend::Rounds };
        match world.rule.thing.draw(&world.stakes) {
            Draw::Stake if !rules.compounds() => Backend::Table(LookupTable::new(&world.stakes), rules),
            Draw::Tokens(tokens) if !rules.compounds() => Backend::Table(LookupTable::new(&tokens), rules),
            Draw::Stake => match Lanes::new(experiment, rules) {
                Some(lanes) => Backend::Lanes(lanes, rules),
                // Scenarios with more coins than can be counted are refused when they are read.
                None => GrowingPool::new(&world.stakes, rules.staked, experiment.rounds)
                    .map_or(Backend::Rounds, |pool| Backend::Pool(pool, rules)),
            },
            _ => Backend::Rounds,
        }
    }

    /// Its name.
    pub fn method(&self) -> Method {
        match self {
            Backend::Rounds => Method::Rounds,
            Backend::Table(..) => Method::Table,
            Backend::Lanes(..) => Method::Lanes,
            Backend::Pool(..) => Method::Pool,
            Backend::Law(..) => Method::Law,
        }
    }

    /// How many trials are played at once.
    pub fn width(&self) -> u64 {
        match self {
            Backend::Lanes(..) => Lanes::WIDTH as u64,
            _ => 1,
        }
    }

    /// Plays the trials from `first` to before `end`, at most as many as fit at once. `None` if the
    /// way is to play every round, or none; empty if it was told to stop.
    pub fn play(&self, task: &Task, first: u64, end: u64) -> Option<Vec<TrialEnd>> {
        // With many trials every thread has one of its own.
        let shared = task.trials < 4 * rayon::current_num_threads() as u64;
        let (counts, rules): (Option<Vec<Counts>>, _) = match self {
            Backend::Rounds | Backend::Law(..) => return None,
            Backend::Table(lookup_table, rules) => {
                (play_table(lookup_table, task, first, shared).map(|it| vec![it]), rules)
            }
            Backend::Pool(pool, rules) => (play_pool(pool, task, *rules, first).map(|it| vec![it]), rules),
            Backend::Lanes(lanes, rules) => (lanes.play(task, first, (end - first) as usize), rules),
        };
        let finish =
            |(trial, mut counts): (u64, Counts)| counts.finish(task, *rules, trial, false, Vec::new());
        Some((first..end).zip(counts.unwrap_or_default()).map(finish).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two whose rewards compound are played sixteen trials at a time, everybody else one.
    #[test]
    fn trials_are_played_as_many_at_once_as_there_are_lanes() {
        for (compound, third, method, width) in [
            (true, "", Method::Lanes, 16),
            (true, ", { name = 'c', balance = 5 }", Method::Pool, 1),
            (false, "", Method::Table, 1),
        ] {
            let text = format!(
                "run.rounds = 10\nreward.compound = {compound}\npopulation.accounts = [ {{ name = 'a', balance = 200 }}, {{ name = 'b', balance = 800 }}{third} ]"
            );
            let scenario = crate::scenario::load_text(std::path::Path::new("test.toml"), text, &[]);
            let experiment = scenario.expect("a valid scenario").experiment;
            let backend = Backend::new(&experiment, Engine::Draws, &[], &AtomicBool::new(false));
            assert_eq!((backend.method(), backend.width()), (method, width));
        }
    }
}
