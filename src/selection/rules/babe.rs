//! BABE: a private lottery for primaries, a uniform draw where nobody wins it.

use crate::crypto::sha256;
use crate::law::{Ratio, babe_shares, praos_leader_chances};
use crate::registry::{Entry, settings, within};
use crate::selection::epoch_stakes::EpochStakes;
use crate::selection::lottery_source::{LotterySource, VrfLottery};
use crate::selection::praos::{LeaderChance, LeaderPoints, LeaderThresholds};
use crate::selection::sampling::forger;
use crate::selection::{Dispersion, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext};
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "babe",
    summary: "whoever's lottery value is below 2^128 (1 - (1 - c)^share) is a primary author, by stake or, as on Polkadot, all alike (`weights`); of several one is chosen uniformly; if there is none, a secondary is drawn uniformly whatever the stake",
    source: "Polkadot Protocol Specification, chapter Block Production (BABE); Substrate, sc-consensus-babe, authorship.rs (calculate_primary_threshold)",
    parse: |table| {
        settings::<Settings, _>(table, |settings| {
            within("slots_per_epoch", settings.slots_per_epoch, 1..=i64::MAX as u64, "")?;
            Ok(Box::new(Babe { chance: LeaderChance::new("c", settings.c)?, settings }))
        })
    },
};

/// The settings of BABE.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    /// The chance that a slot has a primary author at all.
    c: Ratio,
    /// Slots in an epoch, during which weights stay as they are. Polkadot: four hours.
    slots_per_epoch: u64,
    /// What authorities weigh.
    weights: Weights,
    /// Where the lottery values come from.
    lottery: LotterySource,
}

/// What an authority's chance to be a primary author goes by.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Weights {
    /// Its stake.
    Stake,
    /// Nothing: every authority weighs the same, as on Polkadot.
    Equal,
}

impl Weights {
    fn of(self, stake: u64) -> u64 {
        if self == Weights::Equal { u64::from(stake > 0) } else { stake }
    }

    fn all(self, stakes: &[u64]) -> Vec<u64> {
        stakes.iter().map(|&stake| self.of(stake)).collect()
    }
}

impl Default for Settings {
    fn default() -> Self {
        let c = Ratio::new(1, 4).expect("a quarter is a ratio");
        Settings { c, slots_per_epoch: 2_400, weights: Weights::Stake, lottery: LotterySource::Stream }
    }
}

/// Blind Assignment for Blockchain Extension.
///
/// Weights are stakes at the start of an epoch, as the protocol's definition has them; on Polkadot
/// itself every authority has weight 1 (`weights = "equal"`), so that there the rule is uniform among
/// the elected. Several primaries fork the chain, and whose block survives
/// is a matter of the network; here each of them is as likely as the others. Authors that have lost
/// all their stake since the epoch began make no blocks.
///
/// With `lottery = "stream"` the primaries of a slot are drawn in O(log m) ([`LeaderPoints`]); with
/// `lottery = "vrf"` every authority has an Ed25519 key whose output, hashed, is compared with its
/// threshold in every slot. The secondary, which the chain takes from public randomness, and the
/// choice among several primaries come from the stream in both.
struct Babe {
    settings: Settings,
    chance: LeaderChance,
}

impl Rule for Babe {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(babe_shares(self.settings.c.to_f64(), &self.settings.weights.all(stakes)))
    }

    /// As a primary author; who is chosen where there is none has won no lottery.
    fn lead_chances(&self, stakes: &[u64]) -> Option<Vec<f64>> {
        Some(praos_leader_chances(self.settings.c.to_f64(), &self.settings.weights.all(stakes)))
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let weights = self.settings.weights.all(start.stakes);
        let lottery = match self.settings.lottery {
            LotterySource::Stream => Lottery::Stream(LeaderPoints::new(&self.chance, &weights)),
            LotterySource::Vrf => Lottery::Vrf {
                keys: VrfLottery::new(start),
                thresholds: LeaderThresholds::new(self.chance, &weights),
            },
        };
        let mut selector = BabeSelector {
            slots_per_epoch: self.settings.slots_per_epoch,
            weights: self.settings.weights,
            stakes: EpochStakes::new(start.stakes),
            authorities: Vec::with_capacity(start.stakes.len()),
            primaries: Vec::new(),
            battles: 0,
            leads: vec![0; start.stakes.len()],
            lottery,
        };
        selector.list_authorities();
        Box::new(selector)
    }
}

