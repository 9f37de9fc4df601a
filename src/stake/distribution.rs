//! What a stake distribution is, and the registry of all of them.

use super::distributions;
use super::freeze;
use crate::random::Stream;
use crate::registry::Entry;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Every stake distribution a scenario can name.
pub const STAKES: &[Entry<dyn StakeDistribution>] = distributions::ENTRIES;

/// The largest total of all coins: 2^63 - 1, so that sums of two totals never overflow.
pub const MAX_TOTAL: u64 = i64::MAX as u64;

/// A way to divide coins among accounts.
pub trait StakeDistribution: Send + Sync {
    /// The accounts and their coins, in order. Names are given only by tables.
    ///
    /// # Errors
    /// A [`StakeError`] that names the setting at fault, or the table's row.
    fn holdings(&self, order: &Order, stream: &mut Stream) -> Result<Vec<Holding>, StakeError>;
}

/// What a scenario asks of a distribution.
#[derive(Clone, Debug)]
pub struct Order<'a> {
    /// How many accounts; `None` if the scenario does not say.
    pub count: Option<u64>,
    /// How many coins they hold in all; `None` if the scenario does not say.
    pub total: Option<u64>,
    /// The folder that relative paths start from.
    pub folder: &'a Path,
    /// What a distribution has to say about what it read.
    pub notes: &'a RefCell<Vec<String>>,
}

impl Order<'_> {
    /// The number of accounts and of coins, both of which drawn distributions need.
    ///
    /// # Errors
    /// Says which of the two is missing or impossible.
    pub fn size(&self) -> Result<(usize, u64), StakeError> {
        let missing = |key, example: &str| StakeError::Setting {
            key,
            problem: format!(
                "is missing: this distribution divides a given sum among a given number of accounts, e.g. {key} = {example}"
            ),
        };
        let count = self.count.ok_or_else(|| missing("count", "1000"))?;
        let total = self.total.ok_or_else(|| missing("total_stake", "1_000_000_000"))?;
        if count == 0 || count > u64::from(u32::MAX) {
            return Err(StakeError::Setting {
                key: "count",
                problem: format!("is {count}, but must lie between 1 and {}", u32::MAX),
            });
        }
        if total == 0 || total > MAX_TOTAL {
            return Err(StakeError::Setting {
                key: "total_stake",
                problem: format!("is {total}, but must lie between 1 and {MAX_TOTAL}"),
            });
        }
        Ok((count as usize, total))
    }

    /// Divides the total in proportion to the weights that `weigh` gives for the count.
    ///
    /// # Errors
    /// As [`Order::size`], or that the weights came out so extreme that no division exists.
    pub fn divide(&self, weigh: impl FnOnce(usize) -> Vec<f64>) -> Result<Vec<Holding>, StakeError> {
        let (count, total) = self.size()?;
        let stakes = freeze(&weigh(count), total).ok_or(StakeError::Setting {
            key: "stake",
            problem: "has settings so extreme that a stake is not a finite number; choose milder ones"
                .to_owned(),
        })?;
        Ok(stakes.into_iter().map(|coins| Holding { name: None, coins }).collect())
    }
}

/// One account's coins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The account's name, if the source gives one.
    pub name: Option<String>,
    /// Its coins.
    pub coins: u64,
}

/// Why a distribution could not be made.
#[derive(Debug, Error)]
pub enum StakeError {
    /// `count` or `total_stake` is missing, or given where it has no meaning, or impossible.
    #[error("`{key}` {problem}")]
    Setting {
        /// The key of `[population]` or of the distribution that is at fault.
        key: &'static str,
        /// What is wrong and what to do.
        problem: String,
    },
    /// The table cannot be read at all.
    #[error("cannot read the stake table {}: {source}", path.display())]
    Unreadable {
        /// The table.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The table was read but something in it is wrong.
    #[error("{}:{line}: {problem}", path.display())]
    Row {
        /// The table.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What is wrong and what to do.
        problem: String,
    },
}
