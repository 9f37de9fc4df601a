//! Sums over trials, in integers, merged in any order.

use super::incomes::{BySource, INCOME_SOURCES};
use super::order::OrderTotals;
use crate::forging::Counters;
use crate::law::Ratio;
use crate::ledger::TransactionFault;

/// What a trial, or many, gave one validator. All fields are sums over trials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ValidatorTotals {
    /// Rounds in which it was selected.
    pub wins: u64,
    /// The squares of the wins of each trial.
    pub wins_squared: u128,
    /// Its blocks that joined the chain.
    pub blocks: u64,
    /// Seats it was given on committees of attestors.
    pub seats: u64,
    /// Coins it earned.
    pub reward: u128,
    /// Coins it lost as a cheat.
    pub slashed: u128,
    /// Its win share, in units of `1 / SHARE_SCALE`.
    pub win_share: u128,
    /// The square of that, summed over trials: what the spread between trials needs.
    pub win_share_squared: u128,
    /// Its share of what all validators earned, in units of `1 / SHARE_SCALE`; 0 in trials in which
    /// nobody earned anything.
    pub reward_share: u128,
    /// The square of that, summed over trials.
    pub reward_share_squared: u128,
    /// Its share of all tokens at the end, in units of `1 / SHARE_SCALE`.
    pub final_share: u128,
}

/// Sums over all trials that finished.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many trials.
    pub trials: u64,
    /// Trials in which at least one validator was selected; the others have no win shares.
    pub trials_with_wins: u64,
    /// Trials in which at least one validator earned something; the others have no reward shares.
    pub trials_with_rewards: u64,
    /// What happened on all chains together.
    pub counters: Counters,
    /// Whether any stake changed in any trial.
    pub stakes_moved: bool,
    /// What each validator got.
    pub validators: Vec<ValidatorTotals>,
    /// In how many rounds each validator won the lottery by itself, before a battle was decided; empty
    /// under rules that draw one winner.
    pub leads: Vec<u64>,
    /// What each of the world's parties earned, by source.
    pub incomes: Vec<[u128; INCOME_SOURCES]>,
    /// In which order they got it.
    pub order: OrderTotals,
}

/// The sources of one trial as sums over trials.
pub fn income_sums(by_source: Vec<BySource>) -> Vec<[u128; INCOME_SOURCES]> {
    by_source.into_iter().map(|sources| sources.map(u128::from)).collect()
}

impl Totals {
    /// Rounds in which somebody was selected.
    pub fn selections(&self) -> u64 {
        self.counters.rounds - self.counters.empty
    }

    /// The share of blocks made that joined the chain; `None` if none was made.
    pub fn acceptance(&self) -> Option<Ratio> {
        Ratio::new(self.counters.accepted, self.counters.accepted + self.counters.rejected)
    }

    /// Adds the totals of other trials. Associative and commutative.
    pub fn merge(&mut self, other: &Totals) {
        if self.validators.is_empty() {
            self.validators = vec![ValidatorTotals::default(); other.validators.len()];
        }
        if self.incomes.is_empty() {
            self.incomes = vec![[0; INCOME_SOURCES]; other.incomes.len()];
        }
        for (mine, theirs) in self.incomes.iter_mut().zip(&other.incomes) {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        }
        self.leads.resize(self.leads.len().max(other.leads.len()), 0);
        self.leads.iter_mut().zip(&other.leads).for_each(|(mine, theirs)| *mine += theirs);
        self.trials += other.trials;
        self.trials_with_wins += other.trials_with_wins;
        self.trials_with_rewards += other.trials_with_rewards;
        self.stakes_moved |= other.stakes_moved;
        self.counters.merge(&other.counters);
        self.order.merge(&other.order);
        for (mine, theirs) in self.validators.iter_mut().zip(&other.validators) {
            mine.wins += theirs.wins;
            mine.wins_squared += theirs.wins_squared;
            mine.blocks += theirs.blocks;
            mine.seats += theirs.seats;
            mine.reward += theirs.reward;
            mine.slashed += theirs.slashed;
            mine.win_share += theirs.win_share;
            mine.win_share_squared += theirs.win_share_squared;
            mine.reward_share += theirs.reward_share;
            mine.reward_share_squared += theirs.reward_share_squared;
            mine.final_share += theirs.final_share;
        }
    }
}

impl Counters {
    /// Adds the counts of another chain.
    pub fn merge(&mut self, other: &Counters) {
        self.rounds += other.rounds;
        self.empty += other.empty;
        self.contested += other.contested;
        self.silent += other.silent;
        self.accepted += other.accepted;
        self.rejected += other.rejected;
        self.invalid_accepted += other.invalid_accepted;
        self.slashings += other.slashings;
        self.settled += other.settled;
        self.held_back += other.held_back;
        self.fees += other.fees;
        for fault in TransactionFault::ALL {
            self.refused[fault.index()] += other.refused[fault.index()];
        }
    }
}
