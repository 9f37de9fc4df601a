//! Decisions keep what they say: false alarms, false reassurance, and numbers of more rounds, played back
//! over seeds. Bounds are the stated rate and four binomial standard errors of the number of seeds; seeds
//! are fixed.

use crate::harness::{count_seeds, scenario_of, simulated};
use assert_cmd::Command;
use std::sync::atomic::AtomicBool;
use tombola::analysis::rows::{Decision, Family, Metric};
use tombola::analysis::{Analysis, Stopping, analyse, analyse_stopped};
use tombola::scenario::Scenario;
use tombola::simulation::{Control, Quiet, run_until};
use tombola::statistics::{Margin, Needed, Verdict, share_posterior};

/// A scenario: seed, rounds, trials, stakes, and further text.
fn scenario(seed: u64, rounds: u64, trials: u64, stakes: &[u64], more: &str) -> Scenario {
    let accounts: Vec<String> = stakes
        .iter()
        .enumerate()
        .map(|(index, stake)| format!("{{ name = 'v{index}', balance = {stake} }}"))
        .collect();
    let text = format!(
        "[run]\nseed = {seed}\nrounds = {rounds}\ntrials = {trials}\nengine = 'draws'\ncheckpoints = 1\n\
         [population]\nminimum_stake = 1\naccounts = [{}]\n{more}",
        accounts.join(", ")
    );
    scenario_of(&text)
}

fn analysed(scenario: &Scenario) -> Analysis {
    let results = simulated(&scenario.experiment, 1);
    analyse(&scenario.experiment, &scenario.file.analysis, &results)
}

/// The most of so many seeds that a rate explains: four standard errors above it.
fn most(rate: f64, seeds: u64) -> u64 {
    let n = seeds as f64;
    (n * rate + 4.0 * (n * rate * (1.0 - rate)).sqrt()) as u64
}

fn rule(text: &str) -> String {
    format!("[analysis]\nserial = 'off'\nwindow = 'off'\n[selection]\nrule = {text}\n")
}

const COMPOUND: &str = "[analysis]\nserial = 'off'\nwindow = 'off'\n\
                        [reward]\npolicy = { kind = 'constant', amount = 10 }\ncompound = true\n";

/// Pareto's stakes by their quantiles, with a Gini coefficient of about 0.8 (shape 1.125).
fn pareto(count: u64) -> Vec<u64> {
    (1..=count).map(|k| (100.0 * (k as f64 / (count as f64 + 1.0)).powf(-1.0 / 1.125)) as u64).collect()
}

/// Few wins, cycles that do not divide the rounds, trials that compound.
#[test]
fn a_fair_rule_is_not_called_unfair_where_wins_are_few() {
    let cases: Vec<(&str, u64, u64, Vec<u64>, String)> = vec![
        ("solana-schedule, 601 rounds", 601, 1, vec![7; 300], rule("'solana-schedule'")),
        ("solana-schedule, Pareto", 3002, 1, pareto(200), rule("'solana-schedule'")),
        ("solana-schedule, 3 trials", 333, 3, vec![7; 50], rule("'solana-schedule'")),
        ("cool-down", 75, 1, vec![7; 150], rule("'cool-down'")),
        ("simd-0612", 1010, 1, vec![7; 20], rule("{ kind = 'simd-0612', slots_per_epoch = 40 }")),
        ("raffle", 300, 1, vec![7; 100], rule("'raffle'")),
        ("raffle, compounding, 5 trials", 200, 5, vec![100; 20], COMPOUND.to_owned()),
        ("raffle, compounding, 1 trial", 200, 1, vec![100; 20], COMPOUND.to_owned()),
    ];
    for (name, rounds, trials, stakes, more) in &cases {
        const SEEDS: u64 = 60;
        let unfair = count_seeds(0..SEEDS, |seed| {
            let analysis = analysed(&scenario(seed, *rounds, *trials, stakes, more));
            let whole = analysis.assessment.whole.as_ref().map(|whole| whole.verdict);
            analysis.assessment.verdict == Verdict::Unfair || whole == Some(Verdict::Unfair)
        });
        println!("{name}: {unfair} of {SEEDS}");
        assert!(unfair <= most(0.05, SEEDS), "{name}: {unfair} of {SEEDS} called unfair");
    }
}

