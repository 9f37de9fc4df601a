//! What the private lotteries of the Praos family are made of: Cardano and BABE share these.
//!
//! A pool with share σ of all stake leads a slot with probability `φ(σ) = 1 - (1 - c)^σ`,
//! independently of the others, so that a slot may have several leaders, or none.

mod leader_chance;
mod leader_points;
mod leader_thresholds;

pub(super) use leader_chance::LeaderChance;
pub(super) use leader_points::LeaderPoints;
pub(super) use leader_thresholds::LeaderThresholds;
