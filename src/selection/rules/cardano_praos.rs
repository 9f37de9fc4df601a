//! Cardano's Ouroboros Praos: every pool draws in private, several may lead a slot, or none.

use crate::crypto::sha256;
use crate::law::{praos_shares_by_leader_value, praos_shares_by_lot};
use crate::registry::{Entry, Refusal, settings};
use crate::selection::lottery_source::{LotterySource, VrfLottery};
use crate::selection::sortition::threshold;
use crate::selection::{Dispersion, Promise, Rule, Selection, Selector, Start, Turn};
use crate::stake::{Pool, ValidatorId};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "cardano-praos",
    summary: "every pool leads a slot with probability 1 - (1 - f)^share in private: slots may stay empty, and when several pools lead, `tie_break` chooses: \"uniform\" (by lot, since Vasil) or \"leader-value\" (the lowest value, before, which favours small pools)",
    source: "David, Gazi, Kiayias, Russell, \"Ouroboros Praos\", EUROCRYPT 2018; Cardano ledger specification (f = 1/20), tie-break of the Vasil hard fork 2022",
    parse: |table| {
        settings::<CardanoPraos, _>(table, |rule| {
            if !(MIN_F..=MAX_F).contains(&rule.active_slots) {
                return Err(Refusal::Value {
                    key: "active_slots",
                    problem: format!(
                        "is {}, but the share of slots that are not empty must lie between {MIN_F} and {MAX_F}",
                        rule.active_slots
                    ),
                });
            }
            Ok(Box::new(rule))
        })
    },
};

/// The range of f in which slots are neither almost never nor almost always led.
const MIN_F: f64 = 1e-6;
const MAX_F: f64 = 1.0 - 1e-6;

/// Ouroboros Praos.
///
/// The definition: a pool with share σ leads if its lottery value, uniform in 0..1, lies below
/// `φ(σ) = 1 - (1 - f)^σ`. With `lottery = "vrf"` that is what happens, O(m) a round, with the
/// outputs of Ed25519 keys: the leader value is the start of SHA-256 over "L" and the output, the
/// tie-break's value the start of the output itself.
///
/// With `lottery = "stream"` the same law costs O(log m). Let points fall on the stake, Poisson
/// distributed with mean `λ = -ln(1 - f)` in all. The numbers of points on different pools are then
/// independent, and a pool has at least one with probability `1 - e^(-λσ) = φ(σ)`: the leaders are
/// the owners of the points. The distance of a pool's first point from the start of its stake is
/// `-ln(1 - value)` for a value uniform in `0..φ(σ)`, so the lowest leader value is the first point
/// nearest to its pool's start. The tests hold both ways against each other.
///
/// Thresholds are 128-bit integers from doubles that are computed with additions, multiplications
/// and divisions alone, alike on every machine; their relative error is below 1e-14.
///
/// The promise is the share of the slots that are not empty.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct CardanoPraos {
    /// f, the share of slots that are not empty (Cardano's active slot coefficient).
    active_slots: f64,
    /// Who forges when several lead.
    tie_break: TieBreak,
    /// Where the lottery values come from.
    lottery: LotterySource,
}

