//! What all trials of an experiment begin with.

use super::{Party, Protocol, Verification};
use crate::behaviour::BehaviourAssignment;
use crate::law::Ratio;
use crate::ledger::AccountId;
use crate::registry::Chosen;
use crate::reward::Genesis;
use crate::selection::{Committee, Rule};

/// The genesis population, the protocol and the traffic: everything that trials have in common.
///
/// Accounts are numbered validators first, in the order of the scenario.
#[derive(Clone)]
pub struct World {
    /// The seed from which everything random is derived.
    pub seed: u64,
    /// The accounts' names; all different.
    pub names: Vec<String>,
    /// How many of the accounts, the last ones, neither validate nor trade: delegators and the
    /// treasury.
    pub receivers: usize,
    /// The accounts' coins, after validators have exchanged theirs for tokens.
    pub balances: Vec<u64>,
    /// The validators' tokens.
    pub stakes: Vec<u64>,
    /// How each validator behaves.
    pub behaviour_of: Vec<BehaviourAssignment>,
    /// Who forges.
    pub rule: Chosen<dyn Rule>,
    /// Who attests.
    pub committee: Chosen<dyn Committee>,
    /// The other rules of the chain.
    pub protocol: Protocol,
    /// Who makes the check of a block.
    pub verification: Verification,
    /// Who trades, and how much.
    pub traffic: Traffic,
    /// Whose income is written down; see the module `parties`.
    pub parties: Vec<Party>,
}

/// The transactions that accounts hand in.
#[derive(Clone, Copy, Debug)]
pub struct Traffic {
    /// How many are handed in each round.
    pub per_round: u64,
    /// What each pays the forger.
    pub fee: u64,
    /// The largest amount that changes hands.
    pub largest: u64,
    /// The share of transactions that is bad, in every way alike.
    pub bad: Ratio,
    /// How many may wait for a block before wallets hold back.
    pub capacity: usize,
}

impl World {
    /// The number of validators at genesis.
    pub fn validators(&self) -> usize {
        self.stakes.len()
    }

    /// All coins at genesis.
    pub fn genesis_supply(&self) -> u128 {
        self.balances.iter().chain(&self.stakes).map(|&coins| u128::from(coins)).sum()
    }

    /// How many coins there are at genesis; scenarios are refused where they do not fit 63 bits.
    pub fn genesis(&self) -> Genesis {
        Genesis { stake: self.stakes.iter().sum(), supply: self.genesis_supply() as u64 }
    }

    /// The accounts that trade: all that do not validate, but for those that only receive.
    pub fn traders(&self) -> impl Iterator<Item = AccountId> + use<> {
        let end = self.names.len() - self.receivers;
        (self.validators() as u32..end as u32).map(AccountId)
    }

    /// Whether every validator is honest at every step and no block is lost: then every block
    /// joins the chain, and everybody is paid alike.
    pub fn has_ideal_conditions(&self) -> bool {
        self.protocol.loss.is_zero()
            && self.behaviour_of.iter().all(|behaviour_of| *behaviour_of == BehaviourAssignment::HONEST)
    }
}
