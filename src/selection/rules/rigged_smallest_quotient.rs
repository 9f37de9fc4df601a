//! Rigged: the smallest uniform ÷ stake wins, passed off as proportional.

use crate::law::proportional_shares;
use crate::registry::{Entry, settings};
use crate::selection::{Dispersion, Promise, Rule, Selection, Selector, Start, Turn};
use crate::stake::ValidatorId;
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
/// True law: [`smallest_quotient_shares`](crate::law::mistakes::smallest_quotient_shares).
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
        Box::new(SmallestQuotientSelector { stakes: start.stakes.to_vec() })
    }
}

struct SmallestQuotientSelector {
    stakes: Vec<u64>,
}

impl Selector for SmallestQuotientSelector {
    fn select(&mut self, turn: Turn<'_>) -> Selection {
        for change in turn.changes {
            self.stakes[change.validator.index()] = change.stake;
        }
        let mut best: Option<(u64, u64, usize)> = None;
        for (index, &stake) in self.stakes.iter().enumerate().filter(|&(_, &stake)| stake > 0) {
            let number = turn.lottery.next_u64();
            let product = |number: u64, stake: u64| u128::from(number) * u128::from(stake);
            if best.is_none_or(|(low, holding, _)| product(number, holding) < product(low, stake)) {
                best = Some((number, stake, index));
            }
        }
        match best {
            Some((_, _, index)) => Selection::Forger { validator: ValidatorId(index as u32), token: None },
            None => Selection::Nobody,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::law::mistakes::smallest_quotient_shares;
    use crate::selection::evidence::{caught, example, follows, rule, shows, stake_vectors, wins};

    /// The seed's stakes: the power is above 99 % after 3,000 rounds.
    #[test]
    fn is_caught_and_follows_its_true_law() {
        let rule = rule("'rigged-smallest-quotient'");
        let stakes = [500, 350, 275, 200];
        caught(&*rule, &stakes, &smallest_quotient_shares(&stakes), 3_000);
        for (_, stakes) in stake_vectors() {
            follows(&wins(&*rule, &stakes, 0, 20_000), &smallest_quotient_shares(&stakes));
        }
    }

    #[test]
    fn its_scenario_shows_the_mistake() {
        let example = example("rigged-smallest-quotient");
        shows(&example, &smallest_quotient_shares(&example.stakes));
    }
}
