//! Rigged: Algorand's sortition ranks the first selected coin by the number that selected it.

use crate::crypto::{Hash, sha256};
use crate::registry::{Entry, settings};
use crate::selection::shapes::{Selects, StatedProportional};
use crate::selection::sortition::{Accounts, EXPECTED, HashContest, check_expected};
use crate::selection::{RoundContext, Rule, Selection, Selector, TrialContext};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "rigged-reused-hash",
    summary: "rigged: Algorand's sortition with the hash counter started at 0, where the hash is the lottery value itself; one account of 30 % against seventy of 1 % wins 84.6 %",
    source: "a historic bug of Algorand's proposer priority: small accounts are selected only by a high value and then rank by it",
    parse: |table| {
        settings::<ReusedHash, _>(table, |rule| {
            check_expected(rule.expected)?;
            Ok(Box::new(StatedProportional(rule)))
        })
    },
};

/// Sortition with a used number. O(m) a round.
///
/// Every validator draws a lottery value of 32 bytes from the stream; its first 16 bytes are the
/// ratio that decides its weight w, exactly as in `algorand-sortition`. The candidate hashes for
/// counters 1 to w - 1 are SHA-256 of value and counter, but the one for counter 0 is the value.
///
/// True law: [`reused_hash_shares`](crate::law::mistakes::reused_hash_shares).
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct ReusedHash {
    /// How many coins are selected on average.
    expected: u64,
}

impl Default for ReusedHash {
    fn default() -> Self {
        ReusedHash { expected: EXPECTED }
    }
}

impl Selects for ReusedHash {
    fn is_rigged(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        Box::new(ReusedHashSelector(Accounts::new(self.expected, start.stakes)))
    }
}

struct ReusedHashSelector(Accounts);

impl Selector for ReusedHashSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        self.0.change(turn.changes);
        let value = |_| {
            let mut value = Hash::default();
            turn.lottery.fill_bytes(&mut value);
            value
        };
        let mut contest = HashContest::default();
        self.0.draw(value, |validator, value, weight| {
            for counter in 0..weight {
                // The mistake: counter 0 re-uses the value.
                let fresh = || sha256(&[value, &counter.to_le_bytes()]);
                contest.enter_hash(validator, if counter == 0 { *value } else { fresh() });
            }
        });
        contest.selection()
    }
}
