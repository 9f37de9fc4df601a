//! Tests: how often they reject what is true, and what is not.

use super::data::{LEVELS, SEED, binomial, compounding_wins, moments, multinomial, rate, stream};
use super::table::Table;
use tombola::random::Stream;
use tombola::statistics::distributions::Binomial;
use tombola::statistics::*;

pub fn binomial_tests(table: &mut Table) {
    let mut stream = stream("binomial test");
    const SETS: usize = 20_000;
    for (rounds, share) in [(20, 0.3), (200, 0.02), (2000, 0.15)] {
        let law = Binomial::new(rounds, share).unwrap();
        let p_of: Vec<f64> = (0..=rounds).map(|wins| binomial_test(wins, rounds, share).unwrap()).collect();
        let drawn: Vec<f64> =
            (0..SETS).map(|_| p_of[binomial(rounds, share, &mut stream) as usize]).collect();
        let exact = LEVELS.map(|level| {
            let exact: f64 = (0..=rounds)
                .filter(|&wins| p_of[wins as usize] <= level)
                .map(|wins| law.ln_mass(wins).exp())
                .sum();
            assert!(exact <= level + 1e-12, "{rounds} {share}: size {exact} at {level}");
            exact
        });
        table.exact_sizes(&format!("binomial test, n = {rounds}, p = {share}"), &drawn, exact);
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

pub fn goodness_of_fit_tests(table: &mut Table) {
    let mut stream = stream("goodness of fit");
    const SETS: usize = 20_000;
    // Many cells: 60 validators with stakes 1, 2, 3, ... and 5.5 rounds expected of the smallest.
    let ladder: Vec<f64> = (1..=60).map(|stake| f64::from(stake) / 1830.0).collect();
    for (name, shares, rounds) in
        [("the seed's four", &SEED[..], 1000), ("a ladder of 60", &ladder[..], 10_000)]
    {
        let tables: Vec<Vec<u64>> = (0..SETS).map(|_| multinomial(rounds, shares, &mut stream)).collect();
        let p_values: Vec<f64> = tables
            .iter()
            .map(|counts| goodness_of_fit(counts, shares, &mut stream).unwrap().p_value)
            .collect();
        table.sizes(&format!("chi-square, {name}, n = {rounds}"), &p_values, 0.85, 1.15);
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
            table.sizes(&format!("{divergence:?}, {name}, n = {rounds}"), &p_values, 0.85, most);
        }
    }
    let p_values: Vec<f64> = (0..SETS)
        .map(|_| {
            let counts = multinomial(1_000_000, &SEED, &mut stream);
            goodness_of_fit(&counts, &SEED, &mut stream).unwrap().p_value
        })
        .collect();
    table.uniform("chi-square, a million rounds", &p_values);
    // Two wins expected of each of ten, and the table sorted by its wins, as leaderboards are.
    const SPARSE: usize = 1000;
    let p_values: Vec<f64> = (0..SPARSE)
        .map(|_| {
            let mut counts = multinomial(20, &[0.1; 10], &mut stream);
            counts.sort_unstable();
            goodness_of_fit(&counts, &[0.1; 10], &mut stream).unwrap().p_value
        })
        .collect();
    table.sizes("chi-square, ten equal validators sorted by wins, n = 20", &p_values, 0.5, 1.1);
    // Leaders who keep four slots.
    let p_values: Vec<f64> = (0..SETS)
        .map(|_| {
            let counts: Vec<u64> =
                multinomial(500, &SEED, &mut stream).iter().map(|count| 4 * count).collect();
            dispersed_goodness_of_fit(&counts, &SEED, 4.0).unwrap().p_value
        })
        .collect();
    table.sizes("chi-square with dispersion 4", &p_values, 0.85, 1.15);
    // Power where it is known: a shift of noncentrality 10.903 with three degrees gives 80 % at 5 %
    // (Cohen's tables; scipy.stats.ncx2.sf(7.8147, 3, 10.903) = 0.8000).
    let shift = (10.903 / 2000.0 / (1.0 / SEED[0] + 1.0 / SEED[1])).sqrt();
    let biased = [SEED[0] + shift, SEED[1] - shift, SEED[2], SEED[3]];
    let power = rate(SETS, || {
        let counts = multinomial(2000, &biased, &mut stream);
        goodness_of_fit(&counts, &SEED, &mut stream).unwrap().p_value <= 0.05
    });
    table.check("chi-square, power at noncentrality 10.9", power, SETS, 0.785, 0.815);
}

pub fn exact_and_simulated_multinomial_tests(table: &mut Table) {
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
            assert!(exact <= level + 1e-12 && exact > 0.5 * level);
        }
        let p_values: Vec<f64> = (0..2000)
            .map(|_| {
                let counts = multinomial(300, &SEED, &mut stream);
                monte_carlo_multinomial_test(&counts, &SEED, extremeness, 199, &mut stream).unwrap().p_value
            })
            .collect();
        table.sizes(&format!("Monte Carlo multinomial by {extremeness:?}"), &p_values, 0.9, 1.0);
    }
}

