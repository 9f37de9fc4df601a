//! What the posterior distributions of all shares say together.

use crate::analysis::AnalysisContext;
use crate::analysis::rows::{Metric, Statement, ValidatorTable};

/// The posterior probability that every claimed validator is within the tolerance of its share of stake,
/// where the scenario asks for posteriors.
pub fn row(context: &AnalysisContext, validators: &ValidatorTable, claimed: &[usize]) -> Option<Statement> {
    if !context.settings.bayes {
        return None;
    }
    let outside = |&index: &usize| validators.row(index).probability_within.map(|within| 1.0 - within);
    let all: Option<f64> = claimed.iter().map(outside).sum();
    Some(Statement {
        value: all.map(|outside| (1.0 - outside).max(0.0)),
        method: format!(
            "Dirichlet posterior, prior of weight {} in equal parts; lower bound (Bonferroni's inequality)",
            context.settings.prior_weight
        ),
        ..Statement::new(
            Metric::ProbabilityAllWithin,
            "all",
            match context.rounds_per_draw() {
                Ok(_) => "posterior probability, not a confidence: it depends on the prior".to_owned(),
                Err(why) => format!("there is no posterior: {why}"),
            },
        )
    })
}
