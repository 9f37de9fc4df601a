//! A rule at play while nobody disturbs it.

use super::{
    BlockOutcome, PreviousRound, RoundContext, Rule, Selection, Selector, StakeChange, TrialContext,
};
use crate::random::Stream;
use crate::stake::ValidatorId;

/// The rounds of one trial in which the block of everybody who is selected joins the chain.
pub struct IdealRounds {
    selector: Box<dyn Selector>,
    last: Option<PreviousRound>,
    round: u64,
}

impl IdealRounds {
    /// Before the first round.
    pub fn new(rule: &dyn Rule, start: &TrialContext) -> Self {
        IdealRounds { selector: rule.selector(start), last: None, round: 0 }
    }

    /// Plays the next round: who forges, if anybody does. `changes` are those of stakes since the last one.
    pub fn next(&mut self, changes: &[StakeChange], lottery: &mut Stream) -> Option<ValidatorId> {
        self.round += 1;
        let context = RoundContext { round: self.round, changes, last: self.last, lottery };
        let (forger, block_outcome) = match self.selector.select(context) {
            Selection::Forger { validator, .. } => (Some(validator), BlockOutcome::Accepted),
            Selection::Nobody => (None, BlockOutcome::Missed),
        };
        self.last = Some(PreviousRound { forger, block_outcome });
        forger
    }

    /// How many rounds were played.
    pub fn round(&self) -> u64 {
        self.round
    }
}
