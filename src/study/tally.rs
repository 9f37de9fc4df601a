//! What a unit of work gives: integers, which are put together with those of other units in any order.

use super::wire::{ByteReader, Malformed, put, put_signed};
use crate::analysis::comparison::Measurements;
use crate::forging::Counters;
use crate::ledger::{Supply, TransactionFault};
use crate::simulation::{
    Experiment, Followed, FollowedOrder, Histogram, INCOME_SOURCES, LAGS, LongestStretches, OrderTotals,
    Results, SHARE_SCALE, SerialTotals, TimeLine, Totals, TrialConcentration, TrialIncomes, TrialRecord,
    ValidatorTotals,
};
use crate::stake::ValidatorId;

/// The trials of a block, as integers: what each ended with, and their sums.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    /// One record for each trial, ascending by number without a gap.
    pub records: Vec<TrialRecord>,
    /// Their sums.
    pub totals: Totals,
    /// What each was measured by, where rules are compared; nothing otherwise.
    pub measurements: Vec<Measurements>,
}

/// Why a tally cannot be one of an experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit(pub &'static str);

/// How many things a record has of each kind, the same for all records of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Shape {
    followed: usize,
    incomes: usize,
    order: usize,
    marks: usize,
}

const COUNTERS: usize = 11 + TransactionFault::ALL.len();

impl Shape {
    fn of(record: &TrialRecord) -> Self {
        Shape {
            followed: record.followed.len(),
            incomes: record.incomes.each.len(),
            order: record.order.len(),
            marks: record.marks.len(),
        }
    }

    /// How many numbers a record has.
    fn width(self) -> Option<usize> {
        let Shape { followed, incomes, order, marks } = self;
        let mark = followed.checked_mul(3)?.checked_add(3)?;
        let parts = [followed.checked_mul(7)?, incomes, order.checked_mul(3)?, marks.checked_mul(mark)?];
        parts.into_iter().try_fold(COUNTERS + 14 + 3 + 1, usize::checked_add)
    }
}

fn counters(counters: &Counters) -> [u64; COUNTERS] {
    let mut numbers = [0; COUNTERS];
    let own = [
        counters.rounds,
        counters.empty,
        counters.contested,
        counters.silent,
        counters.accepted,
        counters.rejected,
        counters.invalid_accepted,
        counters.slashings,
        counters.settled,
        counters.held_back,
        counters.fees,
    ];
    numbers[..11].copy_from_slice(&own);
    numbers[11..].copy_from_slice(&counters.refused);
    numbers
}

fn counters_back(numbers: &[u64]) -> Counters {
    let mut refused = [0; TransactionFault::ALL.len()];
    refused.copy_from_slice(&numbers[11..COUNTERS]);
    Counters {
        rounds: numbers[0],
        empty: numbers[1],
        contested: numbers[2],
        silent: numbers[3],
        accepted: numbers[4],
        rejected: numbers[5],
        invalid_accepted: numbers[6],
        slashings: numbers[7],
        settled: numbers[8],
        held_back: numbers[9],
        fees: numbers[10],
        refused,
    }
}

/// A record as numbers, without that of the trial.
fn flattened(record: &TrialRecord) -> Vec<u64> {
    let mut numbers = counters(&record.counters).to_vec();
    let Supply { genesis, minted, balances, stakes, burnt, slashed, held } = record.supply;
    for coins in [genesis, minted, balances, stakes, burnt, slashed, held] {
        numbers.extend([coins as u64, (coins >> 64) as u64]);
    }
    let TrialConcentration { wins_herfindahl, stake_herfindahl, stake_gini } = record.concentration;
    numbers.extend(
        [wins_herfindahl, stake_herfindahl, stake_gini].map(|index| index.map_or(0, |index| index + 1)),
    );
    for one in &record.followed {
        let who = u64::from(one.validator.0);
        numbers.extend([who, one.wins, one.blocks, one.reward, one.slashed, one.stake, one.stake_share]);
    }
    numbers.push(record.incomes.all as u64);
    numbers.extend(record.incomes.each.iter().map(|&coins| coins as u64));
    for order in &record.order {
        numbers.extend([order.runs, order.first_win, order.last_win]);
    }
    for place in 0..record.marks.len() {
        let mark = record.marks.mark(place);
        numbers.extend([mark.selections, mark.accepted, mark.earned_by_all]);
        numbers.extend(mark.wins);
        numbers.extend(mark.stake_shares);
        numbers.extend(mark.earned);
    }
    numbers
}

