//! FSL-PoS: one lottery a block, with exponential times, so that the race is fair.

use crate::law::proportional_shares;
use crate::random::Stream;
use crate::registry::{Entry, settings};
use crate::selection::sampling::{AmongAll, ByStake, DIGITS, binary_logarithm, smallest_quotient};
use crate::selection::shapes::{Selects, StatedProportional};
use crate::selection::{Draw, Rule, Selector, TrialContext};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "fair-single-lottery",
    summary: "FSL-PoS: everybody draws the time -ln(1 - U) / stake, the smallest forges: a race that is exactly proportional",
    source: "the FSL-PoS model of Huang and others, SIGMOD 2021",
    parse: |table| settings::<FairSingleLottery, _>(table, |rule| Ok(Box::new(StatedProportional(rule)))),
};

/// FSL-PoS.
///
/// The smallest of independent exponential times of rates `s_i` is i's with probability `s_i / S`,
/// whatever the time. So one draw by stake has exactly the law of the race, and is the default.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct FairSingleLottery {
    #[serde(default)]
    draws: Draws,
}

/// How the race is run.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Draws {
    /// One draw in proportion to stake.
    #[default]
    Token,
    /// A time for everybody, O(n) a round: logarithms in fixed point with 57 binary digits, compared
    /// exactly, so that no float decides. Probabilities are off by less than 1e-12 of themselves.
    Race,
}

impl Selects for FairSingleLottery {
    fn draws_by_current_stake(&self) -> bool {
        true
    }

    fn draw(&self, stakes: &[u64]) -> Draw {
        match self.draws {
            Draws::Token => Draw::Stake,
            Draws::Race => Draw::Shares(proportional_shares(stakes)),
        }
    }

    fn draws_afresh(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        match self.draws {
            Draws::Token => Box::new(ByStake::new(start.stakes, false)),
            Draws::Race => Box::new(AmongAll::new(start.stakes, |stakes, lottery| {
                smallest_quotient(stakes, |_| exponential(lottery))
            })),
        }
    }
}

/// An exponential time in fixed point: `-log2` of a uniform number in (0, 1]; the base only scales
/// everybody's time alike.
fn exponential(lottery: &mut Stream) -> u64 {
    match lottery.next_u64().checked_add(1) {
        // log2 of the 65-bit number 2^64 is 64, and less for all others.
        Some(uniform) => (64 << DIGITS) - binary_logarithm(uniform),
        None => 0,
    }
}