pub fn serial_tests(table: &mut Table) {
    let mut stream = stream("serial");
    const SETS: usize = 4000;
    let (mut runs, mut lags, mut gaps, mut longest_gaps) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let share = 0.25;
    let law = LongestRun::gap(400, share).unwrap();
    let mut lengths = vec![0u64; 101];
    for _ in 0..SETS {
        let wins: Vec<bool> = (0..400).map(|_| stream.chance(1, 4)).collect();
        let won = wins.iter().filter(|&&won| won).count() as u64;
        let changes = wins.windows(2).filter(|pair| pair[0] != pair[1]).count() as u64;
        runs.push(runs_test(won, 400 - won, changes + 1).unwrap().p_value);
        let matches = wins.windows(2).filter(|pair| pair[0] == pair[1]).count() as u64;
        lags.push(lag_matches_test(matches, 399, 398, &[share, 1.0 - share]).unwrap().p_value);
        let places: Vec<usize> = (0..400).filter(|&round| wins[round]).collect();
        let mut histogram = [0u64; 12];
        places.windows(2).for_each(|pair| histogram[(pair[1] - pair[0]).min(12) - 1] += 1);
        gaps.push(gaps_test(&histogram, share, &mut stream).unwrap().p_value);
        let longest = wins.split(|&won| won).map(<[bool]>::len).max().unwrap() as u64;
        longest_gaps.push(law.at_least(longest));
        lengths[longest.min(100) as usize] += 1;
    }
    table.sizes("runs test (exact), 400 rounds", &runs, 0.6, 1.0);
    table.sizes("matches at lag 1, 400 rounds", &lags, 0.7, 1.3);
    table.sizes("gaps, 400 rounds", &gaps, 0.8, 1.25);
    table.sizes("longest gap, 400 rounds", &longest_gaps, 0.4, 1.0);
    // The whole law of the longest gap.
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
    table.check("runs test, power against doubled rounds", seen, 1000, 0.99, 1.0);
}

pub fn dispersion_tests(table: &mut Table) {
    let mut stream = stream("dispersion");
    const SETS: usize = 10_000;
    for (trials, rounds, share) in [(20, 1000, 0.2), (5, 1000, 0.2), (20, 1000, 0.0055), (5, 1000, 0.0055)] {
        let p_values: Vec<f64> = (0..SETS)
            .map(|_| {
                let wins: Vec<u64> = (0..trials).map(|_| binomial(rounds, share, &mut stream)).collect();
                dispersion_test(&moments(&wins, 1.0), rounds, share, 1.0).unwrap().p_value
            })
            .collect();
        // Rare wins are a little skewed.
        table.sizes(&format!("dispersion, {trials} trials, n = {rounds}, p = {share}"), &p_values, 0.8, 1.6);
    }
}

pub fn the_discrete_kolmogorov_smirnov_test(table: &mut Table) {
    let mut stream = stream("kolmogorov");
    let shares = [0.05, 0.15, 0.3, 0.2, 0.2, 0.1];
    let p_values: Vec<f64> = (0..4000)
        .map(|_| kolmogorov_smirnov(&multinomial(100, &shares, &mut stream), &shares).unwrap().p_value)
        .collect();
    table.sizes("discrete Kolmogorov-Smirnov, 6 cells, n = 100", &p_values, 0.7, 1.0);
}

pub fn equivalence_and_planned_sizes(table: &mut Table) {
    let mut stream = stream("equivalence");
    const SETS: usize = 4000;
    // At the edge of the margin equivalence is shown in at most 5 % of runs, whatever the size.
    let rounds = rounds_for_equivalence(0.2, 0.1, 0.95, 0.9).unwrap();
    let is_equivalent = |wins| {
        let tails = |share| {
            let law = Binomial::new(rounds, share)?;
            Some(Tails { at_least: law.upper(wins), at_most: law.lower(wins) })
        };
        MarginTest::new(Margin { low: 0.18, high: 0.22 }, tails).unwrap().equivalence_p <= 0.05
    };
    for edge in [0.18, 0.22] {
        let size = rate(SETS, || is_equivalent(binomial(rounds, edge, &mut stream)));
        table.check(&format!("equivalence at the edge {edge}"), size, SETS, 0.04, 0.05);
    }
    let power = rate(SETS, || is_equivalent(binomial(rounds, 0.2, &mut stream)));
    table.check("equivalence, planned power 0.9", power, SETS, 0.88, 0.915);
    let rounds = rounds_for_difference(0.2, 0.2, 0.95, 0.8).unwrap();
    let power =
        rate(SETS, || binomial_test(binomial(rounds, 0.24, &mut stream), rounds, 0.2).unwrap() <= 0.05);
    table.check("difference, planned power 0.8", power, SETS, 0.78, 0.82);
    let rounds = rounds_for_half_width(0.1, 0.005, 0.95).unwrap();
    let width = wilson(rounds / 10, rounds, 0.95).unwrap().half_width();
    assert!((width / 0.005 - 1.0).abs() < 0.002, "{width}");
    let interval = robust_fairness(100, 1000, 0.1, 0.95).unwrap().interval;
    assert!(interval.contains(0.1));
}

