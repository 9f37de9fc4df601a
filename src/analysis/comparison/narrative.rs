//! A comparison in words.

use super::measures::Measure;
use super::rows::{RuleComparison, order};
use crate::statistics::comparison::{Comparison, Difference, RankOrder};
use crate::statistics::percent::setting;
use crate::statistics::wording::{counted, grouped};

/// For each measure its name, which of its values are the fairer ones, and its order in a line.
pub fn rankings(comparison: &RuleComparison) -> Vec<(&'static str, &'static str, String)> {
    comparison
        .measures
        .iter()
        .map(|(measure, found)| (measure.name, measure.direction.words(), order(&comparison.names, found)))
        .collect()
}

/// At most so many rules or pairs are told of in one sentence; the others are counted.
const MOST: usize = 6;

/// The comparison in one paragraph: who wins closest to stake, by how much others are farther, who
/// cannot be told apart and what it would take, and what the other measures add.
pub fn paragraph(comparison: &RuleComparison) -> String {
    let Some((measure, found)) = comparison.measures.first() else { return String::new() };
    if found.ranking.groups.is_empty() {
        return "Nobody was ever selected, so there is nothing to compare.".to_owned();
    }
    if found.differences.iter().all(|pair| pair.trials < 2) {
        let each = (0..comparison.names.len()).map(|index| with_mean(comparison, measure, found, index));
        return format!(
            "Mean distance of win shares from stake shares: {}. One trial shows no variation, so nothing can be told apart: ask for more with --trials.",
            list(each.collect(), "rules")
        );
    }
    let mut sentences = Vec::new();
    if found.ranking.groups.iter().map(Vec::len).sum::<usize>() > 1 {
        sentences.push(closest(comparison, measure, found));
        sentences.extend(farther(comparison, found));
    }
    sentences.extend(unlike(comparison, measure, found));
    sentences.extend(identical(comparison, found));
    sentences.extend(undecided(comparison, found));
    sentences.extend(others(comparison));
    sentences.extend(saved(comparison, found));
    sentences.join(" ")
}

/// Which rules are not ranked for having other numbers of blocks.
fn unlike(comparison: &RuleComparison, measure: &Measure, found: &Comparison) -> Option<String> {
    if found.unranked.is_empty() {
        return None;
    }
    let each = (0..comparison.names.len()).map(|index| {
        let blocks =
            comparison.blocks[index].map_or("none".to_owned(), |blocks| grouped(blocks.round() as u64));
        format!("{} with {blocks}", with_mean(comparison, measure, found, index))
    });
    Some(format!(
        "Different numbers of blocks a trial, so not ranked (the fewer blocks, the farther from stake by chance alone; give \
         rules with empty slots more rounds in a comparison of their own): {}.",
        list(each.collect(), "rules")
    ))
}

/// What common random numbers reached and saved, by the first measure.
fn saved(comparison: &RuleComparison, found: &Comparison) -> Option<String> {
    let names = &comparison.names;
    let parts: Vec<String> = found
        .differences
        .iter()
        .filter_map(|pair| {
            let (correlation, saved) = (pair.correlation?, pair.variance_saved?);
            let what = if saved < 0.0 { "cost" } else { "saved" };
            Some(format!(
                "{} with {}: correlation {correlation:.2}, {what} {:.0} % of the variance",
                names[pair.first],
                names[pair.second],
                100.0 * saved.abs()
            ))
        })
        .collect();
    (!parts.is_empty())
        .then(|| format!("Common random numbers: {}.", parts.join("; ")))
        .filter(|_| parts.len() <= MOST)
}

/// A rule with its mean and interval.
fn with_mean(comparison: &RuleComparison, measure: &Measure, found: &Comparison, index: usize) -> String {
    let name = &comparison.names[index];
    let Some(estimate) = found.estimates[index] else { return format!("{name} has none") };
    let mean = shown(measure, estimate.mean);
    match estimate.interval {
        Some(interval) => {
            format!("{name} {mean} ({} to {})", shown(measure, interval.low), shown(measure, interval.high))
        }
        None => format!("{name} {mean}"),
    }
}

/// Who is closest, of several that are ranked.
fn closest(comparison: &RuleComparison, measure: &Measure, found: &Comparison) -> String {
    let group = &found.ranking.groups[0];
    let each: Vec<String> = group.iter().map(|&index| with_mean(comparison, measure, found, index)).collect();
    let what = "mean distance of win shares from stake shares";
    if found.ranking.groups.len() == 1 {
        return format!("No order in the {what} holds for all of them: {}.", list(each, "rules"));
    }
    let verb = if group.len() == 1 { "wins" } else { "win" };
    format!("By the {what}, {} {verb} closest to stake.", list(each, "rules"))
}

