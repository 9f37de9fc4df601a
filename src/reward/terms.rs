//! How income follows from wins, where everybody is honest, every block joins the chain, and stakes stay
//! as they are: what an exact law of income is made from. Floats, which describe and decide nothing.

use super::Amounts;
use std::sync::Arc;

/// What a trial pays.
#[derive(Clone, Debug, Default)]
pub struct IncomeTerms {
    /// Kinds of blocks.
    pub blocks: Vec<BlockKind>,
    /// Coins that everybody shares by stake, over the whole trial.
    pub by_stake: f64,
    /// Coins that the treasury gets, over the whole trial.
    pub treasury: f64,
    /// Committees that are paid besides.
    pub committees: Vec<PaidCommittees>,
    /// Whether the extras of different blocks depend on each other, so that only means are known.
    pub serial: bool,
}

/// Blocks that pay alike.
#[derive(Clone, Debug)]
pub struct BlockKind {
    /// How many of them there are up to each of the rounds that were asked for; the last is that of the
    /// whole trial.
    pub counts: Vec<u64>,
    /// What each pays.
    pub income: BlockIncome,
}

impl BlockKind {
    /// How many there are in the trial.
    pub fn count(&self) -> u64 {
        self.counts.last().copied().unwrap_or(0)
    }
}

/// What a block pays.
#[derive(Clone, Debug)]
pub struct BlockIncome {
    /// Its forger, for certain.
    pub certain: f64,
    /// Its forger, by lot, besides.
    pub extra: Option<Arc<Amounts>>,
    /// Each of the other validators, for its vote.
    pub vote: f64,
}

impl BlockIncome {
    /// So many coins for the forger, for certain.
    pub fn certain(certain: f64) -> Self {
        BlockIncome { certain, extra: None, vote: 0.0 }
    }

    /// What its forger has of it beyond a vote's pay, which everybody has: bins of the first amount, how
    /// many amounts one apart, and their probability.
    pub fn beyond_vote(&self) -> Vec<(f64, f64, f64)> {
        let own = self.certain - self.vote;
        match &self.extra {
            None => vec![(own, 1.0, 1.0)],
            Some(amounts) => amounts
                .bins()
                .map(|(from, width, chance)| (own + from as f64, width as f64, chance))
                .collect(),
        }
    }
}

/// Committees of different validators, each drawn afresh, everybody who holds stake alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PaidCommittees {
    /// How many are paid in a trial for certain.
    pub whole: u64,
    /// With what chance one more is.
    pub more: f64,
    /// How many members each has.
    pub seats: u64,
    /// Coins for each member.
    pub amount: u64,
}
