//! Solana's proposed two-phase schedule: a guaranteed floor, a lottery for the rest.

use crate::law::successive_inclusion;
use crate::registry::{Entry, settings};
use crate::selection::epoch_stakes::EpochStakes;
use crate::selection::solana::{Leaders, ScheduleSettings, SeedSource, WeightTree, uniform};
use crate::selection::{Dispersion, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext};
use crate::stake::ValidatorId;
use rand::rngs::ChaCha20Rng;

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "simd-0612",
    summary: "each epoch everybody gets the whole part of its due in runs of four slots for certain; the runs left over are drawn by remainder, nobody twice; then all are shuffled",
    source: "SIMD-0612, Two-Phase Leader Schedule (draft of 2026-08-26), solana-foundation/solana-improvement-documents, pull request 612",
    parse: |table| {
        settings::<ScheduleSettings, _>(table, |settings| Ok(Box::new(TwoPhaseSchedule(settings.check()?))))
    },
};

/// The two-phase schedule. Stakes are those at the start of the epoch (on the chain, at the start
/// of the one before). A leader that has lost all its stake since leaves its slots empty.
///
/// The draft leaves open how a number beyond 64 bits is drawn, which the sum of the scaled
/// remainders needs; see [`crate::selection::solana::uniform_wide`].
struct TwoPhaseSchedule(ScheduleSettings);

impl TwoPhaseSchedule {
    fn runs(&self) -> u64 {
        self.0.slots_per_epoch / self.0.consecutive_slots
    }

    /// For each validator its certain runs and the probability of one more.
    fn expectation(&self, stakes: &[u64]) -> Option<Vec<(u64, f64)>> {
        let total: u64 = stakes.iter().sum();
        if total == 0 {
            return None;
        }
        let dues: Vec<Due> = stakes.iter().map(|&stake| Due::of(stake, total, self.runs())).collect();
        let left = self.runs() - dues.iter().map(|due| due.certain).sum::<u64>();
        let remainders: Vec<u64> = dues.iter().map(|due| due.remainder).collect();
        let more = successive_inclusion(&remainders, left);
        Some(dues.iter().map(|due| due.certain).zip(more).collect())
    }
}

/// What is due to a stake in one epoch: `stake * runs / total`.
#[derive(Clone, Copy)]
struct Due {
    /// Runs, rounded down.
    certain: u64,
    /// What rounding left over, in parts of `total` to a run.
    remainder: u64,
}

impl Due {
    fn of(stake: u64, total: u64, runs: u64) -> Self {
        let scaled = u128::from(stake) * u128::from(runs);
        Due { certain: (scaled / u128::from(total)) as u64, remainder: (scaled % u128::from(total)) as u64 }
    }
}

impl Rule for TwoPhaseSchedule {
    /// The certain runs and the expected share of the rest. The rest is drawn by remainder
    /// without replacement, which favours small remainders over large ones, so the expected shares is not
    /// exactly the share of stake; it is off by less than one run in an epoch.
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        match self.expectation(stakes) {
            Some(expectation) => {
                let runs = self.runs() as f64;
                ExpectedShares::Shares(
                    expectation.iter().map(|(certain, more)| (*certain as f64 + more) / runs).collect(),
                )
            }
            None => ExpectedShares::Unknown("nobody has stake"),
        }
    }

    /// Over whole epochs only the one uncertain run varies, independently between epochs:
    /// `consecutive^2 π (1 - π)` an epoch. (Within an epoch the shuffle spreads the runs, so
    /// counts over a part of one vary more than that.)
    fn dispersion(&self, stakes: &[u64]) -> Dispersion {
        if self.0.seed == SeedSource::Epoch {
            return Dispersion::Unknown(
                "the seed is the number of the epoch: the schedule follows from the stakes, and every trial has the same",
            );
        }
        let Some(expectation) = self.expectation(stakes) else {
            return Dispersion::Unknown("nobody has stake");
        };
        let slots = self.0.slots_per_epoch as f64;
        let run = self.0.consecutive_slots as f64;
        let factors = expectation
            .iter()
            .map(|(certain, more)| {
                let share = (*certain as f64 + more) * run / slots;
                let multinomial = slots * share * (1.0 - share);
                if multinomial > 0.0 { run * run * more * (1.0 - more) / multinomial } else { 0.0 }
            })
            .collect();
        Dispersion::Scaled { factors, cycle: self.0.slots_per_epoch }
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let mut leaders = Leaders::default();
        leaders.rebuild(start.stakes);
        Box::new(TwoPhaseSelector {
            settings: self.0,
            runs: self.runs(),
            stakes: EpochStakes::new(start.stakes),
            scheduled: start.stakes.to_vec(),
            leaders,
            counts: Vec::with_capacity(start.stakes.len()),
            remainders: WeightTree::default(),
            epoch: None,
            assigned: Vec::with_capacity(self.runs() as usize),
        })
    }
}

