//! Step 4: the forger signs the block with its private key.

use super::chain::Chain;
use super::fidelity::Fidelity;
use crate::behaviour::BlockFlaw;
use crate::stake::ValidatorId;

impl<F: Fidelity> Chain<'_, F> {
    /// Signs the header's hash; a forger without the key signs with another one.
    pub(super) fn sign(&mut self, forger: ValidatorId, flaw: Option<BlockFlaw>) {
        self.fidelity.sign(forger, flaw);
    }
}