/// How much farther the others are than the closest.
fn farther(comparison: &RuleComparison, found: &Comparison) -> Option<String> {
    let closest = *found.ranking.groups.first()?.first()?;
    let mut parts = Vec::new();
    for &other in found.ranking.groups.iter().skip(1).flatten() {
        let pair = pair(found, closest, other)?;
        let sign = if pair.first == other { 1.0 } else { -1.0 };
        let interval = pair.interval.map(|interval| {
            let (one, two) = (sign * interval.low, sign * interval.high);
            format!(" ({} to {})", points(one.min(two)), points(one.max(two)))
        });
        let (mean, interval) = (points(sign * pair.mean?), interval.unwrap_or_default());
        parts.push(format!("{} by {mean}{interval}", comparison.names[other]));
    }
    if parts.is_empty() {
        return None;
    }
    let corrected = match found.differences.len() {
        1 => String::new(),
        pairs => format!(", corrected for {}", counted(pairs as u64, "pair")),
    };
    Some(format!(
        "Farther than {}: {} percentage points ({}{corrected}).",
        comparison.names[closest],
        list(parts, "rules"),
        setting(comparison.confidence)
    ))
}

/// Which rules gave the same in every trial.
fn identical(comparison: &RuleComparison, found: &Comparison) -> Option<String> {
    let mut told = vec![false; comparison.names.len()];
    let mut parts = Vec::new();
    for index in 0..comparison.names.len() {
        let twins: Vec<usize> =
            (index..told.len()).filter(|&other| found.ranking.are_identical(index, other)).collect();
        if told[index] || twins.is_empty() {
            continue;
        }
        let all = [&[index][..], &twins].concat();
        all.iter().for_each(|&member| told[member] = true);
        let names: Vec<&str> = all.iter().map(|&member| comparison.names[member].as_str()).collect();
        parts.push(names.join(" = "));
    }
    (!parts.is_empty()).then(|| format!("The same in every trial: {}.", list(parts, "groups")))
}

/// Who cannot be told apart, and what it would take.
fn undecided(comparison: &RuleComparison, found: &Comparison) -> Option<String> {
    let names = &comparison.names;
    let undecided = found.differences.iter().filter(|pair| pair.order == RankOrder::Undecided);
    let parts: Vec<String> = undecided
        .map(|pair| {
            let both = format!("{} and {}", names[pair.first], names[pair.second]);
            match pair.trials_needed {
                Some(trials) => format!("{both} (about {} would)", counted(trials, "trial")),
                None => both,
            }
        })
        .collect();
    (!parts.is_empty())
        .then(|| format!("At this precision these trials cannot tell apart: {}.", list(parts, "pairs")))
}

