//! Rigged: tickets are stake × rate without the fraction, so that small stakes have none.

use crate::registry::{Entry, settings, within};
use crate::selection::shapes::{Selects, StatedProportional};
use crate::selection::{Draw, RoundContext, Rule, Selection, Selector, TrialContext};
use crate::stake::Pool;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "rigged-truncated-rate",
    summary: "rigged: every validator gets whole tickets for stake × rate, cut down; at the default rate of 75 context points nobody with less than 134 coins ever wins",
    source: "integer arithmetic in public programs: amounts below one coin are cut to zero, and accounts under 134 coins earn nothing for ever",
    parse: |table| {
        settings::<TruncatedRate, _>(table, |rule| {
            within("basis_points", rule.basis_points, 1..=10_000, "")?;
            Ok(Box::new(StatedProportional(rule)))
        })
    },
};

/// The raffle of whole tickets.
///
/// True law: [`truncated_rate_shares`](crate::law::mistakes::truncated_rate_shares). If nobody has a
/// ticket nobody wins.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct TruncatedRate {
    /// Tickets per 10,000 coins.
    basis_points: u64,
}

impl Default for TruncatedRate {
    fn default() -> Self {
        TruncatedRate { basis_points: 75 }
    }
}

impl Selects for TruncatedRate {
    fn is_rigged(&self) -> bool {
        true
    }

    fn draw(&self, stakes: &[u64]) -> Draw {
        let held: Vec<u64> = stakes.iter().map(|&stake| tickets(stake, self.basis_points)).collect();
        if held.iter().all(|&tickets| tickets == 0) { Draw::Own } else { Draw::Tokens(held) }
    }

    fn draws_afresh(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let rate = self.basis_points;
        let held: Vec<u64> = start.stakes.iter().map(|&stake| tickets(stake, rate)).collect();
        Box::new(TruncatedRateSelector { rate, tickets: Pool::new(&held) })
    }
}

/// The mistake: the fraction is lost.
fn tickets(stake: u64, basis_points: u64) -> u64 {
    (u128::from(stake) * u128::from(basis_points) / 10_000) as u64
}

struct TruncatedRateSelector {
    rate: u64,
    tickets: Pool,
}

impl Selector for TruncatedRateSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.tickets.set(change.validator, tickets(change.stake, self.rate));
        }
        match self.tickets.draw(turn.lottery) {
            Some((token, validator)) => Selection::Forger { validator, token: Some(token) },
            None => Selection::Nobody,
        }
    }
}
