//! Rules whose slots several validators can lead, or nobody: blocks, slots, and slots that were led.

use crate::harness::{scenario_of, simulated};
use crate::sandbox::Sandbox;
use std::path::Path;
use tombola::analysis::rows::law_window_rows;
use tombola::analysis::{Analysis, AuditSettings, AuditTable, analyse, audit};
use tombola::registry::Choice;
use tombola::scenario::Scenario;
use tombola::simulation::{CountingUnit, Results};
use tombola::statistics::LongestRun;

fn scenario(rule: &str, engine: &str, more: &str) -> Scenario {
    let text = format!(
        "[run]\nseed = 5\nrounds = 40_000\ntrials = 2\nengine = '{engine}'\ncheckpoints = 1\n[population]\n\
         accounts = [{{ name = 'a', balance = 700 }}, {{ name = 'b', balance = 700 }}]\n[selection]\n\
         rule = {rule}\n{more}"
    );
    scenario_of(&text)
}

fn played(scenario: &Scenario) -> (Results, Analysis) {
    let results = simulated(&scenario.experiment, 2);
    let analysis = analyse(&scenario.experiment, &scenario.file.analysis, &results);
    (results, analysis)
}

/// Two equal pools share f = 1/20: each leads a slot with 1 - sqrt(.95) = .0253205655191 (Python, math.sqrt),
/// in 80,000 slots 2,025.645 times. A battle has two leaders, every other block one.
#[test]
fn led_slots_are_counted_before_battles() {
    for lottery in ["stream", "vrf"] {
        let mut scenario =
            scenario(&format!("{{ kind = 'cardano-praos', lottery = '{lottery}' }}"), "draws", "");
        if lottery == "vrf" {
            scenario.experiment.rounds = 500;
        }
        let (results, analysis) = played(&scenario);
        let counters = &results.totals.counters;
        let led: u64 = results.totals.leads.iter().sum();
        assert!(counters.contested > 0 || lottery == "vrf");
        assert_eq!(led, results.totals.selections() + counters.contested);
        for row in &analysis.tables.validators {
            let expected = counters.rounds as f64 * 0.025_320_565_519_1;
            assert!((row.expected_slots_led.expect("a number") / expected - 1.0).abs() < 1e-10);
            // Fixed seeds: false alarm 1e-4 each.
            assert!(row.slots_led_p.expect("a p-value") > 1e-4, "{row:?}");
        }
    }
    // Primary authors of BABE: c = 1/4, 1 - sqrt(.75) each. Every slot has an author.
    let (results, analysis) = played(&scenario("'babe'", "draws", ""));
    let led: u64 = results.totals.leads.iter().sum();
    assert!(led > 0 && led < results.totals.selections());
    for row in &analysis.tables.validators {
        let expected = 80_000.0 * (1.0 - 0.75f64.sqrt());
        assert!((row.expected_slots_led.expect("a number") / expected - 1.0).abs() < 1e-10);
        assert!(row.slots_led_p.expect("a p-value") > 1e-4, "{row:?}");
    }
    let (results, analysis) = played(&scenario("'raffle'", "draws", ""));
    assert!(results.totals.leads.is_empty());
    assert!(analysis.tables.validators.iter().all(|row| row.slots_led.is_none()));
}

/// Each of two equal pools wins a slot with 1/40.
#[test]
fn windows_and_gaps_are_counted_in_the_unit_that_was_asked_for() {
    let slots = scenario("'cardano-praos'", "draws", "[analysis]\nunit = 'slots'\nwindow = 100\n");
    let blocks = scenario("'cardano-praos'", "draws", "[analysis]\nwindow = 100\n");
    let (results, in_slots) = played(&slots);
    let (_, in_blocks) = played(&blocks);
    let tables = (&in_slots.tables, &in_blocks.tables);
    for (slot, block) in tables.0.windows.iter().zip(&tables.1.windows) {
        assert_eq!((slot.unit.as_str(), block.unit.as_str()), ("slots", "blocks"));
        assert_eq!((slot.windows, slot.expected_wins), (800, Some(2.5)));
        assert_eq!(block.expected_wins, Some(50.0));
        let none = slot.empty_probability.expect("a probability");
        // .975^100 = .0795160648... (Python)
        assert!((none - 0.975f64.powi(100)).abs() < 1e-12 && (none - 0.0795).abs() < 1e-4, "{none}");
        // Four standard errors of 800 windows.
        let seen = slot.empty_share.expect("a share");
        assert!((seen - none).abs() < 4.0 * (none * (1.0 - none) / 800.0).sqrt(), "{seen} {none}");
    }
    for (slot, block) in tables.0.validators.iter().zip(&tables.1.validators) {
        assert_eq!(slot.longest_unit.as_deref(), Some("slots"));
        assert_eq!(block.longest_unit.as_deref(), Some("blocks"));
        assert!(slot.longest_gap > block.longest_gap);
        let law = LongestRun::gap(40_000, 0.025).expect("a law").over_trials(2);
        let p = law.at_least(slot.longest_gap.expect("a gap"));
        assert!((slot.longest_gap_p.expect("a p-value") - p).abs() < 1e-12 && p > 1e-4, "{slot:?}");
    }
    assert_eq!(results.totals.order.serial.as_ref().expect("a tally").longest.len(), 2);
    // Where no round is empty both are the same.
    let same = |unit: &str| {
        let more = format!("[analysis]\nunit = '{unit}'\n");
        let (_, analysis) = played(&scenario("'raffle'", "draws", &more));
        analysis
            .tables
            .windows
            .into_iter()
            .map(|row| (row.windows, row.mean, row.gap_probability))
            .collect::<Vec<_>>()
    };
    assert_eq!(same("slots"), same("blocks"));
}

