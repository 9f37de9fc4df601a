//! One round, two fidelities: the same numbers from both, on any number of threads.

use crate::harness::{scenario_of, simulated};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use tombola::scenario::{Override, load_text};
use tombola::simulation::{Control, Engine, Quiet, Results, run};

fn results(text: &str, engine: Engine, threads: usize) -> Results {
    let mut scenario = scenario_of(text);
    scenario.experiment.engine = engine;
    simulated(&scenario.experiment, threads)
}

/// Scenarios in which as many things as possible happen.
fn busy_scenarios() -> Vec<String> {
    let population = r#"
        [population]
        minimum_stake = 100
        accounts = [
            { name = "charles", balance = 350 }, { name = "edwin", balance = 500 },
            { name = "oliver", balance = 200 }, { name = "erick", balance = 90 },
            { name = "sonia", balance = 275 }, { name = "ada", balance = 400 },
            { name = "grace", balance = 100 }, { name = "alan", balance = 120, validates = false },
        ]
        [transactions]
        per_round = 3
        users = 4
        bad = "1/3"
        burn = "1/2"
    "#;
    let faults = r#"
        [[behaviours]]
        act = "invalid-block"
        accounts = ["oliver", "grace"]
        [[behaviours]]
        act = "silent-forger"
        accounts = ["sonia"]
        [[behaviours]]
        act = "always-approve"
        share = "1/6"
        [[behaviours]]
        act = "always-reject"
        accounts = ["ada"]
    "#;
    let run = "[run]\nrounds = 60\ntrials = 3\nseed = 5\n";
    let mut all = Vec::new();
    for attestation in [
        "",
        "[attestation]\ncommittee = 3\nquorum = '2/3'\n",
        "[attestation]\nweight = 'stake'\n",
        "[attestation]\nverification = 'each'\n",
        "[attestation]\ncommittee = 4\nweight = 'stake'\nquorum = 0.5\n",
        "[network]\nloss = 0.1\n",
    ] {
        for reward in [
            "",
            "[reward]\ncompound = true\n",
            "[slashing]\nshare = '1/3'\n[reward]\ncompound = true\n",
            "[reward]\ncompound = '1/2'\nactivation_delay = 3\npolicy = { kind = 'missed', attestation = 1, base = { kind = 'split', attestors = '1/2', stake = '1/4' } }\n",
            "[reward]\nsmoothing = [['edwin', 'ada']]\npools = [{ operator = 'edwin', delegators = [{ name = 'x', share = '1/3' }] }]\npolicy = { kind = 'random', distribution = 'pareto', minimum = 3, shape = 1.5, cap = 1000, base = { kind = 'epoch', blocks = 5 } }\n",
        ] {
            for rule in ["raffle", "uniform"] {
                let selection = format!("[selection]\nrule = '{rule}'\n");
                all.push([run, population, attestation, reward, &selection].concat());
                all.push([run, population, attestation, reward, &selection, faults].concat());
            }
        }
    }
    let stalled = "[[behaviours]]\nact = 'always-reject'\nshare = '2/3'\n";
    all.push([run, population, stalled].concat());
    all
}

#[test]
fn full_and_draws_agree_in_everything() {
    for text in busy_scenarios() {
        let full = results(&text, Engine::Full, 1);
        let draws = results(&text, Engine::Draws, 1);
        assert_eq!(full, draws, "in the scenario\n{text}");
        assert_eq!(full.records.len(), 3);
    }
}

#[test]
fn the_busy_scenarios_are_busy() {
    let mut slashed = 0;
    let mut rejected = 0;
    let mut refused = [0; 6];
    let mut silent = 0;
    let mut held_back = 0;
    for text in busy_scenarios() {
        let counters = results(&text, Engine::Draws, 1).totals.counters;
        slashed += counters.slashings;
        rejected += counters.rejected;
        silent += counters.silent;
        held_back += counters.held_back;
        for (sum, one) in refused.iter_mut().zip(counters.refused) {
            *sum += one;
        }
    }
    assert!(slashed > 0 && rejected > 0 && silent > 0, "{slashed} {rejected} {silent}");
    assert!(refused.iter().all(|&count| count > 0), "{refused:?}");
    assert!(held_back > 0, "where blocks are rejected for long, wallets hold back");
}

#[test]
fn threads_do_not_change_anything() {
    for text in busy_scenarios().iter().take(4) {
        let one = results(text, Engine::Draws, 1);
        for threads in [2, 3, 8] {
            assert_eq!(one, results(text, Engine::Draws, threads));
        }
        assert_eq!(results(text, Engine::Full, 2), one);
    }
}

#[test]
fn seeds_and_trials_differ() {
    let text = &busy_scenarios()[0];
    let first = results(text, Engine::Draws, 1);
    assert_ne!(first.records[0].followed, first.records[1].followed);
    let other = load_text(
        Path::new("test.toml"),
        text.clone(),
        &[Override::parse("run.seed=6").expect("an override")],
    )
    .expect("a valid scenario");
    let stop = AtomicBool::new(false);
    let control = Control { progress: &Quiet, stop: &stop };
    let mut experiment = other.experiment;
    experiment.engine = Engine::Draws;
    assert_ne!(run(&experiment, 1, None, &control).expect("a run"), first);
}
