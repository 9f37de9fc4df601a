//! The rules of the chain that everybody knows, besides who forges.

use super::{Pools, Restake};
use crate::law::Ratio;
use crate::ledger::{AccountId, State};
use crate::registry::Chosen;
use crate::reward::RewardPolicy;
use serde::{Deserialize, Serialize};

/// How a vote counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VoteWeight {
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
    pub weight: VoteWeight,
    /// New coins for a block, and for whom.
    pub reward: Chosen<dyn RewardPolicy>,
    /// What of it becomes tokens, and when.
    pub restake: Restake,
    /// Who shares what validators earn.
    pub pools: Pools,
    /// The account of the treasury, if the policy pays one.
    pub treasury: Option<AccountId>,
    /// The share of the fees that is destroyed.
    pub burn: Ratio,
    /// The share of a proven cheat's stake that is destroyed.
    pub slash: Ratio,
    /// The probability that a broadcast block does not reach an attestor.
    pub loss: Ratio,
}

impl Protocol {
    /// Whether anything that is earned becomes tokens.
    pub fn compounds(&self) -> bool {
        self.restake.compounds()
    }

    /// Whether rewards that are staked leave everybody's expected share of stake as it is, forgers being
    /// drawn by stake: not where they go by heads, wait until they make a unit, or are shared by others.
    pub fn keeps_expected_shares(&self) -> bool {
        self.reward.thing.keeps_expected_shares() && self.restake.unit <= 1 && self.pools.is_empty()
    }

    /// Whether a validator holds too little to validate, but not nothing.
    pub fn must_leave(&self, state: &State, validator: AccountId) -> bool {
        (1..self.minimum_stake).contains(&state.stake(validator))
    }
}

#[cfg(test)]
mod tests {
    /// Every block pays its forger ten coins that are staked: each validator's share of stake is expected to stay
    /// what it is. Not so where they wait for others, or are shared with them.
    #[test]
    fn rewards_that_go_elsewhere_move_expected_shares() {
        for (reward, keeps) in [
            ("", true),
            ("restake_unit = 2", false),
            ("smoothing = [['a', 'b']]", false),
            ("policy = { kind = 'split', amount = 8, attestors = '1/2' }", false),
        ] {
            let text = format!(
                "[population]\naccounts = [{{ name = 'a', balance = 100 }}, {{ name = 'b', balance = 300 }}]\n\
                 [reward]\ncompound = true\n{reward}"
            );
            let scenario = crate::scenario::load_text(std::path::Path::new("two.toml"), text, &[]);
            let protocol = scenario.expect("a valid scenario").experiment.world.protocol;
            assert_eq!(protocol.keeps_expected_shares(), keeps, "{reward}");
        }
    }
}