/// The record of a trial from its numbers, of which there must be as many as the shape has.
fn built(trial: u64, shape: Shape, numbers: &[u64]) -> Result<TrialRecord, Malformed> {
    let (own, rest) = numbers.split_at(COUNTERS);
    let (coins, rest) = rest.split_at(14);
    let (indices, rest) = rest.split_at(3);
    let (followed, rest) = rest.split_at(7 * shape.followed);
    let (all, rest) = rest.split_at(1);
    let (each, rest) = rest.split_at(shape.incomes);
    let (order, rest) = rest.split_at(3 * shape.order);
    let coins = |place: usize| u128::from(coins[2 * place]) | u128::from(coins[2 * place + 1]) << 64;
    let index = |place: usize| indices[place].checked_sub(1);
    let mut marks = TimeLine::new(shape.followed, shape.marks);
    for mark in rest.chunks_exact(3 + 3 * shape.followed) {
        let (wins, shares) = mark[3..].split_at(shape.followed);
        let (shares, earned) = shares.split_at(shape.followed);
        let [wins, shares, earned] = [wins, shares, earned].map(|numbers| numbers.iter().copied());
        marks.push([mark[0], mark[1], mark[2]], wins, shares, earned);
    }
    let one = |one: &[u64]| {
        let validator = u32::try_from(one[0]).map_err(|_| Malformed("a followed validator"))?;
        Ok(Followed {
            validator: ValidatorId(validator),
            wins: one[1],
            blocks: one[2],
            reward: one[3],
            slashed: one[4],
            stake: one[5],
            stake_share: one[6],
        })
    };
    Ok(TrialRecord {
        trial,
        counters: counters_back(own),
        supply: Supply {
            genesis: coins(0),
            minted: coins(1),
            balances: coins(2),
            stakes: coins(3),
            burnt: coins(4),
            slashed: coins(5),
            held: coins(6),
        },
        concentration: TrialConcentration {
            wins_herfindahl: index(0),
            stake_herfindahl: index(1),
            stake_gini: index(2),
        },
        followed: followed.chunks_exact(7).map(one).collect::<Result<_, Malformed>>()?,
        incomes: TrialIncomes { each: each.iter().map(|&coins| coins as i64).collect(), all: all[0] as i64 },
        order: order
            .chunks_exact(3)
            .map(|order| FollowedOrder { runs: order[0], first_win: order[1], last_win: order[2] })
            .collect(),
        marks,
    })
}

impl Tally {
    /// The number of the first trial.
    ///
    /// # Panics
    /// If there is no trial.
    pub fn first(&self) -> u64 {
        self.records[0].trial
    }

    /// Its trials.
    ///
    /// # Panics
    /// If there is none.
    pub fn trials(&self) -> std::ops::Range<u64> {
        self.first()..self.first() + self.records.len() as u64
    }

