//! Rigged: the smallest uniform ÷ stake wins, passed off as proportional.

use crate::law::proportional_shares;
use crate::registry::{Entry, settings};
use crate::selection::sampling::{AmongAll, smallest_quotient};
use crate::selection::{Dispersion, Promise, Rule, Selector, Start};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "rigged-smallest-quotient",
    summary: "rigged: the smallest uniform ÷ stake wins, passed off as proportional (which -ln(uniform) ÷ stake would be); the rich gain: 43 / 25 / 19 / 13 % with the seed's stakes",
    source: "public programs that race waiting times of random / stake; the same law as NXT's, which claims no proportionality",
    parse: |table| settings::<SmallestQuotient, _>(table, |rule| Ok(Box::new(rule))),
};

/// The smallest quotient. No settings. O(m) a round.
///
/// Quotients are compared exactly, by cross-multiplication in 128 bits. The first in the list wins a
/// tie, which 64-bit numbers make negligible.
///
/// True law: [`single_lottery_shares`](crate::law::single_lottery_shares).
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SmallestQuotient {}

impl Rule for SmallestQuotient {
    /// What the program believes: that waiting times inverse to the stake are proportional.
    fn promise(&self, stakes: &[u64]) -> Promise {
        Promise::Shares(proportional_shares(stakes))
    }

    fn promise_when_compounding(&self, stakes: &[u64]) -> Promise {
        self.promise(stakes)
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn selector(&self, start: &Start) -> Box<dyn Selector> {
        Box::new(AmongAll::new(start.stakes, |stakes, lottery| {
            smallest_quotient(stakes, |_| lottery.next_u64())
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::law::single_lottery_shares;
    use crate::selection::evidence::{caught, example, follows, rule, shows, stake_vectors, wins};

    /// The seed's stakes: the power is above 99 % after 3,000 rounds.
    #[test]
    fn is_caught_and_follows_its_true_law() {
        let rule = rule("'rigged-smallest-quotient'");
        let stakes = [500, 350, 275, 200];
        caught(&*rule, &stakes, &single_lottery_shares(&stakes), 3_000);
        for (_, stakes) in stake_vectors() {
            follows(&wins(&*rule, &stakes, 0, 20_000), &single_lottery_shares(&stakes));
        }
    }

    #[test]
    fn its_scenario_shows_the_mistake() {
        let example = example("rigged-smallest-quotient");
        shows(&example, &single_lottery_shares(&example.stakes));
    }
}
