//! Calibration: do intervals cover as often as they say, do tests reject as often as they say?
//!
//! Every statement of `statistics/` is put to simulated data with a fixed seed. Observed rates must
//! lie within 4.5 binomial standard errors of the rate they should have (false alarm 7e-6 a
//! comparison). Where the true rate of a discrete procedure can be summed exactly, simulation is
//! held against that, and that against the nominal one; where a procedure is conservative or
//! liberal by construction, the bound says by how much. `cargo test --release --test calibration
//! -- --nocapture` prints the table.

use rand_distr::{Beta, Distribution, Gamma, Normal};
use std::collections::BTreeMap;
use tombola::random::{Stream, StreamKey};
use tombola::statistics::distributions::{Binomial, sample_multinomial};
use tombola::statistics::*;

const LEVELS: [f64; 3] = [0.01, 0.05, 0.10];

/// The stakes of the seed's four validators, as shares.
const SEED: [f64; 4] = [350.0 / 1325.0, 500.0 / 1325.0, 200.0 / 1325.0, 275.0 / 1325.0];

fn stream(purpose: &str) -> Stream {
    Stream::open(StreamKey::new().text("calibration").text(purpose))
}

fn binomial(rounds: u64, share: f64, stream: &mut Stream) -> u64 {
    let mut counts = [0; 2];
    sample_multinomial(&mut counts, &[share, 1.0 - share], rounds, stream);
    counts[0]
}

fn multinomial(rounds: u64, shares: &[f64], stream: &mut Stream) -> Vec<u64> {
    let mut counts = vec![0; shares.len()];
    sample_multinomial(&mut counts, shares, rounds, stream);
    counts
}

/// 4.5 standard errors of a rate.
fn slack(rate: f64, sets: usize) -> f64 {
    4.5 * (rate * (1.0 - rate) / sets as f64).sqrt().max(1.0 / sets as f64)
}

/// Prints a line of the table and checks that the observed rate can come from one in the range.
fn check(what: &str, observed: f64, sets: usize, least: f64, most: f64) {
    println!("{what:<64} {observed:>8.4}   should be {least:.4} to {most:.4}, {sets} sets");
    assert!(
        observed >= least - slack(least, sets) && observed <= most + slack(most, sets),
        "{what}: {observed} is not between {least} and {most} ({sets} sets)"
    );
}

/// The rate at which `happens` is true.
fn rate(sets: usize, mut happens: impl FnMut() -> bool) -> f64 {
    (0..sets).filter(|_| happens()).count() as f64 / sets as f64
}

/// Sizes of a test at all levels: observed rates of p ≤ α within `least`..`most` times α.
fn sizes(what: &str, p_values: &[f64], least: f64, most: f64) {
    for level in LEVELS {
        let observed = p_values.iter().filter(|&&p| p <= level).count() as f64 / p_values.len() as f64;
        check(&format!("{what}, size at {level}"), observed, p_values.len(), least * level, most * level);
    }
}

/// That p-values of a continuous statistic are uniform: Kolmogorov and Smirnov's test over 50 cells
/// at the level 1e-5.
fn uniform(what: &str, p_values: &[f64]) {
    let mut cells = vec![0; 50];
    for p in p_values {
        cells[((p * 50.0).ceil() as usize).clamp(1, 50) - 1] += 1;
    }
    let test = kolmogorov_smirnov(&cells, &[0.02; 50]).unwrap();
    println!("{what:<64} {:>8.4}   uniform: D = {:.4}", test.p_value, test.statistic);
    assert!(test.p_value > 1e-5, "{what}: p-values are not uniform, {test:?}");
}

/// Trials of a compounding rule: wins of 100 rounds with a share drawn from Beta(20, 80), the limit
/// of a = 0.2, w = 0.01.
fn compounding_wins(trials: usize, stream: &mut Stream) -> Vec<u64> {
    let law = Beta::new(20.0, 80.0).unwrap();
    (0..trials)
        .map(|_| {
            let share = law.sample(stream);
            binomial(100, share, stream)
        })
        .collect()
}