    /// The tally as bytes. Every number is written as its difference from that of the trial before,
    /// which is small most often.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let shape = Shape::of(&self.records[0]);
        put(&mut bytes, u128::from(self.first()));
        for count in [self.records.len(), shape.followed, shape.incomes, shape.order, shape.marks] {
            put(&mut bytes, count as u128);
        }
        let mut before: Vec<u64> = Vec::new();
        for record in &self.records {
            debug_assert_eq!(Shape::of(record), shape);
            let numbers = flattened(record);
            for (place, number) in numbers.iter().enumerate() {
                let last = before.get(place).copied().unwrap_or(0);
                put_signed(&mut bytes, number.wrapping_sub(last) as i64);
            }
            before = numbers;
        }
        put_totals(&mut bytes, &self.totals);
        for measured in self.measurements.iter().flatten() {
            // A value is finite; the bits of no number stand for none.
            bytes.extend(measured.unwrap_or(f64::NAN).to_bits().to_le_bytes());
        }
        bytes
    }

    /// The first trial and the number of trials of a tally, without reading more of it.
    ///
    /// # Errors
    /// If the bytes do not begin as a tally.
    pub fn extent(bytes: &[u8]) -> Result<(u64, u64), Malformed> {
        let mut reading = ByteReader(bytes);
        let first = reading.number("the first trial")?;
        let count = reading.count(COUNTERS, "the number of trials")? as u64;
        if count == 0 || first.checked_add(count).is_none() {
            return Err(Malformed("the number of trials"));
        }
        Ok((first, count))
    }

    /// Reads a tally from bytes that may come from anywhere. Memory is at most a constant times their
    /// number.
    ///
    /// # Errors
    /// If they are no tally.
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let (first, trials) = Tally::extent(bytes)?;
        let mut reading = ByteReader(bytes);
        reading.number("the first trial")?;
        reading.number("the number of trials")?;
        let mut count = || reading.count(1, "the shape of a trial");
        let shape = Shape { followed: count()?, incomes: count()?, order: count()?, marks: count()? };
        let width = shape.width().filter(|width| {
            (*width as u64).checked_mul(trials).is_some_and(|numbers| numbers <= reading.0.len() as u64)
        });
        let width = width.ok_or(Malformed("the shape of a trial"))?;
        let mut numbers = vec![0u64; width];
        let mut records = Vec::with_capacity(trials as usize);
        for trial in first..first + trials {
            for number in &mut numbers {
                *number = number.wrapping_add(reading.signed("a number of a trial")? as u64);
            }
            records.push(built(trial, shape, &numbers)?);
        }
        let totals = read_totals(&mut reading)?;
        let measurements = if reading.0.is_empty() {
            Vec::new()
        } else {
            records.iter().map(|_| read_measurements(&mut reading)).collect::<Result<_, _>>()?
        };
        reading.end()?;
        Ok(Tally { records, totals, measurements })
    }

    /// Whether the tally can be one of this experiment: whom it counts, how long its trials are, and that
    /// no sum is larger than its parts can be. What passes cannot overflow when it is added up.
    ///
    /// # Errors
    /// What does not fit.
    pub fn fits(&self, experiment: &Experiment) -> Result<(), Unfit> {
        let totals = &self.totals;
        let trials = self.records.len() as u64;
        let rounds = experiment.rounds;
        let followed = experiment.followed();
        let fits = |holds: bool, what: &'static str| if holds { Ok(()) } else { Err(Unfit(what)) };
        fits(totals.trials == trials, "the number of trials")?;
        fits(
            totals.trials_with_wins <= trials && totals.trials_with_rewards <= trials,
            "the number of trials",
        )?;
        let measured = self.measurements.len();
        fits(measured == 0 || measured == self.records.len(), "what the trials were measured by")?;
        fits(totals.validators.len() == experiment.world.validators(), "the number of validators")?;
        fits(totals.incomes.len() == experiment.world.parties.len(), "the number of parties")?;
        let mut sum = [0u128; COUNTERS];
        let mark_rounds = experiment.marks();
        for record in &self.records {
            let numbers = counters(&record.counters);
            sum.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += u128::from(number));
            fits(record.counters.rounds <= rounds, "the rounds of a trial")?;
            let per_round = [record.counters.empty, record.counters.silent, record.counters.contested];
            fits(per_round.iter().all(|&count| count <= record.counters.rounds), "the rounds of a trial")?;
            fits(
                record.counters.accepted <= rounds && record.counters.rejected <= rounds,
                "the blocks of a trial",
            )?;
            let named = record.followed.iter().map(|one| one.validator);
            fits(named.eq(followed.iter().copied()), "the validators that are followed")?;
            let possible = record.followed.iter().all(|one| {
                one.wins <= record.counters.rounds && one.blocks <= rounds && one.stake_share <= SHARE_SCALE
            });
            fits(possible, "what a followed validator won")?;
            fits(record.order.is_empty() || record.order.len() == followed.len(), "the order of wins")?;
            fits(record.incomes.each.len() == experiment.world.parties.len(), "the number of parties")?;
            fits(record.marks.len() == mark_rounds.len(), "the time line")?;
            let coins =
                [record.supply.genesis, record.supply.minted, record.supply.balances, record.supply.stakes];
            fits(
                coins.iter().all(|&coins| coins < 1 << 64) && record.supply.is_conserved_here(),
                "the coins of a trial",
            )?;
            for (place, &until) in mark_rounds.iter().enumerate() {
                let mark = record.marks.mark(place);
                fits(mark.selections <= until && mark.accepted <= until, "the time line")?;
                fits(mark.wins.iter().all(|&wins| wins <= mark.selections), "the time line")?;
            }
        }
        fits(
            counters(&totals.counters).iter().zip(sum).all(|(&total, sum)| u128::from(total) == sum),
            "the sums over trials",
        )?;
        let played = u128::from(totals.counters.rounds);
        let leads = &totals.leads;
        let told = leads.is_empty() || leads.len() == totals.validators.len();
        fits(told && leads.iter().all(|&led| u128::from(led) <= played), "the slots that were led")?;
        let (all, scale) = (u128::from(trials), u128::from(SHARE_SCALE));
        let mut wins = 0u128;
        for one in &totals.validators {
            wins += u128::from(one.wins);
            let fine = u128::from(one.wins) <= played
                && one.wins_squared <= played.saturating_mul(played)
                && u128::from(one.blocks) <= played
                && one.seats <= 1 << 62
                && one.reward < 1 << 100
                && one.slashed < 1 << 100
                && [one.win_share, one.reward_share, one.final_share].iter().all(|&sum| sum <= all * scale)
                && [one.win_share_squared, one.reward_share_squared]
                    .iter()
                    .all(|&sum| sum <= all * scale * scale);
            fits(fine, "the sums of a validator")?;
        }
        fits(wins == played - u128::from(totals.counters.empty), "the sum of all wins")?;
        fits(totals.incomes.iter().flatten().all(|&coins| coins < 1 << 100), "the incomes")?;
        if let Some(serial) = &totals.order.serial {
            fits(serial.longest.len() == totals.validators.len(), "the order of wins")?;
            fits(
                serial.longest.iter().all(|one| one.gap <= rounds && one.run <= rounds),
                "the order of wins",
            )?;
            fits(serial.gaps.len() == followed.len(), "the order of wins")?;
            fits(serial.matches.iter().all(|&count| u128::from(count) <= played), "the order of wins")?;
        }
        if let Some(windows) = &totals.order.windows {
            fits(windows.len() == followed.len(), "the windows")?;
        }
        let histograms = totals.order.serial.iter().flat_map(|serial| &serial.gaps);
        for histogram in histograms.chain(totals.order.windows.iter().flatten()) {
            let all: u128 = histogram.counts().iter().map(|&count| u128::from(count)).sum();
            fits(all <= played, "the order of wins")?;
        }
        Ok(())
    }

    /// The results of some blocks together; the blocks may be in any order.
    pub fn results(blocks: impl IntoIterator<Item = Tally>, partial: bool) -> Results {
        let mut results =
            Results { records: Vec::new(), totals: Totals::default(), partial, satisfied: None };
        for block in blocks {
            results.records.extend(block.records);
            results.totals.merge(&block.totals);
        }
        results.records.sort_unstable_by_key(|record| record.trial);
        results
    }
}