impl Default for CardanoPraos {
    fn default() -> Self {
        CardanoPraos { active_slots: 0.05, tie_break: TieBreak::Uniform, lottery: LotterySource::Stream }
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

impl Rule for CardanoPraos {
    fn promise(&self, stakes: &[u64]) -> Promise {
        Promise::Shares(match self.tie_break {
            TieBreak::Uniform => praos_shares_by_lot(self.active_slots, stakes),
            TieBreak::LeaderValue => praos_shares_by_leader_value(self.active_slots, stakes),
        })
    }

    /// Slots are independent, and so are the winners of those that are not empty.
    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn selector(&self, start: &Start) -> Box<dyn Selector> {
        let rate = rate(self.active_slots);
        match self.lottery {
            LotterySource::Stream => Box::new(PointSelector {
                tie_break: self.tie_break,
                counts: point_thresholds(self.active_slots, rate),
                pool: Pool::new(start.stakes),
                leaders: Vec::new(),
                battles: 0,
            }),
            LotterySource::Vrf => Box::new(VrfSelector {
                tie_break: self.tie_break,
                vrf: VrfLottery::new(start),
                slots: Slots::new(rate, start.stakes),
            }),
        }
    }
}

/// `λ = -ln(1 - f)` from the basic operations alone: `2 artanh(f / (2 - f))` as a series, after
/// doubling `1 - f` into the upper half of 0..1 where f is large.
fn rate(f: f64) -> f64 {
    let (mut doublings, mut small) = (0.0, f);
    while small > 0.5 {
        // 1 - f becomes 2 (1 - f), exactly.
        small = 2.0 * small - 1.0;
        doublings += 1.0;
    }
    let y = small / (2.0 - small);
    let (mut power, mut sum) = (y, 0.0);
    for term in 0..40 {
        sum += power / f64::from(2 * term + 1);
        power *= y * y;
    }
    doublings * std::f64::consts::LN_2 + 2.0 * sum
}

/// `1 - e^(-x)` for x >= 0 from the basic operations alone: `E / (1 + E)` with the series
/// `E = Σ x^k / k!`, whose terms are all positive.
fn chance_within(x: f64) -> f64 {
    let (mut term, mut sum, mut k) = (x, 0.0, 1.0);
    while term > sum * 1e-18 {
        sum += term;
        k += 1.0;
        term *= x / k;
    }
    sum / (1.0 + sum)
}

/// The chances of more than j points, for j = 0, 1, ..., as thresholds. The first is f.
fn point_thresholds(f: f64, rate: f64) -> Vec<u128> {
    let mut terms = vec![1.0];
    let mut largest = 1.0f64;
    while terms[terms.len() - 1] > largest * 1e-40 {
        let next = terms[terms.len() - 1] * rate / (terms.len() + 1) as f64;
        largest = largest.max(next);
        terms.push(next);
    }
    let mut above = 0.0;
    let mut tails: Vec<f64> = terms
        .iter()
        .rev()
        .map(|term| {
            above += term;
            above
        })
        .collect();
    tails.reverse();
    tails.iter().map(|tail| threshold(f * (tail / above))).collect()
}

/// A uniform 128-bit number.
fn wide(stream: &mut crate::random::Stream) -> u128 {
    u128::from(stream.next_u64()) << 64 | u128::from(stream.next_u64())
}

/// Leaders as owners of points on the stake.
struct PointSelector {
    tie_break: TieBreak,
    /// `counts[j]` is the threshold for more than j points.
    counts: Vec<u128>,
    pool: Pool,
    /// The leaders of the round, each once.
    leaders: Vec<ValidatorId>,
    battles: u64,
}

impl Selector for PointSelector {
    fn select(&mut self, turn: Turn<'_>) -> Selection {
        for change in turn.changes {
            self.pool.set(change.validator, change.stake);
        }
        let number = wide(turn.lottery);
        let points = self.counts.iter().take_while(|&&count| number < count).count();
        self.leaders.clear();
        let mut nearest: Option<(u128, ValidatorId)> = None;
        for _ in 0..points {
            let Some((_, owner)) = self.pool.draw(turn.lottery) else { return Selection::Nobody };
            if !self.leaders.contains(&owner) {
                self.leaders.push(owner);
            }
            if self.tie_break == TieBreak::LeaderValue && points > 1 {
                // Where on the owner's stake the point lies, to 2^-64 of a coin.
                let coin = turn.lottery.below(self.pool.stake(owner));
                let distance = u128::from(coin) << 64 | u128::from(turn.lottery.next_u64());
                if nearest.is_none_or(|(least, _)| distance < least) {
                    nearest = Some((distance, owner));
                }
            }
        }
        self.battles += u64::from(self.leaders.len() > 1);
        let validator = match (self.leaders.as_slice(), nearest) {
            ([], _) => return Selection::Nobody,
            ([only], _) => *only,
            (_, Some((_, first))) => first,
            (several, None) => several[turn.lottery.below(several.len() as u64) as usize],
        };
        Selection::Forger { validator, token: None }
    }

    fn battles(&self) -> Option<u64> {
        Some(self.battles)
    }
}

/// A pool's two lottery values in a slot.
struct Values {
    leader: u128,
    tie_break: u128,
}

/// The definition: a threshold for every pool.
struct Slots {
    rate: f64,
    stakes: Vec<u64>,
    thresholds: Vec<u128>,
    battles: u64,
}

impl Slots {
    fn new(rate: f64, stakes: &[u64]) -> Self {
        let mut slots = Slots { rate, stakes: stakes.to_vec(), thresholds: Vec::new(), battles: 0 };
        slots.fill();
        slots
    }

    /// A changed stake changes the total, and so everybody's share.
    fn change(&mut self, changes: &[crate::selection::StakeChange]) {
        for change in changes {
            self.stakes[change.validator.index()] = change.stake;
        }
        if !changes.is_empty() {
            self.fill();
        }
    }

    fn fill(&mut self) {
        let total = self.stakes.iter().sum::<u64>() as f64;
        self.thresholds.clear();
        let chance = |&stake: &u64| {
            if stake == 0 { 0 } else { threshold(chance_within(self.rate * (stake as f64 / total))) }
        };
        self.thresholds.extend(self.stakes.iter().map(chance));
    }

    fn winner(&mut self, tie_break: TieBreak, mut values: impl FnMut(ValidatorId) -> Values) -> Selection {
        let mut best: Option<(u128, ValidatorId)> = None;
        let mut leaders = 0;
        for (index, &threshold) in self.thresholds.iter().enumerate().filter(|&(_, &threshold)| threshold > 0)
        {
            let validator = ValidatorId(index as u32);
            let values = values(validator);
            if values.leader < threshold {
                leaders += 1;
                let rank = match tie_break {
                    TieBreak::Uniform => values.tie_break,
                    TieBreak::LeaderValue => values.leader,
                };
                if best.is_none_or(|(lowest, _)| rank < lowest) {
                    best = Some((rank, validator));
                }
            }
        }
        self.battles += u64::from(leaders > 1);
        match best {
            Some((_, validator)) => Selection::Forger { validator, token: None },
            None => Selection::Nobody,
        }
    }
}

struct VrfSelector {
    tie_break: TieBreak,
    vrf: VrfLottery,
    slots: Slots,
}

impl Selector for VrfSelector {
    fn select(&mut self, turn: Turn<'_>) -> Selection {
        self.slots.change(turn.changes);
        let input = self.vrf.input(turn.round);
        self.slots.winner(self.tie_break, |validator| {
            let output = self.vrf.output(validator, &input);
            let leader = sha256(&[b"L", &output]);
            Values {
                leader: u128::from_be_bytes(std::array::from_fn(|byte| leader[byte])),
                tie_break: u128::from_be_bytes(std::array::from_fn(|byte| output[byte])),
            }
        })
    }

    fn battles(&self) -> Option<u64> {
        Some(self.slots.battles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::{praos_leader_chances, slot_battle_chance};
    use crate::random::{Purpose, Stream};
    use crate::selection::StakeChange;
    use crate::selection::evidence::{example, follows, keeps_its_promise, refusal, rule, wins};

    /// The definition with both values of every pool drawn from the stream.
    struct PlainSelector {
        tie_break: TieBreak,
        slots: Slots,
    }

    impl Selector for PlainSelector {
        fn select(&mut self, turn: Turn<'_>) -> Selection {
            self.slots.change(turn.changes);
            self.slots.winner(self.tie_break, |_| Values {
                leader: wide(turn.lottery),
                tie_break: wide(turn.lottery),
            })
        }
    }

    /// Wins of each pool, empty slots, battles.
    fn run(mut selector: Box<dyn Selector>, pools: usize, rounds: u64) -> (Vec<u64>, u64) {
        let mut lottery = Stream::of_trial(5, 0, Purpose::Lottery);
        let mut counts = vec![0; pools + 1];
        for round in 1..=rounds {
            match selector.select(Turn { round, changes: &[], last: None, lottery: &mut lottery }) {
                Selection::Forger { validator, .. } => counts[validator.index()] += 1,
                Selection::Nobody => counts[pools] += 1,
            }
        }
        (counts, selector.battles().unwrap_or(0))
    }

    /// Shares of all slots, the empty ones last.
    fn law(rule: &CardanoPraos, stakes: &[u64]) -> Vec<f64> {
        let promise = rule.promise(stakes);
        let mut shares: Vec<f64> = promise.shares().unwrap().iter().map(|p| p * rule.active_slots).collect();
        shares.push(1.0 - rule.active_slots);
        shares
    }

    fn rules() -> [CardanoPraos; 4] {
        let praos = |active_slots, tie_break| CardanoPraos {
            active_slots,
            tie_break,
            lottery: LotterySource::Stream,
        };
        [
            praos(0.05, TieBreak::Uniform),
            praos(0.05, TieBreak::LeaderValue),
            praos(0.9, TieBreak::Uniform),
            praos(0.9, TieBreak::LeaderValue),
        ]
    }

    #[test]
    fn keeps_its_promise_with_both_tie_breaks() {
        for rule in rules() {
            println!("{rule:?}");
            keeps_its_promise(&rule, (20_000.0 / rule.active_slots) as u64);
        }
    }

    /// Points on the stake and a number for every pool: both keep the law of all slots, the empty
    /// ones included, and have as many battles as they should.
    #[test]
    fn points_and_thresholds_have_the_same_law() {
        let stakes = [30, 1, 0, 9, 60];
        for rule in rules() {
            let expected = law(&rule, &stakes);
            let battle = slot_battle_chance(rule.active_slots, &stakes);
            let start = Start { stakes: &stakes, seed: 5, trial: 0 };
            let (counts, battles) = run(rule.selector(&start), stakes.len(), 100_000);
            follows(&counts, &expected);
            follows(&[battles, 100_000 - battles], &[battle, 1.0 - battle]);
            let slots = Slots::new(super::rate(rule.active_slots), &stakes);
            let (counts, _) =
                run(Box::new(PlainSelector { tie_break: rule.tie_break, slots }), stakes.len(), 100_000);
            follows(&counts, &expected);
        }
    }

    /// Real keys, few rounds: three pools and 1,500 slots with f = 0.9.
    #[test]
    fn verifiable_outputs_have_the_same_law() {
        for tie_break in [TieBreak::Uniform, TieBreak::LeaderValue] {
            let rule = CardanoPraos { active_slots: 0.9, tie_break, lottery: LotterySource::Vrf };
            let stakes = [2, 0, 3, 5];
            let start = Start { stakes: &stakes, seed: 5, trial: 0 };
            let (counts, battles) = run(rule.selector(&start), stakes.len(), 1_500);
            follows(&counts, &law(&rule, &stakes));
            let battle = slot_battle_chance(0.9, &stakes);
            follows(&[battles, 1_500 - battles], &[battle, 1.0 - battle]);
            // The stream plays no part.
            let again = wins(&rule, &stakes, 0, 50);
            assert_eq!(again, wins(&rule, &stakes, 0, 50));
        }
    }

    /// The frozen numbers against the library's functions, which are used nowhere else here.
    #[test]
    fn frozen_chances_agree_with_the_law() {
        for f in [MIN_F, 0.001, 0.05, 0.5, 0.500001, 0.75, 0.95, MAX_F] {
            let expected = -(-f).ln_1p();
            assert!((rate(f) / expected - 1.0).abs() < 1e-15, "f = {f}: {} for {expected}", rate(f));
            let stakes = [1, 10, 100, 1_000, 1_000_000];
            let slots = Slots::new(rate(f), &stakes);
            for (frozen, chance) in slots.thresholds.iter().zip(praos_leader_chances(f, &stakes)) {
                let frozen = *frozen as f64 / 2f64.powi(128);
                assert!((frozen / chance - 1.0).abs() < 1e-14, "f = {f}: {frozen} for {chance}");
            }
            // More than j points, from the Poisson distribution term by term.
            let mut tail = f;
            let mut term = 1.0 - f;
            for (j, frozen) in point_thresholds(f, rate(f)).iter().take(12).enumerate() {
                if j > 0 {
                    term *= expected / j as f64;
                    tail -= term;
                }
                assert!((*frozen as f64 / 2f64.powi(128) - tail).abs() < 1e-14, "f = {f}: more than {j}");
            }
        }
    }

    #[test]
    fn stakes_follow_their_changes() {
        for lottery in [LotterySource::Stream, LotterySource::Vrf] {
            let rule = CardanoPraos { active_slots: 0.99, lottery, ..CardanoPraos::default() };
            let mut selector = rule.selector(&Start { stakes: &[5, 5, 0], seed: 1, trial: 1 });
            let mut stream = Stream::of_trial(1, 1, Purpose::Lottery);
            let mut changes = vec![
                StakeChange { validator: ValidatorId(0), stake: 0 },
                StakeChange { validator: ValidatorId(1), stake: 0 },
                StakeChange { validator: ValidatorId(2), stake: 4 },
            ];
            for round in 1..100 {
                let turn = Turn { round, changes: &changes, last: None, lottery: &mut stream };
                if let Selection::Forger { validator, .. } = selector.select(turn) {
                    assert_eq!(validator, ValidatorId(2));
                }
                changes.clear();
            }
        }
    }

    #[test]
    fn its_scenario_is_read() {
        let example = example("rule-cardano-praos");
        assert!(example.rule.promise(&example.stakes).shares().is_some());
    }

    #[test]
    fn impossible_settings_are_refused() {
        for f in ["0.0", "1.0", "-0.5", "nan"] {
            let text = refusal(&format!("{{ kind = 'cardano-praos', active_slots = {f} }}"));
            assert!(text.starts_with("`active_slots` is") && text.contains("0.000001"), "{text}");
        }
        assert!(refusal("{ kind = 'cardano-praos', tie_break = 'coin' }").contains("leader-value"));
        assert!(refusal("{ kind = 'cardano-praos', lottery = 'dice' }").contains("vrf"));
        rule("{ kind = 'cardano-praos', tie_break = 'leader-value', lottery = 'vrf' }");
    }
}
