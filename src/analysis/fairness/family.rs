//! Which tests of a run are controlled together.

use crate::analysis::AnalysisContext;
use crate::analysis::rows::{Decision, Family, Statement};
use crate::statistics::{holm, level_of};

/// Adjusts the p-values of all exploratory tests of a run for each other (Holm), and decides each by
/// the adjusted one: at most a share α of honest runs rejects any.
pub fn adjust_exploratory(context: &AnalysisContext, statements: &mut [Statement]) {
    let tests: Vec<&mut Statement> = statements
        .iter_mut()
        .filter(|statement| statement.family == Some(Family::Exploratory) && statement.p.is_some())
        .collect();
    let p_values: Vec<Option<f64>> = tests.iter().map(|test| test.p).collect();
    let level = level_of(context.settings.confidence);
    for (test, adjusted) in tests.into_iter().zip(holm(&p_values)) {
        test.p_adjusted = adjusted;
        test.decision = adjusted.map(|p| Decision::of_test(p, level));
    }
}