fn moments(wins: &[u64], scale: f64) -> Moments {
    Moments {
        trials: wins.len() as u64,
        sum: wins.iter().map(|&w| i128::from(w)).sum(),
        squares: wins.iter().map(|&w| u128::from(w).pow(2)).sum(),
        scale,
    }
}

#[test]
fn intervals_of_a_share() {
    let mut stream = stream("share");
    const SETS: usize = 4000;
    // Per interval: the least and the most exact coverage allowed on this grid. Wilson's dips below
    // the nominal level near the ends and at few rounds.
    type Method = fn(u64, u64, f64) -> Option<Interval>;
    let methods: [(&str, Method, f64, f64); 2] =
        [("Wilson", wilson, 0.92, 0.99), ("Clopper-Pearson", clopper_pearson, 0.95, 1.0)];
    for (name, interval, least, most) in methods {
        for rounds in [20, 200, 2000] {
            for share in [0.02, 0.2, 0.5, 0.9] {
                let law = Binomial::new(rounds, share).unwrap();
                let covers: Vec<bool> =
                    (0..=rounds).map(|wins| interval(wins, rounds, 0.95).unwrap().contains(share)).collect();
                let exact: f64 = (0..=rounds)
                    .filter(|&wins| covers[wins as usize])
                    .map(|wins| law.ln_mass(wins).exp())
                    .sum();
                assert!(exact > least - 1e-9 && exact < most + 1e-9, "{name} {rounds} {share}: {exact}");
                let observed = rate(SETS, || covers[binomial(rounds, share, &mut stream) as usize]);
                check(&format!("{name} 95 %, n = {rounds}, p = {share}"), observed, SETS, exact, exact);
            }
        }
    }
}

#[test]
fn few_wins_at_corrected_levels_need_exact_intervals() {
    // A thousand validators of equal stake, 500 rounds: half a win each. The joint coverage of
    // Wilson's intervals at the Bonferroni level is far below 95 %; Clopper and Pearson's holds.
    let (validators, rounds) = (1000, 500);
    let level = bonferroni(0.95, validators);
    let shares = vec![1.0 / validators as f64; validators];
    let mut stream = stream("few wins");
    const SETS: usize = 2000;
    let table = |interval: fn(u64, u64, f64) -> Option<Interval>| -> Vec<bool> {
        (0..=30).map(|wins| interval(wins, rounds, level).unwrap().contains(shares[0])).collect()
    };
    let (score, exact) = (table(wilson), table(clopper_pearson));
    let (mut score_holds, mut exact_holds) = (0, 0);
    for _ in 0..SETS {
        let counts = multinomial(rounds, &shares, &mut stream);
        score_holds += usize::from(counts.iter().all(|&wins| score[wins.min(30) as usize]));
        exact_holds += usize::from(counts.iter().all(|&wins| exact[wins.min(30) as usize]));
    }
    let share = |holds: usize| holds as f64 / SETS as f64;
    check("Wilson, 1,000 validators with half a win each, joint", share(score_holds), SETS, 0.0, 0.30);
    check("Clopper-Pearson, the same", share(exact_holds), SETS, 0.95, 1.0);
}

