//! Cardano's Ouroboros Praos: every pool draws in private, several may lead a slot, or none.

use crate::crypto::sha256;
use crate::law::{Ratio, praos_leader_chances, praos_shares_by_leader_value, praos_shares_by_lot};
use crate::registry::{Entry, settings};
use crate::selection::lottery_source::{LotterySource, VrfLottery};
use crate::selection::praos::{LeaderChance, LeaderPoints, LeaderThresholds};
use crate::selection::sampling::forger;
use crate::selection::{Dispersion, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext};
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "cardano-praos",
    summary: "every pool leads a slot with probability 1 - (1 - f)^share in private: slots may stay empty, and when several pools lead, `tie_break` chooses: \"uniform\" (by lot, since Vasil) or \"leader-value\" (the lowest value, before, which favours small pools)",
    source: "David, Gazi, Kiayias, Russell, \"Ouroboros Praos\", EUROCRYPT 2018; Cardano ledger specification (f = 1/20), tie-break of the Vasil hard fork 2022",
    parse: |table| {
        settings::<Settings, _>(table, |settings| {
            let chance = LeaderChance::new("active_slots", settings.active_slots)?;
            Ok(Box::new(CardanoPraos { settings, chance }))
        })
    },
};

/// The settings of Ouroboros Praos.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    /// f, the share of slots that are not empty (Cardano's active slot coefficient).
    active_slots: Ratio,
    /// Who forges when several lead.
    tie_break: TieBreak,
    /// Where the lottery values come from.
    lottery: LotterySource,
}

impl Default for Settings {
    fn default() -> Self {
        let active_slots = Ratio::new(1, 20).expect("a twentieth is a ratio");
        Settings { active_slots, tie_break: TieBreak::Uniform, lottery: LotterySource::Stream }
    }
}

/// Who forges when several lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum TieBreak {
    /// Any of them with the same chance.
    Uniform,
    /// The one whose lottery value is lowest.
    LeaderValue,
}

/// Ouroboros Praos.
///
/// The definition: a pool with share σ leads if its lottery value, uniform in 0..1, lies below
/// `φ(σ) = 1 - (1 - f)^σ`. With `lottery = "vrf"` that is what happens, O(m) a round, with the
/// outputs of Ed25519 keys: the leader value is the start of SHA-256 over "L" and the output, the
/// tie-break's value the start of the output itself. With `lottery = "stream"` the same law costs
/// O(log m) ([`LeaderPoints`]); the tests hold both ways against each other.
///
/// The expected share is that of the slots that are not empty.
struct CardanoPraos {
    settings: Settings,
    chance: LeaderChance,
}

impl Rule for CardanoPraos {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        let f = self.settings.active_slots.to_f64();
        ExpectedShares::Shares(match self.settings.tie_break {
            TieBreak::Uniform => praos_shares_by_lot(f, stakes),
            TieBreak::LeaderValue => praos_shares_by_leader_value(f, stakes),
        })
    }

    fn lead_chances(&self, stakes: &[u64]) -> Option<Vec<f64>> {
        Some(praos_leader_chances(self.settings.active_slots.to_f64(), stakes))
    }

    /// All stake together leads with f, whoever holds it.
    fn occupied(&self, _stakes: &[u64]) -> f64 {
        self.settings.active_slots.to_f64()
    }

    /// Slots are independent, and so are the winners of those that are not empty.
    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let tie_break = self.settings.tie_break;
        match self.settings.lottery {
            LotterySource::Stream => {
                let points = LeaderPoints::new(&self.chance, start.stakes);
                Box::new(PointSelector { tie_break, points, battles: 0, leads: vec![0; start.stakes.len()] })
            }
            LotterySource::Vrf => Box::new(VrfSelector {
                tie_break,
                keys: VrfLottery::new(start),
                thresholds: LeaderThresholds::new(self.chance, start.stakes),
                battles: 0,
                leads: vec![0; start.stakes.len()],
            }),
        }
    }
}

