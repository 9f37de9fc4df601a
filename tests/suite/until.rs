//! Runs that end when they are precise enough.

use crate::harness::scenario_of;
use std::sync::atomic::AtomicBool;
use tombola::analysis::rows::{Decision, Metric};
use tombola::analysis::{Analysis, IncomeBasis, Stopping, analyse_stopped};
use tombola::scenario::Scenario;
use tombola::simulation::{Control, Quiet, Results, run, run_until};
use tombola::statistics::{Verdict, wilson};

fn scenario(until: &str, more: &str) -> Scenario {
    let text = format!(
        "[run]\nseed = 3\nrounds = 200\ntrials = 400\nengine = 'draws'\ncheckpoints = 3\nuntil = {until}\n\
         [population]\naccounts = [{{ name = 'charles', balance = 350 }}, {{ name = 'edwin', balance = 500 }}, \
         {{ name = 'oliver', balance = 200 }}, {{ name = 'sonia', balance = 275 }}]\n{more}"
    );
    scenario_of(&text)
}

fn stopped(scenario: &Scenario, threads: usize) -> (Results, Analysis) {
    let (experiment, settings) = (&scenario.experiment, &scenario.file.analysis);
    let until = scenario.file.run.until.as_ref().expect("a wanted precision");
    let mut rule = Stopping::new(experiment, settings, until);
    let stop = AtomicBool::new(false);
    let control = Control { progress: &Quiet, stop: &stop };
    let results = run_until(experiment, threads, None, &control, &mut rule).expect("a run");
    let analysis = analyse_stopped(experiment, settings, &results, &rule);
    (results, analysis)
}

const COMPOUND: &str = "[reward]\npolicy = { kind = 'constant', amount = 10 }\ncompound = true\n";

/// The precisions that are asked for, with sections beside them.
const CASES: [(&str, &str); 5] = [
    ("{ metric = 'win_share', half_width = 0.01 }", ""),
    ("{ metric = 'win_share', half_width = 0.01, validator = 'oliver' }", ""),
    ("{ metric = 'unfair_probability', half_width = 0.15 }", ""),
    ("{ metric = 'win_share', half_width = 0.06 }", COMPOUND),
    ("{ metric = 'final_stake_share', half_width = 0.05, validator = 'edwin' }", COMPOUND),
];

/// Where a run ended by what it showed, the number of trials hangs on it: expected shares of income by a law hold all
/// the same, and where there is none all intervals are those of sequences.
#[test]
fn incomes_of_a_run_that_ended_by_what_it_showed() {
    let split = "[reward]\npolicy = { kind = 'split', amount = 10, stake = '1/2' }\n";
    let (_, analysis) = stopped(&scenario(CASES[0].0, split), 1);
    assert_eq!((analysis.income.basis, analysis.income.verdict()), (IncomeBasis::Law, Some(Verdict::Fair)));
    assert!(analysis.tables.incomes.iter().all(|row| row.p_below_half_exact.is_some()));

    let rigged = format!("[selection]\nrule = 'rigged-shared-number'\n{split}");
    let (results, analysis) = stopped(&scenario(CASES[0].0, &rigged), 1);
    let trials = results.records.len() as u64;
    assert_eq!(analysis.income.basis, IncomeBasis::Trials);
    let income = analysis.income.expectation.as_ref().expect("everybody earned something");
    assert_eq!(income.without_test, 0);
    for row in &analysis.tables.incomes {
        let (low, high) = (row.share_low.unwrap(), row.share_high.unwrap());
        assert!(low < row.share.unwrap() && row.share.unwrap() < high, "{row:?}");
        let times = (row.p_below_half.unwrap() * trials as f64).round() as u64;
        let fixed = wilson(times, trials, 0.95).unwrap();
        // A sequence is longer than an interval of a fixed number.
        assert!(
            row.p_below_half_high.unwrap() - row.p_below_half_low.unwrap() > fixed.high - fixed.low,
            "{row:?}"
        );
    }
    if income.verdict == Verdict::Inconclusive {
        assert!(analysis.income.sentence().contains("without `run.until`"), "{}", analysis.income.sentence());
    }
    let risk = analysis.tables.fairness.iter().find(|row| row.metric == Metric::IncomeRisk).expect("a risk");
    assert_eq!(risk.method, "confidence sequence");
}

#[test]
fn a_run_ends_at_the_same_place_on_any_number_of_threads() {
    for (until, more) in CASES {
        let mut scenario = scenario(until, more);
        let (one, analysis) = stopped(&scenario, 1);
        assert_eq!(one.satisfied, Some(true), "{until}");
        let played = one.records.len() as u64;
        assert!((8..400).contains(&played), "{until}: {played}");
        for threads in [2, 3, 7] {
            let (many, again) = stopped(&scenario, threads);
            assert_eq!((&many, &again), (&one, &analysis), "{until}");
        }
        // The results are those of a run that was asked for as many trials.
        scenario.experiment.trials = played;
        let stop = AtomicBool::new(false);
        let plain =
            run(&scenario.experiment, 2, None, &Control { progress: &Quiet, stop: &stop }).expect("a run");
        assert_eq!((plain.records, plain.totals), (one.records, one.totals), "{until}");
    }
}