/// The test of the expected shares of a schedule that does not draw independently, with rounds that no epoch
/// divides: at 5 % it rejects no more than 5 % of honest seeds, less and more by four standard errors; the
/// variance that the rule declares is what keeps it there.
#[test]
fn simd_0612_is_held_against_its_expected_shares_at_the_stated_level() {
    const SEEDS: u64 = 120;
    let stakes = [13, 7, 7, 9, 30, 34];
    for (slots, rounds) in [(40, 1000), (40, 1010), (200, 800)] {
        let more = rule(&format!("{{ kind = 'simd-0612', slots_per_epoch = {slots} }}"));
        let rejected = count_seeds(0..SEEDS, |seed| {
            let tables = analysed(&scenario(seed, rounds, 1, &stakes, &more)).tables;
            let row = tables.fairness.iter().find(|row| row.metric == Metric::ExpectedShares).expect("a row");
            row.p.is_some_and(|p| p <= 0.05)
        });
        println!("simd-0612, epochs of {slots}, {rounds} rounds: {rejected} of {SEEDS}");
        assert!(rejected <= most(0.05, SEEDS), "epochs of {slots}, {rounds} rounds: {rejected} of {SEEDS}");
    }
}

/// The exploratory tests of honest runs: at most 5 % reject any, whatever they look at.
#[test]
fn honest_runs_raise_few_exploratory_alarms() {
    let order = "[analysis]\nserial = 'on'\n";
    let simd = rule("{ kind = 'simd-0612', slots_per_epoch = 40 }");
    let cases: [(&str, u64, u64, Vec<u64>, &str); 4] = [
        ("300 equal validators, 15,000 rounds", 15_000, 1, vec![7; 300], order),
        ("four validators, 10 trials", 300, 10, vec![350, 500, 200, 275], order),
        ("simd-0612", 1000, 1, vec![13, 7, 7, 9, 30, 34], &simd),
        ("compounding", 100, 12, vec![100; 10], COMPOUND),
    ];
    for (name, rounds, trials, stakes, more) in &cases {
        const SEEDS: u64 = 60;
        let alarms = count_seeds(0..SEEDS, |seed| {
            let analysis = analysed(&scenario(seed, *rounds, *trials, stakes, more));
            let rows = analysis.tables.fairness.iter();
            let explored = rows.filter(|row| row.family == Some(Family::Exploratory));
            explored.filter(|row| row.decision == Some(Decision::Rejected)).count() > 0
        });
        println!("{name}: {alarms} of {SEEDS}");
        assert!(alarms <= most(0.05, SEEDS), "{name}: {alarms} of {SEEDS} runs raised an alarm");
    }
}

/// Two independent runs of the program are one experiment: with the rounds that the verdict asks for,
/// `fair` follows in nine of ten seeds, less four standard errors.
#[test]
fn a_number_of_more_rounds_comes_true() {
    let cases: [(usize, u64, u64, &str); 4] = [
        (4, 400, 1, "'raffle'"),
        (10, 1000, 2, "'raffle'"),
        (100, 3000, 1, "'raffle'"),
        (4, 400, 1, "'solana-schedule'"),
    ];
    for (validators, rounds, trials, name) in cases {
        const SEEDS: u64 = 40;
        let stakes = vec![7; validators];
        let more = rule(name);
        let fair = count_seeds(0..SEEDS, |seed| {
            let first = analysed(&scenario(seed, rounds, trials, &stakes, &more)).assessment;
            let Some(Needed::RoundsPerTrial(needed)) = first.needed else {
                return first.verdict == Verdict::Fair;
            };
            let again = analysed(&scenario(seed, rounds + needed, trials, &stakes, &more));
            again.assessment.verdict == Verdict::Fair
        });
        println!("{validators} validators, {name}: {fair} of {SEEDS}");
        assert!(fair as f64 >= 36.0 - 4.0 * (40.0f64 * 0.9 * 0.1).sqrt(), "{validators} {name}: {fair}");
    }
}

