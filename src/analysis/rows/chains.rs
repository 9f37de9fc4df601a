//! `chains.csv`: what happened on each trial's chain.

use serde::{Deserialize, Serialize};

/// One trial's chain. All counts are over the whole trial; coins are whole coins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainRow {
    /// The trial's number, counted from 0.
    pub trial: u64,
    /// Rounds that were played; fewer than asked for if the chain could not go on.
    pub rounds: u64,
    /// Rounds in which nobody was selected.
    pub rounds_empty: u64,
    /// Rounds that several won, so that a tie had to be broken (slot battles).
    pub rounds_contested: u64,
    /// Rounds in which the forger made no block.
    pub rounds_silent: u64,
    /// Blocks that joined the chain.
    pub blocks_accepted: u64,
    /// Blocks that were rejected.
    pub blocks_rejected: u64,
    /// Invalid blocks among the accepted ones.
    pub blocks_invalid_accepted: u64,
    /// Cheats that were proven and punished.
    pub slashings: u64,
    /// Transactions that were settled.
    pub transactions_settled: u64,
    /// Transactions refused because an account does not exist.
    pub refused_unknown_account: u64,
    /// Transactions refused for their signature.
    pub refused_bad_signature: u64,
    /// Transactions refused because nothing would change hands.
    pub refused_zero_amount: u64,
    /// Transactions refused because sender and recipient are the same.
    pub refused_self_transfer: u64,
    /// Transactions refused for their nonce: replays.
    pub refused_wrong_nonce: u64,
    /// Transactions refused because the sender has too little.
    pub refused_overdraft: u64,
    /// Transactions that were not handed in, because too many waited or nobody could pay.
    pub transactions_held_back: u64,
    /// Fees that were paid.
    pub fees_coins: u64,
    /// Coins at genesis.
    pub genesis_coins: u128,
    /// Coins made as rewards.
    pub minted_coins: u128,
    /// Coins in balances at the end.
    pub balances_coins: u128,
    /// Coins staked at the end.
    pub stakes_coins: u128,
    /// Coins burnt.
    pub burnt_coins: u128,
    /// Tokens destroyed, with the stakes of cheats and in penalties.
    pub slashed_coins: u128,
    /// Coins that wait to be divided among the members of pools.
    pub held_coins: u128,
}
