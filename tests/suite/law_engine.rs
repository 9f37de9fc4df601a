//! The engine `law` gives the distribution that playing gives, and the exact moments; and it refuses
//! what it does not cover.
//!
//! Each comparison holds the wins of one validator at one checkpoint, or after one number of rounds,
//! in trials drawn from the law against those in trials that were played with other random numbers: two samples,
//! chi-square over cells that hold at least 100 trials of both, alpha = 1e-6, fixed seeds. With 100,000
//! trials each and 20 to 40 cells, a law whose standard deviation is 4 % off, or whose mean is off by
//! 4 % of a standard deviation, would be found with a power above 87 % (non-centralities of 160 and
//! 80). There are fewer than two hundred comparisons: all of them together would raise a false alarm
//! with a chance below 2e-4.

use crate::harness::{scenario_of, simulated};
use crate::sandbox::Sandbox;
use statrs::distribution::{ChiSquared, ContinuousCDF};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use tombola::law::{
    beta_binomial_wins, binomial_wins, compounding_variance, expected_share, proportional_shares,
    single_lottery_shares, two_party_race, two_party_wins,
};
use tombola::scenario::{Scenario, load_text};
use tombola::simulation::{Control, Engine, Method, Progress, Quiet, Results, run, run_measured};

fn scenario(text: &str) -> Scenario {
    scenario_of(text)
}

fn results(text: &str, engine: Engine, seed: u64) -> Results {
    let mut scenario = scenario(text);
    scenario.experiment.engine = engine;
    scenario.experiment.world.seed = seed;
    let results = simulated(&scenario.experiment, 0);
    assert!(results.records.iter().all(|record| record.supply.is_conserved()));
    results
}

/// Counts of the values of two samples, in cells of at least 200 of both together: how many cells,
/// and their chi-square p-value.
fn cells_and_p(one: &[u64], other: &[u64]) -> (f64, f64) {
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
    // What is left over belongs to the last cell; it holds too little to decide anything.
    let p = ChiSquared::new(cells - 1.0).map_or(1.0, |law| law.sf(statistic));
    (cells, p)
}

/// The p-value of two samples of which something is to be seen.
fn alike(one: &[u64], other: &[u64]) -> f64 {
    let (cells, p) = cells_and_p(one, other);
    assert!(cells >= 5.0, "only {cells} cells");
    p
}

/// The chi-square p-value of a sample against the exact probabilities of its values, over cells of at
/// least 100 expected.
fn follows(sample: &[u64], exact: &[f64]) -> f64 {
    let mut counts = vec![0f64; exact.len()];
    sample.iter().for_each(|&value| counts[value as usize] += 1.0);
    let n = sample.len() as f64;
    let (mut statistic, mut cells, mut expected, mut seen) = (0.0, 0.0, 0.0, 0.0);
    for (chance, count) in exact.iter().zip(&counts) {
        expected += chance * n;
        seen += count;
        if expected >= 100.0 {
            statistic += (seen - expected) * (seen - expected) / expected;
            (cells, expected, seen) = (cells + 1.0, 0.0, 0.0);
        }
    }
    assert!(cells >= 5.0, "only {cells} cells");
    ChiSquared::new(cells - 1.0).expect("several cells").sf(statistic)
}

/// The wins of every validator at the end, trial by trial.
fn everybodys_wins(text: &str, engine: Engine, seed: u64) -> Vec<Vec<u64>> {
    let mut scenario = scenario(text);
    scenario.experiment.engine = engine;
    scenario.experiment.world.seed = seed;
    let stop = AtomicBool::new(false);
    let control = Control { progress: &Quiet, stop: &stop };
    let wins = run_measured(&scenario.experiment, 0, None, &control, |end| {
        end.totals.validators.iter().map(|mine| mine.wins).collect::<Vec<u64>>()
    });
    let trials = wins.expect("a run").1;
    (0..trials[0].len()).map(|who| trials.iter().map(|wins| wins[who]).collect()).collect()
}

