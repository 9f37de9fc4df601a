//! The level of tests.

use crate::analysis::AnalysisContext;

/// One minus the confidence.
pub fn alpha(context: &AnalysisContext) -> f64 {
    // One minus 0.95 is not 0.05 in binary; twelve digits are what a confidence is given with.
    ((1.0 - context.settings.confidence) * 1e12).round() / 1e12
}
