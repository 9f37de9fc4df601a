//! Rigged: the drawn token is compared with the cumulative sums by `<=` instead of `<`.

use crate::registry::{Entry, no_settings};
use crate::selection::shapes::{Selects, StatedProportional};
use crate::selection::{RoundContext, Rule, Selection, Selector, TrialContext};
use crate::stake::Pool;

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "rigged-off-by-one",
    summary: "rigged: tokens counted from 0 are compared with the cumulative stakes by <= instead of <, so that the first validator owns a token too many and the last one too few",
    source: "the classic slip in hand-written weighted choice",
    parse: |table| no_settings(table, || Box::new(StatedProportional(OffByOne))),
};

/// The raffle with shifted owners. No settings.
///
/// One token out of many is invisible; with stakes of a few tokens the last validator may never win.
///
/// True law: [`off_by_one_shares`](crate::law::mistakes::off_by_one_shares).
struct OffByOne;

impl Selects for OffByOne {
    fn is_rigged(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(OffByOneSelector { pool: Pool::new(start.stakes) })
    }
}

struct OffByOneSelector {
    pool: Pool,
}

impl Selector for OffByOneSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.pool.set(change.validator, change.stake);
        }
        match self.pool.draw(turn.lottery) {
            Some((token, _)) => {
                // The first whose cumulative sum is at least the token: the owner of the token
                // before, and the first holder for token 0.
                let validator = self.pool.owner(token.saturating_sub(1));
                Selection::Forger { validator, token: Some(token) }
            }
            None => Selection::Nobody,
        }
    }
}