/// Leaders as owners of points on the stake.
struct PointSelector {
    tie_break: TieBreak,
    points: LeaderPoints,
    battles: u64,
    leads: Vec<u64>,
}

impl Selector for PointSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.points.set(change.validator, change.stake);
        }
        let leaders = self.points.draw(turn.lottery);
        self.battles += u64::from(leaders.len() > 1);
        leaders.iter().for_each(|leader| self.leads[leader.index()] += 1);
        forger(match (leaders, self.tie_break) {
            ([], _) => None,
            ([only], _) => Some(*only),
            (several, TieBreak::Uniform) => Some(several[turn.lottery.below(several.len() as u64) as usize]),
            (_, TieBreak::LeaderValue) => self.points.lowest(),
        })
    }

    fn battles(&self) -> Option<u64> {
        Some(self.battles)
    }

    fn leads(&self) -> Option<&[u64]> {
        Some(&self.leads)
    }
}

/// A pool's two lottery values in a slot.
struct Values {
    leader: u128,
    tie_break: u128,
}

/// Who of those whose leader value is below its threshold forges, and how many there are.
fn winner(
    thresholds: &LeaderThresholds,
    tie_break: TieBreak,
    leads: &mut [u64],
    mut values: impl FnMut(ValidatorId) -> Values,
) -> (Option<ValidatorId>, u64) {
    let mut best: Option<(u128, ValidatorId)> = None;
    let mut leaders = 0;
    for (validator, threshold) in thresholds.contenders() {
        let values = values(validator);
        if values.leader < threshold {
            leaders += 1;
            leads[validator.index()] += 1;
            let rank = match tie_break {
                TieBreak::Uniform => values.tie_break,
                TieBreak::LeaderValue => values.leader,
            };
            if best.is_none_or(|(lowest, _)| rank < lowest) {
                best = Some((rank, validator));
            }
        }
    }
    (best.map(|(_, validator)| validator), leaders)
}

struct VrfSelector {
    tie_break: TieBreak,
    keys: VrfLottery,
    thresholds: LeaderThresholds,
    battles: u64,
    leads: Vec<u64>,
}

