//! Intervals: how often they hold the truth.

use super::data::{SEED, binomial, compounding_wins, moments, multinomial, rate, stream};
use super::table::Table;
use rand_distr::{Beta, Distribution, Gamma, Normal};
use std::collections::BTreeMap;
use tombola::statistics::distributions::{Binomial, PartialRuns};
use tombola::statistics::*;

pub fn intervals_of_a_share(table: &mut Table) {
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
                table.check(&format!("{name} 95 %, n = {rounds}, p = {share}"), observed, SETS, exact, exact);
            }
        }
    }
}

pub fn few_wins_at_corrected_levels_need_exact_intervals(table: &mut Table) {
    // A thousand validators of equal stake, 500 rounds: half a win each. The joint coverage of
    // Wilson's intervals at the Bonferroni level is far below 95 %; Clopper and Pearson's holds.
    let (validators, rounds) = (1000, 500);
    let level = bonferroni(0.95, validators);
    let shares = vec![1.0 / validators as f64; validators];
    let mut stream = stream("few wins");
    const SETS: usize = 2000;
    let kept = |interval: fn(u64, u64, f64) -> Option<Interval>| -> Vec<bool> {
        (0..=30).map(|wins| interval(wins, rounds, level).unwrap().contains(shares[0])).collect()
    };
    let (score, exact) = (kept(wilson), kept(clopper_pearson));
    let (mut score_holds, mut exact_holds) = (0, 0);
    for _ in 0..SETS {
        let counts = multinomial(rounds, &shares, &mut stream);
        score_holds += usize::from(counts.iter().all(|&wins| score[wins.min(30) as usize]));
        exact_holds += usize::from(counts.iter().all(|&wins| exact[wins.min(30) as usize]));
    }
    let share = |holds: usize| holds as f64 / SETS as f64;
    table.check("Wilson, 1,000 validators with half a win each, joint", share(score_holds), SETS, 0.0, 0.30);
    table.check("Clopper-Pearson, the same", share(exact_holds), SETS, 0.95, 1.0);
}

/// The interval by the tails of dependent rounds; everything where there are too few trials.
fn clustered_interval(wins: &Moments, rounds: u64, confidence: f64) -> Interval {
    let shares = Moments { scale: rounds as f64, ..*wins };
    let tails = |share: f64| clustered_tails(&shares, Some((wins, rounds)), share);
    let mean = shares.mean().unwrap_or(0.5);
    let everything = Interval { low: 0.0, high: 1.0 };
    let trials = (mean * wins.trials as f64) as u64;
    let about = wilson(trials, wins.trials, confidence).unwrap_or(everything);
    interval_by_tails(mean, confidence, about, |share, side| Some(side.of(tails(share)?)))
        .unwrap_or(everything)
}

pub fn few_wins_in_dependent_rounds(table: &mut Table) {
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
                    (wins.interval(level), clustered_interval(&wins, 10, level))
                });
                all_student &= by_t.is_none_or(|interval| interval.contains(share));
                all_clustered &= by_clusters.contains(share);
            }
            student += usize::from(all_student);
            clustered += usize::from(all_clustered);
        }
        let share = |holds: usize| holds as f64 / SETS as f64;
        table.check(&format!("t interval, 100 validators, {name}, joint"), share(student), SETS, 0.0, 0.80);
        table.check(
            &format!("clustered tails, 100 validators, {name}, joint"),
            share(clustered),
            SETS,
            0.95,
            1.0,
        );
    }
}

pub fn simultaneous_intervals(table: &mut Table) {
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
            table.check(&format!("{method} 95 %, {name}, n = {rounds}, joint"), observed, SETS, 0.935, 0.975);
        }
    }
}

pub fn intervals_of_a_mean(table: &mut Table) {
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
        table.check(&format!("t interval 95 %, {trials} compounding trials"), coverage, SETS, 0.94, 0.955);
        table.sizes(&format!("t test, {trials} compounding trials"), &p_values, 0.85, 1.45);
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
    table.sizes("t test, 6 normal values", &p_values, 1.0, 1.0);
    table.uniform("t test, 6 normal values", &p_values);
}

pub fn bootstrap_and_variance_intervals(table: &mut Table) {
    let mut stream = stream("bootstrap");
    const SETS: usize = 2000;
    let law = Beta::new(20.0, 80.0).unwrap();
    let observed = rate(SETS, || {
        let sample: Vec<f64> = (0..100).map(|_| law.sample(&mut stream)).collect();
        let mean = |values: &[f64]| Some(values.iter().sum::<f64>() / values.len() as f64);
        bootstrap(&sample, mean, 400, 0.95, &mut stream).unwrap().contains(0.2)
    });
    table.check("bootstrap 95 %, mean of 100 shares", observed, SETS, 0.93, 0.955);
    for trials in [20, 100, 1000] {
        let observed = rate(SETS, || {
            let shares: Vec<f64> = (0..trials).map(|_| law.sample(&mut stream)).collect();
            equitability(&shares, 0.2, 0.95).unwrap().interval.unwrap().contains(1.0 / 101.0)
        });
        table.check(&format!("equitability 95 %, {trials} trials of an urn"), observed, SETS, 0.93, 0.965);
    }
}

pub fn intervals_of_one_share_in_scattered_rounds(table: &mut Table) {
    let mut stream = stream("scattered");
    const SETS: usize = 4000;
    // Leaders who keep four rounds: the variance of their wins is four times the binomial one.
    for (runs, share) in [(25, 0.2), (250, 0.02), (250, 0.2), (2500, 0.5)] {
        // A trial of three rounds more than whole runs: a run that is cut short.
        let law = PartialRuns { runs, run: 4, rests: 1, rest: 3 };
        let (mut exact, mut bounds) = (Vec::new(), Vec::new());
        for _ in 0..SETS {
            let wins = 4 * binomial(runs, share, &mut stream) + 3 * binomial(1, share, &mut stream);
            let (at_least, at_most) = (law.at_least(wins, share).unwrap(), law.at_most(wins, share).unwrap());
            exact.push(Tails { at_least, at_most }.two_sided());
            bounds.push(scaled_tails(wins, law.rounds(), share, 4.0).unwrap().two_sided());
        }
        let on = format!("{runs} runs of four rounds and three rounds more, p = {share}");
        table.sizes(&format!("exact tails, {on}"), &exact, 0.0, 1.0);
        table.sizes(&format!("tails by the declared variance alone, {on}"), &bounds, 0.0, 1.0);
    }
    // One validator in trials whose rounds depend on each other.
    for trials in [5, 30, 200] {
        let held = rate(SETS, || {
            let wins = moments(&compounding_wins(trials, &mut stream), 1.0);
            clustered_interval(&wins, 100, 0.95).contains(0.2)
        });
        // All shares where the trials are too few for their spread.
        table.check(&format!("clustered tails 95 %, {trials} compounding trials"), held, SETS, 0.94, 1.0);
    }
}