pub fn many_tests_at_once(table: &mut Table) {
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
    table.check("Holm 5 %, any false rejection of 20", any_holm as f64 / SETS as f64, SETS, 0.0488, 0.05);
    // Its expectation is α times the share of nulls, 0.05 × 2/3; the spread is below a rate's.
    table.check("Benjamini-Hochberg 5 %, false discoveries", false_share / SETS as f64, SETS, 0.0333, 0.0334);
    assert_eq!(found, 10 * SETS);
}

pub fn powers(table: &mut Table) {
    let mut stream = stream("powers");
    const SETS: usize = 2000;
    let share = 0.25;
    // A leader who keeps two rounds: every round comes twice.
    let doubled =
        |stream: &mut Stream| -> Vec<bool> { (0..200).flat_map(|_| [stream.chance(1, 4); 2]).collect() };
    let law = LongestRun::gap(400, share).unwrap();
    let (mut lag, mut gaps, mut gap) = (0, 0, 0);
    for _ in 0..SETS {
        let wins = doubled(&mut stream);
        let matches = wins.windows(2).filter(|pair| pair[0] == pair[1]).count() as u64;
        let seen = lag_matches_test(matches, 399, 398, &[share, 1.0 - share]).unwrap();
        lag += usize::from(seen.p_value <= 0.05);
        let places: Vec<usize> = (0..400).filter(|&round| wins[round]).collect();
        let mut histogram = [0u64; 12];
        places.windows(2).for_each(|pair| histogram[(pair[1] - pair[0]).min(12) - 1] += 1);
        gaps += usize::from(gaps_test(&histogram, share, &mut stream).unwrap().p_value <= 0.05);
        let longest = wins.split(|&won| won).map(<[bool]>::len).max().unwrap_or(0) as u64;
        gap += usize::from(law.at_least(longest) <= 0.05);
    }
    let part = |count: usize| count as f64 / SETS as f64;
    table.check("matches at lag 1, power at 5 % against doubled rounds", part(lag), SETS, 0.99, 1.0);
    table.check("gaps, power at 5 % against doubled rounds", part(gaps), SETS, 0.99, 1.0);
    table.check("longest gap, power at 5 % against doubled rounds", part(gap), SETS, 0.5, 1.0);
    // Compounding with w = 0.01: the dispersion of 100 rounds is (1 + 100 w) / (1 + w), about twice.
    let seen = rate(SETS, || {
        let wins = moments(&compounding_wins(30, &mut stream), 1.0);
        dispersion_test(&wins, 100, 0.2, 1.0).unwrap().p_value <= 0.05
    });
    // A chi-square of 30 degrees, 1.98 times as large: P(χ² > 46.98 / 1.98) = 0.78.
    table.check("dispersion, 30 trials, power at 5 % against compounding", seen, SETS, 0.75, 0.81);
    // A twentieth of all moves from the last cell to the first.
    let shares = [0.05, 0.15, 0.3, 0.2, 0.2, 0.1];
    let moved = [0.10, 0.15, 0.3, 0.2, 0.2, 0.05];
    let seen = rate(SETS, || {
        kolmogorov_smirnov(&multinomial(1000, &moved, &mut stream), &shares).unwrap().p_value <= 0.05
    });
    table.check(
        "discrete Kolmogorov-Smirnov, n = 1,000, power at 5 % against 5 % moved",
        seen,
        SETS,
        0.8,
        1.0,
    );
    let seen = rate(SETS, || {
        let counts = multinomial(300, &[0.25; 4], &mut stream);
        let by = Extremeness::ChiSquare;
        monte_carlo_multinomial_test(&counts, &SEED, by, 199, &mut stream).unwrap().p_value <= 0.05
    });
    table.check("Monte Carlo multinomial, n = 300, power at 5 % against uniform", seen, SETS, 0.99, 1.0);
    // Trials whose mean is off by half their spread, 40 of them: (z.025 + z.2)² / .25 = 31.4 give
    // 80 % by the normal law; noncentral t for 40: 0.8694 (scipy.stats.nct).
    let normal = rand_distr::Normal::new(0.5e6, 1e6).expect("a positive deviation");
    let seen = rate(SETS, || {
        use rand_distr::Distribution;
        let values: Vec<i128> = (0..40).map(|_| f64::round(normal.sample(&mut stream)) as i128).collect();
        let (sum, squares) = (values.iter().sum(), values.iter().map(|v| v.unsigned_abs().pow(2)).sum());
        Moments { trials: 40, sum, squares, scale: 1e6 }.p_value(0.0).unwrap() <= 0.05
    });
    table.check(
        "t test (paired differences too), 40 trials, power at 5 % for half a deviation",
        seen,
        SETS,
        0.8694,
        0.8694,
    );
}