fn read_measurements(reading: &mut ByteReader) -> Result<Measurements, Malformed> {
    let mut measured = Measurements::default();
    for value in &mut measured {
        let (bits, rest) =
            reading.0.split_first_chunk::<8>().ok_or(Malformed("what a trial was measured by"))?;
        reading.0 = rest;
        let bits = u64::from_le_bytes(*bits);
        *value = match f64::from_bits(bits) {
            number if number.is_finite() => Some(number),
            _ if bits == f64::NAN.to_bits() => None,
            _ => return Err(Malformed("what a trial was measured by")),
        };
    }
    Ok(measured)
}

impl Supply {
    /// Whether nothing was lost, where no sum can overflow.
    fn is_conserved_here(&self) -> bool {
        let small = [self.burnt, self.slashed, self.held].iter().all(|&coins| coins < 1 << 64);
        small && self.is_conserved()
    }
}

fn put_all(bytes: &mut Vec<u8>, numbers: impl IntoIterator<Item = u128>) {
    numbers.into_iter().for_each(|number| put(bytes, number));
}

fn put_totals(bytes: &mut Vec<u8>, totals: &Totals) {
    let counts = [totals.trials, totals.trials_with_wins, totals.trials_with_rewards];
    put_all(bytes, counts.map(u128::from));
    put_all(bytes, counters(&totals.counters).map(u128::from));
    put(bytes, u128::from(totals.stakes_moved));
    put(bytes, totals.validators.len() as u128);
    for one in &totals.validators {
        let numbers = [
            u128::from(one.wins),
            one.wins_squared,
            u128::from(one.blocks),
            u128::from(one.seats),
            one.reward,
            one.slashed,
            one.win_share,
            one.win_share_squared,
            one.reward_share,
            one.reward_share_squared,
            one.final_share,
        ];
        put_all(bytes, numbers);
    }
    put(bytes, totals.leads.len() as u128);
    put_all(bytes, totals.leads.iter().map(|&leads| u128::from(leads)));
    put(bytes, totals.incomes.len() as u128);
    put_all(bytes, totals.incomes.iter().flatten().copied());
    put(bytes, u128::from(totals.order.serial.is_some()));
    if let Some(serial) = &totals.order.serial {
        put(bytes, serial.longest.len() as u128);
        put_all(bytes, serial.longest.iter().flat_map(|one| [one.gap, one.run]).map(u128::from));
        put_all(bytes, serial.matches.map(u128::from));
        put_histograms(bytes, &serial.gaps);
    }
    put(bytes, u128::from(totals.order.windows.is_some()));
    if let Some(windows) = &totals.order.windows {
        put_histograms(bytes, windows);
    }
}

