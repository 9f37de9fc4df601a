//! From counts to statements: what was counted becomes estimates, tests and a verdict, as typed
//! rows. No files and no layout of text: those belong to the report.

mod audit;
mod chain_rows;
pub mod comparison;
mod context;
mod fairness;
mod income_law;
mod income_rows;
mod income_verdict;
mod memoise;
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
pub use income_verdict::{IncomeBasis, IncomeRisk, IncomeVerdict};
pub use planning::{Plan, PlanSettings, Scatter, pilot_seed, plan};
pub use stopping::Stopping;
pub use strategy::{Move, strategy};

use crate::scenario::AnalysisSection;
use crate::simulation::{Experiment, Results};
use crate::statistics::{Assessment, Evidence, Subject, assess, bonferroni};
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
    /// The verdict on income.
    pub income: IncomeVerdict,
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
    let incomes = income_rows::rows(context);
    let income = IncomeVerdict::new(context, &incomes);
    let mut fairness_rows = fairness::rows(context, expected_shares_test.as_ref(), &assessment);
    fairness_rows.extend(fairness::income_rows(context, &income));
    let tables = Tables {
        validators,
        trials: trial_rows::rows(context),
        chains: chain_rows::rows(results),
        timeline: timeline_rows::rows(context),
        fairness: fairness_rows,
        windows: window_rows::rows(context),
        incomes,
    };
    Analysis { tables, assessment, income }
}

/// Holds every validator's win share against its share of stake, with intervals that hold
/// together.
fn assess_stake(context: &AnalysisContext, expected_shares_p: Option<f64>) -> Assessment {
    let level = bonferroni(context.settings.confidence, context.validators());
    let intervals = context.joint_intervals(level);
    let subjects: Vec<Subject> = (0..context.validators())
        .map(|index| Subject {
            name: &context.names[index],
            stake_share: context.stake_shares[index],
            win_share: context.win_share(index),
            interval: intervals[index],
        })
        .collect();
    assess(&Evidence {
        subjects: &subjects,
        confidence: context.settings.confidence,
        tolerance: context.settings.tolerance,
        sample: context.sample(),
        expected_shares_p,
        without_interval: match context.sampling_model {
            SamplingModel::Trials(_) => "there were fewer than two trials, or all were alike",
            _ => "no rounds were played",
        },
    })
    .with_p_values(&subjects, |index, confidence| context.joint_interval(index, confidence))
}