/// A deterministic rule needs longer trials, and no number of trials would do: 100 rounds × 10 trials are
/// not enough for the smallest stake, the trials that are asked for are.
#[test]
fn a_bounded_rule_needs_longer_trials() {
    let stakes = [500, 300, 198, 2];
    let more = rule("'deficit-first'");
    let first = analysed(&scenario(1, 100, 10, &stakes, &more)).assessment;
    let Some(Needed::RoundsPerTrial(needed)) = first.needed else { panic!("{}", first.sentence()) };
    assert!(needed <= 20_000, "{needed}");
    let many = analysed(&scenario(1, 100, 1000, &stakes, &more)).assessment;
    assert_eq!(many.verdict, Verdict::Inconclusive);
    let longer = analysed(&scenario(1, 100 + needed, 10, &stakes, &more)).assessment;
    assert_eq!(longer.verdict, Verdict::Fair, "{}", longer.sentence());
}

/// Few trials that compound under a rule without a known distribution give no verdict, and say how many
/// would.
#[test]
fn too_few_trials_cannot_tell() {
    let more = "[selection]\nrule = 'square-root'\n[reward]\npolicy = { kind = 'constant', amount = 30 }\ncompound = true\n";
    let analysis = analysed(&scenario(1, 200, 4, &[100; 20], more));
    assert_eq!(analysis.assessment.verdict, Verdict::Inconclusive);
    let sentence = analysis.assessment.sentence();
    assert!(sentence.contains("trials are needed, and there are 4"), "{sentence}");
    assert!(analysis.tables.validators.iter().all(|row| row.p_value.is_none()));
}

/// Two validators with stakes 200 and 800, 100 rounds, a margin of 10 %: exactly .5323 of the trials end
/// outside for the first. Estimates lie in their own intervals, and so does the truth.
#[test]
fn an_unfair_probability_lies_in_its_own_interval() {
    for (stakes, exact) in [(vec![200, 800], Some(0.532256)), (vec![7; 5], None)] {
        let mut scenario = scenario(3, 100, 4000, &stakes, "");
        let until = "[run]\nrounds = 100\ntrials = 4000\nuntil = { metric = 'unfair_probability', half_width = 0.03 }\n\
                     [population]\ncount = 2\ntotal_stake = 2\nstake = 'equal'\n";
        let until = scenario_of(until).file.run.until;
        scenario.file.run.until = until;
        let until = scenario.file.run.until.as_ref().expect("a wanted precision");
        let mut rule = Stopping::new(&scenario.experiment, &scenario.file.analysis, until);
        let stop = AtomicBool::new(false);
        let control = Control { progress: &Quiet, stop: &stop };
        let results = run_until(&scenario.experiment, 1, None, &control, &mut rule).expect("a run");
        let analysis = analyse_stopped(&scenario.experiment, &scenario.file.analysis, &results, &rule);
        let rows = analysis.tables.fairness.iter().filter(|row| row.metric == Metric::UnfairProbability);
        for (index, row) in rows.enumerate() {
            let inside = |value: f64| row.low.unwrap() <= value && value <= row.high.unwrap();
            assert!(inside(row.value.unwrap()), "{row:?}");
            if index == 0 {
                assert!(exact.is_none_or(inside), "{row:?}");
            }
        }
    }
}

/// Small validators are set aside before the run, and the whole gets an answer that they do not decide.
#[test]
fn a_population_with_small_validators_gets_an_answer() {
    let mut stakes = vec![100_000, 90_000, 80_000, 70_000];
    stakes.extend([1; 50]);
    let quiet = "[analysis]\nserial = 'off'\nwindow = 'off'\n";
    let all = analysed(&scenario(1, 300_000, 1, &stakes, quiet)).assessment;
    assert_eq!((all.verdict, all.within), (Verdict::Inconclusive, 4));
    assert!(
        all.sentence().contains("4 of the 54 validators, with more than 99.9 % of the stake"),
        "{}",
        all.sentence()
    );
    assert_eq!(all.whole.as_ref().map(|whole| whole.verdict), Some(Verdict::Fair));
    let set_aside = format!("{quiet}smallest_share = 0.01\n");
    let large = analysed(&scenario(1, 300_000, 1, &stakes, &set_aside)).assessment;
    assert_eq!((large.verdict, large.comparisons, large.set_aside), (Verdict::Fair, 4, 50));
}

