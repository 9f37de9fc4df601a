//! From results to tables: what was counted becomes estimates, tests and a verdict.

mod basis;
mod chain_rows;
mod each_once;
mod fairness;
mod footing;
mod stopping;
mod timeline_rows;
mod trial_rows;
mod validator_rows;
mod win_law;
mod window_rows;

use crate::report::tables::Tables;
use crate::scenario::AnalysisSection;
use crate::simulation::{Experiment, Results};
use crate::statistics::{Assessment, Evidence, Subject, assess, bonferroni};
pub(super) use basis::Basis;
pub(super) use footing::Footing;
pub use stopping::Stopping;
pub(super) use timeline_rows::rows as timeline;

/// Everything a run says: its tables and its verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// The tables.
    pub tables: Tables,
    /// The verdict on fairness to stake.
    pub assessment: Assessment,
}

/// Analyses the trials that finished.
pub fn analyse(experiment: &Experiment, settings: &AnalysisSection, results: &Results) -> Analysis {
    analyse_basis(&Basis::new(experiment, settings, results, None))
}

/// The same for a run that was ended by its own results: intervals and verdict come from the
/// confidence sequences of its stop rule, and tests for a fixed number of rounds are left out.
///
/// Where the run was stopped from outside, before the rule had its say, it had no part in the end,
/// and the analysis is the ordinary one.
pub fn analyse_stopped(
    experiment: &Experiment,
    settings: &AnalysisSection,
    results: &Results,
    stopping: &Stopping,
) -> Analysis {
    let decided = results.satisfied.is_some() && !results.partial;
    analyse_basis(&Basis::new(experiment, settings, results, decided.then_some(stopping)))
}

/// Analyses what a basis holds.
pub(super) fn analyse_basis(basis: &Basis) -> Analysis {
    let results = basis.results;
    let validators = validator_rows::rows(basis);
    let promise_test = fairness::promise_test(basis);
    let assessment = assess_stake(basis, promise_test.as_ref().and_then(|test| test.p_value));
    let fairness_rows = fairness::rows(basis, promise_test.as_ref(), &assessment);
    let tables = Tables {
        validators,
        trials: trial_rows::rows(basis),
        chains: chain_rows::rows(results),
        timeline: timeline_rows::rows(basis),
        fairness: fairness_rows,
        windows: window_rows::rows(basis),
    };
    Analysis { tables, assessment }
}

/// Holds every validator's win share against its share of stake, with intervals that hold
/// together.
fn assess_stake(basis: &Basis, promise_p: Option<f64>) -> Assessment {
    let level = bonferroni(basis.settings.confidence, basis.validators());
    let intervals = basis.joint_intervals(level);
    let subjects: Vec<Subject> = (0..basis.validators())
        .map(|index| Subject {
            name: &basis.experiment.world.names[index],
            stake_share: basis.stake_shares[index],
            win_share: basis.win_share(index),
            interval: intervals[index],
        })
        .collect();
    assess(&Evidence {
        subjects: &subjects,
        confidence: basis.settings.confidence,
        tolerance: basis.settings.tolerance,
        sample: basis.sample(),
        promise_p,
        without_interval: match basis.footing {
            Footing::Trials(_) => "there were fewer than two trials, or all were alike",
            _ => "no rounds were played",
        },
    })
    .with_p_values(&subjects, |index, confidence| basis.joint_interval(index, confidence))
}