/// Both engines, for every validator with anything to see, after 30, 100 and 300 rounds: no time line
/// is kept of all, so each number of rounds is a run of its own. `exact` is the law of validator i
/// after n rounds, against which the engine `law` is held too, as are the means of both within five
/// standard errors.
fn same_law_for_all(text: &str, exact: impl Fn(usize, u64) -> Option<Vec<f64>>) {
    for (seed, rounds) in [(10, 30u64), (20, 100), (30, 300)] {
        let text = format!(
            "run.rounds = {rounds}\nrun.trials = 100_000\nrun.checkpoints = 1\nanalysis.serial = 'off'\nanalysis.window = 'off'\n{text}"
        );
        let law = everybodys_wins(&text, Engine::Law, seed);
        let draws = everybodys_wins(&text, Engine::Draws, seed + 1);
        for (who, (law, draws)) in law.iter().zip(&draws).enumerate() {
            let p = alike(law, draws);
            assert!(p > 1e-6, "p = {p}: validator {who}, {rounds} rounds of\n{text}");
            let Some(exact) = exact(who, rounds) else { continue };
            let p = follows(law, &exact);
            assert!(p > 1e-6, "p = {p} against the exact law: validator {who}, {rounds} rounds of\n{text}");
            let moment = |power: i32, centre: f64| -> f64 {
                exact.iter().enumerate().map(|(k, chance)| chance * (k as f64 - centre).powi(power)).sum()
            };
            let (mean, n) = (moment(1, 0.0), law.len() as f64);
            for sample in [law, draws] {
                let off = sample.iter().sum::<u64>() as f64 / n - mean;
                assert!(off.abs() < 5.0 * (moment(2, mean) / n).sqrt(), "validator {who}: mean off by {off}");
            }
        }
    }
}

fn wins(results: &Results, mark: usize, slot: usize) -> Vec<u64> {
    results.records.iter().map(|record| record.marks.mark(mark).wins[slot]).collect()
}

/// Both engines at three checkpoints (at the first, after one round, there is nothing to see), for the
/// followed validator (the richest: of 100,000 trials no more time lines are kept); and the covariance
/// of two checkpoints through the wins between them.
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
        assert_eq!(record.marks.mark(marks - 1).selections, record.counters.rounds);
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

const STAKES: [u64; 4] = [350, 500, 200, 275];

/// Every validator: chances in proportion to stake, to weights, and of a race.
#[test]
fn independent_rounds_for_every_validator() {
    same_law_for_all(SEED, |who, rounds| binomial_wins(rounds, proportional_shares(&STAKES)[who]));
    same_law_for_all(&format!("selection.rule = 'square-root'\n{SEED}"), |who, rounds| {
        let roots = STAKES.map(|stake| (stake as f64).sqrt());
        binomial_wins(rounds, roots[who] / roots.iter().sum::<f64>())
    });
    same_law_for_all(&format!("selection.rule = 'single-lottery'\n{SEED}"), |who, rounds| {
        binomial_wins(rounds, single_lottery_shares(&STAKES)[who])
    });
}

/// Every validator of an urn that a part of the rewards goes into.
#[test]
fn a_part_of_the_rewards_restaked() {
    let text =
        format!("reward.compound = '2/5'\nreward.policy = {{ kind = 'constant', amount = 50 }}\n{SEED}");
    same_law_for_all(&text, |who, rounds| {
        let mine = STAKES[who] as f64 / 20.0;
        Some(beta_binomial_wins(rounds, mine, 1325.0 / 20.0 - mine))
    });
}

/// Every validator of an urn.
#[test]
fn rewards_that_compound_for_every_validator() {
    let text =
        format!("reward.compound = true\nreward.policy = {{ kind = 'constant', amount = 50 }}\n{SEED}");
    same_law_for_all(&text, |who, rounds| {
        let mine = STAKES[who] as f64 / 50.0;
        Some(beta_binomial_wins(rounds, mine, 1325.0 / 50.0 - mine))
    });
}