/// Where rounds are draws, every validator has the posterior of its wins, and the interval and the probability
/// agree with those that were worked out alone; where stakes move, no cell has a number, and the table says why.
#[test]
fn a_run_gives_posteriors_where_there_are_any() {
    let bayes = "[analysis]\nbayes = true\nprior_weight = 0.5\nserial = 'off'\nwindow = 'off'\n";
    let stakes = [350, 500, 200, 275];
    let fixed = analysed(&scenario(1, 20_000, 2, &stakes, bayes));
    let mut outside = 0.0;
    for row in &fixed.tables.validators {
        let own = 0.5 / 4.0;
        let margin = Margin::around(row.stake_share, 0.1);
        let alone = share_posterior((row.wins, 40_000), (own, 0.5 - own), margin, 0.95).expect("a posterior");
        assert_eq!(row.posterior_low, Some(alone.interval.low));
        assert_eq!(row.probability_within, Some(alone.within));
        assert!(alone.interval.contains(row.win_share.expect("a share")));
        outside += 1.0 - alone.within;
    }
    let all = |analysis: &Analysis| {
        let rows = &analysis.tables.fairness;
        rows.iter().find(|row| row.metric == Metric::ProbabilityAllWithin).cloned()
    };
    let together = all(&fixed).expect("a row").value.expect("a number");
    assert!((together - (1.0 - outside)).abs() < 1e-12 && together > 0.99, "{together}");
    // Compounding, a declared variance, and runs that were cut short.
    for (more, rounds, why) in [
        (
            format!("{bayes}[reward]\npolicy = {{ kind = 'constant', amount = 10 }}\ncompound = true\n"),
            200,
            "stakes moved",
        ),
        (format!("{bayes}[selection]\nrule = 'cool-down'\n"), 200, "declares the variance"),
        (format!("{bayes}[selection]\nrule = 'solana-schedule'\n"), 201, "cut short"),
        (format!("{bayes}[selection]\nrule = 'deficit-first'\n"), 200, "deterministic"),
    ] {
        let analysis = analysed(&scenario(1, rounds, 3, &[300; 5], &more));
        assert!(analysis.tables.validators.iter().all(|row| row.probability_within.is_none()), "{why}");
        let row = all(&analysis).expect("a row");
        assert!(row.value.is_none() && row.note.contains(why), "{row:?}");
    }
    let plain = analysed(&scenario(1, 200, 1, &stakes, ""));
    assert!(all(&plain).is_none() && plain.tables.validators.iter().all(|row| row.posterior_mean.is_none()));
}

#[test]
fn a_run_is_one_object_for_scripts() {
    let sandbox = tempfile::tempdir().expect("a folder");
    let seed = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/seed.toml");
    let mut command = Command::cargo_bin("tombola").expect("the program");
    command
        .current_dir(sandbox.path())
        .args(["run", seed, "--format", "json", "--quiet", "--rounds", "200", "--trials", "2"]);
    let output = command.output().expect("an end");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let object: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one object");
    assert_eq!(object["verdict"], "inconclusive");
    assert!(object["p"].as_f64().expect("a number") > 0.05);
    assert!(object["more_rounds"].as_u64().expect("a number") > 100);
    let validators = object["validators"].as_array().expect("a list");
    let wins: u64 = validators.iter().map(|one| one["wins"].as_u64().expect("wins")).sum();
    let expected: f64 = validators.iter().map(|one| one["expected"].as_f64().expect("expected")).sum();
    assert_eq!(wins, 400);
    assert!((expected - 400.0).abs() < 1e-9);
    assert!(
        validators
            .iter()
            .all(|one| one["name"].is_string() && one["p"].is_f64() && one["p_adjusted"].is_f64())
    );
}
