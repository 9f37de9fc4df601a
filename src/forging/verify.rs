//! Step 2: the forger verifies the waiting transactions.

use super::chain::Chain;
use super::fidelity::Fidelity;
use super::observer::Observer;
use crate::ledger::check;

impl<F: Fidelity> Chain<'_, F> {
    /// Goes through the waiting transactions in order and keeps those that are valid after the
    /// ones before them; the others are refused for good. What is kept is what goes into the
    /// block. The state is as before when this returns.
    pub(super) fn verify<W: Observer<F>>(&mut self, observer: &mut W) {
        let mut kept = 0;
        for index in 0..self.waiting.len() {
            let waiting = self.waiting[index];
            let transfer = self.fidelity.read(&waiting.transaction);
            let verdict = check(&self.state, &transfer, waiting.signature_holds);
            observer.verified(&waiting.transaction, &transfer, verdict);
            match verdict {
                Ok(()) => {
                    self.state.apply(&transfer);
                    self.waiting[kept] = waiting;
                    kept += 1;
                }
                Err(fault) => self.counters.refused[fault.index()] += 1,
            }
        }
        self.waiting.truncate(kept);
        for waiting in self.waiting.iter().rev() {
            self.state.undo(&self.fidelity.read(&waiting.transaction));
        }
    }
}
