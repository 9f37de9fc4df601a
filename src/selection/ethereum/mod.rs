//! How Ethereum's beacon chain draws the proposer of a slot.
//!
//! One concept of the consensus specification per file: the swap-or-not shuffle, effective
//! balances, who is active, the seeds that come from the RANDAO mix, and the draw that accepts or
//! rejects candidates by their effective balance. The rules `ethereum-phase0` and
//! `ethereum-electra` differ only in that last step and in the cap of the balances,
//! `ethereum-fulu` in how long before a slot its proposer is drawn; what they share is the beacon
//! lottery. The committees `ethereum-payload` and `ethereum-sync` draw in the same way.

mod active_set;
mod balance_weighted;
mod beacon_lottery;
mod effective_balance;
mod seed;
mod shuffle;

pub use active_set::ActiveSet;
pub use balance_weighted::{Acceptance, Asked, BalanceWeighted, chances};
pub use beacon_lottery::{BeaconLottery, BeaconSettings, Reveal};
pub use effective_balance::{EtherUnit, effective_balance, with_hysteresis};
pub use seed::{
    DOMAIN_ATTESTER, DOMAIN_PROPOSER, DOMAIN_PTC_ATTESTER, DOMAIN_RANDAO, DOMAIN_SYNC_COMMITTEE, Randao,
    epoch_seed, random_hash, slot_seed,
};
pub use shuffle::Shuffle;
