//! The rows of `compare.csv`.

use super::contestant::Contestant;
use super::measures::{MEASURES, Measure};
use crate::analysis::rows::{CompareRow, TimelineRow};
use crate::statistics::Interval;
use crate::statistics::comparison::{Comparison, Difference, Estimate, Nature, Order, compare};

/// All that a comparison says.
pub struct RuleComparison {
    /// The rules, in the order given.
    pub names: Vec<String>,
    /// The confidence of all intervals of a pair together.
    pub confidence: f64,
    /// Every measure that is compared, and what came of it.
    pub measures: Vec<(&'static Measure, Comparison)>,
    /// The rows of `compare.csv`.
    pub rows: Vec<CompareRow>,
    /// The rows of `timeline.csv`.
    pub timeline: Vec<TimelineRow>,
}

/// Compares rules whose trials have the same numbers. Measures of stake at the end are left out
/// where no stake moved: every rule would have that of the population.
pub fn compare_rules(contestants: &[Contestant], confidence: f64) -> RuleComparison {
    let names: Vec<String> = contestants.iter().map(|contestant| contestant.name.clone()).collect();
    let moved = contestants.iter().any(|contestant| contestant.stakes_moved);
    let mut measures = Vec::new();
    let mut rows = Vec::new();
    for (index, measure) in MEASURES.iter().enumerate() {
        if measure.name.starts_with("final_stake") && !moved {
            continue;
        }
        let values: Vec<Vec<Option<f64>>> =
            contestants.iter().map(|contestant| contestant.values[index].clone()).collect();
        let comparison = compare(&values, measure.nature, confidence);
        for (contestant, estimate) in contestants.iter().zip(&comparison.estimates) {
            let (law, limit) = (contestant.laws[index], contestant.limits[index]);
            rows.push(estimate_row(measure, &contestant.name, estimate.as_ref(), law, limit));
        }
        for pair in &comparison.differences {
            let less = |values: fn(&Contestant) -> &Vec<Option<f64>>| {
                let of = |treatment: usize| values(&contestants[treatment])[index];
                Some(of(pair.first)? - of(pair.second)?)
            };
            let (law, limit) = (less(|contestant| &contestant.laws), less(|contestant| &contestant.limits));
            rows.push(difference_row(measure, &names, pair, comparison.differences.len(), law, limit));
        }
        rows.push(ranking_row(measure, &names, &comparison, contestants));
        measures.push((measure, comparison));
    }
    let timeline = contestants.iter().flat_map(|contestant| contestant.timeline.clone()).collect();
    RuleComparison { names, confidence, measures, rows, timeline }
}

fn empty(measure: &Measure, kind: &str, rule: &str) -> CompareRow {
    CompareRow {
        metric: measure.name.to_owned(),
        kind: kind.to_owned(),
        rule: rule.to_owned(),
        other: String::new(),
        value: None,
        low: None,
        high: None,
        law: None,
        limit: None,
        p_value: None,
        p_holm: None,
        trials: 0,
        trials_needed: None,
        verdict: String::new(),
        note: String::new(),
    }
}

fn ends(interval: Option<Interval>) -> (Option<f64>, Option<f64>) {
    (interval.map(|interval| interval.low), interval.map(|interval| interval.high))
}

fn estimate_row(
    measure: &Measure,
    rule: &str,
    estimate: Option<&Estimate>,
    law: Option<f64>,
    limit: Option<f64>,
) -> CompareRow {
    let mut row = CompareRow { law, limit, ..empty(measure, "estimate", rule) };
    let Some(estimate) = estimate else {
        row.note = "nobody was ever selected".to_owned();
        return row;
    };
    (row.low, row.high) = ends(estimate.interval);
    row.value = Some(estimate.mean);
    row.trials = estimate.trials;
    row.note = match (measure.nature, estimate.deviation) {
        (_, None) => "one trial has no scatter, so there is no interval",
        (Nature::Event, _) => "Clopper and Pearson's interval over the trials",
        (Nature::Number, Some(0.0)) => "the same in every trial, so there is no interval",
        (Nature::Number, _) => "Student's interval over the trials",
    }
    .to_owned();
    row
}

fn difference_row(
    measure: &Measure,
    names: &[String],
    pair: &Difference,
    pairs: usize,
    law: Option<f64>,
    limit: Option<f64>,
) -> CompareRow {
    let (low, high) = ends(pair.interval);
    let corrected = match pairs {
        1 => "of one pair".to_owned(),
        pairs => format!("corrected for {pairs} pairs"),
    };
    let always = pair.interval.is_none() && pair.p_value.is_some();
    CompareRow {
        other: names[pair.second].clone(),
        value: pair.mean,
        low,
        high,
        law,
        limit,
        p_value: pair.p_value,
        p_holm: pair.p_holm,
        trials: pair.trials,
        trials_needed: pair.trials_needed,
        verdict: verdict(pair.order).to_owned(),
        note: match (pair.order, measure.nature) {
            (Order::Unknown, _) => {
                "fewer than two trials have both values: no interval and no test".to_owned()
            }
            (Order::Identical, Nature::Number) => "the same in every trial, so there is no test".to_owned(),
            (Order::Identical, Nature::Event) => {
                format!("the same in every trial, so there is no test; exact interval, {corrected}")
            }
            (_, Nature::Number) if always => {
                format!("differs by the same in every trial: a sign test, {corrected}; no interval")
            }
            (_, Nature::Number) => format!("Student's paired test and interval, {corrected}"),
            (_, Nature::Event) => format!("exact paired test (McNemar) and interval, {corrected}"),
        },
        ..empty(measure, "difference", &names[pair.first])
    }
}

/// The word for an order.
fn verdict(order: Order) -> &'static str {
    match order {
        Order::Lower => "lower",
        Order::Higher => "higher",
        Order::Undecided => "undecided",
        Order::Identical => "identical",
        Order::Unknown => "unknown",
    }
}

fn ranking_row(
    measure: &Measure,
    names: &[String],
    comparison: &Comparison,
    contestants: &[Contestant],
) -> CompareRow {
    let trials = contestants.iter().map(|contestant| contestant.values[0].len() as u64).min();
    CompareRow {
        trials: trials.unwrap_or(0),
        verdict: comparison.ranking.words(names),
        note: "< is shown; ~ cannot be told apart by these trials; = gave the same in every trial".to_owned(),
        ..empty(measure, "ranking", "all")
    }
}