struct TwoPhaseSelector {
    settings: ScheduleSettings,
    runs: u64,
    stakes: EpochStakes,
    /// The stakes at the start of the epoch.
    scheduled: Vec<u64>,
    leaders: Leaders,
    /// Runs of each leader, in the leaders' order.
    counts: Vec<u64>,
    remainders: WeightTree,
    /// The running epoch; `None` before the first.
    epoch: Option<u64>,
    /// Who leads each run of the running epoch.
    assigned: Vec<u32>,
}

impl TwoPhaseSelector {
    /// Fills `assigned`: floors, remainder draws, shuffle. O(n log n + runs).
    fn assign(&mut self, random: &mut ChaCha20Rng) {
        self.assigned.clear();
        self.counts.clear();
        let total = self.leaders.total();
        if total == 0 {
            return;
        }
        let ids = self.leaders.ids();
        let due = |&id: &u32| Due::of(self.scheduled[id as usize], total, self.runs);
        self.counts.extend(ids.iter().map(due).map(|due| due.certain));
        self.remainders.rebuild(ids.iter().map(due).map(|due| due.remainder));
        for _ in 0..self.runs - self.counts.iter().sum::<u64>() {
            if let Some(winner) = self.remainders.take(random) {
                self.counts[winner] += 1;
            }
        }
        for (&id, &count) in ids.iter().zip(&self.counts) {
            self.assigned.extend(std::iter::repeat_n(id, count as usize));
        }
        for last in (1..self.assigned.len()).rev() {
            let other = uniform(random, last as u64 + 1) as usize;
            self.assigned.swap(last, other);
        }
    }
}

