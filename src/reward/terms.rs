//! How income follows from wins, where everybody is honest, every block joins the chain, and stakes stay
//! as they are: what an exact law of income is made from. Floats, which describe and decide nothing.

use super::Amounts;
use std::sync::Arc;

/// What a trial pays.
#[derive(Clone, Debug, Default)]
pub struct IncomeTerms {
    /// Kinds of blocks: how many there are, and what each pays its forger.
    pub blocks: Vec<(u64, BlockIncome)>,
    /// Coins that everybody shares by stake, over the whole trial.
    pub by_stake: f64,
    /// Coins that every validator gets over the whole trial, however often it wins.
    pub each: f64,
    /// Whether the extras of different blocks depend on each other, so that only means are known.
    pub serial: bool,
}

/// What a block pays its forger.
#[derive(Clone, Debug)]
pub struct BlockIncome {
    /// For certain.
    pub certain: f64,
    /// By lot, besides.
    pub extra: Option<Arc<Amounts>>,
}

impl BlockIncome {
    /// So many coins, for certain.
    pub fn certain(certain: f64) -> Self {
        BlockIncome { certain, extra: None }
    }

    /// The bins of what is paid: the first amount, how many amounts one apart, and their probability.
    pub fn bins(&self) -> Vec<(f64, f64, f64)> {
        match &self.extra {
            None => vec![(self.certain, 1.0, 1.0)],
            Some(amounts) => amounts
                .bins()
                .map(|(from, width, chance)| (self.certain + from as f64, width as f64, chance))
                .collect(),
        }
    }
}
