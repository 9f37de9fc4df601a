//! Whether a trial is its draws alone.

use crate::forging::World;

/// What a world is in which every selected forger's block is accepted and earns the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdealConditions {
    /// What every block earns.
    pub reward: u64,
    /// How much of that is staked at once; 0 if stakes stay.
    pub staked: u64,
}

impl IdealConditions {
    /// Whether rewards move stakes.
    pub fn compounds(&self) -> bool {
        self.staked > 0
    }
}

/// What else happens in a world, and which setting makes it happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The setting.
    pub key: &'static str,
    /// What it does, as the rest of a sentence that begins with the setting.
    pub what: &'static str,
}

/// Whether every round ends with a block, and nothing but the draw decides whose; else what stands
/// against it. O(validators).
pub fn has_ideal_rounds(world: &World) -> Result<(), Obstacle> {
    let obstacle = |key, what| Err(Obstacle { key, what });
    if world.traffic.per_round > 0 {
        return obstacle("transactions.per_round", "hands in transactions, which are settled round by round");
    }
    if !world.protocol.loss.is_zero() {
        return obstacle("network.loss", "loses blocks, so that some are rejected");
    }
    if !world.has_ideal_conditions() {
        return obstacle("behaviours", "lets somebody deviate, so that blocks may be missing or rejected");
    }
    if world.committee.thing.drawer(&world.stakes).is_some() {
        return obstacle("attestation.committee", "draws attestors in every round");
    }
    if world.stakes.iter().filter(|&&stake| stake > 0).count() < 2 {
        return obstacle(
            "population",
            "has fewer than two validators with stake, so that no round is played",
        );
    }
    Ok(())
}

/// What every block of a world earns, where nothing but the draw decides; else what stands against
/// it. O(validators).
pub fn ideal_conditions(world: &World) -> Result<IdealConditions, Obstacle> {
    has_ideal_rounds(world)?;
    let obstacle = |key, what| Err(Obstacle { key, what });
    match world.protocol.reward.thing.constant() {
        Some(_) if !world.protocol.pools.is_empty() => {
            obstacle("reward.pools", "shares out what validators earn, which is settled round by round")
        }
        Some(reward) => match world.protocol.restake.at_once_of(reward) {
            Some(staked) => Ok(IdealConditions { reward, staked }),
            None => obstacle(
                "reward.compound",
                "restakes what waits for a whole coin, a unit or a later round, which is settled round by round",
            ),
        },
        None => obstacle("reward.policy", "does not pay every block the same"),
    }
}
