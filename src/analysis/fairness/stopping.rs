//! Where and why a run ended that was to end by its own results.

use super::row::{blank, counted};
use crate::analysis::AnalysisContext;
use crate::analysis::rows::FairnessRow;

/// Where and why a run ended that was to end when it is precise enough.
pub fn row(context: &AnalysisContext) -> Option<FairnessRow> {
    let stopping = context.stopping?;
    let until = stopping.until();
    let interval = stopping.of_subject();
    let satisfied = context.results.satisfied == Some(true);
    let why = if satisfied { "precise enough" } else { "the cap of trials was reached first" };
    Some(FairnessRow {
        value: stopping.half_width(),
        low: interval.map(|interval| interval.low),
        high: interval.map(|interval| interval.high),
        reference: Some(until.half_width),
        verdict: if satisfied { "reached" } else { "not reached" }.to_owned(),
        ..blank(
            "stopping",
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
