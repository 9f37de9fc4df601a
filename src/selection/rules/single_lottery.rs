//! SL-PoS: one lottery a block, with uniform times, which favours the large.

use crate::law::single_lottery_shares;
use crate::registry::{Entry, no_settings};
use crate::selection::sampling::{AmongAll, smallest_quotient};
use crate::selection::{Dispersion, Draw, ExpectedShares, Rule, Selector, TrialContext};
use rand::Rng;

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "single-lottery",
    summary: "SL-PoS: everybody draws the time U / stake, the smallest forges: more than proportional for the large",
    source: "the SL-PoS model (NXT) of Huang and others, SIGMOD 2021",
    parse: |table| no_settings(table, || Box::new(SingleLottery)),
};

/// SL-PoS. No settings.
///
/// U is a random word of 64 bits, and the quotients are compared exactly by cross-multiplication.
/// A word stands for an interval of 2^-64, which moves a probability by less than n times 2^-64.
/// O(n) a round: every contender draws.
struct SingleLottery;

impl Rule for SingleLottery {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(single_lottery_shares(stakes))
    }

    fn expected_shares_when_compounding(&self, _stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Unknown(
            "the expected share depends on the reward and the number of rounds; it drifts to the largest",
        )
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn draw(&self, stakes: &[u64]) -> Draw {
        Draw::Shares(single_lottery_shares(stakes))
    }

    fn draws_afresh(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(AmongAll::new(start.stakes, |stakes, lottery| {
            smallest_quotient(stakes, |_| lottery.next_u64())
        }))
    }
}
