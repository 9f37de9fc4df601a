//! Before the draw: wallets hand in transactions, and every node checks their signatures.

use super::chain::Chain;
use super::fidelity::{Fidelity, Waiting};
use super::wallets::HandIn;

impl<F: Fidelity> Chain<'_, F> {
    /// Lets wallets hand in this round's transactions.
    pub(super) fn gather(&mut self) {
        let traffic = &self.world.traffic;
        let before = self.waiting.len();
        for _ in 0..traffic.per_round {
            if self.waiting.len() >= traffic.capacity {
                self.counters.held_back += 1;
                continue;
            }
            let may_replay = self.last_settled.is_some();
            let stream = &mut self.streams.transactions;
            let handed_in = self.wallets.hand_in(&self.state, traffic, may_replay, stream);
            let (transaction, signature_holds, reserved) = match (handed_in, self.last_settled) {
                (Some(HandIn::New { draft, reserved }), _) => {
                    (self.fidelity.issue(&draft), draft.signed, reserved)
                }
                // It was settled, so its signature held.
                (Some(HandIn::Replay), Some(settled)) => (settled, true, false),
                _ => {
                    self.counters.held_back += 1;
                    continue;
                }
            };
            self.waiting.push(Waiting { transaction, signature_holds, reserved });
        }
        self.fidelity.admit(&mut self.waiting[before..]);
    }
}
