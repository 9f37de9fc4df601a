//! Whether the precision that ends a run can be asked for.

use super::format::{ScenarioFile, UntilMetric};
use super::load::Checker;
use super::problem::{Problem, shortened};
use crate::registry::nearest;
use crate::simulation::Experiment;

/// Checks `run.until` against the experiment.
pub fn check_until(checker: &Checker, file: &ScenarioFile, experiment: &Experiment) -> Result<(), Problem> {
    let Some(until) = &file.run.until else { return Ok(()) };
    if !(until.half_width > 0.0 && until.half_width < 0.5) {
        return Err(checker.problem(
            "run.until.half_width",
            &format!("is {}", checker.given("run.until.half_width", until.half_width)),
            "it is half the width of an interval of a share, so it must lie strictly between 0 and 0.5",
        ));
    }
    let key = "run.until.validator";
    let Some(name) = &until.validator else {
        if until.metric == UntilMetric::FinalStakeShare {
            return Err(checker.problem(
                key,
                "is missing",
                "add `validator = \"...\"`: the metric final_stake_share is asked of one validator",
            ));
        }
        return Ok(());
    };
    let world = &experiment.world;
    let validators = &world.names[..world.validators()];
    let Some(index) = validators.iter().position(|other| other == name) else {
        let near = nearest(name, validators.iter().map(String::as_str));
        let help = match near {
            Some(near) => format!("did you mean `{}`?", shortened(near)),
            None => "`tombola law FILE` lists the validators".to_owned(),
        };
        return Err(checker.problem(key, &format!("is {name:?}, which is no validator"), &help));
    };
    let followed = experiment.followed();
    if until.metric != UntilMetric::WinShare && !followed.iter().any(|who| who.index() == index) {
        let names: Vec<&str> = followed.iter().map(|who| validators[who.index()].as_str()).collect();
        return Err(checker.problem(
            key,
            &format!("is {name:?}, whose trials are not followed one by one"),
            &format!("for this metric take one of the richest: {}", names.join(", ")),
        ));
    }
    Ok(())
}
