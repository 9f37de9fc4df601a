//! Solana's leader schedule: one draw by stake for every four slots.

use crate::law::proportional_shares;
use crate::registry::{Entry, settings};
use crate::selection::epoch_stakes::EpochStakes;
use crate::selection::solana::{Leaders, ScheduleSettings, SeedSource};
use crate::selection::{Dispersion, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext};
use crate::stake::ValidatorId;
use rand::rngs::ChaCha20Rng;

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "solana-schedule",
    summary: "each epoch's leaders are drawn by stake with replacement, four slots to a draw: proportional, with four times the variance",
    source: "Agave, leader-schedule/src/lib.rs (stake_weighted_slot_leaders); status quo as told in SIMD-0612",
    parse: |table| {
        settings::<ScheduleSettings, _>(table, |settings| Ok(Box::new(SolanaSchedule(settings.check()?))))
    },
};

/// The leader schedule, drawn as it is needed. Stakes are those at the start of the epoch (on the
/// chain, at the start of the one before). A leader that has lost all its stake since leaves its
/// slots empty.
struct SolanaSchedule(ScheduleSettings);

impl Rule for SolanaSchedule {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(proportional_shares(stakes))
    }

    /// Draws of an epoch expect the shares at its start, and its rewards expect to leave them as
    /// they are: they stay the initial shares of stake.
    fn expected_shares_when_compounding(&self, stakes: &[u64]) -> ExpectedShares {
        self.expected_shares(stakes)
    }

    /// Draws are independent, and each is worth as many slots as stand in a row.
    fn dispersion(&self, stakes: &[u64]) -> Dispersion {
        match self.0.seed {
            SeedSource::Epoch => Dispersion::Unknown(
                "the seed is the number of the epoch: the schedule follows from the stakes, and every trial has the same",
            ),
            SeedSource::Stream if self.0.consecutive_slots == 1 => Dispersion::Independent,
            SeedSource::Stream => Dispersion::Scaled {
                factors: vec![self.0.consecutive_slots as f64; stakes.len()],
                cycle: self.0.consecutive_slots,
            },
        }
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let mut leaders = Leaders::default();
        leaders.rebuild(start.stakes);
        Box::new(ScheduleSelector {
            settings: self.0,
            stakes: EpochStakes::new(start.stakes),
            leaders,
            epoch: None,
            drawn: 0,
            leader: None,
        })
    }
}

struct ScheduleSelector {
    settings: ScheduleSettings,
    stakes: EpochStakes,
    leaders: Leaders,
    /// The running epoch with its generator; `None` before the first.
    epoch: Option<(u64, ChaCha20Rng)>,
    /// How many draws the running epoch has made.
    drawn: u64,
    leader: Option<u32>,
}