/// How many pairs each of the other measures tells apart.
fn others(comparison: &RuleComparison) -> Option<String> {
    let decided = |pair: &&Difference| matches!(pair.order, RankOrder::Lower | RankOrder::Higher);
    let mut parts = Vec::new();
    for (measure, found) in comparison.measures.iter().skip(1) {
        let count = found.differences.iter().filter(decided).count();
        if count > 0 {
            parts.push(format!("{} {count} of {}", measure.name, found.differences.len()));
        }
    }
    (!parts.is_empty()).then(|| format!("Pairs that other measures tell apart: {}.", parts.join(", ")))
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

/// "a", "a and b", "a, b and c"; with semicolons where a part has an "and" of its own. Beyond
/// [`MOST`] parts the others are counted.
fn list(mut parts: Vec<String>, what: &str) -> String {
    let more = parts.len().saturating_sub(MOST);
    if more > 0 {
        parts.truncate(MOST);
        parts.push(format!("{more} more {what}"));
    }
    if parts.iter().any(|part| part.contains(" and ") || part.contains(", ")) {
        return parts.join("; ");
    }
    match parts.pop() {
        None => String::new(),
        Some(last) if parts.is_empty() => last,
        Some(last) => format!("{} and {last}", parts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::comparison::{Contestant, MEASURES, compare_rules};

    /// Rules whose distances from stake are these, trial by trial, and nothing else.
    fn contestants(rules: &[(&str, &[f64])]) -> Vec<Contestant> {
        rules
            .iter()
            .map(|(name, distances)| {
                let mut values = vec![vec![None; distances.len()]; MEASURES.len()];
                values[0] = distances.iter().map(|&distance| Some(distance)).collect();
                Contestant {
                    name: (*name).to_owned(),
                    rounds: 100,
                    selections: vec![100; distances.len()],
                    stakes_moved: false,
                    income_follows_wins: true,
                    values,
                    laws: vec![None; MEASURES.len()],
                    limits: vec![None; MEASURES.len()],
                    timeline: Vec::new(),
                    shares: Vec::new(),
                }
            })
            .collect()
    }

    const NEAR: [f64; 5] = [0.010, 0.012, 0.011, 0.009, 0.013];
    const ALSO: [f64; 5] = [0.012, 0.011, 0.010, 0.011, 0.012];
    const FAR: [f64; 5] = [0.110, 0.114, 0.111, 0.108, 0.117];

    #[test]
    fn a_paragraph_says_who_is_close_who_is_farther_and_who_cannot_be_told_apart() {
        let rules: [(&str, &[f64]); 4] = [("near", &NEAR), ("far", &FAR), ("also", &ALSO), ("twin", &NEAR)];
        let comparison = compare_rules(&contestants(&rules), 0.95);
        let words = paragraph(&comparison);
        for part in [
            "near 1.1 % (0.904 % to 1.3 %)",
            "win closest to stake.",
            "Farther than near: far by 10.1 (",
            "(95 %, corrected for 6 pairs).",
            "The same in every trial: near = twin.",
            "cannot tell apart: near and also (about ",
            "; also and twin (about ",
        ] {
            assert!(words.contains(part), "{part} is not in: {words}");
        }
        let expected = ("total_variation", "smaller is fairer", "near = twin ~ also < far".to_owned());
        assert_eq!(rankings(&comparison)[0], expected);
        assert!(words.contains("Common random numbers: near with far: correlation 0."), "{words}");
        assert!(!words.contains("other measures"), "{words}");
    }

    /// Six trials that differ by one half each: too many equal signs for chance, and no dispersion.
    #[test]
    fn what_differs_by_the_same_in_every_trial_has_a_sign_test() {
        let mut rules = contestants(&[("near", &NEAR), ("also", &ALSO)]);
        for (rule, values) in
            rules.iter_mut().zip([[0.25, 0.5, 0.125, 0.0, 0.75, 0.375], [0.75, 1.0, 0.625, 0.5, 1.25, 0.875]])
        {
            rule.selections = vec![80; 6];
            rule.values = vec![vec![None; 6]; MEASURES.len()];
            rule.values[1] = values.map(Some).to_vec();
            rule.values[0] = [0.01, 0.02, 0.01, 0.02, 0.01, 0.02].map(Some).to_vec();
        }
        let comparison = compare_rules(&rules, 0.95);
        let rows = |kind: &'static str| comparison.rows.iter().filter(move |row| row.kind == kind);
        let apart = rows("difference").find(|row| row.metric == "largest_deviation").unwrap();
        assert_eq!((apart.value, apart.low, apart.verdict.as_str()), (Some(-0.5), None, "lower"));
        assert_eq!(apart.note, "differs by the same in every trial: a sign test, of one pair; no interval");
        assert!((apart.p_value.unwrap() - 1.0 / 32.0).abs() < 1e-12);
        let words = paragraph(&comparison);
        assert!(words.contains("Pairs that other measures tell apart: largest_deviation 1 of 1."), "{words}");
        // Blocks a trial, of rules and of pairs.
        assert!(rows("estimate").chain(rows("difference")).all(|row| row.blocks == Some(80.0)));
    }

    #[test]
    fn rules_with_other_numbers_of_blocks_are_not_ranked() {
        let mut rules = contestants(&[("near", &NEAR), ("sparse", &FAR)]);
        rules[1].selections = vec![5; FAR.len()];
        let comparison = compare_rules(&rules, 0.95);
        let words = paragraph(&comparison);
        assert!(
            words.contains("near 1.1 % (0.904 % to 1.3 %) with 100") && words.contains("with 5."),
            "{words}"
        );
        assert!(!words.contains("closest") && !words.contains("Farther"), "{words}");
        assert_eq!(rankings(&comparison)[0].2, "not ranked: different numbers of blocks");
        let difference = comparison.rows.iter().find(|row| row.kind == "difference").unwrap();
        assert_eq!((difference.verdict.as_str(), difference.p_value), ("unlike", None));
        // The same within a hundredth.
        rules[1].selections = vec![99, 100, 99, 100, 100];
        assert_eq!(rankings(&compare_rules(&rules, 0.95))[0].2, "near < sparse");
    }

    #[test]
    fn one_trial_and_none_say_so() {
        let comparison = compare_rules(&contestants(&[("a", &[0.01]), ("b", &[0.02])]), 0.95);
        let words = paragraph(&comparison);
        assert!(words.contains("a 1 % and b 2 %. One trial shows no variation"), "{words}");
        let difference = comparison.rows.iter().find(|row| row.kind == "difference").unwrap();
        assert_eq!(
            (difference.verdict.as_str(), difference.low, difference.p_value),
            ("unknown", None, None)
        );
        let comparison = compare_rules(&contestants(&[("a", &[]), ("b", &[])]), 0.95);
        assert!(paragraph(&comparison).starts_with("Nobody was ever selected"));
    }

    #[test]
    fn long_lists_are_cut_and_numbers_have_three_digits() {
        let parts = (0..9).map(|index| format!("r{index}")).collect();
        assert_eq!(list(parts, "rules"), "r0, r1, r2, r3, r4, r5 and 3 more rules");
        assert_eq!(
            (trimmed(0.0123456), trimmed(1234.5), trimmed(0.0)),
            ("0.0123".into(), "1234".into(), "0".into())
        );
        assert_eq!(grouped(1234567u64), "1,234,567");
    }
}
