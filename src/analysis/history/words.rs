//! The order of wins in words.

use crate::analysis::rows::{Finding, OrderRow};
use crate::statistics::wording::grouped;

/// What the tests come to.
pub fn order(tests: &[OrderRow], blocks: u64, histories: u64, p: Option<f64>, deviates: bool) -> String {
    let shown = |p: f64| if p < 1e-3 { format!("{p:.1e}") } else { format!("{p:.4}") };
    let p = p.map_or(String::new(), |p| {
        format!("smallest p = {} of {} measures, corrected for their number", shown(p), tests.len())
    });
    let against =
        format!("{} blocks against {} histories that the rule plays", grouped(blocks), grouped(histories));
    if !deviates {
        return format!("Order of wins: compatible with the rule ({p}; {against}).");
    }
    let each: Vec<String> = tests
        .iter()
        .filter(|row| row.decision == Finding::Deviates)
        .map(|row| {
            let whose = if row.subject == "all" { String::new() } else { format!(" of {}", row.subject) };
            format!(
                "{}{whose} {:.4}, where the rule makes {:.4} to {:.4}",
                row.measure, row.value, row.low, row.high
            )
        })
        .collect();
    format!("Order of wins: deviates from the rule: {} ({p}; {against}).", each.join("; "))
}
