//! A part of the rounds is drawn by heads, the rest by stake.

use crate::law::{Ratio, mixture_shares};
use crate::registry::{Entry, settings, within};
use crate::selection::sampling::forger;
use crate::selection::{
    Dispersion, Draw, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext,
};
use crate::stake::Pool;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "uniform-mixture",
    summary: "with probability `alpha` (1/4) everybody has the same chance, otherwise proportional to stake",
    source: "control between the raffle and one head, one chance; the shares of BABE's primary and secondary authors have this form",
    parse: |table| {
        settings::<UniformMixture, _>(table, |rule| {
            within("alpha", rule.alpha, Ratio::ZERO..=Ratio::ONE, "")?;
            Ok(Box::new(rule))
        })
    },
};

/// The mixture.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct UniformMixture {
    /// The share of the rounds that are drawn by heads.
    #[serde(default = "a_quarter")]
    alpha: Ratio,
}

fn a_quarter() -> Ratio {
    Ratio::new(1, 4).expect("a quarter is a ratio")
}

impl Rule for UniformMixture {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(mixture_shares(stakes, self.alpha.to_f64()))
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn draw(&self, stakes: &[u64]) -> Draw {
        Draw::Shares(mixture_shares(stakes, self.alpha.to_f64()))
    }

    fn draws_afresh(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let heads: Vec<u64> = start.stakes.iter().map(|&stake| u64::from(stake > 0)).collect();
        Box::new(Mixture { alpha: self.alpha, heads: Pool::new(&heads), coins: Pool::new(start.stakes) })
    }
}

struct Mixture {
    alpha: Ratio,
    heads: Pool,
    coins: Pool,
}

impl Selector for Mixture {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.heads.set(change.validator, u64::from(change.stake > 0));
            self.coins.set(change.validator, change.stake);
        }
        let by_heads = turn.lottery.chance(self.alpha.numerator(), self.alpha.denominator());
        let pool = if by_heads { &self.heads } else { &self.coins };
        forger(pool.draw(turn.lottery).map(|(_, validator)| validator))
    }
}
