//! The engine `law` gives the distribution that playing gives, and the exact moments; and it refuses
//! what it does not cover.
//!
//! Each comparison holds the wins of one validator at one checkpoint in trials drawn from the law
//! against those in trials that were played with other luck: two samples, chi-square over cells that
//! hold at least 100 trials of both, alpha = 1e-6, fixed seeds. With 100,000 trials each and 20 to 40
//! cells, a law whose standard deviation is 4 % off, or whose mean is off by 4 % of a standard
//! deviation, would be found with a power above 87 % (non-centralities of 160 and 80).

use statrs::distribution::{ChiSquared, ContinuousCDF};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use tombola::law::{beta_binomial_wins, compounding_variance};
use tombola::scenario::{Scenario, load_text};
use tombola::simulation::{Control, Engine, Method, Quiet, Results, run};

fn scenario(text: &str) -> Scenario {
    load_text(Path::new("law.toml"), text.to_owned(), &[]).expect("a valid scenario")
}

fn results(text: &str, engine: Engine, seed: u64) -> Results {
    let mut scenario = scenario(text);
    scenario.experiment.engine = engine;
    scenario.experiment.world.seed = seed;
    let stop = AtomicBool::new(false);
    let control = Control { progress: &Quiet, stop: &stop };
    let results = run(&scenario.experiment, 0, None, &control).expect("a run");
    assert!(results.records.iter().all(|record| record.supply.is_conserved()));
    results
}

/// Counts of the values of two samples, in cells of at least 100 of both together, and their
/// chi-square p-value.
fn alike(one: &[u64], other: &[u64]) -> f64 {
    let top = one.iter().chain(other).max().map_or(0, |&max| max as usize);
    let mut counts = vec![[0f64; 2]; top + 1];
    one.iter().for_each(|&value| counts[value as usize][0] += 1.0);
    other.iter().for_each(|&value| counts[value as usize][1] += 1.0);
    let (n, m) = (one.len() as f64, other.len() as f64);
    let (mut statistic, mut cells, mut cell) = (0.0, 0.0, [0f64; 2]);
    for count in counts {
        cell = [cell[0] + count[0], cell[1] + count[1]];
        if cell[0] + cell[1] >= 200.0 {
            let difference = cell[0] * (m / n).sqrt() - cell[1] * (n / m).sqrt();
            statistic += difference * difference / (cell[0] + cell[1]);
            (cells, cell) = (cells + 1.0, [0.0; 2]);
        }
    }
    assert!(cells >= 5.0, "only {cells} cells");
    ChiSquared::new(cells - 1.0).expect("several cells").sf(statistic)
}

fn wins(results: &Results, mark: usize, slot: usize) -> Vec<u64> {
    results.records.iter().map(|record| record.marks[mark].wins[slot]).collect()
}

/// Both engines at three checkpoints (at the first, after one round, there is nothing to see), for the followed validator (the
/// richest: of 100,000 trials no more time lines are kept); and
/// the covariance of two checkpoints through the wins between them.
fn same_law(text: &str) {
    let (law, draws) = (results(text, Engine::Law, 1), results(text, Engine::Draws, 2));
    assert_eq!(law.totals.counters, draws.totals.counters);
    assert_eq!(law.totals.stakes_moved, draws.totals.stakes_moved);
    assert_eq!(law.records[0].supply, draws.records[0].supply);
    let marks = law.records[0].marks.len();
    for slot in 0..law.records[0].followed.len() {
        assert_eq!(marks, 4);
        for mark in 1..marks {
            let p = alike(&wins(&law, mark, slot), &wins(&draws, mark, slot));
            assert!(p > 1e-6, "p = {p}: slot {slot}, mark {mark} of\n{text}");
        }
        let between = |results: &Results| -> Vec<u64> {
            let (early, late) = (wins(results, marks / 2, slot), wins(results, marks - 1, slot));
            early.iter().zip(late).map(|(early, late)| late - early).collect()
        };
        let p = alike(&between(&law), &between(&draws));
        assert!(p > 1e-6, "p = {p}: slot {slot}, between marks of\n{text}");
    }
    for record in &law.records {
        assert_eq!(record.marks.last().map(|mark| mark.selections), Some(record.counters.rounds));
    }
    let all: u64 = law.totals.validators.iter().map(|mine| mine.wins).sum();
    assert_eq!(all, law.totals.counters.rounds);
}

const SEED: &str = "population.accounts = [ { name = 'charles', balance = 350 }, { name = 'edwin', balance = 500 }, { name = 'oliver', balance = 200 }, { name = 'sonia', balance = 275 } ]";
const RUN: &str = "run.rounds = 300\nrun.trials = 100_000\nrun.checkpoints = 4\nanalysis.serial = 'off'\nanalysis.window = 'off'\n";

#[test]
fn independent_rounds_by_stake_and_by_weights() {
    for rule in ["raffle", "square-root"] {
        same_law(&format!("{RUN}selection.rule = '{rule}'\n{SEED}"));
    }
}

#[test]
fn independent_rounds_of_a_race() {
    same_law(&format!("{RUN}selection.rule = 'single-lottery'\n{SEED}"));
}

#[test]
fn rewards_that_compound() {
    same_law(&format!(
        "{RUN}reward.compound = true\nreward.policy = {{ kind = 'constant', amount = 50 }}\n{SEED}"
    ));
    same_law(&format!(
        "{RUN}reward.compound = true\npopulation.accounts = [ {{ name = 'a', balance = 200 }}, {{ name = 'b', balance = 800 }} ]"
    ));
}