#[test]
fn few_wins_in_dependent_rounds() {
    // 100 validators with stakes 1, 2, 3, ...; 50 trials of 10 rounds, independent and with the
    // dependence of compounding: shares of a trial from Dirichlet(stake / w), by independent gammas.
    let shares: Vec<f64> = (1..=100).map(|stake| f64::from(stake) / 5050.0).collect();
    let level = bonferroni(0.95, shares.len());
    let mut stream = stream("clustered");
    const SETS: usize = 2000;
    for (name, reward) in [("independent", 0.0), ("compounding w = 0.1", 0.1)] {
        let laws: Vec<Gamma<f64>> = shares
            .iter()
            .filter(|_| reward > 0.0)
            .map(|share| Gamma::new(share / reward, 1.0).unwrap())
            .collect();
        let (mut student, mut clustered) = (0, 0);
        // Few wins have few different sums.
        let mut known: BTreeMap<(u64, u64), (Option<Interval>, Interval)> = BTreeMap::new();
        for _ in 0..SETS {
            let mut sums = vec![(0u64, 0u64); shares.len()];
            for _ in 0..50 {
                let drawn: Vec<f64> = laws.iter().map(|law| law.sample(&mut stream)).collect();
                let sum: f64 = drawn.iter().sum();
                let drawn: Vec<f64> = drawn.iter().map(|share| share / sum).collect();
                let wins = multinomial(10, if reward > 0.0 { &drawn } else { &shares }, &mut stream);
                for (sum, wins) in sums.iter_mut().zip(wins) {
                    *sum = (sum.0 + wins, sum.1 + wins * wins);
                }
            }
            let (mut all_student, mut all_clustered) = (true, true);
            for (&(sum, squares), &share) in sums.iter().zip(&shares) {
                let (by_t, by_clusters) = *known.entry((sum, squares)).or_insert_with(|| {
                    let wins = Moments { trials: 50, sum: sum.into(), squares: squares.into(), scale: 10.0 };
                    (wins.interval(level), clustered_share(&wins, 10, level).unwrap())
                });
                all_student &= by_t.is_none_or(|interval| interval.contains(share));
                all_clustered &= by_clusters.contains(share);
            }
            student += usize::from(all_student);
            clustered += usize::from(all_clustered);
        }
        let share = |holds: usize| holds as f64 / SETS as f64;
        check(&format!("t interval, 100 validators, {name}, joint"), share(student), SETS, 0.0, 0.80);
        check(&format!("clustered share, 100 validators, {name}, joint"), share(clustered), SETS, 0.95, 1.0);
    }
}

#[test]
fn simultaneous_intervals() {
    let mut stream = stream("simultaneous");
    const SETS: usize = 4000;
    let seven = [56.0, 72.0, 73.0, 59.0, 62.0, 87.0, 58.0].map(|count| count / 467.0);
    for (name, shares, rounds) in [("seven alike", &seven[..], 467), ("the seed's four", &SEED[..], 1000)] {
        for (method, interval) in [("Goodman", goodman as fn(&[u64], f64) -> _), ("Sison-Glaz", sison_glaz)] {
            let observed = rate(SETS, || {
                let intervals = interval(&multinomial(rounds, shares, &mut stream), 0.95).unwrap();
                intervals.iter().zip(shares).all(|(interval, &share)| interval.contains(share))
            });
            // Goodman is conservative by Bonferroni; Sison and Glaz' asymptotics are a little short.
            check(&format!("{method} 95 %, {name}, n = {rounds}, joint"), observed, SETS, 0.935, 0.975);
        }
    }
}

#[test]
fn intervals_of_a_mean() {
    let mut stream = stream("mean");
    const SETS: usize = 6000;
    for trials in [5, 30, 200] {
        let (mut covered, mut p_values) = (0, Vec::new());
        for _ in 0..SETS {
            let moments = moments(&compounding_wins(trials, &mut stream), 100.0);
            covered += usize::from(moments.interval(0.95).unwrap().contains(0.2));
            p_values.push(moments.p_value(0.2).unwrap());
        }
        let coverage = covered as f64 / SETS as f64;
        check(&format!("t interval 95 %, {trials} compounding trials"), coverage, SETS, 0.94, 0.955);
        sizes(&format!("t test, {trials} compounding trials"), &p_values, 0.85, 1.45);
    }
    // Where the theory is exact, so is the size: normal values, as integers of 1e-6.
    let law = Normal::new(0.0, 1e6).unwrap();
    let p_values: Vec<f64> = (0..SETS)
        .map(|_| {
            let values: Vec<i128> = (0..6).map(|_| f64::round(law.sample(&mut stream)) as i128).collect();
            let sum = values.iter().sum();
            let squares = values.iter().map(|v| v.unsigned_abs().pow(2)).sum();
            Moments { trials: 6, sum, squares, scale: 1e6 }.p_value(0.0).unwrap()
        })
        .collect();
    sizes("t test, 6 normal values", &p_values, 1.0, 1.0);
    uniform("t test, 6 normal values", &p_values);
}

