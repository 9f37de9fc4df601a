//! Step 1: the rule selects the forger; the committee is drawn from the others.

use super::chain::Chain;
use super::fidelity::Fidelity;
use super::observer::Observer;
use crate::selection::Selection;
use crate::stake::ValidatorId;

impl<F: Fidelity> Chain<'_, F> {
    /// Asks the rule for the round's forger.
    pub(super) fn select<W: Observer<F>>(&mut self, observer: &mut W) -> Option<ValidatorId> {
        let Selection::Forger { validator, token } = self.lottery.select() else {
            observer.nobody_selected();
            return None;
        };
        observer.selected(validator, token);
        if self.lottery.seat(validator, &mut self.members) {
            for seat in &self.members {
                self.seats[seat.validator.index()] += u64::from(seat.seats);
            }
        }
        Some(validator)
    }
}
