//! What the chain is made of: accounts and their state, transactions, blocks, votes, certificates,
//! and the bytes of each.

mod account;
mod block;
mod certificate;
mod encoding;
mod header;
mod state;
mod state_tree;
mod transaction;
mod validity;
mod vote;

pub use account::{AccountId, Address};
pub use block::Block;
pub use certificate::{CastVote, Certificate};
pub use encoding::{DecodeError, Reader};
pub use header::Header;
pub use state::{State, Supply};
pub use state_tree::StateTree;
pub use transaction::{SignedTransaction, Transfer};
pub use validity::{TransactionFault, check};
pub use vote::vote_message;
