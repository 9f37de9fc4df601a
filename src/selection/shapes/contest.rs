//! A contest of all holders that is passed off as proportional.

use super::Selects;
use crate::random::Stream;
use crate::selection::sampling::AmongAll;
use crate::selection::{Selector, TrialContext};
use crate::stake::ValidatorId;

/// Somebody wins a contest of everybody in each round, O(m); what the program believes is that a
/// random number weighted by stake is proportional, also when rewards compound.
pub(in crate::selection) struct Contest {
    /// Who wins, given everybody's stake and the lottery.
    pub pick: fn(&[u64], &mut Stream) -> Option<ValidatorId>,
}

impl Selects for Contest {
    fn is_rigged(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(AmongAll::new(start.stakes, self.pick))
    }
}
