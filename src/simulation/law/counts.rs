//! The wins of one trial, from their law.

use super::Covered;
use super::multinomial::{Lot, ShareOut};
use super::two_party::TwoParty;
use super::whole_trial::WholeTrial;
use crate::random::{Purpose, Stream};
use crate::simulation::experiment::Experiment;
use crate::simulation::fast_paths::{Counts, IdealConditions, Task};
use crate::simulation::totals::ValidatorTotals;
use crate::simulation::trial::TrialEnd;
use crate::stake::ValidatorId;
use std::sync::atomic::AtomicBool;

/// Draws the wins of trials, at a cost that does not depend on the rounds, and pays for them.
pub struct Law {
    wins: Wins,
    pay: Pay,
}

/// How wins are drawn.
enum Wins {
    /// Shared out among all.
    ShareOut(ShareOut),
    /// Of two parties, from tables.
    TwoParty(TwoParty),
}

/// How they are paid.
pub enum Pay {
    /// Every block alike.
    Alike(IdealConditions),
    /// By what the policy pays in a trial, where stakes stay.
    WholeTrial(Box<WholeTrial>),
}

impl Law {
    /// The law of an experiment, made ready. Once `stop` is set it is made ready no further, and no trial
    /// may be drawn.
    pub fn new(
        covered: Covered,
        pay: Pay,
        experiment: &Experiment,
        followed: &[ValidatorId],
        stop: &AtomicBool,
    ) -> Self {
        let staked = match &pay {
            Pay::Alike(rules) => rules.staked,
            Pay::WholeTrial(_) => 0,
        };
        let wins = match covered {
            Covered::Fixed(weights) => Wins::ShareOut(ShareOut::new(&weights, None, followed)),
            Covered::Urn(stakes) => {
                let weights: Vec<f64> = stakes.iter().map(|&stake| stake as f64).collect();
                Wins::ShareOut(ShareOut::new(&weights, Some(staked as f64), followed))
            }
            Covered::TwoParty(plan) => Wins::TwoParty(TwoParty::new(&plan, experiment, staked, stop)),
        };
        Law { wins, pay }
    }

    /// One trial. With `shared` all threads take part; `counts` and `room` are for its memory.
    pub fn play(
        &self,
        task: &Task,
        trial: u64,
        shared: bool,
        counts: &mut Counts,
        room: Vec<ValidatorTotals>,
    ) -> TrialEnd {
        match (&self.wins, &self.pay) {
            (Wins::ShareOut(law), Pay::WholeTrial(whole)) => whole.play(law, task, trial, shared),
            (_, Pay::Alike(rules)) => {
                self.draw(task, trial, shared, counts);
                counts.finish(task, *rules, trial, shared, room)
            }
            (Wins::TwoParty(_), Pay::WholeTrial(_)) => {
                unreachable!("tables of two parties are for rewards that compound")
            }
        }
    }

    /// Its counts, in the place of another's.
    fn draw(&self, task: &Task, trial: u64, shared: bool, counts: &mut Counts) {
        let world = &task.experiment.world;
        let Counts { wins, marks, .. } = counts;
        wins.clear();
        wins.resize(world.validators(), 0);
        marks.clear();
        let mark = |wins: &[u64]| marks.extend(task.plan.followed().iter().map(|who| wins[who.index()]));
        match &self.wins {
            Wins::ShareOut(law) => {
                law.play(Lot { seed: world.seed, trial, kind: 0, shared }, task.marks, wins, mark);
            }
            Wins::TwoParty(law) => {
                law.play(task.marks, &mut Stream::of_trial(world.seed, trial, Purpose::Law), wins, mark);
            }
        }
    }
}
