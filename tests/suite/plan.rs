//! `tombola plan` gives the published sample sizes, and heeds how the rule's wins vary.

use crate::harness::{count_seeds, scenario_of, simulated};
use assert_cmd::Command;
use std::collections::BTreeMap;
use std::fs;
use tempfile::TempDir;
use tombola::analysis::verdict;
use tombola::statistics::Verdict;

/// The plan of a scenario with these stakes as rows by validator, and what it says beside.
fn plan(
    stakes: &[u64],
    more: &str,
    options: &[&str],
) -> (BTreeMap<String, BTreeMap<String, String>>, String) {
    let sandbox: TempDir = tempfile::tempdir().expect("a folder");
    let accounts: Vec<String> = stakes
        .iter()
        .enumerate()
        .map(|(index, stake)| format!("{{ name = 'v{index}', balance = {stake} }}"))
        .collect();
    let text = format!("{more}\n[population]\naccounts = [{}]\n", accounts.join(", "));
    fs::write(sandbox.path().join("s.toml"), text).expect("a file");
    let mut command = Command::cargo_bin("tombola").expect("the program");
    command.current_dir(sandbox.path()).args(["plan", "s.toml", "--format", "csv"]).args(options);
    let output = command.output().expect("an end");
    let told = String::from_utf8(output.stderr).expect("text");
    assert!(output.status.success(), "{told}");
    let table = String::from_utf8(output.stdout).expect("text");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let rows = reader.records().map(|record| {
        let cells: BTreeMap<String, String> =
            header.iter().cloned().zip(record.expect("a row").iter().map(str::to_owned)).collect();
        (cells["validator"].clone(), cells)
    });
    (rows.collect(), told)
}

fn number(rows: &BTreeMap<String, BTreeMap<String, String>>, validator: &str, column: &str) -> u64 {
    rows[validator][column].parse().unwrap_or_else(|_| panic!("{validator} {column}: {:?}", rows[validator]))
}

#[test]
fn the_published_sizes_come_out() {
    let (rows, _) = plan(&[20, 80], "", &["--uncorrected", "--set", "analysis.tolerance=0.01"]);
    assert_eq!(number(&rows, "v0", "rounds_equivalence"), 432_887);
    let (rows, told) = plan(&[20, 80], "", &["--uncorrected"]);
    assert_eq!(number(&rows, "v0", "rounds_equivalence"), 4_329);
    assert_eq!(rows["v0"]["role"], "smallest, hardest");
    assert_eq!(rows["v1"]["role"], "richest");
    // 8 trials of 10,000 rounds are more than that.
    assert!(told.contains("80,000 rounds in all) this scenario shows 2 of 2 validators"), "{told}");
    let (rows, _) = plan(&[10, 38, 52], "", &["--uncorrected", "--half-width", "0.005"]);
    assert_eq!(number(&rows, "v0", "rounds_half_width"), 13_830);
    assert_eq!(number(&rows, "v1", "rounds_half_width"), 36_202);
    // .2 against .24 with 80 % power: 818 (Fleiss, Levin and Paik 2003).
    let (rows, _) = plan(&[20, 80], "", &["--uncorrected", "--effect", "0.2", "--power", "0.8"]);
    assert_eq!(number(&rows, "v0", "rounds_effect"), 818);
}

#[test]
fn equivalence_needs_no_correction_and_the_verdict_all_at_once() {
    let (rows, told) = plan(&[350, 500, 200, 275], "", &[]);
    // (z(.05) + z(.05))² (1 − a) / (a .01), a = 200/1325: 6087.5 rounds (tables of the normal distribution).
    assert_eq!(number(&rows, "v2", "rounds_equivalence"), 6_088);
    // All four at once need as much as the hardest alone, give or take the steps of a binomial count, and
    // fewer rounds than with each at 1 − .1/4.
    let verdict = number(&rows, "all", "rounds_equivalence");
    assert!((5_900..9_000).contains(&verdict), "{verdict}");
    assert!(told.contains("The verdict `fair` for all of them together needs"), "{told}");
}

#[test]
fn how_the_rules_wins_vary_is_heeded() {
    let stakes = [100, 200, 300];
    let (plain, _) = plan(&stakes, "", &[]);
    // Leaders keep four slots.
    let (runs, _) = plan(&stakes, "[selection]\nrule = 'solana-schedule'", &[]);
    for column in ["rounds_half_width", "rounds_equivalence", "rounds_effect"] {
        let (one, four) = (number(&plain, "v0", column), number(&runs, "v0", column));
        assert!(four.abs_diff(4 * one) <= 4, "{column}: {one} and {four}");
    }
    let (bounded, _) = plan(&stakes, "[selection]\nrule = 'cometbft-priority'", &[]);
    assert_eq!(bounded["v0"]["variance_ratio"], "0.0");
    assert!(number(&bounded, "v0", "rounds_equivalence") < 2_000);
}