#[test]
fn the_law_of_a_window_knows_both_units() {
    let world = scenario("'cardano-praos'", "draws", "").experiment.world;
    let row = |unit| law_window_rows(&world, (100, unit), Some("a"), (None, None)).remove(0);
    let (slots, blocks) = (row(CountingUnit::Slots), row(CountingUnit::Blocks));
    assert_eq!((slots.expected_wins, blocks.expected_wins), (Some(2.5), Some(50.0)));
    assert!((slots.none_probability.expect("a probability") - 0.975f64.powi(100)).abs() < 1e-12);
    assert!((blocks.none_probability.expect("a probability") / 0.5f64.powi(100) - 1.0).abs() < 1e-9);
    // Sortition of 20 out of 1,400 coins: nobody with (1 - 20/1400)^1400.
    let world = scenario("'algorand-sortition'", "draws", "").experiment.world;
    let slots = law_window_rows(&world, (100, CountingUnit::Slots), Some("a"), (None, None)).remove(0);
    let expected = 50.0 * (1.0 - (1.0 - 20.0f64 / 1400.0).powi(1400));
    assert!((slots.expected_wins.expect("a number") - expected).abs() < 1e-9);
}

/// An operator who expects 26 of 43,200 slots: a gap of 19,280 at a fixed place has 9.1004e-6, anywhere in the
/// epoch 1.40111e-4 (recomputed independently).
#[test]
fn a_rare_gap_is_exact() {
    let mut scenario = scenario("'raffle'", "draws", "");
    scenario.experiment.world.stakes = vec![26, 43_200 - 26];
    let row = law_window_rows(
        &scenario.experiment.world,
        (43_200, CountingUnit::Blocks),
        Some("a"),
        (None, Some(19_280)),
    );
    let probability = row[0].gap_probability.expect("a probability");
    assert!((probability / 1.40111e-4 - 1.0).abs() < 1e-5, "{probability:e}");
}

/// A small pool beside a large one gets more blocks by the old tie-break than slots: leader logs and blocks
/// have different expectations.
#[test]
fn an_audit_knows_led_slots_from_blocks() {
    let table = AuditTable {
        names: vec!["large".into(), "small".into()],
        stakes: vec![950, 50],
        wins: vec![900, 60],
        ..AuditTable::default()
    };
    let rule: Choice =
        toml::from_str("kind = 'cardano-praos'\ntie_break = 'leader-value'\n").expect("a rule");
    let share = |unit| {
        let settings = AuditSettings { rule: rule.clone(), unit, ..AuditSettings::default() };
        let audit =
            audit(Path::new("t.csv"), &table, &settings).unwrap_or_else(|problem| panic!("{problem}"));
        (audit.rows[1].expected_share.expect("a share"), audit.reference)
    };
    let (slots, reference) = share(Some(CountingUnit::Slots));
    let phi = |part: f64| 1.0 - 0.95f64.powf(part);
    assert!((slots - phi(0.05) / (phi(0.05) + phi(0.95))).abs() < 1e-12);
    assert!(reference.contains("slots led"), "{reference}");
    let (blocks, reference) = share(None);
    assert!(blocks > slots && !reference.contains("slots led"), "{blocks} {slots} {reference}");
}

#[test]
fn the_commands_take_the_unit() {
    let sandbox = Sandbox::new();
    for (args, good) in [
        (&["law", "rule-cardano-praos", "--window", "100", "--unit", "slots"][..], true),
        (&["law", "rule-cardano-praos", "--unit", "slots"][..], false),
        (&["run", "rule-cardano-praos", "--unit", "slots", "--rounds", "500", "--trials", "1"][..], true),
        (&["run", "rule-cardano-praos", "--unit", "epochs"][..], false),
    ] {
        let done = sandbox.command(args).output().expect("the program runs");
        assert_eq!(done.status.success(), good, "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
        if good && args[0] == "law" {
            let text = String::from_utf8_lossy(&done.stdout).into_owned();
            assert!(text.contains("100 slots"), "{text}");
        }
    }
    // In an audit the same option has the unit of stakes too.
    sandbox.put("wins.csv", "name,stake,wins\nann,5,6\nbob,3,2\n");
    for (unit, slots, stakes) in
        [("slots", true, false), ("blocks", false, false), ("gwei", false, true), ("slots,gwei", true, true)]
    {
        let args = ["audit", "wins.csv", "--rule", "cardano-praos", "--unit", unit];
        let done = sandbox.command(&args).output().expect("the program runs");
        let said = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{unit}: {said}");
        assert_eq!(said.contains("slots led"), slots, "{unit}: {said}");
        assert_eq!(said.contains("one unit of stake is gwei"), stakes, "{unit}: {said}");
    }
    let windows =
        std::fs::read_to_string(sandbox.path("output/rule-cardano-praos/windows.csv")).expect("a table");
    assert!(windows.lines().skip(1).all(|line| line.contains(",slots,")), "{windows}");
}
