//! The settings that both leader schedules share.

use super::SeedSource;
use crate::registry::{Refusal, within};
use serde::{Deserialize, Serialize};

/// The longest epoch: a schedule of 10 million slots, which SIMD-0612 keeps in memory, one for each
/// thread.
const LONGEST: u64 = 10_000_000;

/// The shape of an epoch's schedule.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScheduleSettings {
    /// Slots in an epoch.
    pub slots_per_epoch: u64,
    /// Slots in a row that one draw gives to a leader.
    pub consecutive_slots: u64,
    /// Where each epoch's seed comes from.
    pub seed: SeedSource,
    /// The number of the epoch in which the trial begins; matters where it is the seed.
    pub first_epoch: u64,
}

impl Default for ScheduleSettings {
    fn default() -> Self {
        ScheduleSettings {
            slots_per_epoch: 432_000,
            consecutive_slots: 4,
            seed: SeedSource::Stream,
            first_epoch: 0,
        }
    }
}

impl ScheduleSettings {
    /// Checks the ranges.
    ///
    /// # Errors
    /// Names the setting at fault and what is allowed.
    pub fn check(self) -> Result<Self, Refusal> {
        let refusal = |key, problem| Err(Refusal::Value { key, problem });
        let ScheduleSettings { slots_per_epoch, consecutive_slots, .. } = self;
        within("slots_per_epoch", slots_per_epoch, 1..=LONGEST, "")?;
        within("consecutive_slots", consecutive_slots, 1..=slots_per_epoch, "")?;
        if !slots_per_epoch.is_multiple_of(consecutive_slots) {
            let problem = format!(
                "is {slots_per_epoch}, but must be a multiple of consecutive_slots = {consecutive_slots}"
            );
            return refusal("slots_per_epoch", problem);
        }
        Ok(self)
    }

    /// The epoch of a round and the slot within it, both counted from 0; rounds count from 1.
    pub fn place(&self, round: u64) -> (u64, u64) {
        let slot = round - 1;
        (slot / self.slots_per_epoch, slot % self.slots_per_epoch)
    }
}