#[test]
fn where_the_variance_is_unknown_a_pilot_is_played_and_said() {
    let more = "[run]\nrounds = 100\ntrials = 10\n[selection]\nrule = 'square-root'\n[reward]\ncompound = true\npolicy = { kind = 'constant', amount = 1 }";
    let (rows, told) = plan(&[50, 50], more, &["--pilot", "400"]);
    assert!(told.contains("pilot of 400 trials"), "{told}");
    assert!(told.contains("with the draws engine on this machine"), "{told}");
    let factor: f64 = rows["v0"]["variance_ratio"].parse().expect("a number");
    assert!(factor > 1.0, "{factor}");
    let (again, _) = plan(&[50, 50], more, &["--pilot", "400"]);
    assert_eq!(rows, again);
    let (_, told) = plan(&[20, 80], "", &[]);
    assert!(!told.contains("pilot"), "{told}");
}

/// What is advised is what helps: more trials where only they are independent, longer ones where wins stay
/// within a bound, and one trial where one will do.
#[test]
fn the_advice_is_to_do_what_helps() {
    let (rows, told) =
        plan(&[500, 300, 198, 2], "[run]\nrounds = 100\n[selection]\nrule = 'deficit-first'", &[]);
    let needed = number(&rows, "all", "rounds_equivalence");
    assert_eq!(needed % 8, 0, "{needed}");
    let digits = (needed / 8).to_string();
    let grouped = digits.len() > 3;
    let each = if grouped {
        format!("{},{}", &digits[..digits.len() - 3], &digits[digits.len() - 3..])
    } else {
        digits
    };
    assert!(told.contains(&format!("{each} in each of 8 trials")), "{told}");
    assert!(told.contains("longer trials tell more, and more trials do not"), "{told}");
    assert!(!told.contains("trials of 100 rounds"), "{told}");
    // A reward of a millionth: one trial of 20,000 rounds shows five equal validators within 10 %.
    let more = "[run]\nrounds = 20000\ntrials = 3\n[reward]\ncompound = true\npolicy = { kind = 'constant', amount = 1 }";
    let (rows, told) = plan(&[200_000; 5], more, &[]);
    assert_eq!(
        (number(&rows, "all", "rounds_equivalence"), number(&rows, "v0", "rounds_equivalence")),
        (20_000, 20_000)
    );
    assert!(told.contains("20,000 rounds in all with that probability: 1 trial of 20,000 rounds."), "{told}");
    assert!(told.contains("Only trials are independent here"), "{told}");
}

/// Compounding with w = .01 inflates the variance of 100 rounds by (1 + 100 w) / (1 + w), exactly; no pilot is
/// played. Played back: with the trials that are asked for, 60 seeds are called fair as often as planned, 90 %
/// less four standard errors.
#[test]
fn an_urn_needs_no_pilot_and_its_plan_comes_true() {
    let more = "[run]\nrounds = 100\ntrials = 10\n[reward]\ncompound = true\npolicy = { kind = 'constant', amount = 1 }";
    let (rows, told) = plan(&[50, 50], more, &[]);
    assert!(told.contains("Pólya's urn") && !told.contains("pilot:"), "{told}");
    let factor: f64 = rows["v0"]["variance_ratio"].parse().expect("a number");
    assert!((factor - 2.0 / 1.01).abs() < 1e-9, "{factor}");
    let trials = number(&rows, "all", "rounds_equivalence") / 100;
    assert!(told.contains(&format!("with that probability: {trials} trials of 100 rounds.")), "{told}");
    let fair = count_seeds(0..60, |seed| {
        let text = format!(
            "[run]\nseed = {seed}\nrounds = 100\ntrials = {trials}\nengine = 'law'\n[population]\naccounts = [{{ name = \
             'v0', balance = 50 }}, {{ name = 'v1', balance = 50 }}]\nminimum_stake = 1\n[reward]\ncompound = true\npolicy = {{ kind = \
             'constant', amount = 1 }}\n"
        );
        let scenario = scenario_of(&text);
        let results = simulated(&scenario.experiment, 1);
        verdict(&scenario.experiment, &scenario.file.analysis, &results).verdict == Verdict::Fair
    });
    assert!(fair as f64 >= 54.0 - 4.0 * (60.0f64 * 0.9 * 0.1).sqrt(), "{fair} of 60, {trials} trials");
}
