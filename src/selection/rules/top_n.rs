//! Only the richest count.

use crate::law::top_shares;
use crate::registry::{Entry, Refusal, settings};
use crate::selection::sampling::{StakeRanking, forger};
use crate::selection::{
    Dispersion, Draw, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext,
};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "top-n",
    summary: "one of the `n` (21) richest is drawn each round, each with the same chance or by stake among them: a lottery within a closed circle (delegated chains take turns instead: `delegated-turns`)",
    source: "control: truncation of the candidates to the largest, without the turns of delegated proof of stake",
    parse: |table| {
        settings::<TopN, _>(table, |rule| {
            if rule.n == 0 {
                return Err(Refusal::Value { key: "n", problem: "is 0, but must be at least 1".into() });
            }
            Ok(Box::new(rule))
        })
    },
};

/// The n richest, earlier ones first among equals.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct TopN {
    #[serde(default = "twenty_one")]
    n: u32,
    #[serde(default)]
    weight: Among,
}

/// How the seats share the blocks.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Among {
    /// Everybody seated has the same chance.
    #[default]
    Equal,
    /// In proportion to stake.
    Stake,
}

fn twenty_one() -> u32 {
    21
}

impl Rule for TopN {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(top_shares(stakes, self.n as usize, self.weight == Among::Equal))
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn draw(&self, stakes: &[u64]) -> Draw {
        Draw::Shares(top_shares(stakes, self.n as usize, self.weight == Among::Equal))
    }

    fn draws_afresh(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let seats = u64::from(self.n);
        Box::new(Seated { seats, weight: self.weight, ranking: StakeRanking::new(start.stakes) })
    }
}

struct Seated {
    seats: u64,
    weight: Among,
    ranking: StakeRanking,
}

impl Selector for Seated {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.ranking.set(change.validator, change.stake);
        }
        let seated = self.ranking.richest(self.seats);
        if seated.holders == 0 {
            return Selection::Nobody;
        }
        // The seats are the first part of the ranking, so a draw within them stays within them.
        forger(match self.weight {
            Among::Equal => {
                let place = u128::from(turn.lottery.below(seated.holders));
                self.ranking.find(place, |part| u128::from(part.holders))
            }
            Among::Stake => {
                let token = u128::from(turn.lottery.below(seated.coins));
                self.ranking.find(token, |part| u128::from(part.coins))
            }
        })
    }
}
