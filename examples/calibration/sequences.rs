//! Confidence sequences: they hold at every look.

use super::data::{binomial, compounding_wins, moments, rate, stream};
use super::table::Table;

use tombola::statistics::*;

pub fn looking_again_and_again(table: &mut Table) {
    // Oracles: a fixed 95 % test looked at after every draw from 100 to 1,000 raises a false alarm in
    // 31 % of runs; a confidence sequence in at most 5 %.
    const RUNS: usize = 4000;
    let share = 0.5;
    let mut stream = stream("peeking");
    // Per number of draws, how many wins keep the share inside.
    let kept = |interval: &dyn Fn(u64, u64) -> Interval| -> Vec<(u64, u64)> {
        let mut ranges = vec![(0, 0)];
        let mut low = 0;
        for n in 1..=1000u64 {
            while !interval(low, n).contains(share) {
                low += 1;
            }
            // Symmetric at one half.
            ranges.push((low, n - low));
        }
        ranges
    };
    let fixed = kept(&|wins, n| wilson(wins, n, 0.95).unwrap());
    let sequence = kept(&|wins, n| bernoulli_sequence(wins, n, 0.95, 300, 0.95).unwrap());
    let (mut fixed_alarms, mut sequence_alarms) = (0, 0);
    for _ in 0..RUNS {
        let mut wins = 0;
        let (mut fixed_alarm, mut sequence_alarm) = (false, false);
        for n in 1..=1000 {
            wins += stream.below(2);
            let outside = |ranges: &[(u64, u64)]| wins < ranges[n].0 || wins > ranges[n].1;
            fixed_alarm |= n >= 100 && outside(&fixed);
            sequence_alarm |= outside(&sequence);
        }
        fixed_alarms += usize::from(fixed_alarm);
        sequence_alarms += usize::from(sequence_alarm);
    }
    table.check(
        "fixed 95 % interval, looked at 901 times, alarms",
        fixed_alarms as f64 / RUNS as f64,
        RUNS,
        0.30,
        0.32,
    );
    table.check(
        "confidence sequence 95 %, 1,000 looks, alarms",
        sequence_alarms as f64 / RUNS as f64,
        RUNS,
        0.0,
        0.05,
    );
}

pub fn stopping_when_precise_enough(table: &mut Table) {
    // Stop as soon as the interval is within ± 0.04: the sequence still covers.
    let mut stream = stream("stopping");
    const RUNS: usize = 2000;
    let share = 0.2;
    let half_width = 0.04;
    let observed = rate(RUNS, || {
        let mut wins = 0;
        for n in (50..).step_by(50) {
            wins += binomial(50, share, &mut stream);
            let interval = bernoulli_sequence(wins, n, 0.95, 600, 0.95).unwrap();
            if interval.half_width() <= half_width {
                return interval.contains(share);
            }
        }
        false
    });
    table.check("confidence sequence 95 %, stopped at ± 0.04", observed, RUNS, 0.95, 1.0);
}

pub fn means_of_trials_at_every_look(table: &mut Table) {
    let mut stream = stream("bounded mean");
    const RUNS: usize = 2000;
    // Blocks of eight trials of a compounding rule; looked at after each of 60 blocks, and stopped
    // as soon as the interval is within ± 0.04. Conservative: nothing but the bounds is assumed.
    for (name, guess) in [("a good first guess", 0.2), ("a bad one", 0.9)] {
        let (mut missed, mut stopped, mut held) = (0, 0, 0);
        for _ in 0..RUNS {
            let mut mean = BoundedMean::new(guess);
            let (mut ever, mut at_stop) = (false, None);
            for _ in 0..60 {
                let wins = moments(&compounding_wins(8, &mut stream), 1.0);
                mean.observe(8, wins.sum as f64 / 100.0, wins.squares as f64 / 10_000.0);
                let interval = mean.interval(0.95).unwrap();
                ever |= !interval.contains(0.2);
                if at_stop.is_none() && interval.half_width() <= 0.04 {
                    at_stop = Some(interval.contains(0.2));
                }
            }
            missed += usize::from(ever);
            stopped += usize::from(at_stop.is_some());
            held += usize::from(at_stop == Some(true));
        }
        assert_eq!(stopped, RUNS, "every run becomes precise enough");
        let share = |count: usize| count as f64 / RUNS as f64;
        table.check(
            &format!("empirical Bernstein sequence 95 %, 60 looks, {name}, alarms"),
            share(missed),
            RUNS,
            0.0,
            0.05,
        );
        table.check(
            &format!("empirical Bernstein sequence 95 %, stopped at ± 0.04, {name}"),
            share(held),
            RUNS,
            0.95,
            1.0,
        );
    }
}
