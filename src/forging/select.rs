//! Step 1: the rule selects the forger; the committee is drawn from the others.

use super::chain::Chain;
use super::fidelity::Fidelity;
use super::witness::Witness;
use crate::selection::{CommitteeTurn, Selection, Turn};
use crate::stake::ValidatorId;

impl<F: Fidelity> Chain<'_, F> {
    /// Asks the rule for the round's forger.
    pub(super) fn select<W: Witness<F>>(&mut self, witness: &mut W) -> Option<ValidatorId> {
        let selection = self.selector.select(Turn {
            round: self.round,
            changes: &self.changes,
            last: self.last,
            lottery: &mut self.streams.lottery,
        });
        self.changes.clear();
        let Selection::Forger { validator, token } = selection else {
            witness.nobody_selected();
            return None;
        };
        witness.selected(validator, token);
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