#[test]
fn looking_again_and_again() {
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
    let sequence = kept(&|wins, n| bernoulli_sequence(wins, n, 0.95, 300).unwrap());
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
    check(
        "fixed 95 % interval, looked at 901 times, alarms",
        fixed_alarms as f64 / RUNS as f64,
        RUNS,
        0.30,
        0.32,
    );
    check(
        "confidence sequence 95 %, 1,000 looks, alarms",
        sequence_alarms as f64 / RUNS as f64,
        RUNS,
        0.0,
        0.05,
    );
}

#[test]
fn stopping_when_precise_enough() {
    // Stop as soon as the interval is within ± 0.04: the sequence still covers.
    let mut stream = stream("stopping");
    const RUNS: usize = 2000;
    let share = 0.2;
    let half_width = 0.04;
    let observed = rate(RUNS, || {
        let mut wins = 0;
        for n in (50..).step_by(50) {
            wins += binomial(50, share, &mut stream);
            let interval = bernoulli_sequence(wins, n, 0.95, 600).unwrap();
            if interval.half_width() <= half_width {
                return interval.contains(share);
            }
        }
        false
    });
    check("confidence sequence 95 %, stopped at ± 0.04", observed, RUNS, 0.95, 1.0);
}

#[test]
fn bootstrap_and_variance_intervals() {
    let mut stream = stream("bootstrap");
    const SETS: usize = 2000;
    let law = Beta::new(20.0, 80.0).unwrap();
    let observed = rate(SETS, || {
        let sample: Vec<f64> = (0..100).map(|_| law.sample(&mut stream)).collect();
        let mean = |values: &[f64]| Some(values.iter().sum::<f64>() / values.len() as f64);
        bootstrap(&sample, mean, 400, 0.95, &mut stream).unwrap().contains(0.2)
    });
    check("bootstrap 95 %, mean of 100 shares", observed, SETS, 0.93, 0.955);
    let observed = rate(SETS, || {
        let counts = multinomial(5000, &SEED, &mut stream);
        let entropy = |counts: &[u64]| {
            concentration::shannon(&counts.iter().map(|&count| u128::from(count)).collect::<Vec<_>>())
        };
        let truth: f64 = SEED.iter().map(|share| -share * share.log2()).sum();
        bootstrap_counts(&counts, entropy, 400, 0.95, &mut stream).unwrap().contains(truth)
    });
    check("bootstrap 95 %, entropy of 5,000 wins", observed, SETS, 0.93, 0.96);
    for trials in [20, 100, 1000] {
        let observed = rate(SETS, || {
            let shares: Vec<f64> = (0..trials).map(|_| law.sample(&mut stream)).collect();
            equitability(&shares, 0.2, 0.95).unwrap().interval.unwrap().contains(1.0 / 101.0)
        });
        check(&format!("equitability 95 %, {trials} trials of an urn"), observed, SETS, 0.93, 0.965);
    }
}