fn put_histograms(bytes: &mut Vec<u8>, histograms: &[Histogram]) {
    put(bytes, histograms.len() as u128);
    for histogram in histograms {
        // Trailing zeros are nothing.
        let histogram = Histogram::of(histogram.counts());
        put(bytes, histogram.counts().len() as u128);
        put_all(bytes, histogram.counts().iter().map(|&count| u128::from(count)));
    }
}

fn read_totals(reading: &mut ByteReader) -> Result<Totals, Malformed> {
    const WHAT: &str = "the sums over trials";
    let [trials, trials_with_wins, trials_with_rewards] = read_array(reading, WHAT)?;
    let own: [u64; COUNTERS] = read_array(reading, WHAT)?;
    let stakes_moved = reading.truth(WHAT)?;
    let validators =
        (0..reading.count(11, WHAT)?).map(|_| read_validator(reading)).collect::<Result<_, _>>()?;
    let leads =
        (0..reading.count(1, WHAT)?).map(|_| reading.number(WHAT)).collect::<Result<Vec<u64>, _>>()?;
    let mut incomes = Vec::new();
    for _ in 0..reading.count(INCOME_SOURCES, WHAT)? {
        let mut sources = [0; INCOME_SOURCES];
        for coins in &mut sources {
            *coins = reading.wide(WHAT)?;
        }
        incomes.push(sources);
    }
    let serial = match reading.truth(WHAT)? {
        false => None,
        true => {
            let longest = (0..reading.count(2, WHAT)?)
                .map(|_| Ok(LongestStretches { gap: reading.number(WHAT)?, run: reading.number(WHAT)? }))
                .collect::<Result<_, Malformed>>()?;
            let matches: [u64; LAGS] = read_array(reading, WHAT)?;
            Some(SerialTotals { longest, matches, gaps: read_histograms(reading)? })
        }
    };
    let windows = match reading.truth(WHAT)? {
        false => None,
        true => Some(read_histograms(reading)?),
    };
    Ok(Totals {
        trials,
        trials_with_wins,
        trials_with_rewards,
        counters: counters_back(&own),
        stakes_moved,
        validators,
        leads,
        incomes,
        order: OrderTotals { serial, windows },
    })
}

