//! How Ethereum's beacon chain draws the proposer of a slot.
//!
//! One concept of the consensus specification per file: the swap-or-not shuffle, effective
//! balances, the seeds that come from the RANDAO mix, and the draw that accepts or rejects
//! candidates by their effective balance. The rules `ethereum-phase0` and `ethereum-electra`
//! differ only in that last step and in the cap of the balances; what they share is the beacon
//! lottery.

mod beacon_lottery;
mod effective_balance;
mod proposer;
mod seed;
mod shuffle;

pub use beacon_lottery::{BeaconLottery, BeaconSettings, Reveal};
pub use effective_balance::{Unit, effective_balance, with_hysteresis};
pub use proposer::{Acceptance, ProposerDraw};
pub use seed::{DOMAIN_ATTESTER, DOMAIN_PROPOSER, DOMAIN_RANDAO, Randao, epoch_seed, slot_seed};
pub use shuffle::Shuffle;