/// Two parties, a reward of one per cent: the beta-binomial law itself, 100,000 trials, chi-square
/// over cells of at least 100 expected, alpha = 1e-6; and its variance within five standard errors.
#[test]
fn the_urn_is_beta_binomial() {
    let text = "run.rounds = 1000\nrun.trials = 100_000\nrun.checkpoints = 3\nreward.compound = true\npopulation.accounts = [ { name = 'a', balance = 200 }, { name = 'b', balance = 800 } ]";
    let results = results(text, Engine::Law, 3);
    let mut counts = vec![0f64; 1001];
    let last = results.records[0].marks.len() - 1;
    // With so many trials only the richer one is followed.
    assert_eq!(results.records[0].followed[0].validator.0, 1);
    wins(&results, last, 0).iter().for_each(|&wins| counts[wins as usize] += 1.0);
    let (mut statistic, mut cells, mut expected, mut seen) = (0.0, 0.0, 0.0, 0.0);
    for (chance, count) in beta_binomial_wins(1000, 80.0, 20.0).iter().zip(&counts) {
        expected += chance * 100_000.0;
        seen += count;
        if expected >= 100.0 {
            statistic += (seen - expected) * (seen - expected) / expected;
            (cells, expected, seen) = (cells + 1.0, 0.0, 0.0);
        }
    }
    let p = ChiSquared::new(cells - 1.0).expect("many cells").sf(statistic);
    assert!(p > 1e-6, "p = {p}, chi-square {statistic} over {cells} cells");
    let mean = |power: i32| -> f64 {
        let share = |(wins, count): (usize, &f64)| count * (wins as f64 / 1000.0 - 0.8).powi(power);
        counts.iter().enumerate().map(share).sum::<f64>() / 100_000.0
    };
    let exact = compounding_variance(0.8, 0.01, 1000);
    assert!(mean(1).abs() < 5.0 * (exact / 100_000.0).sqrt());
    assert!((mean(2) - exact).abs() < 5.0 * ((mean(4) - mean(2) * mean(2)) / 100_000.0).sqrt());
}

/// Many validators of whom ten are followed: the others' wins are shared out at the end. Means of all
/// within five standard errors, and the sum of squares in total.
#[test]
fn those_who_are_not_followed_get_their_part() {
    for compound in [false, true] {
        let text = format!(
            "run.rounds = 2000\nrun.trials = 2000\nrun.checkpoints = 4\nreward.compound = {compound}\npopulation.count = 50\npopulation.total_stake = 100_000\npopulation.stake = 'pareto'"
        );
        let results = results(&text, Engine::Law, 4);
        let stakes = scenario(&text).experiment.world.stakes;
        let whole = 2000.0;
        for (mine, &stake) in results.totals.validators.iter().zip(&stakes) {
            let share = stake as f64 / 100_000.0;
            let variance = if compound {
                compounding_variance(share, 1e-4, 2000)
            } else {
                share * (1.0 - share) / whole
            };
            let mean = mine.wins as f64 / whole / whole;
            assert!((mean - share).abs() < 5.0 * (variance / 2000.0).sqrt(), "share {share}: {mean}");
            let squares = mine.wins_squared as f64 / 2000.0 / whole / whole - mean * mean;
            // The relative standard error of a variance from 2000 trials is about 3 %.
            assert!((squares / variance - 1.0).abs() < 0.2, "share {share}: variance {squares}, {variance}");
        }
    }
}

/// 10^12 rounds cost what a thousand do, and every count stands.
#[test]
fn a_million_million_rounds() {
    for compound in [false, true] {
        let text = format!(
            "run.engine = 'law'\nrun.rounds = 1_000_000_000_000\nrun.trials = 100\nreward.compound = {compound}\n{SEED}"
        );
        let results = results(&text, Engine::Law, 5);
        let all: u64 = results.totals.validators.iter().map(|mine| mine.wins).sum();
        assert_eq!(all, 100_000_000_000_000);
        if !compound {
            let share = results.totals.validators[0].wins as f64 / 1e14;
            assert!((share - 350.0 / 1325.0).abs() < 5.0 * (0.25f64 / 1e14).sqrt());
        }
    }
}

#[test]
fn what_the_law_does_not_cover_is_refused_by_its_key() {
    for (more, key) in [
        ("transactions = { per_round = 1, users = 4, balance = 1000000 }", "transactions.per_round"),
        ("network.loss = 0.1", "network.loss"),
        ("behaviours = [ { act = 'offline', share = 0.5 } ]", "behaviours"),
        ("attestation.committee = 2", "attestation.committee"),
        ("analysis.serial = 'on'", "analysis.serial"),
        ("selection.rule = 'round-robin'", "selection.rule"),
        ("selection.rule = 'square-root'\nreward.compound = true", "reward.compound"),
    ] {
        let text = format!("run.engine = 'law'\nrun.rounds = 100\n{more}\n{SEED}");
        let problem = match load_text(Path::new("law.toml"), text, &[]) {
            Ok(_) => panic!("{more} must be refused"),
            Err(problem) => problem.to_string(),
        };
        assert!(problem.contains(&format!("but `{key}` ")) && problem.contains("run.engine"), "{problem}");
    }
}

#[test]
fn auto_takes_the_cheapest_that_can_answer() {
    for (more, engine, method) in [
        ("", Engine::Law, Method::Law),
        ("reward.compound = true", Engine::Law, Method::Law),
        ("analysis.serial = 'on'", Engine::Draws, Method::Table),
        ("selection.rule = 'round-robin'", Engine::Draws, Method::Rounds),
    ] {
        let scenario = scenario(&format!("run.engine = 'auto'\nrun.rounds = 100\n{more}\n{SEED}"));
        let (chosen, why) = scenario.experiment.chosen_engine(false);
        assert_eq!((chosen, Method::of(&scenario.experiment)), (engine, method), "{why}");
        assert_eq!(scenario.experiment.chosen_engine(true).0, Engine::Full);
    }
}
