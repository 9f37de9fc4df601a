//! A contest of all holders that is passed off as proportional.

use crate::law::proportional_shares;
use crate::random::Stream;
use crate::selection::sampling::AmongAll;
use crate::selection::{Dispersion, ExpectedShares, Rule, Selector, TrialContext};
use crate::stake::ValidatorId;

/// Somebody wins a contest of everybody in each round, O(m); what the program believes is that a
/// random number weighted by stake is proportional, also when rewards compound.
pub(in crate::selection) struct Contest {
    /// Who wins, given everybody's stake and the lottery.
    pub pick: fn(&[u64], &mut Stream) -> Option<ValidatorId>,
}

impl Rule for Contest {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(proportional_shares(stakes))
    }

    fn expected_shares_when_compounding(&self, stakes: &[u64]) -> ExpectedShares {
        self.expected_shares(stakes)
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(AmongAll::new(start.stakes, self.pick))
    }
}
