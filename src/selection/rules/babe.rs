//! BABE: a private lottery for primaries, a uniform draw where nobody wins it.

use crate::law::first_accepted;
use crate::registry::{Entry, Refusal, settings};
use crate::selection::epoch_stakes::EpochStakes;
use crate::selection::leader_threshold::leader_threshold;
use crate::selection::ratio::Ratio;
use crate::selection::{Dispersion, Promise, Rule, Selection, Selector, Start, Turn};
use crate::stake::ValidatorId;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "babe",
    summary: "whoever's lottery value is below 2^128 (1 - (1 - c)^share) is a primary author; of several one is chosen uniformly; if there is none, a secondary is drawn uniformly whatever the stake",
    source: "Polkadot Protocol Specification, chapter Block Production (BABE); Substrate, sc-consensus-babe, authorship.rs (calculate_primary_threshold)",
    parse: |table| {
        settings::<Babe, _>(table, |babe| {
            let Ratio { numerator, denominator } = babe.c;
            if numerator == 0 || numerator > denominator / 2 {
                let problem = format!("is {}, but must be above 0 and at most 1/2", babe.c);
                return Err(Refusal::Value { key: "c", problem });
            }
            if babe.slots_per_epoch == 0 {
                let problem = format!("is 0, but must lie in 1..={}", i64::MAX);
                return Err(Refusal::Value { key: "slots_per_epoch", problem });
            }
            Ok(Box::new(babe))
        })
    },
};

/// Blind Assignment for Blockchain Extension.
///
/// Weights are stakes at the start of an epoch (on Polkadot itself every authority has weight 1,
/// so that there the rule is uniform). Several primaries fork the chain, and
/// whose block survives is a matter of the network; here each of them is as likely as the others.
/// Authors that have lost all their stake since the epoch began make no blocks.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Babe {
    /// The chance that a slot has a primary author at all.
    c: Ratio,
    /// Slots in an epoch, during which weights stay as they are. Polkadot: four hours.
    slots_per_epoch: u64,
    /// Where the lottery values come from.
    vrf: Vrf,
}

impl Default for Babe {
    fn default() -> Self {
        Babe { c: Ratio { numerator: 1, denominator: 4 }, slots_per_epoch: 2_400, vrf: Vrf::Stream }
    }
}

/// Where lottery values come from.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Vrf {
    /// The trial's lottery stream.
    Stream,
}

impl Rule for Babe {
    /// `φ_i ∫_0^1 Π_{j≠i} (1 - φ_j t) dt + Π (1 - φ_j) / m` with `φ_i = 1 - (1 - c)^(share of i)`:
    /// the uniform choice among primaries, and an equal share of the slots without any. All
    /// chances to fail multiply up to `1 - c`.
    fn promise(&self, stakes: &[u64]) -> Promise {
        let total: u128 = stakes.iter().map(|&stake| u128::from(stake)).sum();
        let holders = stakes.iter().filter(|&&stake| stake > 0).count();
        if holders == 0 {
            return Promise::Unknown("nobody has stake");
        }
        let log = (-self.c.approximate()).ln_1p();
        let chances: Vec<f64> =
            stakes.iter().map(|&stake| -(log * (stake as f64 / total as f64)).exp_m1()).collect();
        let law = first_accepted(&chances);
        let secondary = law.nobody / holders as f64;
        Promise::Shares(
            law.first
                .iter()
                .zip(stakes)
                .map(|(primary, &stake)| if stake > 0 { primary + secondary } else { 0.0 })
                .collect(),
        )
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn selector(&self, start: &Start) -> Box<dyn Selector> {
        let mut selector = BabeSelector {
            c: self.c,
            slots_per_epoch: self.slots_per_epoch,
            stakes: EpochStakes::new(start.stakes),
            authorities: Vec::with_capacity(start.stakes.len()),
            primaries: Vec::with_capacity(start.stakes.len()),
        };
        selector.set_thresholds();
        Box::new(selector)
    }
}

struct BabeSelector {
    c: Ratio,
    slots_per_epoch: u64,
    stakes: EpochStakes,
    /// Everybody with stake at the start of the epoch, in order.
    authorities: Vec<Authority>,
    /// The primaries of one slot; kept for its memory.
    primaries: Vec<ValidatorId>,
}

struct Authority {
    validator: ValidatorId,
    threshold: u128,
}

impl BabeSelector {
    fn set_thresholds(&mut self) {
        let stakes = self.stakes.current();
        let total = stakes.iter().sum();
        let c = self.c;
        self.authorities.clear();
        self.authorities.extend(stakes.iter().enumerate().filter(|&(_, &stake)| stake > 0).map(
            |(index, &stake)| Authority {
                validator: ValidatorId(index as u32),
                threshold: leader_threshold(c, stake, total),
            },
        ));
    }
}

impl Selector for BabeSelector {
    fn select(&mut self, turn: Turn<'_>) -> Selection {
        self.stakes.note(turn.changes);
        if (turn.round - 1).is_multiple_of(self.slots_per_epoch) && self.stakes.begin_epoch(|_, _| {}) {
            self.set_thresholds();
        }
        self.primaries.clear();
        for authority in &self.authorities {
            // The upper half of the 128-bit value decides, unless it equals the threshold's.
            let upper = (authority.threshold >> 64) as u64;
            let value = turn.lottery.next_u64();
            let below =
                value < upper || (value == upper && turn.lottery.next_u64() < authority.threshold as u64);
            if below && self.stakes.holds(authority.validator) {
                self.primaries.push(authority.validator);
            }
        }
        let validator = match self.primaries[..] {
            [] => {
                if self.authorities.is_empty() {
                    return Selection::Nobody;
                }
                let secondary = turn.lottery.below(self.authorities.len() as u64);
                self.authorities[secondary as usize].validator
            }
            [primary] => primary,
            ref several => several[turn.lottery.below(several.len() as u64) as usize],
        };
        if self.stakes.holds(validator) {
            Selection::Forger { validator, token: None }
        } else {
            Selection::Nobody
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two equal authorities share all slots; with stakes 3 : 1 by hand. All of it in c = 1/4:
    /// φ = 1 - (3/4)^(3/4), 1 - (3/4)^(1/4).
    #[test]
    fn promise_by_hand() {
        let babe = Babe::default();
        let Promise::Shares(equal) = babe.promise(&[5, 5, 0]) else { panic!() };
        assert!((equal[0] - 0.5).abs() < 1e-15 && equal[2] == 0.0);
        let Promise::Shares(shares) = babe.promise(&[3, 1]) else { panic!() };
        let (a, b) = (1.0 - 0.75f64.powf(0.75), 1.0 - 0.75f64.powf(0.25));
        assert!((shares[0] - (a * (1.0 - b / 2.0) + 0.375)).abs() < 1e-15, "{shares:?}");
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-15);
        assert_eq!(babe.promise(&[0, 9]), Promise::Shares(vec![0.0, 1.0]));
    }
}