struct BabeSelector {
    slots_per_epoch: u64,
    weights: Weights,
    stakes: EpochStakes,
    /// Everybody with stake at the start of the epoch, in order.
    authorities: Vec<ValidatorId>,
    /// The primaries of one slot; kept for its memory.
    primaries: Vec<ValidatorId>,
    battles: u64,
    leads: Vec<u64>,
    lottery: Lottery,
}

enum Lottery {
    Stream(LeaderPoints),
    Vrf { keys: VrfLottery, thresholds: LeaderThresholds },
}

impl BabeSelector {
    /// Takes the stakes of now for those of the epoch. O(changes · log m), or O(m) with real keys or
    /// when somebody joined or left.
    fn begin_epoch(&mut self) {
        let (authorities, weights) = (&self.authorities, self.weights);
        let mut joined_or_left = false;
        let mut points = match &mut self.lottery {
            Lottery::Stream(points) => Some(points),
            Lottery::Vrf { .. } => None,
        };
        let any = self.stakes.begin_epoch(|validator, stake| {
            joined_or_left |= authorities.binary_search(&validator).is_ok() != (stake > 0);
            if let Some(points) = &mut points {
                points.set(validator, weights.of(stake));
            }
        });
        if let (true, Lottery::Vrf { thresholds, .. }) = (any, &mut self.lottery) {
            thresholds.set_all(&weights.all(self.stakes.current()));
        }
        if joined_or_left {
            self.list_authorities();
        }
    }

    fn list_authorities(&mut self) {
        self.authorities.clear();
        let holders = self.stakes.current().iter().enumerate().filter(|&(_, &stake)| stake > 0);
        self.authorities.extend(holders.map(|(index, _)| ValidatorId(index as u32)));
    }
}

impl Selector for BabeSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        self.stakes.note(turn.changes);
        if (turn.round - 1).is_multiple_of(self.slots_per_epoch) {
            self.begin_epoch();
        }
        self.primaries.clear();
        match &mut self.lottery {
            Lottery::Stream(points) => self.primaries.extend_from_slice(points.draw(turn.lottery)),
            Lottery::Vrf { keys, thresholds } => {
                let input = keys.input(turn.round);
                let primaries = thresholds.contenders().filter(|&(authority, threshold)| {
                    let value = sha256(&[b"substrate-babe-vrf", &keys.output(authority, &input)]);
                    u128::from_le_bytes(std::array::from_fn(|byte| value[byte])) < threshold
                });
                self.primaries.extend(primaries.map(|(authority, _)| authority));
            }
        }
        self.primaries.retain(|&primary| self.stakes.holds(primary));
        self.battles += u64::from(self.primaries.len() > 1);
        self.primaries.iter().for_each(|primary| self.leads[primary.index()] += 1);
        let candidates = if self.primaries.is_empty() { &self.authorities } else { &self.primaries };
        let chosen = match candidates[..] {
            [] => None,
            [only] => Some(only),
            ref several => Some(several[turn.lottery.below(several.len() as u64) as usize]),
        };
        // A secondary may have lost its stake since the epoch began.
        forger(chosen.filter(|&author| self.stakes.holds(author)))
    }

    fn battles(&self) -> Option<u64> {
        Some(self.battles)
    }

    fn leads(&self) -> Option<&[u64]> {
        Some(&self.leads)
    }
}
