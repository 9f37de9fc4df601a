//! Rigged: a random word is reduced modulo the number of tokens.

use crate::registry::{Entry, settings, within};
use crate::selection::shapes::{Selects, StatedProportional};
use crate::selection::{RoundContext, Rule, Selection, Selector, TrialContext};
use crate::stake::Pool;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "rigged-modulo",
    summary: "rigged: the token is a random word of `bits` bits modulo the number of tokens, so that the first tokens come once more often than the rest; those at the head of the list gain",
    source: "the modulo bias of countless programs (e.g. rand() % n); 16 bits by default so that it shows",
    parse: |table| {
        settings::<Modulo, _>(table, |rule| {
            within("bits", rule.bits, 1..=64, "")?;
            Ok(Box::new(StatedProportional(rule)))
        })
    },
};

/// The raffle with a biased token.
///
/// True law: [`modulo_shares`](crate::law::mistakes::modulo_shares).
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Modulo {
    /// The width of the random word, in bits.
    bits: u32,
}

impl Default for Modulo {
    fn default() -> Self {
        Modulo { bits: 16 }
    }
}

impl Selects for Modulo {
    fn is_rigged(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(ModuloSelector { bits: self.bits, pool: Pool::new(start.stakes) })
    }
}

struct ModuloSelector {
    bits: u32,
    pool: Pool,
}

impl Selector for ModuloSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.pool.set(change.validator, change.stake);
        }
        if self.pool.total() == 0 {
            return Selection::Nobody;
        }
        let word = turn.lottery.next_u64() >> (64 - self.bits);
        // The mistake. Everywhere else in this program tokens come from Stream::below.
        let token = word % self.pool.total();
        Selection::Forger { validator: self.pool.owner(token), token: Some(token) }
    }
}
