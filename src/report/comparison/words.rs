//! A comparison in words.

use super::measures::{MEASURES, Measure};
use super::rows::RuleComparison;
use crate::statistics::comparison::{Comparison, Difference, Order};

/// For each measure its name and its order in a line.
pub fn rankings(comparison: &RuleComparison) -> Vec<(&'static str, String)> {
    comparison
        .measures
        .iter()
        .map(|(measure, found)| (measure.name, found.ranking.words(&comparison.names)))
        .collect()
}

/// The comparison in one paragraph: who wins closest to stake, by how much others are farther, who
/// cannot be told apart and what it would take, and what the other measures add.
pub fn paragraph(comparison: &RuleComparison) -> String {
    let Some((measure, found)) = comparison.measures.first() else { return String::new() };
    debug_assert_eq!(measure.name, MEASURES[0].name);
    let mut sentences = vec![closest(comparison, measure, found)];
    sentences.extend(farther(comparison, found));
    sentences.extend(undecided(comparison, found));
    sentences.extend(others(comparison));
    sentences.join(" ")
}

fn closest(comparison: &RuleComparison, measure: &Measure, found: &Comparison) -> String {
    let names = &comparison.names;
    let Some(group) = found.ranking.groups.first() else {
        return "Nobody was ever selected, so there is nothing to compare.".to_owned();
    };
    let estimate = |index: usize| match found.estimates[index] {
        Some(estimate) => {
            let interval = estimate.interval.map(|interval| {
                format!(", {} to {}", shown(measure, interval.low), shown(measure, interval.high))
            });
            format!("{}{}", shown(measure, estimate.mean), interval.unwrap_or_default())
        }
        None => "-".to_owned(),
    };
    let trials = found.differences.iter().map(|pair| pair.trials).max().unwrap_or(0);
    if trials < 2 {
        let each = group.iter().map(|&index| format!("{} {}", names[index], estimate(index)));
        return format!(
            "Mean distance of win shares from stake shares: {}. One trial has no scatter, so nothing can be told apart: ask for more with --trials.",
            list(each.collect())
        );
    }
    match group[..] {
        [one] => {
            format!("{} wins closest to stake (mean distance {}).", names[one], estimate(one))
        }
        _ if group.len() == names.len() => {
            let each = group.iter().map(|&index| format!("{} {}", names[index], estimate(index))).collect();
            format!("No order in the distance from stake is shown for all: {}.", list(each))
        }
        _ => {
            let each = group.iter().map(|&index| format!("{} {}", names[index], estimate(index))).collect();
            format!("Closest to stake are {}.", list(each))
        }
    }
}

/// How much farther the others are than the closest.
fn farther(comparison: &RuleComparison, found: &Comparison) -> Option<String> {
    let closest = *found.ranking.groups.first()?.first()?;
    let mut parts = Vec::new();
    for &other in found.ranking.groups.iter().skip(1).flatten() {
        let pair = pair(found, closest, other)?;
        let sign = if pair.first == other { 1.0 } else { -1.0 };
        let mean = sign * pair.mean?;
        let interval = pair.interval.map(|interval| {
            let (one, two) = (sign * interval.low, sign * interval.high);
            format!(" ({} to {})", points(one.min(two)), points(one.max(two)))
        });
        parts.push(format!(
            "{} by {}{}",
            comparison.names[other],
            points(mean),
            interval.unwrap_or_default()
        ));
    }
    if parts.is_empty() {
        return None;
    }
    let all = comparison.names.len() > 2 || parts.len() > 1;
    let together = format!(
        "{} %{}",
        trimmed(comparison.confidence * 100.0),
        if all { format!(", corrected for {} pairs", found.differences.len()) } else { String::new() }
    );
    let name = &comparison.names[closest];
    Some(format!("Farther than {name}: {} percentage points ({together}).", list(parts)))
}

/// Who cannot be told apart, and what it would take.
fn undecided(comparison: &RuleComparison, found: &Comparison) -> Option<String> {
    let names = &comparison.names;
    let mut parts = Vec::new();
    for pair in &found.differences {
        let both = format!("{} and {}", names[pair.first], names[pair.second]);
        match (pair.order, pair.trials_needed) {
            (Order::Undecided, Some(trials)) => {
                parts.push(format!("{both} (about {} trials would)", thousands(trials)));
            }
            (Order::Undecided, None) => parts.push(both),
            (Order::Identical, _) => parts.push(format!("{both} (the same in every trial)")),
            _ => {}
        }
    }
    const MOST: usize = 6;
    let more = parts.len().saturating_sub(MOST);
    parts.truncate(MOST);
    if more > 0 {
        parts.push(format!("{more} more pairs"));
    }
    (!parts.is_empty())
        .then(|| format!("These trials cannot tell apart in that distance: {}.", list(parts)))
}

/// In how many of the other measures pairs are told apart that the first measure does not tell.
fn others(comparison: &RuleComparison) -> Option<String> {
    let decided = |pair: &&Difference| matches!(pair.order, Order::Lower | Order::Higher);
    let mut parts = Vec::new();
    for (measure, found) in comparison.measures.iter().skip(1) {
        let count = found.differences.iter().filter(decided).count();
        if count > 0 {
            parts.push(format!("{} ({count} of {})", measure.name, found.differences.len()));
        }
    }
    (!parts.is_empty()).then(|| format!("Pairs told apart by other measures: {}.", list(parts)))
}

fn pair(found: &Comparison, one: usize, other: usize) -> Option<&Difference> {
    let both = (one.min(other), one.max(other));
    found.differences.iter().find(|pair| (pair.first, pair.second) == both)
}

/// A value in the unit of its measure.
fn shown(measure: &Measure, value: f64) -> String {
    if measure.percent { format!("{} %", points(value)) } else { trimmed(value) }
}

/// A share in percentage points.
fn points(value: f64) -> String {
    trimmed(100.0 * value)
}

/// Three digits that count.
fn trimmed(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return "0".to_owned();
    }
    let decimals = (2 - value.abs().log10().floor() as i32).clamp(0, 12) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "a", "a and b", "a, b and c"; parts that have "and" in them are kept apart by semicolons.
fn list(mut parts: Vec<String>) -> String {
    let separator = if parts.iter().any(|part| part.contains(" and ") || part.contains(", ")) { "; " } else { ", " };
    match parts.pop() {
        None => String::new(),
        Some(last) if parts.is_empty() => last,
        Some(last) if separator == "; " => format!("{}; {last}", parts.join("; ")),
        Some(last) => format!("{} and {last}", parts.join(separator)),
    }
}