#[test]
fn binomial_tests() {
    let mut stream = stream("binomial test");
    const SETS: usize = 20_000;
    for (rounds, share) in [(20, 0.3), (200, 0.02), (2000, 0.15)] {
        let law = Binomial::new(rounds, share).unwrap();
        let p_of: Vec<f64> = (0..=rounds).map(|wins| binomial_test(wins, rounds, share).unwrap()).collect();
        let drawn: Vec<f64> =
            (0..SETS).map(|_| p_of[binomial(rounds, share, &mut stream) as usize]).collect();
        for level in LEVELS {
            let exact: f64 = (0..=rounds)
                .filter(|&wins| p_of[wins as usize] <= level)
                .map(|wins| law.ln_mass(wins).exp())
                .sum();
            assert!(exact <= level + 1e-12, "{rounds} {share}: size {exact} at {level}");
            let observed = drawn.iter().filter(|&&p| p <= level).count() as f64 / SETS as f64;
            check(
                &format!("binomial test, n = {rounds}, p = {share}, size at {level}"),
                observed,
                SETS,
                exact,
                exact,
            );
        }
        // The p-values themselves, against their exact discrete law.
        let mut values = p_of.clone();
        values.sort_by(f64::total_cmp);
        values.dedup_by(|a, b| (*a - *b).abs() < 1e-12);
        let place = |p: f64| values.partition_point(|value| *value < p - 1e-12);
        let (mut counts, mut shares) = (vec![0u64; values.len()], vec![0.0; values.len()]);
        drawn.iter().for_each(|&p| counts[place(p)] += 1);
        (0..=rounds).for_each(|wins| shares[place(p_of[wins as usize])] += law.ln_mass(wins).exp());
        let test = kolmogorov_smirnov(&counts, &shares).unwrap();
        assert!(test.p_value > 1e-5, "{rounds} {share}: {test:?}");
    }
}

#[test]
fn goodness_of_fit_tests() {
    let mut stream = stream("goodness of fit");
    const SETS: usize = 20_000;
    // Many small cells: 60 validators with stakes 1, 2, 3, ... and 200 rounds, pooled.
    let ladder: Vec<f64> = (1..=60).map(|stake| f64::from(stake) / 1830.0).collect();
    for (name, shares, rounds) in [("the seed's four", &SEED[..], 1000), ("a ladder of 60", &ladder[..], 200)]
    {
        let tables: Vec<Vec<u64>> = (0..SETS).map(|_| multinomial(rounds, shares, &mut stream)).collect();
        let p_values: Vec<f64> =
            tables.iter().map(|counts| goodness_of_fit(counts, shares).unwrap().p_value).collect();
        sizes(&format!("chi-square, {name}, n = {rounds}"), &p_values, 0.85, 1.15);
        for divergence in [Divergence::LogLikelihood, Divergence::CressieRead, Divergence::FreemanTukey] {
            let p_values: Vec<f64> = tables
                .iter()
                .map(|counts| power_divergence(counts, shares, divergence).unwrap().p_value)
                .collect();
            // With expected counts near 5 only Cressie and Read's keeps the level well.
            let most = match divergence {
                Divergence::LogLikelihood if shares.len() > 4 => 1.6,
                Divergence::FreemanTukey if shares.len() > 4 => 6.0,
                _ => 1.15,
            };
            sizes(&format!("{divergence:?}, {name}, n = {rounds}"), &p_values, 0.85, most);
        }
    }
    let p_values: Vec<f64> = (0..SETS)
        .map(|_| goodness_of_fit(&multinomial(1_000_000, &SEED, &mut stream), &SEED).unwrap().p_value)
        .collect();
    uniform("chi-square, a million rounds", &p_values);
    // Leaders who keep four slots.
    let p_values: Vec<f64> = (0..SETS)
        .map(|_| {
            let counts: Vec<u64> =
                multinomial(500, &SEED, &mut stream).iter().map(|count| 4 * count).collect();
            dispersed_goodness_of_fit(&counts, &SEED, 4.0).unwrap().p_value
        })
        .collect();
    sizes("chi-square with dispersion 4", &p_values, 0.85, 1.15);
    // Power where it is known: a shift of noncentrality 10.903 with three degrees gives 80 % at 5 %
    // (Cohen's tables; scipy.stats.ncx2.sf(7.8147, 3, 10.903) = 0.8000).
    let shift = (10.903 / 2000.0 / (1.0 / SEED[0] + 1.0 / SEED[1])).sqrt();
    let biased = [SEED[0] + shift, SEED[1] - shift, SEED[2], SEED[3]];
    let power = rate(SETS, || {
        goodness_of_fit(&multinomial(2000, &biased, &mut stream), &SEED).unwrap().p_value <= 0.05
    });
    check("chi-square, power at noncentrality 10.9", power, SETS, 0.785, 0.815);
}