const TWO: &str = "reward.compound = true\nreward.policy = { kind = 'constant', amount = 10 }\npopulation.accounts = [ { name = 'a', balance = 200 }, { name = 'b', balance = 800 } ]";

/// Two parties under a rule that favours the large: a Markov chain, along the time line and for both.
#[test]
fn a_race_of_two_whose_rewards_compound() {
    let text = format!("selection.rule = 'single-lottery'\n{TWO}");
    same_law(&format!("{RUN}{text}"));
    same_law_for_all(&text, |who, rounds| {
        let (mine, theirs) = if who == 0 { (200.0, 800.0) } else { (800.0, 200.0) };
        Some(two_party_wins(mine, theirs, 10.0, rounds as usize, two_party_race))
    });
}

/// The published expectations of the smaller party's share (Huang and others, SIGMOD 2021: a = 0.2,
/// w = 0.01): that the chain has them, and 100,000 trials within five standard errors of them, drawn
/// through many checkpoints.
#[test]
fn a_race_of_two_has_the_published_means() {
    for (rounds, published) in [(1, 0.125), (10, 0.122528), (100, 0.105028)] {
        let text = format!(
            "run.rounds = {rounds}\nrun.trials = 100_000\nrun.checkpoints = 20\nselection.rule = 'nxt'\n{TWO}"
        );
        let exact = two_party_wins(0.2, 0.8, 0.01, rounds, two_party_race);
        assert!((expected_share(&exact) - published).abs() < 5e-7);
        let shares: Vec<f64> = everybodys_wins(&text, Engine::Law, 7)[0]
            .iter()
            .map(|&wins| wins as f64 / rounds as f64)
            .collect();
        let mean = shares.iter().sum::<f64>() / 1e5;
        let variance = shares.iter().map(|share| (share - mean).powi(2)).sum::<f64>() / 1e5;
        assert!((mean - published).abs() < 5.0 * (variance / 1e5).sqrt(), "{rounds} rounds: {mean}");
    }
}

/// Every rule that draws afresh, with chances that the rewards move a lot: 20,000 trials each, where a
/// mean that is off by 8 % of a standard deviation would be found with a power above 80 % (the
/// non-centrality is 64). For some of them nearly everything is certain.
#[test]
fn every_rule_of_two_parties_that_draws_afresh() {
    for rule in [
        // An urn, though every round is a race.
        "{ kind = 'fair-single-lottery', draws = 'race' }",
        "'single-lottery'",
        "'nxt'",
        "'square-root'",
        "'logarithmic'",
        "'inverse'",
        "{ kind = 'power-weighted', exponent = 2 }",
        "{ kind = 'power-weighted', exponent = '3/2' }",
        "'opposite-weighted'",
        "'uniform'",
        "'uniform-mixture'",
        "{ kind = 'top-n', n = 1 }",
        "{ kind = 'top-n', n = 2 }",
        "{ kind = 'rigged-truncated-rate', basis_points = 200 }",
    ] {
        let text = format!(
            "run.rounds = 60\nrun.trials = 20_000\nrun.checkpoints = 3\nanalysis.serial = 'off'\nanalysis.window = 'off'\nselection.rule = {rule}\nreward.compound = true\nreward.policy = {{ kind = 'constant', amount = 15 }}\npopulation.accounts = [ {{ name = 'a', balance = 130 }}, {{ name = 'poor', balance = 90, validates = false }}, {{ name = 'b', balance = 175 }} ]"
        );
        assert!(scenario(&text).experiment.law_covers().is_ok(), "{rule}");
        let (law, draws) = (results(&text, Engine::Law, 11), results(&text, Engine::Draws, 12));
        assert_eq!(law.totals.counters, draws.totals.counters);
        for mark in 0..3 {
            for slot in 0..law.records[0].followed.len() {
                let (_, p) = cells_and_p(&wins(&law, mark, slot), &wins(&draws, mark, slot));
                assert!(p > 1e-6, "p = {p}: {rule}, mark {mark}");
                let mean = |results| wins(results, mark, slot).iter().sum::<u64>() as f64 / 20_000.0;
                // No count of 60 rounds has a standard deviation above 30.
                assert!((mean(&law) - mean(&draws)).abs() < 5.0 * 30.0 * (2.0f64 / 20_000.0).sqrt());
            }
        }
    }
}