impl Selector for TwoPhaseSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        self.stakes.note(turn.changes);
        let (number, slot) = self.settings.place(turn.round);
        if self.epoch != Some(number) {
            self.epoch = Some(number);
            let scheduled = &mut self.scheduled;
            if self.stakes.begin_epoch(|validator, stake| scheduled[validator.index()] = stake) {
                self.leaders.rebuild(&self.scheduled);
            }
            let seed = self.settings.first_epoch + number;
            self.assign(&mut self.settings.seed.generator(seed, turn.lottery));
        }
        let run = (slot / self.settings.consecutive_slots) as usize;
        match self.assigned.get(run).copied().map(ValidatorId) {
            Some(validator) if self.stakes.holds(validator) => Selection::Forger { validator, token: None },
            _ => Selection::Nobody,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Stream, StreamKey};

    fn wins_of_an_epoch(settings: ScheduleSettings, stakes: &[u64], epochs: u64) -> Vec<Vec<u64>> {
        let rule = TwoPhaseSchedule(settings.check().unwrap());
        let mut selector = rule.selector(&TrialContext { stakes, seed: 0, trial: 0 });
        let mut lottery = Stream::open(StreamKey::new().text("simd"));
        (0..epochs)
            .map(|epoch| {
                let mut wins = vec![0; stakes.len()];
                for slot in 1..=settings.slots_per_epoch {
                    let round = epoch * settings.slots_per_epoch + slot;
                    let turn = RoundContext { round, changes: &[], last: None, lottery: &mut lottery };
                    if let Selection::Forger { validator, .. } = selector.select(turn) {
                        wins[validator.index()] += 1;
                    }
                }
                wins
            })
            .collect()
    }

    /// The draft's count bound: every epoch gives each leader its floor or one run more, and all
    /// slots are given.
    #[test]
    fn counts_are_the_floor_or_one_more() {
        let settings = ScheduleSettings { slots_per_epoch: 400, ..ScheduleSettings::default() };
        let stakes = [1_000u64, 333, 333, 50, 7, 3, 0, 1, 1 << 40, 1 << 39];
        let total: u64 = stakes.iter().sum();
        for wins in wins_of_an_epoch(settings, &stakes, 50) {
            assert_eq!(wins.iter().sum::<u64>(), 400);
            for (&stake, &wins) in stakes.iter().zip(&wins) {
                let floor = stake * 100 / total;
                assert!(wins == 4 * floor || (wins == 4 * (floor + 1) && stake > 0), "{stake}: {wins}");
            }
        }
    }

    /// The shuffle leaves no trace of the order in which runs were given: over 2,000 epochs the
    /// first and the last run fall to each leader as often as its share says, within 4.5 standard
    /// errors.
    #[test]
    fn every_place_in_the_epoch_is_alike() {
        let settings =
            ScheduleSettings { slots_per_epoch: 10, consecutive_slots: 1, ..ScheduleSettings::default() };
        let stakes = [47u64, 31, 15, 7];
        let rule = TwoPhaseSchedule(settings);
        let expected_shares = rule.expected_shares(&stakes);
        let mut selector = rule.selector(&TrialContext { stakes: &stakes, seed: 0, trial: 0 });
        let mut lottery = Stream::open(StreamKey::new().text("places"));
        let mut counts = [[0f64; 4]; 2];
        let epochs = 2_000;
        for round in 1..=10 * epochs {
            let turn = RoundContext { round, changes: &[], last: None, lottery: &mut lottery };
            let Selection::Forger { validator, .. } = selector.select(turn) else { panic!() };
            match round % 10 {
                1 => counts[0][validator.index()] += 1.0,
                0 => counts[1][validator.index()] += 1.0,
                _ => {}
            }
        }
        for counts in counts {
            for (count, share) in counts.iter().zip(expected_shares.shares().unwrap()) {
                let sigma = (epochs as f64 * share * (1.0 - share)).sqrt();
                assert!((count - epochs as f64 * share).abs() < 4.5 * sigma, "{counts:?}");
            }
        }
    }

    /// Exact multiples of a run's weight get exactly their floor: no chance at all in the counts.
    #[test]
    fn exact_multiples_leave_no_lottery() {
        let settings = ScheduleSettings { slots_per_epoch: 40, ..ScheduleSettings::default() };
        for wins in wins_of_an_epoch(settings, &[5, 3, 2], 20) {
            assert_eq!(wins, [20, 12, 8]);
        }
        let rule = TwoPhaseSchedule(settings);
        assert_eq!(rule.expected_shares(&[5, 3, 2]), ExpectedShares::Shares(vec![0.5, 0.3, 0.2]));
        let none = Dispersion::Scaled { factors: vec![0.0; 3], cycle: 40 };
        assert_eq!(rule.dispersion(&[5, 3, 2]), none);
    }

    /// Stakes 3, 2, 1 and two runs: dues 1, 2/3, 1/3. The second run goes to the second or third
    /// with odds 2 : 1. With two runs left for dues 0.9, 0.6, 0.5 (stakes 9, 6, 5) the inclusions
    /// are those of two successive draws, by hand: 1 - P(left out).
    #[test]
    fn expected_share_and_variance_by_hand() {
        let two =
            ScheduleSettings { slots_per_epoch: 2, consecutive_slots: 1, ..ScheduleSettings::default() };
        let rule = TwoPhaseSchedule(two);
        let shares = rule.expected_shares(&[3, 2, 1]);
        let shares = shares.shares().unwrap();
        for (share, exact) in shares.iter().zip([1.0 / 2.0, 1.0 / 3.0, 1.0 / 6.0]) {
            assert!((share - exact).abs() < 1e-12);
        }
        let shares = rule.expected_shares(&[9, 6, 5]);
        let shares = shares.shares().unwrap();
        let left_out = [
            6.0 / 20.0 * 5.0 / 14.0 + 5.0 / 20.0 * 6.0 / 15.0,
            9.0 / 20.0 * 5.0 / 11.0 + 5.0 / 20.0 * 9.0 / 15.0,
            9.0 / 20.0 * 6.0 / 11.0 + 6.0 / 20.0 * 9.0 / 14.0,
        ];
        for (share, out) in shares.iter().zip(left_out) {
            assert!((share - (1.0 - out) / 2.0).abs() < 1e-12, "{shares:?}");
        }
        // Variance of one epoch: π (1 - π), against 2 p (1 - p) with p = π / 2.
        let Dispersion::Scaled { factors, cycle } = rule.dispersion(&[9, 6, 5]) else { panic!() };
        assert_eq!(cycle, 2);
        for (factor, out) in factors.iter().zip(left_out) {
            let p = (1.0 - out) / 2.0;
            assert!((factor - out * (1.0 - out) / (2.0 * p * (1.0 - p))).abs() < 1e-12);
        }
    }
}
