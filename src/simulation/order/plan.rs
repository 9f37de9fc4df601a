//! What is tallied of the order of wins.

use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};

/// When gaps, runs, repeats and gaps are tallied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Serial {
    /// While stakes stay as they are, that is if rewards do not compound: only there is their law
    /// known.
    #[default]
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

/// In which rounds the order of wins is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CountingUnit {
    /// In those in which somebody was selected.
    #[default]
    Blocks,
    /// In all, empty ones too.
    Slots,
}

impl CountingUnit {
    /// The unit in a word, as scenarios and tables write it.
    pub fn word(self) -> &'static str {
        match self {
            CountingUnit::Blocks => "blocks",
            CountingUnit::Slots => "slots",
        }
    }
}

/// What is tallied of the order of wins, the same in every trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderPlan {
    pub(super) serial: bool,
    pub(super) window: u64,
    pub(super) followed: Vec<ValidatorId>,
    /// The place of each validator among the followed ones; for all others the place after them,
    /// so that they need no case of their own.
    pub(super) slots: Vec<u16>,
    /// Who stands for nobody in empty rounds, if these are counted: one more than there are validators,
    /// whom nobody follows.
    pub(super) nobody: Option<u32>,
}

impl OrderPlan {
    /// Longest gaps and runs, repeats, and gaps by length if `serial`, and the wins of the followed validators in
    /// windows of `window` rounds unless that is 0. At most 65,535 validators are followed.
    pub fn new(validators: usize, followed: &[ValidatorId], serial: bool, window: u64) -> Self {
        let followed: Vec<ValidatorId> = followed.iter().copied().take(u16::MAX.into()).collect();
        let mut slots = vec![followed.len() as u16; validators];
        for (slot, validator) in (0..).zip(&followed) {
            slots[validator.index()] = slot;
        }
        OrderPlan { serial, window, followed, slots, nobody: None }
    }

    /// The same, counted in these rounds.
    pub fn counted_in(mut self, unit: CountingUnit) -> Self {
        if unit == CountingUnit::Slots && self.nobody.is_none() {
            self.nobody = Some(self.slots.len() as u32);
            self.slots.push(self.followed.len() as u16);
        }
        self
    }

    /// The validators that are followed, in their order.
    pub fn followed(&self) -> &[ValidatorId] {
        &self.followed
    }

    /// Whether nothing is tallied.
    pub fn is_idle(&self) -> bool {
        !self.serial && self.window == 0
    }
}