fn read_array<const N: usize>(reading: &mut ByteReader, what: &'static str) -> Result<[u64; N], Malformed> {
    let mut numbers = [0; N];
    for number in &mut numbers {
        *number = reading.number(what)?;
    }
    Ok(numbers)
}

fn read_validator(reading: &mut ByteReader) -> Result<ValidatorTotals, Malformed> {
    const WHAT: &str = "the sums of a validator";
    Ok(ValidatorTotals {
        wins: reading.number(WHAT)?,
        wins_squared: reading.wide(WHAT)?,
        blocks: reading.number(WHAT)?,
        seats: reading.number(WHAT)?,
        reward: reading.wide(WHAT)?,
        slashed: reading.wide(WHAT)?,
        win_share: reading.wide(WHAT)?,
        win_share_squared: reading.wide(WHAT)?,
        reward_share: reading.wide(WHAT)?,
        reward_share_squared: reading.wide(WHAT)?,
        final_share: reading.wide(WHAT)?,
    })
}

fn read_histograms(reading: &mut ByteReader) -> Result<Vec<Histogram>, Malformed> {
    const WHAT: &str = "a histogram";
    let mut histograms = Vec::new();
    for _ in 0..reading.count(1, WHAT)? {
        let mut counts = Vec::new();
        for _ in 0..reading.count(1, WHAT)? {
            counts.push(reading.number(WHAT)?);
        }
        if counts.last() == Some(&0) {
            return Err(Malformed(WHAT));
        }
        histograms.push(Histogram::of(&counts));
    }
    Ok(histograms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Scenario, load_text};
    use crate::simulation::{Control, Player, Quiet, run};
    use proptest::prelude::*;
    use std::path::Path;
    use std::sync::atomic::AtomicBool;

    fn scenario(text: &str) -> Scenario {
        let text = format!("[run]\nseed = 3\ncheckpoints = 4\n{text}");
        load_text(Path::new("test.toml"), text, &[]).unwrap()
    }

    fn blocks(scenario: &Scenario, size: u64) -> Vec<Tally> {
        let stop = AtomicBool::new(false);
        let control = Control { progress: &Quiet, stop: &stop };
        let player = Player::new(&scenario.experiment, &control);
        (0..scenario.experiment.trials)
            .step_by(size as usize)
            .map(|first| {
                let results = player.play(first..(first + size).min(scenario.experiment.trials)).unwrap();
                Tally { records: results.records, totals: results.totals, measurements: Vec::new() }
            })
            .collect()
    }

    const SCENARIOS: [&str; 6] = [
        "engine = 'draws'\nrounds = 60\ntrials = 21\n[population]\ncount = 12\ntotal_stake = 900\nstake = 'zipf'\n",
        "engine = 'draws'\nrounds = 50\ntrials = 21\n[population]\ncount = 2\ntotal_stake = 100\nstake = 'zipf'\n[reward]\ncompound = true\n",
        "engine = 'draws'\nrounds = 50\ntrials = 21\n[population]\ncount = 30\ntotal_stake = 10000\nstake = 'zipf'\n[reward]\ncompound = true\n",
        "engine = 'law'\nrounds = 1000000\ntrials = 21\n[population]\ncount = 12\ntotal_stake = 900\nstake = 'zipf'\n",
        "engine = 'law'\nrounds = 500\ntrials = 21\n[population]\ncount = 2\ntotal_stake = 900\nstake = 'zipf'\n[reward]\ncompound = true\n",
        "engine = 'full'\nrounds = 20\ntrials = 5\n[population]\ncount = 4\ntotal_stake = 900\nstake = 'zipf'\n[transactions]\nper_round = 3\nbad = '1/4'\n[[behaviours]]\nact = 'invalid-block'\nshare = '1/4'\n",
    ];

    /// Blocks in any order, through bytes and back, are the run as a whole, by every way of playing.
    #[test]
    fn blocks_of_any_size_are_the_whole_run() {
        for text in SCENARIOS {
            let scenario = scenario(text);
            let stop = AtomicBool::new(false);
            let whole =
                run(&scenario.experiment, 1, None, &Control { progress: &Quiet, stop: &stop }).unwrap();
            for size in [1, 4, 8, 21] {
                let mut tallies = blocks(&scenario, size);
                tallies.reverse();
                let read = tallies.iter().map(|tally| {
                    let bytes = tally.bytes();
                    let read = Tally::read(&bytes).unwrap();
                    assert_eq!(&read, tally);
                    assert_eq!(Tally::extent(&bytes), Ok((tally.first(), tally.records.len() as u64)));
                    assert_eq!(read.fits(&scenario.experiment), Ok(()), "{text}");
                    read
                });
                assert_eq!(Tally::results(read, false), whole, "{text} by {size}");
            }
        }
    }

    #[test]
    fn the_tally_of_another_experiment_does_not_fit() {
        let all: Vec<Scenario> = SCENARIOS.into_iter().map(scenario).collect();
        for (place, one) in all.iter().enumerate() {
            for (other_place, other) in all.iter().enumerate() {
                let fits = blocks(one, 4)[0].fits(&other.experiment).is_ok();
                // A longer experiment of the same validators may have trials that ended early.
                let alike =
                    place == other_place || (place, other_place) == (0, 3) || (place, other_place) == (1, 4);
                assert!(fits <= alike, "{place} {other_place}");
            }
        }
    }

    proptest! {
        /// Bytes that were changed anywhere are refused, or are a tally that says so when it does not
        /// fit; nothing panics, and putting together what fits does not either.
        #[test]
        fn changed_bytes_never_panic(
            which in 0..SCENARIOS.len(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
            cut in any::<prop::sample::Index>(),
            short: bool,
        ) {
            let scenario = scenario(SCENARIOS[which]);
            let good = blocks(&scenario, 4).swap_remove(0);
            let mut bytes = good.bytes();
            for (place, byte) in changes {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            if short {
                bytes.truncate(cut.index(bytes.len()));
            }
            if let Ok(tally) = Tally::read(&bytes)
                && tally.fits(&scenario.experiment).is_ok()
            {
                let results = Tally::results([tally, good], false);
                prop_assert!(results.records.len() >= 2);
            }
        }

        #[test]
        fn any_bytes_are_refused_without_panic(bytes: Vec<u8>) {
            let _ = Tally::read(&bytes);
        }
    }

    #[test]
    fn ten_followed_validators_take_few_bytes() {
        let scenario = scenario(
            "engine = 'draws'\nrounds = 1000\ntrials = 20\n[population]\ncount = 10\ntotal_stake = 1_000_000\nstake = 'zipf'\n[analysis]\nserial = 'off'\nwindow = 'off'\n",
        );
        let bytes = blocks(&scenario, 20)[0].bytes().len();
        assert!(bytes < 12_000, "{bytes} bytes");
    }
}
