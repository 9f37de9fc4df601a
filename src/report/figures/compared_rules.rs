//! The rules of a comparison as all figures of its report take them: a rule has one colour and one shape in
//! every figure, and those that the verdict names are always drawn.

use super::figure::distinct;
use crate::analysis::comparison::{FairerValues, measure};
use crate::analysis::rows::CompareRow;

/// The rules of a comparison.
#[derive(Clone, Debug, Default)]
pub(super) struct ComparedRules<'a> {
    listed: Vec<&'a str>,
    /// Those with a mean of the first measure that was compared with another one, the fairest first.
    ranked: Vec<&'a str>,
    /// Those of them that are not shown to be less fair than another.
    unbeaten: Vec<&'a str>,
}

impl<'a> ComparedRules<'a> {
    /// From the rows of `compare.csv`.
    pub fn new(rows: &'a [CompareRow]) -> Self {
        let estimates = || rows.iter().filter(|row| row.kind == "estimate");
        let listed = distinct(estimates().map(|row| row.rule.as_str()));
        let Some(primary) = rows.first().map(|row| row.metric.as_str()) else { return Self::default() };
        let direction = measure(primary).map(|measure| measure.direction);
        let cost = |value: f64| match direction {
            Some(FairerValues::LargerIsMoreEven) => -value,
            Some(FairerValues::NearerToZeroIsFairer) => value.abs(),
            _ => value,
        };
        let pairs: Vec<&CompareRow> = rows
            .iter()
            .filter(|row| row.kind == "difference" && row.metric == primary && row.verdict != "unlike")
            .collect();
        let mut means: Vec<(f64, &str)> = estimates()
            .filter(|row| row.metric == primary)
            .filter_map(|row| Some((cost(row.value.filter(|value| value.is_finite())?), row.rule.as_str())))
            .filter(|(_, rule)| pairs.iter().any(|pair| pair.rule == *rule || pair.other == *rule))
            .collect();
        means.sort_by(|a, b| a.0.total_cmp(&b.0));
        let ranked: Vec<&str> = means.into_iter().map(|(_, rule)| rule).collect();
        let beaten = |rule: &str| {
            pairs.iter().any(|pair| {
                let less_fair = match (direction, pair.verdict.as_str()) {
                    (Some(FairerValues::NearerToZeroIsFairer), _) => return false,
                    (Some(FairerValues::LargerIsMoreEven), "lower") => &pair.rule,
                    (Some(FairerValues::LargerIsMoreEven), "higher") => &pair.other,
                    (_, "lower") => &pair.other,
                    (_, "higher") => &pair.rule,
                    _ => return false,
                };
                less_fair == rule
            })
        };
        let unbeaten = ranked.iter().copied().filter(|rule| !beaten(rule)).collect();
        ComparedRules { listed, ranked, unbeaten }
    }

    /// The rule of the best mean.
    pub fn fairest(&self) -> Option<&'a str> {
        self.ranked.first().copied()
    }

    /// Its place in the order of the means, after all others if it has none.
    pub fn rank(&self, rule: &str) -> usize {
        self.ranked.iter().position(|ranked| *ranked == rule).unwrap_or(self.ranked.len())
    }

    /// Whether the verdict names it: it is the fairest or the next, or not shown to be less fair than another.
    pub fn is_named(&self, rule: &str) -> bool {
        self.ranked.iter().take(2).chain(&self.unbeaten).any(|named| *named == rule)
    }

    /// The place of a rule's colour and shape: that among all rules, whichever are drawn. Of others, `place`.
    pub fn place(&self, rule: &str, place: usize) -> usize {
        self.listed.iter().position(|listed| *listed == rule).unwrap_or(place)
    }

    /// The places of several, which stand at these places among their own.
    pub fn places<'n>(&self, names: impl IntoIterator<Item = (usize, &'n str)>) -> Vec<usize> {
        names.into_iter().map(|(place, name)| self.place(name, place)).collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A comparison of so many rules by the distance from stake, of which the last two are the fairest, and shown
    /// to be.
    pub fn comparison(count: usize) -> Vec<CompareRow> {
        let name = |index: usize| format!("r{index:02}");
        let row = |kind: &str, rule: String, value: f64| CompareRow {
            metric: "total_variation".to_owned(),
            kind: kind.to_owned(),
            rule,
            value: Some(value),
            ..CompareRow::default()
        };
        let mean = |index: usize| (count - index) as f64 / 100.0;
        let mut rows: Vec<CompareRow> =
            (0..count).map(|index| row("estimate", name(index), mean(index))).collect();
        for one in 0..count {
            for other in one + 1..count {
                let value = mean(one) - mean(other);
                rows.push(CompareRow {
                    other: name(other),
                    low: Some(value - 0.001),
                    high: Some(value + 0.002),
                    verdict: "higher".to_owned(),
                    ..row("difference", name(one), value)
                });
            }
        }
        rows
    }

    #[test]
    fn the_fairest_rule_has_the_best_mean_and_the_next_is_named_too() {
        let mut rows = comparison(5);
        let rules = ComparedRules::new(&rows);
        assert_eq!((rules.fairest(), rules.place("r03", 9), rules.place("other", 9)), (Some("r04"), 3, 9));
        let named = |rules: &ComparedRules| -> Vec<usize> {
            (0..5).filter(|index| rules.is_named(&format!("r{index:02}"))).collect()
        };
        assert_eq!(named(&rules), [3, 4]);
        // Who is not shown to be less fair than another is named too; who has other blocks is not ranked.
        for row in rows.iter_mut().filter(|row| row.rule == "r02") {
            row.verdict = "undecided".to_owned();
        }
        for row in rows.iter_mut().filter(|row| row.rule == "r04" || row.other == "r04") {
            row.verdict = "unlike".to_owned();
        }
        let rules = ComparedRules::new(&rows);
        assert_eq!(rules.fairest(), Some("r03"));
        assert_eq!(named(&rules), [2, 3]);
        assert!(ComparedRules::new(&[]).fairest().is_none());
    }
}
