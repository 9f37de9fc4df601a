//! Step 5: the block is encoded and handed to every attestor.

use super::chain::Chain;
use super::fidelity::Fidelity;
use super::observer::Observer;
use crate::behaviour::BlockFlaw;

impl<F: Fidelity> Chain<'_, F> {
    /// Encodes the block. Whether it reaches an attestor is decided when that attestor's turn
    /// comes.
    pub(super) fn broadcast<W: Observer<F>>(&mut self, flaw: Option<BlockFlaw>, observer: &mut W) {
        self.fidelity.broadcast();
        observer.broadcast(&self.fidelity, flaw);
    }

    /// Whether the block is lost on its way to one attestor.
    pub(super) fn is_lost(&mut self) -> bool {
        let loss = self.world.protocol.loss;
        !loss.is_zero() && self.streams.faults.chance(loss.numerator(), loss.denominator())
    }
}