impl Selector for VrfSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        self.thresholds.change(turn.changes);
        let input = self.keys.input(turn.round);
        let (winner, leaders) = winner(&self.thresholds, self.tie_break, &mut self.leads, |validator| {
            let output = self.keys.output(validator, &input);
            let leader = sha256(&[b"L", &output]);
            Values {
                leader: u128::from_be_bytes(std::array::from_fn(|byte| leader[byte])),
                tie_break: u128::from_be_bytes(std::array::from_fn(|byte| output[byte])),
            }
        });
        self.battles += u64::from(leaders > 1);
        forger(winner)
    }

    fn battles(&self) -> Option<u64> {
        Some(self.battles)
    }

    fn leads(&self) -> Option<&[u64]> {
        Some(&self.leads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::slot_battle_chance;
    use crate::random::{Purpose, Stream};
    use crate::selection::StakeChange;
    use crate::selection::evidence::follows;

    /// The definition with both values of every pool drawn from the stream.
    struct PlainSelector {
        tie_break: TieBreak,
        thresholds: LeaderThresholds,
        battles: u64,
        leads: Vec<u64>,
    }

    impl Selector for PlainSelector {
        fn select(&mut self, turn: RoundContext<'_>) -> Selection {
            let (winner, leaders) = winner(&self.thresholds, self.tie_break, &mut self.leads, |_| Values {
                leader: turn.lottery.word_128(),
                tie_break: turn.lottery.word_128(),
            });
            self.battles += u64::from(leaders > 1);
            forger(winner)
        }

        fn battles(&self) -> Option<u64> {
            Some(self.battles)
        }
    }

    fn praos(active_slots: (u64, u64), tie_break: TieBreak, lottery: LotterySource) -> CardanoPraos {
        let active_slots = Ratio::new(active_slots.0, active_slots.1).unwrap();
        let chance = LeaderChance::new("f", active_slots).unwrap();
        CardanoPraos { settings: Settings { active_slots, tie_break, lottery }, chance }
    }

    /// Panics unless the wins of each pool, the empty slots and the battles have their law.
    fn check(rule: &CardanoPraos, mut selector: Box<dyn Selector>, stakes: &[u64], rounds: u64) {
        let mut lottery = Stream::of_trial(5, 0, Purpose::Lottery);
        let mut counts = vec![0; stakes.len() + 1];
        for round in 1..=rounds {
            match selector.select(RoundContext { round, changes: &[], last: None, lottery: &mut lottery }) {
                Selection::Forger { validator, .. } => counts[validator.index()] += 1,
                Selection::Nobody => counts[stakes.len()] += 1,
            }
        }
        let f = rule.settings.active_slots.to_f64();
        let expected_shares = rule.expected_shares(stakes);
        let mut shares: Vec<f64> = expected_shares.shares().unwrap().iter().map(|p| p * f).collect();
        shares.push(1.0 - f);
        follows(&counts, &shares);
        let (battles, chance) = (selector.battles().unwrap(), slot_battle_chance(f, stakes));
        follows(&[battles, rounds - battles], &[chance, 1.0 - chance]);
    }

    /// Points on the stake, a number for every pool and real keys: all keep the law of all slots,
    /// the empty ones included, and have as many battles as they should.
    #[test]
    fn all_ways_have_the_same_law() {
        for f in [(1, 20), (9, 10)] {
            for tie_break in [TieBreak::Uniform, TieBreak::LeaderValue] {
                let rule = praos(f, tie_break, LotterySource::Stream);
                let stakes = [30, 1, 0, 9, 60];
                let start = TrialContext { stakes: &stakes, seed: 5, trial: 0 };
                check(&rule, rule.selector(&start), &stakes, 100_000);
                let thresholds = LeaderThresholds::new(rule.chance, &stakes);
                check(
                    &rule,
                    Box::new(PlainSelector {
                        tie_break,
                        thresholds,
                        battles: 0,
                        leads: vec![0; stakes.len()],
                    }),
                    &stakes,
                    100_000,
                );
            }
        }
        for tie_break in [TieBreak::Uniform, TieBreak::LeaderValue] {
            let rule = praos((9, 10), tie_break, LotterySource::Vrf);
            let stakes = [2, 0, 3, 5];
            check(&rule, rule.selector(&TrialContext { stakes: &stakes, seed: 5, trial: 0 }), &stakes, 1_500);
        }
    }

    /// With real keys the stream plays no part.
    #[test]
    fn keys_alone_decide() {
        let rule = praos((9, 10), TieBreak::Uniform, LotterySource::Vrf);
        let forgers = |stream_seed| {
            let mut lottery = Stream::of_trial(stream_seed, 0, Purpose::Lottery);
            let mut selector = rule.selector(&TrialContext { stakes: &[3, 4, 5], seed: 5, trial: 0 });
            let turns = 1..=50u64;
            turns
                .map(|round| {
                    selector.select(RoundContext { round, changes: &[], last: None, lottery: &mut lottery })
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(forgers(1), forgers(2));
    }

    #[test]
    fn stakes_follow_their_changes() {
        for lottery in [LotterySource::Stream, LotterySource::Vrf] {
            let rule = praos((99, 100), TieBreak::Uniform, lottery);
            let mut selector = rule.selector(&TrialContext { stakes: &[5, 5, 0], seed: 1, trial: 1 });
            let mut stream = Stream::of_trial(1, 1, Purpose::Lottery);
            let mut changes = vec![
                StakeChange { validator: ValidatorId(0), stake: 0 },
                StakeChange { validator: ValidatorId(1), stake: 0 },
                StakeChange { validator: ValidatorId(2), stake: 4 },
            ];
            for round in 1..100 {
                let turn = RoundContext { round, changes: &changes, last: None, lottery: &mut stream };
                if let Selection::Forger { validator, .. } = selector.select(turn) {
                    assert_eq!(validator, ValidatorId(2));
                }
                changes.clear();
            }
        }
    }
}