/// More validators than one block, all with the same stake: each one's wins are beta-binomial (or
/// binomial), wherever its block. 40,000 of them in 50 trials; those of one trial depend on each other
/// through their sum alone. Cells of at least 100 expected, alpha = 1e-6.
#[test]
fn every_block_of_validators_gets_its_part() {
    for compound in [false, true] {
        let text = format!(
            "run.rounds = 80_000\nrun.trials = 50\nrun.checkpoints = 3\nreward.compound = {compound}\nreward.policy = {{ kind = 'constant', amount = 2 }}\npopulation.count = 40_000\npopulation.total_stake = 200_000\npopulation.stake = 'equal'"
        );
        let wins = everybodys_wins(&text, Engine::Law, 6);
        let exact = if compound {
            beta_binomial_wins(80_000, 2.5, 99_997.5)
        } else {
            binomial_wins(80_000, 1.0 / 40_000.0).expect("a law")
        };
        for block in [0..16_384, 16_384..32_768, 32_768..40_000] {
            let all: Vec<u64> = wins[block.clone()].iter().flatten().copied().collect();
            let p = follows(&all, &exact);
            assert!(p > 1e-6, "p = {p}: {block:?}, compound = {compound}");
        }
    }
}

/// The threads that take part, whether they share one trial's blocks or take trials of their own, and
/// the number of trials change nothing.
#[test]
fn threads_and_trials_do_not_move_a_trial() {
    for (more, few, many) in [
        (
            "population.count = 40_000\npopulation.total_stake = 1_000_000_000\npopulation.stake = 'pareto'",
            2,
            20,
        ),
        ("population.count = 3\npopulation.total_stake = 1000\npopulation.stake = 'zipf'", 500, 2000),
    ] {
        let run_on = |threads: usize, trials: u64| {
            let text = format!(
                "run.engine = 'law'\nrun.rounds = 1_000_000\nrun.trials = {trials}\nrun.checkpoints = 5\nreward.compound = true\n{more}"
            );
            let stop = AtomicBool::new(false);
            let control = Control { progress: &Quiet, stop: &stop };
            run_measured(&scenario(&text).experiment, threads, None, &control, |end| end.record.trial)
                .expect("a run")
        };
        let (one, measured) = run_on(1, many);
        assert!(measured.iter().copied().eq(0..many));
        for threads in [2, 3] {
            assert!(run_on(threads, many).0 == one, "{threads} threads");
        }
        let short = run_on(2, few).0;
        assert!(short.records[..] == one.records[..few as usize]);
        assert!(run_on(1, few).0 == short);
    }
}

/// A run that is told to stop before it begins has no trials, and says so.
#[test]
fn a_stopped_run_is_partial() {
    let scenario = scenario(&format!("run.engine = 'law'\nrun.trials = 1000\n{SEED}"));
    let stop = AtomicBool::new(true);
    let control = Control { progress: &Quiet, stop: &stop };
    let results = run(&scenario.experiment, 2, None, &control).expect("a run");
    assert!(results.partial && results.records.is_empty() && results.totals.trials == 0);
}

/// Stops a run as soon as it is told of progress.
struct Impatient<'a>(&'a AtomicBool);

impl Progress for Impatient<'_> {
    fn advance(&self, _: u64) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Trials of many validators take long, so a stop is heeded long before many of them are drawn; what