impl Selector for ScheduleSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        self.stakes.note(turn.changes);
        let (number, slot) = self.settings.place(turn.round);
        if self.epoch.as_ref().is_none_or(|(running, _)| *running != number) {
            if self.stakes.begin_epoch(|_, _| {}) {
                self.leaders.rebuild(self.stakes.current());
            }
            let seed = self.settings.first_epoch + number;
            self.epoch = Some((number, self.settings.seed.generator(seed, turn.lottery)));
            self.drawn = 0;
        }
        if let Some((_, random)) = &mut self.epoch {
            while self.drawn <= slot / self.settings.consecutive_slots {
                self.leader = self.leaders.draw(random);
                self.drawn += 1;
            }
        }
        match self.leader.map(ValidatorId) {
            Some(validator) if self.stakes.holds(validator) => Selection::Forger { validator, token: None },
            _ => Selection::Nobody,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::sha256;
    use crate::random::{Stream, StreamKey};
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Vectors {
        source: String,
        orders: Vec<Order>,
        hashed: Vec<Hashed>,
    }

    #[derive(Deserialize)]
    struct Order {
        epoch: u64,
        stakes: Vec<u64>,
        slots: u64,
        consecutive: u64,
        leaders: Vec<u32>,
    }

    #[derive(Deserialize)]
    struct Hashed {
        epoch: u64,
        slots: u64,
        power: u32,
        sha256: String,
    }

    fn schedule(epoch: u64, stakes: &[u64], slots: u64, consecutive: u64) -> Vec<u32> {
        let settings = ScheduleSettings {
            slots_per_epoch: slots,
            consecutive_slots: consecutive,
            seed: SeedSource::Epoch,
            first_epoch: epoch,
        };
        let rule = SolanaSchedule(settings.check().unwrap());
        let mut selector = rule.selector(&TrialContext { stakes, seed: 0, trial: 0 });
        let mut lottery = Stream::open(StreamKey::new());
        (1..=slots)
            .map(|round| {
                let turn = RoundContext { round, changes: &[], last: None, lottery: &mut lottery };
                match selector.select(turn) {
                    Selection::Forger { validator, .. } => validator.0,
                    Selection::Nobody => panic!("everybody holds stake"),
                }
            })
            .collect()
    }

    #[test]
    fn published_schedules() {
        let text = include_str!("../../../tests/vectors/solana-schedule.json");
        let vectors: Vectors = serde_json::from_str(text).unwrap();
        assert!(!vectors.source.is_empty() && vectors.orders.len() >= 14 && vectors.hashed.len() >= 13);
        for case in vectors.orders {
            let leaders = schedule(case.epoch, &case.stakes, case.slots, case.consecutive);
            assert_eq!(leaders, case.leaders, "epoch {}, {:?}", case.epoch, case.stakes);
        }
        // Validators stand in the order of their addresses, which are little-endian numbers.
        let mut addresses: Vec<[u8; 2]> = (0..=u16::MAX).map(u16::to_le_bytes).collect();
        addresses.sort_unstable();
        for case in vectors.hashed {
            let stake = |address: &[u8; 2]| u64::from(u16::from_le_bytes(*address)).pow(case.power);
            let stakes: Vec<u64> = addresses.iter().map(stake).collect();
            let mut bytes = Vec::new();
            for leader in schedule(case.epoch, &stakes, case.slots, 1) {
                bytes.extend_from_slice(&addresses[leader as usize]);
                bytes.extend_from_slice(&[0; 30]);
            }
            assert_eq!(hex::encode(sha256(&[&bytes])), case.sha256, "epoch {}", case.epoch);
        }
    }

    #[test]
    fn stakes_count_from_the_next_epoch_and_the_stakeless_lead_no_more() {
        use crate::selection::StakeChange;
        let settings = ScheduleSettings { slots_per_epoch: 8, ..ScheduleSettings::default() };
        let rule = SolanaSchedule(settings);
        let mut selector = rule.selector(&TrialContext { stakes: &[1, 1, 0], seed: 0, trial: 0 });
        let mut lottery = Stream::open(StreamKey::new());
        let changes = [
            StakeChange { validator: ValidatorId(0), stake: 0 },
            StakeChange { validator: ValidatorId(2), stake: 7 },
        ];
        let mut seen = Vec::new();
        for round in 1..=400 {
            let changes: &[StakeChange] = if round == 2 { &changes } else { &[] };
            let turn = RoundContext { round, changes, last: None, lottery: &mut lottery };
            let selection = selector.select(turn);
            let leader = match selection {
                Selection::Forger { validator, .. } => Some(validator.0),
                Selection::Nobody => None,
            };
            assert!(round == 1 || leader != Some(0), "no stake, no block");
            assert!(round > 8 || leader != Some(2), "not yet scheduled");
            assert!(round <= 8 || leader.is_some(), "everybody scheduled holds stake");
            seen.push(leader);
        }
        assert!(seen.contains(&Some(2)));
        assert!(seen.chunks(4).skip(1).all(|run| run.windows(2).all(|pair| pair[0] == pair[1])));
    }
}
