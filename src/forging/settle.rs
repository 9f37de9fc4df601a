//! Step 8: the block joins the chain, the money moves, what it earns is paid.

use super::chain::Chain;
use super::fidelity::{BlockContext, Fidelity};
use super::payroll::Settlement;
use crate::behaviour::BlockFlaw;
use crate::ledger::check;

impl<F: Fidelity> Chain<'_, F> {
    /// Appends the block and settles it; returns what the forger earned.
    ///
    /// If dishonest attestors let an invalid block pass, it joins the chain all the same, but no
    /// quorum can make a transaction valid: one that is not moves no money.
    pub(super) fn settle(&mut self, site: &BlockContext, flaw: Option<BlockFlaw>) -> u64 {
        self.fidelity.append();
        self.height += 1;
        self.counters.accepted += 1;
        self.counters.invalid_accepted += u64::from(flaw.is_some());
        let slipped_in = if flaw == Some(BlockFlaw::InvalidTransaction) { self.extra } else { None };
        let mut fees = 0;
        for waiting in &self.waiting {
            let transfer = self.fidelity.read(&waiting.transaction);
            self.state.settle(&transfer);
            fees += transfer.fee;
            self.counters.settled += 1;
            if waiting.reserved {
                self.wallets.settled(&transfer);
            }
            self.last_settled = Some(waiting.transaction);
        }
        self.waiting.clear();
        if let Some(transaction) = slipped_in {
            let transfer = self.fidelity.read(&transaction);
            if check(&self.state, &transfer, true).is_ok() {
                self.state.settle(&transfer);
                fees += transfer.fee;
            }
        }
        self.counters.fees += fees;
        self.pay(site, fees)
    }

    /// Pays what the block earns; returns what its forger earned.
    fn pay(&mut self, site: &BlockContext, fees: u64) -> u64 {
        let block = Settlement {
            height: self.height,
            round: site.round,
            forger: site.forger,
            fees,
            votes: &self.votes,
            absent: &self.absent,
        };
        let income = self.payroll.settle(&self.world.protocol, &mut self.state, &block);
        self.stakes_moved();
        income
    }
}
