//! What all trials of an experiment share while they run.

use crate::simulation::experiment::Experiment;
use crate::simulation::order::{OrderPlan, OrderTally};
use crate::simulation::progress::Control;

/// The experiment, what is wanted of each trial, and who watches.
#[derive(Clone, Copy)]
pub struct Task<'a> {
    /// What is run.
    pub experiment: &'a Experiment,
    /// The ascending rounds after which the time line is taken; the last is the last round.
    pub marks: &'a [u64],
    /// Whose time line it is, and what is tallied of the order of wins.
    pub plan: &'a OrderPlan,
    /// Who watches, and may stop it.
    pub control: &'a Control<'a>,
    /// How many trials there are to be played.
    pub trials: u64,
}

impl<'a> Task<'a> {
    /// A tally of the order of wins after so many rounds, if one is asked for.
    pub fn order(&self, position: u64) -> Option<OrderTally<'a>> {
        (!self.plan.is_idle()).then(|| OrderTally::new(self.plan, position))
    }

    /// Tells the watcher that some more rounds were played; whether to go on.
    pub fn goes_on(&self, rounds: u64) -> bool {
        self.control.progress.advance(rounds);
        !self.control.should_stop()
    }
}
