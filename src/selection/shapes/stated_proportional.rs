//! What is said to be proportional, however it selects.

use crate::law::proportional_shares;
use crate::selection::{Dispersion, Draw, ExpectedShares, Rule, Selector, TrialContext};

/// How a rule selects whose statement is a [`StatedProportional`]. A rigged one does something else than
/// what is stated.
pub(in crate::selection) trait Selects: Send + Sync {
    /// As [`Rule::occupied`].
    fn occupied(&self, stakes: &[u64]) -> f64 {
        let _ = stakes;
        1.0
    }

    /// As [`Rule::draws_by_current_stake`].
    fn draws_by_current_stake(&self) -> bool {
        false
    }

    /// As [`Rule::draw`].
    fn draw(&self, stakes: &[u64]) -> Draw {
        let _ = stakes;
        Draw::Own
    }

    /// As [`Rule::is_rigged`].
    fn is_rigged(&self) -> bool {
        false
    }

    /// As [`Rule::draws_afresh`].
    fn draws_afresh(&self) -> bool {
        false
    }

    /// As [`Rule::selector`].
    fn selector(&self, start: &TrialContext) -> Box<dyn Selector>;
}

/// A rule that states: rounds are independent and won in proportion to stake.
///
/// When rewards compound the expected share of rounds stays the share of stake at genesis. Where rounds
/// follow the stakes as they stand, shares of stake are martingales, whatever the forger earns as long
/// as that does not depend on who forges (Rosu and Saleh, Management Science 2021); the counts are
/// beta-binomial. The draws of an epoch expect the shares at its start, and its rewards together expect
/// to leave them as they are. Work that does not grow with rewards stays what it was.
pub(in crate::selection) struct StatedProportional<S>(pub S);

impl<S: Selects> Rule for StatedProportional<S> {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(proportional_shares(stakes))
    }

    fn expected_shares_when_compounding(&self, stakes: &[u64]) -> ExpectedShares {
        self.expected_shares(stakes)
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn occupied(&self, stakes: &[u64]) -> f64 {
        self.0.occupied(stakes)
    }

    fn draws_by_current_stake(&self) -> bool {
        self.0.draws_by_current_stake()
    }

    fn draw(&self, stakes: &[u64]) -> Draw {
        self.0.draw(stakes)
    }

    fn is_rigged(&self) -> bool {
        self.0.is_rigged()
    }

    fn draws_afresh(&self) -> bool {
        self.0.draws_afresh()
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        self.0.selector(start)
    }
}