#[test]
fn exact_and_simulated_multinomial_tests() {
    let mut stream = stream("multinomial test");
    let shares = [0.2, 0.3, 0.5];
    let rounds = 15;
    for extremeness in [Extremeness::Probability, Extremeness::ChiSquare] {
        // The exact size by enumeration: every table, its p-value and its probability.
        let mut tables = Vec::new();
        for a in 0..=rounds {
            for b in 0..=rounds - a {
                let counts = [a, b, rounds - a - b];
                let first = Binomial::new(rounds, 0.2).unwrap().ln_mass(a);
                let second = Binomial::new(rounds - a, 0.375).unwrap().ln_mass(b);
                let p = exact_multinomial_test(&counts, &shares, extremeness).unwrap();
                tables.push((p, (first + second).exp()));
            }
        }
        for level in LEVELS {
            let exact: f64 = tables.iter().filter(|(p, _)| *p <= level).map(|(_, mass)| mass).sum();
            println!("exact multinomial by {extremeness:?}, size at {level}: {exact:.4}");
            assert!(exact <= level + 1e-12 && exact > 0.5 * level);
        }
        let p_values: Vec<f64> = (0..2000)
            .map(|_| {
                let counts = multinomial(300, &SEED, &mut stream);
                monte_carlo_multinomial_test(&counts, &SEED, extremeness, 199, &mut stream).unwrap()
            })
            .collect();
        sizes(&format!("Monte Carlo multinomial by {extremeness:?}"), &p_values, 0.9, 1.0);
    }
}

