//! One whale among equals.

use crate::law::Ratio;
use crate::random::Stream;
use crate::registry::{Entry, Refusal, settings};
use crate::stake::{Holding, Order, StakeDistribution, StakeError};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn StakeDistribution> = Entry {
    name: "whale",
    summary: "the first account holds `share` of all coins, the others divide the rest equally",
    source: "control; the simplest population with one dominant holder",
    parse: |table| settings::<Whale, _>(table, Whale::accept),
};

/// One whale, first in order, and equals.
///
/// Exact: the whale holds the share of the total rounded to the nearest coin (a half goes to the
/// whale); coins of the rest that do not divide go to the first of the others.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Whale {
    /// The whale's share of all coins.
    share: Ratio,
}

impl Default for Whale {
    fn default() -> Self {
        Whale { share: Ratio::new(1, 2).expect("two is not zero") }
    }
}

impl Whale {
    fn accept(self) -> Result<Box<dyn StakeDistribution>, Refusal> {
        if self.share.is_zero() || self.share == Ratio::ONE || self.share.exceeds_one() {
            let problem = format!(
                "is {}, but must lie between 0 and 1, both excluded: a decimal such as 0.4, or an exact ratio such as \"1/3\"",
                self.share
            );
            return Err(Refusal::Value { key: "share", problem });
        }
        Ok(Box::new(self))
    }
}

impl StakeDistribution for Whale {
    fn holdings(&self, order: &Order, _stream: &mut Stream) -> Result<Vec<Holding>, StakeError> {
        let (count, total) = order.size()?;
        if count < 2 {
            let problem = format!("is {count}, but a whale needs others beside it: at least 2 accounts");
            return Err(StakeError::Setting { key: "count", problem });
        }
        let whale = self.share.round_of(total);
        let (rest, others) = (total - whale, count as u64 - 1);
        let equals = (0..others).map(|index| rest / others + u64::from(index < rest % others));
        Ok(std::iter::once(whale).chain(equals).map(|coins| Holding { name: None, coins }).collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::stake::MAX_TOTAL;
    use crate::stake::distributions::ordering::{choose, order, refusal};

    #[test]
    fn shares_are_exact_ratios() {
        assert_eq!(order("whale", "", 4, 12, 1).unwrap(), [6, 2, 2, 2]);
        assert_eq!(
            order("whale", "share = '1/3'", 3, 1_000_000_000_000_000_001, 1).unwrap()[0],
            333333333333333334
        );
        // As a float, 0.1 is larger than 1/10: of 10^18 coins it would take 6 too many.
        assert_eq!(
            order("whale", "share = 0.1", 3, 1_000_000_000_000_000_000, 1).unwrap()[0],
            100_000_000_000_000_000
        );
        assert_eq!(order("whale", "share = '0.1'", 2, 20, 1).unwrap(), [2, 18]);
        assert_eq!(order("whale", "share = 0.9", 2, MAX_TOTAL, 1).unwrap()[0], MAX_TOTAL / 10 * 9 + 6);
    }

    #[test]
    fn coins_that_do_not_divide_go_to_the_first_of_the_others() {
        assert_eq!(order("whale", "share = 0.4", 4, 25, 1).unwrap(), [10, 5, 5, 5]);
        assert_eq!(order("whale", "share = 0.4", 4, 27, 1).unwrap(), [11, 6, 5, 5]);
        assert_eq!(order("whale", "", 3, 1, 1).unwrap(), [1, 0, 0]);
    }

    #[test]
    fn a_whale_alone_is_refused() {
        let error = order("whale", "", 1, 10, 1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`count` is 1, but a whale needs others beside it: at least 2 accounts"
        );
    }

    #[test]
    fn defaults_are_spelled_out_and_impossible_shares_refused() {
        assert_eq!(choose("whale", "").unwrap().settings.to_string(), "share = \"1/2\"\n");
        assert_eq!(choose("whale", "share = 0.4").unwrap().settings.to_string(), "share = \"2/5\"\n");
        assert_eq!(
            refusal("whale", "share = '4/3'"),
            "`share` is 4/3, but must lie between 0 and 1, both excluded: a decimal such as 0.4, or an exact ratio such as \"1/3\""
        );
        for bad in ["share = 0", "share = 1", "share = -0.4", "share = nan", "share = inf", "share = 'half'"]
        {
            refusal("whale", bad);
        }
        for bad in ["share = true", "share = ['1/3']", "share = '1/0'", "size = 0.5"] {
            refusal("whale", bad);
        }
    }
}
