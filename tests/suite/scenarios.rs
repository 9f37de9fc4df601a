//! Every scenario that comes along parses, says what it is about, and runs.

use crate::sandbox::Sandbox;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use tombola::analysis::analyse;
use tombola::behaviour::BEHAVIOURS;
use tombola::report::figures::FIGURES;
use tombola::reward::REWARDS;
use tombola::scenario::{Override, Scenario, load, load_text, shipped};
use tombola::selection::{COMMITTEES, RULES};
use tombola::simulation::{Control, Engine, Quiet, run};
use tombola::stake::STAKES;

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the scenarios")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    assert!(files.len() >= 12);
    files
}

fn short(path: &Path) -> Scenario {
    let mut overrides = vec!["run.rounds=20", "run.trials=3"];
    // Epochs and periods longer than 20 rounds would pay nobody.
    let periodic =
        ["ethereum-epoch.toml", "reward-sync-committee.toml", "reward-epoch.toml", "reward-saturation.toml"];
    if periodic.iter().any(|name| path.ends_with(name)) {
        overrides.push("reward.policy.blocks=8");
    }
    if path.ends_with("ethereum-epoch.toml") {
        overrides.push("reward.policy.base.blocks=8");
    }
    let overrides: Vec<Override> =
        overrides.into_iter().map(|text| Override::parse(text).expect("an override")).collect();
    load(path, &overrides).unwrap_or_else(|problem| panic!("{problem}"))
}

#[test]
fn every_scenario_says_what_to_learn() {
    for path in files() {
        let text = fs::read_to_string(&path).expect("a scenario");
        assert!(text.starts_with("# "), "{} begins with no comment", path.display());
        let scenario = load(&path, &[]).unwrap_or_else(|problem| panic!("{problem}"));
        assert!(!scenario.file.description.is_empty(), "{} has no description", path.display());
        assert_eq!(Some(scenario.name.as_str()), path.file_stem().and_then(|stem| stem.to_str()));
    }
}

#[test]
fn every_scenario_runs_and_both_engines_agree() {
    for path in files() {
        let mut scenario = short(&path);
        if scenario.experiment.world.validators() > 10_000 {
            // Made for the engine `law`, and tried by it.
            assert_eq!(scenario.experiment.engine, Engine::Law, "{}", path.display());
            continue;
        }
        let stop = AtomicBool::new(false);
        let control = Control { progress: &Quiet, stop: &stop };
        let mut results = Vec::new();
        for engine in [Engine::Full, Engine::Draws] {
            scenario.experiment.engine = engine;
            results.push(run(&scenario.experiment, 2, None, &control).expect("a run"));
        }
        assert_eq!(results[0], results[1], "{}", path.display());
        assert_eq!(results[0].records.len(), 3);
        let analysis = analyse(&scenario.experiment, &scenario.file.analysis, &results[0]);
        assert_eq!(analysis.tables.validators.len(), scenario.experiment.world.validators());
        let won: u64 = analysis.tables.validators.iter().map(|row| row.wins).sum();
        assert_eq!(won, results[0].totals.selections(), "{}", path.display());
    }
}

/// Those too that read a file: from a folder where nothing of the project is, and again from their results.
#[test]
fn what_comes_along_runs_from_anywhere() {
    let sandbox = Sandbox::new();
    let run = |args: &[&str]| {
        let output = sandbox.command(args).output().expect("the program starts");
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{args:?}: {err}");
        err
    };
    let with_files: Vec<&str> = shipped()
        .iter()
        .filter(|shipped| shipped.text.contains("path = "))
        .map(|shipped| shipped.name)
        .collect();
    assert!(with_files.contains(&"stake-table"));
    for name in with_files {
        let err = run(&["check", name]);
        assert!(err.contains("the table that comes along is read"), "{err}");
        run(&["run", name, "--rounds", "200", "--trials", "2", "--set", "report.figures=[]", "-q"]);
        run(&["reproduce", &format!("output/{name}"), "--quiet"]);
    }
    // A file of this path goes before.
    sandbox.put("scenarios/tables/example-stakes.csv", "name,stake\nann,5\nbob,6\n");
    let output =
        sandbox.command(&["law", "stake-table", "--format", "csv"]).output().expect("the program starts");
    assert!(String::from_utf8_lossy(&output.stdout).contains("\nann,5,"), "{output:?}");
}

#[test]
fn the_resolved_scenario_is_the_same_scenario() {
    for path in files() {
        let scenario = load(&path, &[]).unwrap_or_else(|problem| panic!("{problem}"));
        let resolved = scenario.resolved();
        let again =
            load_text(&path, resolved.clone(), &[]).unwrap_or_else(|problem| panic!("{problem}\n{resolved}"));
        assert_eq!(again.resolved(), resolved);
        assert_eq!(again.experiment.world.stakes, scenario.experiment.world.stakes);
    }
}

/// A member of a family that no scenario shows is a member nobody can try.
#[test]
fn every_registered_thing_is_shown_by_a_scenario_and_told_in_a_document() {
    let mut shown = String::new();
    for path in files() {
        shown.push_str(&load(&path, &[]).unwrap_or_else(|problem| panic!("{problem}")).resolved());
    }
    let read =
        |path| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a document");
    let (readme, rules) = (read("README.md"), read("docs/rules.md"));
    let families: [(&str, Vec<&str>); 6] = [
        ("rule", RULES.iter().map(|entry| entry.name).collect()),
        ("stake distribution", STAKES.iter().map(|entry| entry.name).collect()),
        ("reward", REWARDS.iter().map(|entry| entry.name).collect()),
        ("committee", COMMITTEES.iter().map(|entry| entry.name).collect()),
        ("behaviour", BEHAVIOURS.iter().map(|entry| entry.name).collect()),
        ("figure", FIGURES.iter().map(|entry| entry.name).collect()),
    ];
    for (family, names) in families {
        for name in names {
            assert!(shown.contains(&format!("\"{name}\"")), "no scenario shows the {family} {name}");
            let (document, told) = match family {
                "rule" | "committee" => ("docs/rules.md", rules.contains(&format!("\n| `{name}` |"))),
                _ => ("README.md", readme.contains(&format!("`{name}`"))),
            };
            assert!(told, "{document} does not name the {family} {name}");
        }
    }
}
