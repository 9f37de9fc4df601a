//! Where and why a run ended that was to end by its own results.

use crate::analysis::AnalysisContext;
use crate::analysis::rows::{Decision, Metric, Statement};
use crate::statistics::wording::counted;

/// Where and why a run ended that was to end when it is precise enough.
pub fn row(context: &AnalysisContext) -> Option<Statement> {
    let stopping = context.stopping?;
    let until = stopping.until();
    let interval = stopping.of_subject();
    let satisfied = context.results.satisfied == Some(true);
    let why = if satisfied { "precise enough" } else { "the cap of trials was reached first" };
    Some(Statement {
        value: stopping.half_width(),
        low: interval.map(|interval| interval.low),
        high: interval.map(|interval| interval.high),
        null_value: Some(until.half_width),
        decision: Some(if satisfied { Decision::Reached } else { Decision::NotReached }),
        method: "confidence sequence".to_owned(),
        ..Statement::new(
            Metric::Stopping,
            until.validator.as_deref().unwrap_or("all"),
            format!(
                "half width of {} after {} of at most {}: {why}; intervals of win_share and unfair_probability and the \
                 verdict are those of confidence sequences, valid wherever the run ends; tests for a fixed number of \
                 rounds are left out",
                until.metric.name(),
                counted(stopping.trials(), "trial"),
                context.experiment.trials
            ),
        )
    })
}
