//! Every rigged control is caught by an ordinary run of its scenario: the verdict is "unfair", and
//! it names who gains.

use crate::harness::simulated;
use std::fs;
use std::path::{Path, PathBuf};
use tombola::analysis::analyse;
use tombola::scenario::load;
use tombola::selection::RULES;
use tombola::simulation::Engine;
use tombola::statistics::Verdict;

fn scenario_of(rule: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(format!("{rule}.toml"))
}

fn rigged() -> Vec<&'static str> {
    RULES.iter().map(|entry| entry.name).filter(|name| name.starts_with("rigged-")).collect()
}

#[test]
fn at_least_ten_mistakes_are_kept_as_controls() {
    assert!(rigged().len() >= 10, "{:?}", rigged());
    for name in rigged() {
        let text = fs::read_to_string(scenario_of(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(text.contains(name), "the scenario {name} uses the rule");
    }
}

#[test]
fn every_rigged_control_is_found_unfair_and_the_gainer_is_named() {
    for name in rigged() {
        let mut scenario = load(&scenario_of(name), &[]).unwrap_or_else(|problem| panic!("{problem}"));
        assert_eq!(scenario.experiment.world.rule.name, name);
        scenario.experiment.engine = Engine::Draws;
        let results = simulated(&scenario.experiment, 2);
        let analysis = analyse(&scenario.experiment, &scenario.file.analysis, &results);
        let assessment = &analysis.assessment;
        assert_eq!(assessment.verdict, Verdict::Unfair, "{name}: {}", assessment.sentence());
        let gainer = assessment.gains_most.as_ref().unwrap_or_else(|| panic!("{name}: nobody is named"));
        assert!(assessment.sentence().contains(&gainer.name), "{name}: {}", assessment.sentence());
    }
}
