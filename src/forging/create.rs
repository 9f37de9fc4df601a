//! Step 3: the forger creates a block.

use super::chain::Chain;
use super::fidelity::{BlockContext, Draft, Fidelity};
use crate::behaviour::BlockFlaw;
use crate::ledger::{AccountId, Transfer};

impl<F: Fidelity> Chain<'_, F> {
    /// Creates a block of the verified transactions, honest or with a flaw.
    pub(super) fn create(&mut self, site: &BlockContext, flaw: Option<BlockFlaw>) {
        self.extra = None;
        if matches!(flaw, Some(BlockFlaw::InvalidTransaction | BlockFlaw::SecondBlock)) {
            let draft = self.unpayable_transfer(site);
            self.extra = Some(self.fidelity.issue(&draft));
        }
        self.fidelity.create(site, &mut self.state, &self.waiting, self.extra.as_ref(), flaw);
    }

    /// A transfer of the forger's own, well signed, of one coin more than it has.
    fn unpayable_transfer(&self, site: &BlockContext) -> Draft {
        let forger: AccountId = site.forger.into();
        let neighbour = AccountId((forger.0 + 1) % self.world.names.len() as u32);
        let transfer = Transfer {
            sender: Some(forger),
            recipient: Some(neighbour),
            amount: self.state.balance(forger) + 1,
            fee: 0,
            nonce: self.state.nonce(forger),
        };
        Draft { transfer, signed: true }
    }
}
