//! Step 9: a proven cheat's stake is destroyed.

use super::chain::Chain;
use super::fidelity::Fidelity;
use super::observer::Observer;
use crate::stake::ValidatorId;

impl<F: Fidelity> Chain<'_, F> {
    /// Destroys the protocol's share of the forger's stake, at least one token; returns how much.
    /// If too little is left to validate, the rest is exchanged back for coins.
    pub(super) fn slash<W: Observer<F>>(&mut self, forger: ValidatorId, observer: &mut W) -> u64 {
        let amount = self.payroll.slash(&self.world.protocol, &mut self.state, forger);
        if amount > 0 {
            self.counters.slashings += 1;
            self.stakes_moved();
            observer.slashed(&self.fidelity, forger, amount);
        }
        amount
    }
}
