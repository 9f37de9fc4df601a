//! The round: select, verify, create, sign, broadcast, attest, decide, settle, slash.
//!
//! One file a step. How much of the story is carried out in bytes is a type parameter
//! ([`Fidelity`]): [`Full`] makes every key, hash, signature and encoding, [`Draws`] carries
//! validity as a fact. There is one round, not two.

mod attest;
mod attestor_roster;
mod broadcast;
mod chain;
mod create;
mod decide;
mod draws;
mod examine;
mod export;
mod fidelity;
mod full;
mod gather;
mod genesis;
mod genesis_check;
mod keyring;
mod lottery;
mod observer;
mod parties;
mod payroll;
mod pools;
mod protocol;
mod replay;
mod restake;
mod select;
mod settle;
mod sign;
mod slash;
mod verdicts;
mod verify;
mod wallets;
mod world;

pub use attest::Ballot;
pub use chain::{Chain, Counters, RoundOutcome};
pub use draws::Draws;
pub use examine::{BlockFault, Signed, View, examine};
pub use export::ChainWriter;
pub use fidelity::{Draft, Fidelity, Waiting};
pub use full::Full;
pub use genesis::{GenesisAccount, GenesisRecord, ProtocolRecord};
pub use genesis_check::LONGEST_NAME;
pub use keyring::{Directory, Keyring};
pub use observer::{Observer, Silent};
pub use parties::{Party, PartyKind, parties};
pub use payroll::{Earned, Payroll, Settlement};
pub use pools::{Delegation, Pools};
pub use protocol::{Protocol, Verification, VoteWeight};
pub use replay::{Replay, ReplayFinding, ReplaySummary};
pub use restake::{Compound, Restake, StakeMove};
pub use verdicts::{Verdicts, VerificationMode};
pub use world::{Traffic, World};
