//! From counts to statements: what was counted becomes estimates, tests and a verdict, as typed
//! rows. No files and no layout of text: those belong to the report.

mod audit;
mod chain_rows;
pub mod comparison;
mod context;
mod fairness;
mod memoise;
mod more_rounds;
mod observations;
mod planning;
pub mod rows;
mod sampling_model;
mod stopping;
mod strategy;
mod timeline_rows;
mod trial_rows;
mod validator_rows;
mod win_distribution;
mod window_rows;

pub use audit::{Audit, AuditTable, Conclusion, MOST_WINS, audit};
pub use planning::{Plan, PlanSettings, Scatter, pilot_seed, plan};
pub use stopping::Stopping;
pub use strategy::{Move, strategy};

use crate::scenario::AnalysisSection;
use crate::simulation::{Experiment, Results};
use crate::statistics::wording::{grouped, two_digits};
use crate::statistics::{Assessment, Evidence, Misallocation, Subject, assess, bonferroni};
use context::AnalysisContext;
use rows::Tables;
use sampling_model::SamplingModel;

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
    analyse_context(&AnalysisContext::new(experiment, settings, results, None))
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
    analyse_context(&AnalysisContext::new(experiment, settings, results, decided.then_some(stopping)))
}

/// Analyses what a context holds.
pub(super) fn analyse_context(context: &AnalysisContext) -> Analysis {
    let results = context.results;
    let validators = validator_rows::rows(context);
    let expected_shares_test = fairness::expected_shares_test(context);
    let assessment = assess_stake(context, expected_shares_test.as_ref().and_then(|test| test.p_value()));
    let fairness_rows = fairness::rows(context, expected_shares_test.as_ref(), &assessment);
    let tables = Tables {
        validators,
        trials: trial_rows::rows(context),
        chains: chain_rows::rows(results),
        timeline: timeline_rows::rows(context),
        fairness: fairness_rows,
        windows: window_rows::rows(context),
    };
    Analysis { tables, assessment }
}

/// Holds every validator's win share against its share of stake, and all of them together.
fn assess_stake(context: &AnalysisContext, expected_shares_p: Option<f64>) -> Assessment {
    let settings = context.settings;
    let claimed: Vec<usize> = (0..context.validators()).filter(|&index| is_claimed(context, index)).collect();
    let level = bonferroni(settings.confidence, claimed.len());
    let intervals = context.joint_intervals(level);
    let tests = context.margin_tests();
    let subjects: Vec<Subject> = claimed
        .iter()
        .map(|&index| Subject {
            name: &context.experiment.world.names[index],
            stake_share: context.stake_shares[index],
            win_share: context.win_share(index),
            interval: intervals[index],
            test: tests[index],
        })
        .collect();
    let shares: Option<Vec<f64>> = (0..context.validators()).map(|index| context.win_share(index)).collect();
    let whole = shares.map(|shares| {
        let (margin, target) = (settings.misallocated, &context.stake_shares);
        Misallocation::new(&shares, target, context.draws(), margin, settings.confidence)
    });
    let few = context.trials_needed().map(|needed| {
        format!(
            "its win share varies so much between trials that at least {} trials are needed, and there are {}",
            grouped(two_digits(needed)),
            grouped(context.trials)
        )
    });
    assess(&Evidence {
        subjects: &subjects,
        set_aside: context.validators() - claimed.len(),
        confidence: settings.confidence,
        tolerance: settings.tolerance,
        sample: context.sample(),
        whole,
        expected_shares_p,
        needed: more_rounds::needed(context, &claimed),
        without_test: match (&few, &context.sampling_model) {
            (Some(few), _) => few,
            (None, SamplingModel::Trials(_)) => "there were fewer than two trials, or all were alike",
            _ => "no rounds were played",
        },
    })
}

/// Whether the scenario claims anything of this validator: those below its smallest share were set aside
/// before the run.
fn is_claimed(context: &AnalysisContext, index: usize) -> bool {
    context.stake_shares[index] >= context.settings.smallest_share
}
