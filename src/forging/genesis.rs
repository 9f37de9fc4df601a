//! The record of a chain's beginning: what a verifier must know, and what gives the chain its
//! identity.

use super::{Compound, Directory, Pools, VoteWeight, World};
use crate::crypto::{Hash, sha256};
use crate::law::Ratio;
use crate::ledger::AccountId;
use crate::registry::Choice;
use serde::{Deserialize, Serialize};

/// A chain's beginning.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisRecord {
    /// The seed of the run.
    pub seed: u64,
    /// The trial whose chain this is.
    pub trial: u64,
    /// The rules that draws and blocks are checked by.
    pub protocol: ProtocolRecord,
    /// How many of the accounts, from the first on, validate.
    pub validators: u64,
    /// All accounts, validators first.
    pub accounts: Vec<GenesisAccount>,
}

/// The protocol as a record.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolRecord {
    /// An account with less is no validator.
    pub minimum_stake: u64,
    /// The share of the committee that must approve.
    pub quorum: Ratio,
    /// How votes count.
    pub weight: VoteWeight,
    /// Who forges.
    pub rule: Choice,
    /// Who attests.
    pub committee: Choice,
    /// New coins for a block, and for whom.
    pub reward: Choice,
    /// The share of income that becomes tokens.
    pub compound: Compound,
    /// In multiples of so many coins; one if not given.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub restake_unit: u64,
    /// So many rounds later; none if not given.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub restake_delay: u64,
    /// How many rounds tokens of who leaves stay tokens; none if not given.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub unbonding_delay: u64,
    /// Who shares what validators earn; nobody if not given.
    #[serde(default, skip_serializing_if = "Pools::is_empty")]
    pub pools: Pools,
    /// The number of the treasury's account, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treasury: Option<u32>,
    /// The share of the fees that is destroyed.
    pub burn: Ratio,
    /// The share of a proven cheat's stake that is destroyed.
    pub slash: Ratio,
}

fn one() -> u64 {
    1
}

fn is_one(unit: &u64) -> bool {
    *unit == 1
}

fn is_nothing(delay: &u64) -> bool {
    *delay == 0
}

/// One account at genesis.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisAccount {
    /// Its name.
    pub name: String,
    /// Its Ed25519 public key, in hexadecimal.
    pub public_key: String,
    /// Its coins.
    pub balance: u64,
    /// Its tokens.
    pub stake: u64,
}

impl GenesisRecord {
    /// The record of one trial's chain.
    pub fn new(world: &World, directory: &Directory, trial: u64) -> Self {
        let protocol = &world.protocol;
        GenesisRecord {
            seed: world.seed,
            trial,
            protocol: ProtocolRecord {
                minimum_stake: protocol.minimum_stake,
                quorum: protocol.quorum,
                weight: protocol.weight,
                rule: world.rule.resolved(),
                committee: world.committee.resolved(),
                reward: protocol.reward.resolved(),
                compound: Compound(protocol.restake.share),
                restake_unit: protocol.restake.unit,
                restake_delay: protocol.restake.delay,
                unbonding_delay: protocol.restake.unbonding,
                pools: protocol.pools.clone(),
                treasury: protocol.treasury.map(|account| account.0),
                burn: protocol.burn,
                slash: protocol.slash,
            },
            validators: world.validators() as u64,
            accounts: (0..world.names.len())
                .map(|index| GenesisAccount {
                    name: world.names[index].clone(),
                    public_key: hex::encode(directory.key(AccountId(index as u32)).as_bytes()),
                    balance: world.balances[index],
                    stake: world.stakes.get(index).copied().unwrap_or(0),
                })
                .collect(),
        }
    }

    /// The chain's identity: SHA-256 of the record as one line of JSON. It is the previous hash of
    /// the first block, and part of everything that is signed.
    pub fn chain_id(&self) -> Hash {
        let line = serde_json::to_vec(self).expect("a record of numbers and text is JSON");
        sha256(&[b"tombola/chain/v1", &line])
    }
}