#[test]
fn serial_tests() {
    let mut stream = stream("serial");
    const SETS: usize = 4000;
    let (mut runs, mut lags, mut gaps, mut droughts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let share = 0.25;
    let law = LongestRun::drought(400, share).unwrap();
    let mut lengths = vec![0u64; 101];
    for _ in 0..SETS {
        let wins: Vec<bool> = (0..400).map(|_| stream.chance(1, 4)).collect();
        let won = wins.iter().filter(|&&won| won).count() as u64;
        let changes = wins.windows(2).filter(|pair| pair[0] != pair[1]).count() as u64;
        runs.push(runs_test(won, 400 - won, changes + 1).unwrap().p_value);
        let matches = wins.windows(2).filter(|pair| pair[0] == pair[1]).count() as u64;
        lags.push(lag_matches_test(matches, 400, 1, &[share, 1.0 - share]).unwrap().p_value);
        let places: Vec<usize> = (0..400).filter(|&round| wins[round]).collect();
        let mut histogram = [0u64; 12];
        places.windows(2).for_each(|pair| histogram[(pair[1] - pair[0]).min(12) - 1] += 1);
        gaps.push(gaps_test(&histogram, share).unwrap().p_value);
        let longest = wins.split(|&won| won).map(<[bool]>::len).max().unwrap() as u64;
        droughts.push(law.at_least(longest));
        lengths[longest.min(100) as usize] += 1;
    }
    sizes("runs test (exact), 400 rounds", &runs, 0.6, 1.0);
    sizes("matches at lag 1, 400 rounds", &lags, 0.7, 1.3);
    sizes("gaps, 400 rounds", &gaps, 0.8, 1.25);
    sizes("longest drought, 400 rounds", &droughts, 0.4, 1.0);
    // The whole law of the longest drought.
    let shares: Vec<f64> = (0..=100)
        .map(|length| {
            let from = law.at_least(length);
            if length == 100 { from } else { from - law.at_least(length + 1) }
        })
        .collect();
    let test = kolmogorov_smirnov(&lengths, &shares).unwrap();
    assert!(test.p_value > 1e-5, "{test:?}");
    // Power: a leader who keeps two rounds is seen by the runs test.
    let seen = rate(1000, || {
        let wins: Vec<bool> = (0..200).flat_map(|_| [stream.chance(1, 4); 2]).collect();
        let won = wins.iter().filter(|&&won| won).count() as u64;
        let changes = wins.windows(2).filter(|pair| pair[0] != pair[1]).count() as u64;
        runs_test(won, 400 - won, changes + 1).unwrap().p_value <= 0.05
    });
    check("runs test, power against doubled rounds", seen, 1000, 0.99, 1.0);
}

#[test]
fn dispersion_tests() {
    let mut stream = stream("dispersion");
    const SETS: usize = 10_000;
    for (trials, rounds, share) in [(20, 1000, 0.2), (5, 1000, 0.2), (20, 1000, 0.0055), (5, 1000, 0.0055)] {
        let p_values: Vec<f64> = (0..SETS)
            .map(|_| {
                let wins: Vec<u64> = (0..trials).map(|_| binomial(rounds, share, &mut stream)).collect();
                dispersion_test(&moments(&wins, 1.0), rounds, share).unwrap().p_value
            })
            .collect();
        // Rare wins are a little skewed.
        sizes(&format!("dispersion, {trials} trials, n = {rounds}, p = {share}"), &p_values, 0.8, 1.6);
    }
}

#[test]
fn the_discrete_kolmogorov_smirnov_test() {
    let mut stream = stream("kolmogorov");
    let shares = [0.05, 0.15, 0.3, 0.2, 0.2, 0.1];
    let p_values: Vec<f64> = (0..4000)
        .map(|_| kolmogorov_smirnov(&multinomial(100, &shares, &mut stream), &shares).unwrap().p_value)
        .collect();
    sizes("discrete Kolmogorov-Smirnov, 6 cells, n = 100", &p_values, 0.7, 1.0);
}

#[test]
fn equivalence_and_planned_sizes() {
    let mut stream = stream("equivalence");
    const SETS: usize = 4000;
    // At the edge of the margin equivalence is shown in at most 5 % of runs, whatever the size.
    let rounds = rounds_for_equivalence(0.2, 0.1, 0.95, 0.9).unwrap();
    for edge in [0.18, 0.22] {
        let size = rate(SETS, || {
            equivalence_test(binomial(rounds, edge, &mut stream), rounds, 0.18, 0.22).unwrap() <= 0.05
        });
        check(&format!("equivalence at the edge {edge}"), size, SETS, 0.04, 0.05);
    }
    let power = rate(SETS, || {
        equivalence_test(binomial(rounds, 0.2, &mut stream), rounds, 0.18, 0.22).unwrap() <= 0.05
    });
    check("equivalence, planned power 0.9", power, SETS, 0.88, 0.915);
    let rounds = rounds_for_difference(0.2, 0.2, 0.95, 0.8).unwrap();
    let power =
        rate(SETS, || binomial_test(binomial(rounds, 0.24, &mut stream), rounds, 0.2).unwrap() <= 0.05);
    check("difference, planned power 0.8", power, SETS, 0.78, 0.82);
    let rounds = rounds_for_half_width(0.1, 0.005, 0.95).unwrap();
    let width = wilson(rounds / 10, rounds, 0.95).unwrap().half_width();
    assert!((width / 0.005 - 1.0).abs() < 0.002, "{width}");
    let interval = robust_fairness(100, 1000, 0.1, 0.95).unwrap().interval;
    assert!(interval.contains(0.1));
}

#[test]
fn many_tests_at_once() {
    let mut stream = stream("many");
    const SETS: usize = 4000;
    // Twenty independent nulls: any false rejection. Beside ten strong effects: the share of false
    // ones among the rejected.
    let (mut any_holm, mut false_share, mut found) = (0, 0.0, 0);
    for _ in 0..SETS {
        let mut p: Vec<Option<f64>> =
            (0..20).map(|_| Some(((stream.below(1 << 53) as f64) + 1.0) / (1u64 << 53) as f64)).collect();
        any_holm += usize::from(holm(&p).iter().flatten().any(|&p| p <= 0.05));
        p.extend([Some(1e-6); 10]);
        let rejected: Vec<usize> = benjamini_hochberg(&p)
            .iter()
            .enumerate()
            .filter(|(_, p)| p.is_some_and(|p| p <= 0.05))
            .map(|(index, _)| index)
            .collect();
        let wrong = rejected.iter().filter(|&&index| index < 20).count();
        false_share += wrong as f64 / rejected.len() as f64;
        found += rejected.len() - wrong;
    }
    check("Holm 5 %, any false rejection of 20", any_holm as f64 / SETS as f64, SETS, 0.0488, 0.05);
    // Its expectation is α times the share of nulls, 0.05 × 2/3; the spread is below a rate's.
    check("Benjamini-Hochberg 5 %, false discoveries", false_share / SETS as f64, SETS, 0.0333, 0.0334);
    assert_eq!(found, 10 * SETS);
}

/// The verdict over counts, with exact intervals at the corrected level and a margin.
fn verdict(counts: &[u64], shares: &[f64], tolerance: f64) -> Assessment {
    let rounds = counts.iter().sum();
    let level = bonferroni(0.95, counts.len());
    let subjects: Vec<Subject> = counts
        .iter()
        .zip(shares)
        .map(|(&wins, &stake_share)| Subject {
            name: "v",
            stake_share,
            win_share: Some(wins as f64 / rounds as f64),
            interval: clopper_pearson(wins, rounds, level),
        })
        .collect();
    let promise_p = goodness_of_fit(counts, shares).map(|fit| fit.p_value);
    assess(&Evidence {
        subjects: &subjects,
        confidence: 0.95,
        tolerance,
        sample: Sample::Rounds(rounds),
        promise_p,
        without_interval: "",
    })
}

#[test]
fn verdicts() {
    let mut stream = stream("verdict");
    const SETS: usize = 2000;
    // The hardest fair case has no margin to speak of: unfair in at most 5 % all the same.
    for (tolerance, rounds) in [(1e-9, 2000), (0.1, 2000), (0.1, 200)] {
        let unfair = rate(SETS, || {
            verdict(&multinomial(rounds, &SEED, &mut stream), &SEED, tolerance).verdict == Verdict::Unfair
        });
        check(&format!("fair rule called unfair, margin {tolerance}, n = {rounds}"), unfair, SETS, 0.0, 0.05);
    }
    // A validator exactly at the edge: called fair in at most 5 %.
    let edge = [SEED[0] * 1.1, SEED[1] - 0.1 * SEED[0], SEED[2], SEED[3]];
    let fair =
        rate(SETS, || verdict(&multinomial(20_000, &edge, &mut stream), &SEED, 0.1).verdict == Verdict::Fair);
    check("rule at the edge of the margin called fair", fair, SETS, 0.0, 0.05);
    // Rigged controls: equal chances; the largest of uniform × stake (oracles, section 8).
    for (name, rigged) in [("uniform", [0.25; 4]), ("largest product", [0.264, 0.565, 0.041, 0.130])] {
        let unfair = rate(SETS, || {
            verdict(&multinomial(2000, &rigged, &mut stream), &SEED, 0.1).verdict == Verdict::Unfair
        });
        check(&format!("{name} called unfair, n = 2000"), unfair, SETS, 0.99, 1.0);
    }
    // The number of rounds the sentence promises does what it promises for the hardest validator.
    let short = verdict(&multinomial(500, &SEED, &mut stream), &SEED, 0.1);
    let enough = 500 + short.needed.unwrap();
    let fair =
        rate(SETS, || verdict(&multinomial(enough, &SEED, &mut stream), &SEED, 0.1).verdict == Verdict::Fair);
    check("fair rule called fair after the promised rounds", fair, SETS, 0.85, 1.0);
    // Many validators with few wins each: still at most 5 %.
    let ladder: Vec<f64> = (1..=200).map(|stake| f64::from(stake) / 20_100.0).collect();
    let unfair = rate(SETS, || {
        verdict(&multinomial(1000, &ladder, &mut stream), &ladder, 0.1).verdict == Verdict::Unfair
    });
    check("200 validators, 1,000 rounds, called unfair", unfair, SETS, 0.0, 0.05);
}
