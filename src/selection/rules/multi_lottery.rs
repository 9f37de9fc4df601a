//! ML-PoS: at each moment everybody tries, with a chance in proportion to its stake.

use crate::law::proportional_shares;
use crate::registry::{Entry, settings};
use crate::selection::sampling::ByStake;
use crate::selection::{Dispersion, Draw, ExpectedShares, Rule, Selector, TrialContext};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "multi-lottery",
    summary: "ML-PoS: a new lottery at every moment, each wins it with a small chance proportional to stake",
    source: "the ML-PoS model (Qtum, Blackcoin) of Huang and others, SIGMOD 2021",
    parse: |table| settings::<MultiLottery, _>(table, |rule| Ok(Box::new(rule))),
};

/// ML-PoS. No settings.
///
/// A moment's lottery has a winner so seldom that two at once can be neglected, as the model does:
/// the next block is i's with probability `s_i / S`, and one draw decides it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct MultiLottery {}

impl Rule for MultiLottery {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(proportional_shares(stakes))
    }

    /// Shares of stake are martingales, as for the raffle; the counts are beta-binomial.
    fn expected_shares_when_compounding(&self, stakes: &[u64]) -> ExpectedShares {
        self.expected_shares(stakes)
    }

    fn draws_by_current_stake(&self) -> bool {
        true
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn draw(&self, _stakes: &[u64]) -> Draw {
        Draw::Stake
    }

    fn draws_afresh(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(ByStake::new(start.stakes))
    }
}
