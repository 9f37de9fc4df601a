//! The rules of the chain that everybody knows, besides who forges.

use crate::law::Ratio;
use crate::ledger::{AccountId, State};
use crate::registry::Chosen;
use crate::reward::RewardPolicy;
use serde::{Deserialize, Serialize};

/// How a vote counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Every seat on the committee counts one.
    Heads,
    /// Every attestor counts as many as it has tokens.
    Stake,
}

/// Who makes the check of a block. It has no bearing on what happens: all honest attestors come to
/// the same verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verification {
    /// It is made once a round, and its verdict is shared by all honest attestors.
    Shared,
    /// Each honest attestor makes it anew, every signature in the block included.
    Each,
}

/// What makes a block valid, what it earns and what cheating costs.
#[derive(Clone)]
pub struct Protocol {
    /// An account with less is no validator.
    pub minimum_stake: u64,
    /// The share of the committee that must approve.
    pub quorum: Ratio,
    /// How votes count towards the quorum.
    pub weight: Weight,
    /// New coins for the forger of a block.
    pub reward: Chosen<dyn RewardPolicy>,
    /// Whether what a forger earns becomes tokens at once.
    pub compound: bool,
    /// The share of the fees that is destroyed.
    pub burn: Ratio,
    /// The share of a proven cheat's stake that is destroyed.
    pub slash: Ratio,
    /// The probability that a broadcast block does not reach an attestor.
    pub loss: Ratio,
}

impl Protocol {
    /// Pays the forger of the block at this height the fees that its senders have paid, less what
    /// is burnt of them, and the reward; returns what it earned.
    pub fn pay(&self, state: &mut State, forger: AccountId, height: u64, fees: u64) -> u64 {
        let burnt = self.burn.floor_of(fees);
        let reward = self.reward.thing.amount(height);
        state.pay_fees(forger, fees, burnt, self.compound);
        state.mint(forger, reward, self.compound);
        fees - burnt + reward
    }

    /// Destroys a proven cheat's stake, in whole or in part and at least one token; returns how
    /// much. If too little is left to validate, the rest is exchanged back for coins.
    pub fn slash(&self, state: &mut State, cheat: AccountId) -> u64 {
        let amount = self.slash.ceil_of(state.stake(cheat));
        if amount > 0 {
            state.slash(cheat, amount);
            if state.stake(cheat) < self.minimum_stake {
                state.leave(cheat);
            }
        }
        amount
    }
}
