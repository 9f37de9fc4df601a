//! Rigged: the best time of a race is never cleared, so that the fastest of all time keeps winning.

use crate::registry::{Entry, no_settings};
use crate::selection::shapes::{Selects, StatedProportional};
use crate::selection::{RoundContext, Rule, Selection, Selector, TrialContext};
use crate::stake::{Pool, ValidatorId};
use rand::Rng;

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "rigged-best-time-kept",
    summary: "rigged: a race for the smallest -ln(uniform)/stake whose best time is never cleared between rounds; fair over many chains, but one validator wins nearly all rounds of each",
    source: "a public mining simulation in which one miner won 992 of 1,000 rounds",
    parse: |table| no_settings(table, || Box::new(StatedProportional(BestTimeKept))),
};

/// The race with a memory. No settings.
///
/// The race has two independent parts: who is first, a proportional draw, and when, an exponential
/// time at the rate of all stakes together. While stakes stay as they are only the order of the
/// times counts, so that a uniform number stands for the time; when they change it is divided by the
/// total, to which an exponential time comes arbitrarily close as records get small.
///
/// True law: the expected shares in expectation, but with a variance larger by
/// [`best_time_kept_dispersion`](crate::law::mistakes::best_time_kept_dispersion).
struct BestTimeKept;

impl Selects for BestTimeKept {
    fn is_rigged(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(BestTimeKeptSelector { pool: Pool::new(start.stakes), best: None })
    }
}

struct BestTimeKeptSelector {
    pool: Pool,
    best: Option<Best>,
}

/// The record, as the fraction `number / total`.
struct Best {
    holder: ValidatorId,
    number: u64,
    total: u64,
}

impl Selector for BestTimeKeptSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.pool.set(change.validator, change.stake);
        }
        // Even this rule lets nobody forge who has lost all stake.
        if self.best.as_ref().is_some_and(|best| self.pool.stake(best.holder) == 0) {
            self.best = None;
        }
        let Some((_, fastest)) = self.pool.draw(turn.lottery) else { return Selection::Nobody };
        let time = Best { holder: fastest, number: turn.lottery.next_u64(), total: self.pool.total() };
        let product = |number: u64, total: u64| u128::from(number) * u128::from(total);
        let best = match self.best.take() {
            // The mistake: the best of all rounds before is still here.
            Some(best) if product(best.number, time.total) <= product(time.number, best.total) => best,
            _ => time,
        };
        let validator = best.holder;
        self.best = Some(best);
        Selection::Forger { validator, token: None }
    }
}
