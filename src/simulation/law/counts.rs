//! The wins of one trial, from their law.

use super::Covered;
use super::multinomial::{Lot, ShareOut};
use super::two_party::TwoParty;
use crate::random::{Purpose, Stream};
use crate::simulation::experiment::Experiment;
use crate::simulation::fast_paths::{Counts, Task};
use crate::stake::ValidatorId;
use std::sync::atomic::AtomicBool;

/// Draws the wins of trials, at a cost that does not depend on the rounds.
pub enum Law {
    /// Shared out among all.
    ShareOut(ShareOut),
    /// Of two parties, from tables.
    TwoParty(TwoParty),
}

impl Law {
    /// The law of an experiment, made ready. `reward` is what compounds. Once `stop` is set it is made
    /// ready no further, and no trial may be drawn.
    pub fn new(
        covered: Covered,
        experiment: &Experiment,
        reward: u64,
        followed: &[ValidatorId],
        stop: &AtomicBool,
    ) -> Self {
        match covered {
            Covered::Fixed(weights) => Law::ShareOut(ShareOut::new(&weights, None, followed)),
            Covered::Urn(stakes) => {
                let weights: Vec<f64> = stakes.iter().map(|&stake| stake as f64).collect();
                Law::ShareOut(ShareOut::new(&weights, Some(reward as f64), followed))
            }
            Covered::TwoParty(plan) => Law::TwoParty(TwoParty::new(&plan, experiment, reward, stop)),
        }
    }

    /// One trial's counts, in the place of another's. With `shared` all threads take part.
    pub fn play(&self, task: &Task, trial: u64, shared: bool, counts: &mut Counts) {
        let world = &task.experiment.world;
        let Counts { wins, marks, .. } = counts;
        wins.clear();
        wins.resize(world.validators(), 0);
        marks.clear();
        let mark = |wins: &[u64]| marks.extend(task.plan.followed().iter().map(|who| wins[who.index()]));
        match self {
            Law::ShareOut(law) => law.play(Lot { seed: world.seed, trial, shared }, task.marks, wins, mark),
            Law::TwoParty(law) => {
                law.play(task.marks, &mut Stream::of_trial(world.seed, trial, Purpose::Law), wins, mark);
            }
        }
    }
}
