//! Reward policies: what a block earns its forger, besides fees.

mod constant;
mod policy;

pub use policy::{REWARDS, RewardPolicy};
