//! Step 1: the rule selects the forger; the committee is drawn from the others.

use super::chain::Chain;
use super::fidelity::Fidelity;
use super::observer::Observer;
use crate::selection::{CommitteeTurn, RoundContext, Selection};
use crate::stake::ValidatorId;

impl<F: Fidelity> Chain<'_, F> {
    /// Asks the rule for the round's forger.
    pub(super) fn select<W: Observer<F>>(&mut self, observer: &mut W) -> Option<ValidatorId> {
        let selection = self.selector.select(RoundContext {
            round: self.round,
            changes: &self.changes,
            last: self.last,
            lottery: &mut self.streams.lottery,
        });
        self.changes.clear();
        let Selection::Forger { validator, token } = selection else {
            observer.nobody_selected();
            return None;
        };
        observer.selected(validator, token);
        if let Some(drawer) = &mut self.committee {
            let turn = CommitteeTurn {
                round: self.round,
                forger: validator,
                changes: &self.committee_changes,
                stream: &mut self.streams.committee,
            };
            drawer.draw(turn, &mut self.members);
            self.committee_changes.clear();
            for seat in &self.members {
                self.seats[seat.validator.index()] += u64::from(seat.seats);
            }
        }
        Some(validator)
    }
}