#[test]
fn the_wanted_precision_is_reached_and_said() {
    for (until, more) in CASES {
        let scenario = scenario(until, more);
        let (results, analysis) = stopped(&scenario, 2);
        let row = analysis.tables.fairness.iter().find(|row| row.metric == Metric::Stopping).expect("a row");
        let wanted = scenario.file.run.until.as_ref().expect("a wanted precision").half_width;
        assert!(row.value.expect("a half width") <= wanted && row.null_value == Some(wanted), "{row:?}");
        assert_eq!(row.decision, Some(Decision::Reached));
        assert!(row.note.contains(&format!("after {} trials", results.records.len())), "{}", row.note);
        for validator in &analysis.tables.validators {
            let (low, high) = (validator.win_share_low.unwrap(), validator.win_share_high.unwrap());
            let share = validator.win_share.unwrap();
            assert!(low < share && share < high);
            if until.contains("win_share") && !until.contains("oliver") {
                assert!(high - low <= 2.0 * wanted, "{until}: {validator:?}");
            }
            assert_eq!(validator.p_value, None, "a test for a fixed number of rounds would not be valid");
        }
    }
}

#[test]
fn without_the_precision_a_run_ends_with_its_trials() {
    let scenario = scenario("{ metric = 'win_share', half_width = 1e-4 }", "");
    let (results, analysis) = stopped(&scenario, 2);
    assert_eq!((results.satisfied, results.partial, results.records.len()), (Some(false), false, 400));
    let row = analysis.tables.fairness.iter().find(|row| row.metric == Metric::Stopping).expect("a row");
    assert_eq!(row.decision, Some(Decision::NotReached));
}

#[test]
fn a_run_that_is_interrupted_is_analysed_as_usual() {
    let scenario = scenario(CASES[0].0, "");
    let until = scenario.file.run.until.as_ref().expect("a wanted precision");
    let mut rule = Stopping::new(&scenario.experiment, &scenario.file.analysis, until);
    let stop = AtomicBool::new(true);
    let control = Control { progress: &Quiet, stop: &stop };
    let results = run_until(&scenario.experiment, 2, None, &control, &mut rule).expect("a run");
    assert_eq!((results.partial, results.satisfied), (true, None));
    let analysis = analyse_stopped(&scenario.experiment, &scenario.file.analysis, &results, &rule);
    assert!(analysis.tables.fairness.iter().all(|row| row.metric != Metric::Stopping));
}

/// The intervals that a stop rule looks at hold together: 95 % for one validator, and for each of five 99 %.
#[test]
fn intervals_are_corrected_for_everybody_who_is_asked_about() {
    for (until, confidence) in [
        ("{ metric = 'win_share', half_width = 0.01 }", 0.99),
        ("{ metric = 'unfair_probability', half_width = 0.1 }", 0.99),
        ("{ metric = 'win_share', half_width = 0.01, validator = 'NAME' }", 0.95),
    ] {
        let plain =
            scenario_of("[population]\ncount = 5\ntotal_stake = 500\nminimum_stake = 1\nstake = 'equal'\n");
        let name = &plain.experiment.world.names[2];
        let until = until.replace("NAME", name);
        let text = format!(
            "[run]\nuntil = {until}\n[population]\ncount = 5\ntotal_stake = 500\nminimum_stake = 1\nstake = 'equal'\n"
        );
        let scenario = scenario_of(&text);
        let wanted = scenario.file.run.until.as_ref().expect("a wanted precision");
        let rule = Stopping::new(&scenario.experiment, &scenario.file.analysis, wanted);
        assert!((rule.confidence() - confidence).abs() < 1e-12, "{until}: {}", rule.confidence());
    }
}

/// All intervals of a run that stops when it is precise enough hold together in at least 95 % of
/// 400 seeds, less three binomial standard errors (3.3 %): counted rounds, and trials of the
/// compounding raffle, whose expected shares are those of stake.
#[test]
fn intervals_cover_where_the_run_ends() {
    const SEEDS: u64 = 400;
    for (until, more) in [
        ("{ metric = 'win_share', half_width = 0.03 }", ""),
        ("{ metric = 'win_share', half_width = 0.15 }", COMPOUND),
    ] {
        let mut scenario = scenario(until, more);
        scenario.experiment.rounds = 20;
        let mut held = 0;
        for seed in 0..SEEDS {
            scenario.experiment.world.seed = seed;
            let experiment = &scenario.experiment;
            let until = scenario.file.run.until.as_ref().expect("a wanted precision");
            let mut rule = Stopping::new(experiment, &scenario.file.analysis, until);
            let stop = AtomicBool::new(false);
            let control = Control { progress: &Quiet, stop: &stop };
            let results = run_until(experiment, 1, None, &control, &mut rule).expect("a run");
            assert_eq!(results.satisfied, Some(true), "{until:?}");
            let stakes = &experiment.world.stakes;
            let total: u64 = stakes.iter().sum();
            held += u64::from(stakes.iter().enumerate().all(|(index, &stake)| {
                let interval = rule.win_share(index, rule.confidence()).expect("an interval");
                interval.contains(stake as f64 / total as f64)
            }));
        }
        let share = held as f64 / SEEDS as f64;
        println!("{until} {more}: {share}");
        assert!(share >= 0.95 - 3.0 * (0.95f64 * 0.05 / SEEDS as f64).sqrt(), "{until}: {share}");
    }
}
