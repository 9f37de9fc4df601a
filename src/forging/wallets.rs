//! The wallets of those who trade: what they send, and what they have set aside for it.

use super::fidelity::Draft;
use super::world::{Traffic, World};
use crate::ledger::{AccountId, State, TransactionFault, Transfer};
use crate::random::Stream;

/// One wallet for every account that does not validate.
#[derive(Clone, Debug)]
pub struct Wallets {
    first: u32,
    /// The nonce of each wallet's next transaction.
    next_nonce: Vec<u64>,
    /// The coins that waiting transactions will spend.
    committed: Vec<u64>,
    /// One coin more than all traders together ever have.
    unpayable: u64,
}

/// What a wallet hands in.
pub enum HandIn {
    /// A new transaction; `reserved` if it is an honest one.
    New {
        /// What it asks for.
        draft: Draft,
        /// Whether money was set aside for it.
        reserved: bool,
    },
    /// The transaction that was settled last, once more.
    Replay,
}

impl Wallets {
    /// The wallets at genesis.
    pub fn new(world: &World) -> Self {
        let traders = world.traders().count();
        let coins: u64 = world.balances[world.validators()..].iter().sum();
        Wallets {
            first: world.validators() as u32,
            next_nonce: vec![0; traders],
            committed: vec![0; traders],
            unpayable: coins + 1,
        }
    }

    /// Makes the next transaction; `None` if nobody can pay for one.
    ///
    /// A wallet only spends what it has and has not yet set aside, so an honest transaction is
    /// never refused, however long it waits.
    pub fn hand_in(
        &mut self,
        state: &State,
        traffic: &Traffic,
        may_replay: bool,
        stream: &mut Stream,
    ) -> Option<HandIn> {
        let traders = self.next_nonce.len() as u64;
        let fault =
            if !traffic.bad.is_zero() && stream.chance(traffic.bad.numerator(), traffic.bad.denominator()) {
                Some(TransactionFault::ALL[stream.below(TransactionFault::ALL.len() as u64) as usize])
            } else {
                None
            };
        let start = stream.below(traders);
        let (sender, available) = (0..traders)
            .map(|step| ((start + step) % traders) as usize)
            .map(|trader| (trader, state.balance(self.account(trader)) - self.committed[trader]))
            .find(|&(_, available)| available > traffic.fee)?;
        let other = stream.below(traders - 1) as usize;
        let recipient = if other < sender { other } else { other + 1 };
        let amount = 1 + stream.below(traffic.largest.min(available - traffic.fee));
        let honest = Transfer {
            sender: Some(self.account(sender)),
            recipient: Some(self.account(recipient)),
            amount,
            fee: traffic.fee,
            nonce: self.next_nonce[sender],
        };
        let bad = |transfer| Some(HandIn::New { draft: Draft { transfer, signed: true }, reserved: false });
        match fault {
            Some(TransactionFault::UnknownAccount) => bad(Transfer { sender: None, nonce: 0, ..honest }),
            Some(TransactionFault::BadSignature) => {
                Some(HandIn::New { draft: Draft { transfer: honest, signed: false }, reserved: false })
            }
            Some(TransactionFault::ZeroAmount) => bad(Transfer { amount: 0, ..honest }),
            Some(TransactionFault::SelfTransfer) => bad(Transfer { recipient: honest.sender, ..honest }),
            Some(TransactionFault::Overdraft) => bad(Transfer { amount: self.unpayable, ..honest }),
            Some(TransactionFault::WrongNonce) if may_replay => Some(HandIn::Replay),
            // Before anything was settled there is nothing to replay.
            Some(TransactionFault::WrongNonce) | None => {
                self.next_nonce[sender] += 1;
                self.committed[sender] += amount + traffic.fee;
                Some(HandIn::New { draft: Draft { transfer: honest, signed: true }, reserved: true })
            }
        }
    }

    /// Takes note that a transaction for which money was set aside is settled.
    pub fn settled(&mut self, transfer: &Transfer) {
        if let Some(sender) = transfer.sender {
            self.committed[(sender.0 - self.first) as usize] -= transfer.amount + transfer.fee;
        }
    }

    fn account(&self, trader: usize) -> AccountId {
        AccountId(self.first + trader as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of thirty coins set aside, a payment of nine and its fee of one leave twenty.
    #[test]
    fn what_is_settled_is_no_longer_set_aside() {
        let mut wallets =
            Wallets { first: 2, next_nonce: vec![3, 0], committed: vec![30, 5], unpayable: 100 };
        let transfer = Transfer {
            sender: Some(AccountId(2)),
            recipient: Some(AccountId(3)),
            amount: 9,
            fee: 1,
            nonce: 0,
        };
        wallets.settled(&transfer);
        assert_eq!(wallets.committed, [20, 5]);
        wallets.settled(&Transfer { sender: None, ..transfer });
        assert_eq!(wallets.committed, [20, 5]);
    }
}
