//! The verdict over counts.

use super::data::{SEED, multinomial, rate, stream};
use super::table::Table;

use tombola::statistics::distributions::Binomial;
use tombola::statistics::*;

/// The verdict over counts, with exact intervals at the corrected level and a margin.
fn verdict(counts: &[u64], shares: &[f64], tolerance: f64) -> Assessment {
    let rounds = counts.iter().sum();
    let level = bonferroni(0.95, counts.len());
    let subjects: Vec<JudgedValidator> = counts
        .iter()
        .zip(shares)
        .map(|(&wins, &stake_share)| JudgedValidator {
            name: "v",
            stake_share,
            win_share: Some(wins as f64 / rounds as f64),
            interval: clopper_pearson(wins, rounds, level),
            test: MarginTest::new(Margin::around(stake_share, tolerance), |share| {
                let law = Binomial::new(rounds, share)?;
                Some(Tails { at_least: law.upper(wins), at_most: law.lower(wins) })
            }),
        })
        .collect();
    let observed: Vec<f64> = counts.iter().map(|&wins| wins as f64 / rounds as f64).collect();
    assess(&Evidence {
        subjects: &subjects,
        set_aside: 0,
        whole: Some(Misallocation::new(&observed, shares, NullDraws::Independent(rounds as f64), 0.01, 0.95)),
        needed: None,
        confidence: 0.95,
        tolerance,
        sample: SampleUnits::Rounds(rounds),
        expected_shares_p: None,
        without_test: "",
    })
}

pub fn verdicts(table: &mut Table) {
    let mut stream = stream("verdict");
    const SETS: usize = 2000;
    // The hardest fair case has no margin to speak of: unfair in at most 5 % all the same.
    for (tolerance, rounds) in [(1e-9, 2000), (0.1, 2000), (0.1, 200)] {
        let unfair = rate(SETS, || {
            verdict(&multinomial(rounds, &SEED, &mut stream), &SEED, tolerance).verdict == Verdict::Unfair
        });
        table.check(
            &format!("fair rule called unfair, margin {tolerance}, n = {rounds}"),
            unfair,
            SETS,
            0.0,
            0.05,
        );
    }
    // A validator exactly at the edge: called fair in at most 5 %.
    let edge = [SEED[0] * 1.1, SEED[1] - 0.1 * SEED[0], SEED[2], SEED[3]];
    let fair =
        rate(SETS, || verdict(&multinomial(20_000, &edge, &mut stream), &SEED, 0.1).verdict == Verdict::Fair);
    table.check("rule at the edge of the margin called fair", fair, SETS, 0.0, 0.05);
    // Rigged controls: equal chances; the largest of uniform × stake (oracles, section 8).
    for (name, rigged) in [("uniform", [0.25; 4]), ("largest product", [0.264, 0.565, 0.041, 0.130])] {
        let unfair = rate(SETS, || {
            verdict(&multinomial(2000, &rigged, &mut stream), &SEED, 0.1).verdict == Verdict::Unfair
        });
        table.check(&format!("{name} called unfair, n = 2000"), unfair, SETS, 0.99, 1.0);
    }
    // Many validators with few wins each: still at most 5 %.
    let ladder: Vec<f64> = (1..=200).map(|stake| f64::from(stake) / 20_100.0).collect();
    let unfair = rate(SETS, || {
        verdict(&multinomial(1000, &ladder, &mut stream), &ladder, 0.1).verdict == Verdict::Unfair
    });
    table.check("200 validators, 1,000 rounds, called unfair", unfair, SETS, 0.0, 0.05);
}
