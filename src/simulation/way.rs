//! By which way the trials of an experiment are carried out.

use super::engine::Engine;
use super::experiment::Experiment;
use super::law::{Law, covered};
use super::shortcuts::{Counts, Lanes, Task, Undisturbed, play_pool, play_table, undisturbed};
use super::trial::TrialEnd;
use crate::selection::Draw;
use crate::stake::{GrowingPool, Guide, ValidatorId};
use std::fmt;

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
            engine => Way::new(experiment, engine, &experiment.followed()).method(),
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
pub(super) enum Way {
    Rounds,
    Table(Guide, Undisturbed),
    Lanes(Lanes, Undisturbed),
    Pool(GrowingPool, Undisturbed),
    Law(Law, Undisturbed),
}

impl Way {
    /// The shortest way that is open to an engine.
    pub fn new(experiment: &Experiment, engine: Engine, followed: &[ValidatorId]) -> Self {
        let world = &experiment.world;
        match engine {
            Engine::Full => return Way::Rounds,
            Engine::Draws => {}
            // Scenarios that no law covers are refused when they are read.
            Engine::Law | Engine::Auto => {
                if let Ok((covered, rules)) = covered(experiment) {
                    return Way::Law(Law::new(covered, experiment, rules.reward, followed), rules);
                }
            }
        }
        let Ok(rules) = undisturbed(world) else { return Way::Rounds };
        match world.rule.thing.draw(&world.stakes) {
            Draw::Stake if !rules.compounds => Way::Table(Guide::new(&world.stakes), rules),
            Draw::Tokens(tokens) if !rules.compounds => Way::Table(Guide::new(&tokens), rules),
            Draw::Stake => match Lanes::new(experiment, rules) {
                Some(lanes) => Way::Lanes(lanes, rules),
                // Scenarios with more coins than can be counted are refused when they are read.
                None => GrowingPool::new(&world.stakes, rules.reward, experiment.rounds)
                    .map_or(Way::Rounds, |pool| Way::Pool(pool, rules)),
            },
            _ => Way::Rounds,
        }
    }

    /// Its name.
    pub fn method(&self) -> Method {
        match self {
            Way::Rounds => Method::Rounds,
            Way::Table(..) => Method::Table,
            Way::Lanes(..) => Method::Lanes,
            Way::Pool(..) => Method::Pool,
            Way::Law(..) => Method::Law,
        }
    }

    /// How many trials are played at once.
    pub fn width(&self) -> u64 {
        match self {
            Way::Lanes(..) => Lanes::WIDTH as u64,
            _ => 1,
        }
    }

    /// Plays the trials from `first` to before `end`, at most as many as fit at once. `None` if the
    /// way is to play every round, or none; empty if it was told to stop.
    pub fn play(&self, task: &Task, first: u64, end: u64) -> Option<Vec<TrialEnd>> {
        // With many trials every thread has one of its own.
        let shared = task.trials < 4 * rayon::current_num_threads() as u64;
        let (counts, rules): (Option<Vec<Counts>>, _) = match self {
            Way::Rounds | Way::Law(..) => return None,
            Way::Table(guide, rules) => (play_table(guide, task, first, shared).map(|it| vec![it]), rules),
            Way::Pool(pool, rules) => (play_pool(pool, task, *rules, first).map(|it| vec![it]), rules),
            Way::Lanes(lanes, rules) => (lanes.play(task, first, (end - first) as usize), rules),
        };
        let finish =
            |(trial, mut counts): (u64, Counts)| counts.finish(task, *rules, trial, false, Vec::new());
        Some((first..end).zip(counts.unwrap_or_default()).map(finish).collect())
    }
}
