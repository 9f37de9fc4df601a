//! The rows of `compare.csv`.

use super::contestant::Contestant;
use super::measures::{MEASURES, Measure};
use crate::analysis::rows::{CompareRow, ShareRow, TimelineRow};
use crate::statistics::Interval;
use crate::statistics::comparison::{Comparison, Difference, Estimate, Nature, RankOrder, compare_alike};

/// All that a comparison says.
pub struct RuleComparison {
    /// The rules, in the order given.
    pub names: Vec<String>,
    /// Blocks of a trial of each rule, on average.
    pub blocks: Vec<Option<f64>>,
    /// The confidence of all intervals of a pair together.
    pub confidence: f64,
    /// Every measure that is compared, and what came of it.
    pub measures: Vec<(&'static Measure, Comparison)>,
    /// The rows of `compare.csv`.
    pub rows: Vec<CompareRow>,
    /// The rows of `timeline.csv`.
    pub timeline: Vec<TimelineRow>,
    /// The rows of `shares.csv`.
    pub shares: Vec<ShareRow>,
}

/// Compares rules whose trials have the same numbers. Measures of stake at the end are left out
/// where no stake moved: every rule would have that of the population; those of income where every win
/// earned the same: they would be those of the wins.
pub fn compare_rules(contestants: &[Contestant], confidence: f64) -> RuleComparison {
    let names: Vec<String> = contestants.iter().map(|contestant| contestant.name.clone()).collect();
    let moved = contestants.iter().any(|contestant| contestant.stakes_moved);
    let paid_by_wins = contestants.iter().all(|contestant| contestant.income_follows_wins);
    let kinds = kinds(contestants);
    let blocks: Vec<Option<f64>> = contestants.iter().map(blocks).collect();
    let mut measures = Vec::new();
    let mut rows = Vec::new();
    for (index, measure) in MEASURES.iter().enumerate() {
        let left_out = measure.name.starts_with("final_stake") && !moved
            || measure.name.starts_with("income") && paid_by_wins;
        if left_out {
            continue;
        }
        let values: Vec<Vec<Option<f64>>> =
            contestants.iter().map(|contestant| contestant.values[index].clone()).collect();
        let alike = vec![0; contestants.len()];
        let kinds = if measure.depends_on_blocks { &kinds } else { &alike };
        let comparison = compare_alike(&values, measure.nature, confidence, kinds);
        for (place, contestant) in contestants.iter().enumerate() {
            let (law, limit) = (contestant.laws[index], contestant.limits[index]);
            let estimate = comparison.estimates[place].as_ref();
            let row = estimate_row(measure, &contestant.name, estimate, law, limit);
            rows.push(CompareRow { blocks: blocks[place], ..row });
        }
        let tested = comparison.differences.iter().filter(|pair| pair.order != RankOrder::Unlike).count();
        for pair in &comparison.differences {
            let less = |values: fn(&Contestant) -> &Vec<Option<f64>>| {
                let of = |treatment: usize| values(&contestants[treatment])[index];
                Some(of(pair.first)? - of(pair.second)?)
            };
            let (law, limit) = (less(|contestant| &contestant.laws), less(|contestant| &contestant.limits));
            let row = difference_row(measure, &names, pair, tested, law, limit);
            rows.push(CompareRow { blocks: blocks[pair.first], ..row });
        }
        rows.push(ranking_row(measure, &names, &comparison, contestants));
        measures.push((measure, comparison));
    }
    let timeline = contestants.iter().flat_map(|contestant| contestant.timeline.clone()).collect();
    let shares = contestants.iter().flat_map(|contestant| contestant.shares.clone()).collect();
    RuleComparison { names, blocks, confidence, measures, rows, timeline, shares }
}

/// Blocks of a trial, on average.
fn blocks(contestant: &Contestant) -> Option<f64> {
    let trials = contestant.selections.len();
    (trials > 0)
        .then(|| contestant.selections.iter().map(|&blocks| blocks as f64).sum::<f64>() / trials as f64)
}

/// Numbers the rules by how many blocks their trials have: shares of few blocks are farther from anything
/// than shares of many, by chance alone, so that only rules of the same number can be ranked. A hundredth
/// more or less, of all trials together, counts as the same.
fn kinds(contestants: &[Contestant]) -> Vec<usize> {
    let all: Vec<u128> = contestants
        .iter()
        .map(|contestant| contestant.selections.iter().map(|&blocks| u128::from(blocks)).sum())
        .collect();
    let alike = |one: u128, other: u128| one.abs_diff(other) * 100 <= one.max(other);
    let first = |index: usize| (0..index).find(|&before| alike(all[before], all[index])).unwrap_or(index);
    let mut kinds: Vec<usize> = Vec::new();
    for index in 0..all.len() {
        let before = first(index);
        kinds.push(if before < index { kinds[before] } else { index });
    }
    kinds
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
        correlation: None,
        variance_saved: None,
        blocks: None,
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
        (_, None) => "one trial shows no variation, so there is no interval",
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
        correlation: pair.correlation,
        variance_saved: pair.variance_saved,
        verdict: verdict(pair.order).to_owned(),
        note: match (pair.order, measure.nature) {
            (RankOrder::Unknown, _) => {
                "fewer than two trials have both values: no interval and no test".to_owned()
            }
            (RankOrder::Unlike, _) => {
                "the rules have different numbers of blocks a trial, so they are neither tested nor ranked"
                    .to_owned()
            }
            (RankOrder::Identical, Nature::Number) => {
                "the same in every trial, so there is no test".to_owned()
            }
            (RankOrder::Identical, Nature::Event) => {
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
fn verdict(order: RankOrder) -> &'static str {
    match order {
        RankOrder::Lower => "lower",
        RankOrder::Higher => "higher",
        RankOrder::Undecided => "undecided",
        RankOrder::Identical => "identical",
        RankOrder::Unknown => "unknown",
        RankOrder::Unlike => "unlike",
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
        verdict: order(names, comparison),
        note: format!(
            "< is shown; ~ cannot be told apart by these trials; = gave the same in every trial; {}",
            measure.direction.words()
        ),
        ..empty(measure, "ranking", "all")
    }
}

/// The order of the rules in a line, and those that are not in it.
pub fn order(names: &[String], comparison: &Comparison) -> String {
    if comparison.unranked.is_empty() {
        return comparison.ranking.words(names);
    }
    let unranked: Vec<&str> = comparison.unranked.iter().map(|&index| names[index].as_str()).collect();
    let ranked: usize = comparison.ranking.groups.iter().map(Vec::len).sum();
    match ranked {
        0 | 1 => "not ranked: different numbers of blocks".to_owned(),
        _ => format!(
            "{} (not ranked, with other numbers of blocks: {})",
            comparison.ranking.words(names),
            unranked.join(", ")
        ),
    }
}
