//! What rows of `fairness.csv` have in common.

use crate::analysis::AnalysisContext;
use crate::analysis::rows::FairnessRow;

/// One minus the confidence: the level of tests.
pub fn alpha(context: &AnalysisContext) -> f64 {
    // One minus 0.95 is not 0.05 in binary; twelve digits are what a confidence is given with.
    ((1.0 - context.settings.confidence) * 1e12).round() / 1e12
}

/// A number with its noun.
pub fn counted(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A row with nothing but a metric and a note.
pub fn blank(metric: &str, subject: &str, note: impl Into<String>) -> FairnessRow {
    FairnessRow {
        metric: metric.to_owned(),
        subject: subject.to_owned(),
        value: None,
        low: None,
        high: None,
        reference: None,
        verdict: String::new(),
        note: note.into(),
    }
}

/// Cells that a figure may simulate altogether.
const MOST_CELLS: usize = 4_000_000;

/// How many tables of so many cells are simulated for one figure: 9999 of few cells, fewer of many,
/// always a number that makes (b + 1)/(B + 1) round. `None` for more cells than a hundred thousand.
pub fn replicates(cells: usize) -> Option<u32> {
    [9999, 999, 99, 39].into_iter().find(|&tables| tables as usize * cells <= MOST_CELLS)
}