/// is left is the beginning of the whole run.
#[test]
fn a_run_of_many_validators_is_stopped_soon() {
    let text = "run.rounds = 1000\nrun.checkpoints = 2\nrun.trials = 600\npopulation.count = 20_000\npopulation.total_stake = 20_000_000\npopulation.stake = 'equal'";
    let mut scenario = scenario(text);
    scenario.experiment.engine = Engine::Law;
    let stop = AtomicBool::new(false);
    let control = Control { progress: &Impatient(&stop), stop: &stop };
    let stopped = run(&scenario.experiment, 2, None, &control).expect("a run");
    let played = stopped.records.len();
    assert!(stopped.partial && (1..400).contains(&played), "{played} trials");
    assert_eq!(stopped.totals.trials, played as u64);
    stop.store(false, Ordering::Relaxed);
    let whole =
        run(&scenario.experiment, 2, None, &Control { progress: &Quiet, stop: &stop }).expect("a run");
    assert_eq!(stopped.records[..], whole.records[..played]);
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
    let p = follows(&wins(&results, last, 0), &beta_binomial_wins(1000, 80.0, 20.0));
    assert!(p > 1e-6, "p = {p}");
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
        // Two parties, but rules with epochs, with a memory, of hashes, or of the stakes at genesis.
        (&format!("selection.rule = 'compound-epoch'\n{TWO}"), "reward.compound"),
        (&format!("selection.rule = 'proof-of-work'\n{TWO}"), "reward.compound"),
        (&format!("selection.rule = 'gini-stabilised'\n{TWO}"), "selection.rule"),
        (&format!("selection.rule = 'coin-age'\n{TWO}"), "selection.rule"),
        (&format!("selection.rule = {{ kind = 'nxt', lottery = 'hash' }}\n{TWO}"), "selection.rule"),
        // Two parties whose tables would be too large.
        (&format!("run.rounds = 100_000\nselection.rule = 'nxt'\n{TWO}"), "run.rounds"),
    ] {
        let rounds = if more.contains("run.rounds") { "" } else { "run.rounds = 100\n" };
        let population = if more.contains("population") { "" } else { SEED };
        let text = format!("run.engine = 'law'\n{rounds}{more}\n{population}");
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
        // The tables of two parties cost more than eight trials, and less than a hundred thousand.
        (&format!("selection.rule = 'nxt'\n{TWO}"), Engine::Draws, Method::Rounds),
        (&format!("run.trials = 100_000\nselection.rule = 'nxt'\n{TWO}"), Engine::Law, Method::Law),
    ] {
        let population = if more.contains("population") { "" } else { SEED };
        let scenario = scenario(&format!("run.engine = 'auto'\nrun.rounds = 100\n{more}\n{population}"));
        let (chosen, why) = scenario.experiment.chosen_engine(false);
        assert_eq!((chosen, Method::of(&scenario.experiment)), (engine, method), "{why}");
        assert_eq!(scenario.experiment.chosen_engine(true).0, Engine::Full);
    }
}

/// The program says so where the law leaves something out that playing would tell.
#[test]
fn what_the_law_leaves_out_is_told() {
    let sandbox = Sandbox::new();
    sandbox.put("seed.toml", format!("run.rounds = 100\n{SEED}"));
    for (arguments, told) in [
        (&["--engine", "law"][..], true),
        (&["--engine", "draws"], false),
        (&["--engine", "law", "--set", "analysis.window=off", "--set", "analysis.serial=off"], false),
    ] {
        let output = sandbox.command(&[&["run", "seed.toml", "--force"], arguments].concat()).output();
        let output = output.expect("the program runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        assert_eq!(said.contains("leaves out short windows and the order of wins"), told, "{said}");
        let windows = sandbox.tree().contains_key(&sandbox.path("output/seed/windows.csv"));
        assert_eq!(windows, arguments == ["--engine", "draws"], "{arguments:?}");
    }
}
