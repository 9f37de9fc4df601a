//! What is written down of a single trial.

use super::concentration::TrialConcentration;
use super::order::FollowedOrder;
use crate::forging::Counters;
use crate::ledger::Supply;
use crate::stake::ValidatorId;

/// What one trial ended with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialRecord {
    /// The trial's number, counted from 0.
    pub trial: u64,
    /// What happened on its chain.
    pub counters: Counters,
    /// Where its coins are at the end.
    pub supply: Supply,
    /// How concentrated wins and tokens are at the end.
    pub concentration: TrialConcentration,
    /// The validators that were followed, in the order of [`super::Experiment::followed`].
    pub followed: Vec<Followed>,
    /// The order of their wins; empty where it was not tallied.
    pub order: Vec<FollowedOrder>,
    /// The time line: one entry for each checkpoint.
    pub marks: Vec<Mark>,
}

impl TrialRecord {
    /// Rounds in which somebody was selected.
    pub fn selections(&self) -> u64 {
        self.counters.rounds - self.counters.empty
    }
}

/// What a followed validator ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followed {
    /// Who.
    pub validator: ValidatorId,
    /// In how many rounds it was selected.
    pub wins: u64,
    /// How many of its blocks joined the chain.
    pub blocks: u64,
    /// Coins it earned.
    pub reward: u64,
    /// Coins it lost as a cheat.
    pub slashed: u64,
    /// Its tokens at the end.
    pub stake: u64,
    /// Its share of all tokens at the end, in units of `1 / SHARE_SCALE`.
    pub stake_share: u64,
}

/// A point of the time line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Rounds so far in which somebody was selected.
    pub selections: u64,
    /// Blocks so far that joined the chain.
    pub accepted: u64,
    /// Wins so far of each followed validator.
    pub wins: Vec<u64>,
    /// Share of all tokens of each followed validator, in units of `1 / SHARE_SCALE`.
    pub stake_shares: Vec<u64>,
}
