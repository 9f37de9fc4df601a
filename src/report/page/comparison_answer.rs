//! Which of several rules is the fairest, from the rows of `compare.csv`.

use super::sheet::TextTable;
use super::study_answer::listed;
use crate::analysis::comparison::{FairerValues, measure};
use crate::statistics::percent;
use crate::statistics::wording::{counted, grouped, three_digits};

/// What the differences of two rules say of the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pair {
    /// It is shown to be fairer.
    Fairer,
    /// It is shown to be less fair.
    LessFair,
    /// The same in every trial.
    Same,
    /// These trials do not tell.
    Open,
    /// Not compared: other numbers of blocks.
    Unlike,
}

impl Pair {
    /// The same, said of the second.
    fn reversed(self) -> Self {
        match self {
            Pair::Fairer => Pair::LessFair,
            Pair::LessFair => Pair::Fairer,
            other => other,
        }
    }
}

/// The answer in sentences, each with its heading: by the first measure which rule is fairer, in which order
/// they stand, and over all measures how many differences are shown.
pub fn sentences(sheet: &TextTable) -> Vec<(&'static str, String)> {
    let mut sentences = Vec::new();
    let rows = |kind: &'static str| sheet.rows.iter().filter(move |row| sheet.cell(row, "kind") == kind);
    let Some(primary) = sheet.rows.first().map(|row| sheet.cell(row, "metric")) else { return sentences };
    let of_primary = |kind| rows(kind).filter(move |row| sheet.cell(row, "metric") == primary);
    let names: Vec<&str> = of_primary("estimate").map(|row| sheet.cell(row, "rule")).collect();
    let pairs: Vec<(usize, usize, Pair)> = of_primary("difference")
        .filter_map(|row| {
            let place = |column| names.iter().position(|name| *name == sheet.cell(row, column));
            Some((place("rule")?, place("other")?, pair(primary, sheet.cell(row, "verdict"))))
        })
        .collect();
    let value = |name: &str, column: &str| {
        let row = of_primary("estimate").find(|row| sheet.cell(row, "rule") == name)?;
        let value = sheet.cell(row, column).parse::<f64>().ok()?;
        Some(if measure(primary).is_some_and(|measure| measure.percent) {
            percent::short(value)
        } else {
            three_digits(value)
        })
    };
    // Several trials without an interval are all alike.
    let repeated = |name: &str| {
        let row = of_primary("estimate").find(|row| sheet.cell(row, "rule") == name);
        row.and_then(|row| sheet.cell(row, "trials").parse::<u64>().ok()).is_some_and(|trials| trials > 1)
    };
    let mean = |name: &str| match (value(name, "value"), value(name, "low"), value(name, "high")) {
        (Some(mean), Some(low), Some(high)) => format!("{name} ({mean}, interval {low} to {high})"),
        (Some(mean), ..) if repeated(name) => format!("{name} ({mean}, the same in every trial)"),
        (Some(mean), ..) => format!("{name} ({mean})"),
        _ => name.to_owned(),
    };
    let by = measure(primary).map_or_else(|| primary.replace('_', " "), |measure| measure.heading.to_owned());
    if !pairs.is_empty() {
        let heading = if names.len() == 2 { "Fairer rule" } else { "Fairest rule" };
        sentences.push((heading, fairest(&names, &pairs, &by, mean)));
    }
    let is_order = |row: &&Vec<String>| sheet.cell(row, "verdict").contains(['<', '~', '=']);
    if names.len() > 2
        && let Some(row) = of_primary("ranking").find(is_order)
    {
        sentences.push((
            "Order",
            format!(
                "From the fairest to the least fair: {}, where < is shown, ~ cannot be told apart by these trials, and = is the same in every trial.",
                sheet.cell(row, "verdict")
            ),
        ));
    }
    let count = |verdicts: &[&str]| {
        rows("difference").filter(|row| verdicts.contains(&sheet.cell(row, "verdict"))).count() as u64
    };
    let (shown, same, open) = (count(&["lower", "higher"]), count(&["identical"]), count(&["undecided"]));
    sentences.push((
        "All measures",
        format!(
            "Differences between two rules, over all measures: {} shown, {} exactly zero, {} undecided. The table \
             `compare` has each.",
            grouped(shown),
            grouped(same),
            grouped(open)
        ),
    ));
    sentences
}

fn pair(metric: &str, verdict: &str) -> Pair {
    let fairer = match measure(metric).map(|measure| measure.direction) {
        None | Some(FairerValues::SmallerIsFairer | FairerValues::SmallerIsMoreEven) => "lower",
        Some(FairerValues::LargerIsMoreEven) => "higher",
        // The sign of a difference does not say which is nearer to zero.
        Some(FairerValues::NearerToZeroIsFairer) => "",
    };
    match verdict {
        "identical" => Pair::Same,
        "unlike" => Pair::Unlike,
        verdict if verdict == fairer => Pair::Fairer,
        "lower" | "higher" if !fairer.is_empty() => Pair::LessFair,
        _ => Pair::Open,
    }
}

/// Which rule is the fairest, or which are and cannot be told apart.
fn fairest(
    names: &[&str],
    pairs: &[(usize, usize, Pair)],
    by: &str,
    mean: impl Fn(&str) -> String,
) -> String {
    let all = 0..names.len();
    let between = |one: usize, other: usize| {
        pairs.iter().find_map(|&(first, second, pair)| match (first, second) {
            both if both == (one, other) => Some(pair),
            both if both == (other, one) => Some(pair.reversed()),
            _ => None,
        })
    };
    let any = |one: usize, wanted: Pair| all.clone().any(|other| between(one, other) == Some(wanted));
    // Rules with other numbers of blocks than all others are compared with none.
    let (ranked, unranked): (Vec<usize>, Vec<usize>) = all.clone().partition(|&one| {
        all.clone().any(|other| between(one, other).is_some_and(|pair| pair != Pair::Unlike))
    });
    let set_aside = match unranked[..] {
        [] => String::new(),
        _ => {
            let names: Vec<&str> = unranked.iter().map(|&rule| names[rule]).collect();
            match names[..] {
                [one] => format!(" The rule {one} is not ranked: its trials have another number of blocks."),
                _ => {
                    format!(
                        " The rules {} are not ranked: their trials have other numbers of blocks.",
                        listed(&names)
                    )
                }
            }
        }
    };
    let superlative = |count: usize| if count == 2 { "fairer" } else { "fairest" };
    if ranked.is_empty() {
        let superlative = superlative(names.len());
        return format!(
            "Cannot tell which rule is {superlative} by the {by}: their trials have different numbers of blocks."
        );
    }
    let corrected = match pairs.iter().filter(|(.., pair)| *pair != Pair::Unlike).count() {
        1 => String::new(),
        tested => format!(", corrected for {}", counted(tested as u64, "pair")),
    };
    let best: Vec<usize> = ranked.iter().copied().filter(|&rule| !any(rule, Pair::LessFair)).collect();
    let others: Vec<usize> = ranked.iter().copied().filter(|rule| !best.contains(rule)).collect();
    let means = |rules: &[usize]| listed(&rules.iter().map(|&rule| mean(names[rule])).collect::<Vec<_>>());
    let beats_all = |rule: usize| others.iter().all(|&other| between(rule, other) == Some(Pair::Fairer));
    let rest = match others[..] {
        [] => String::new(),
        [one] if best.iter().all(|&rule| beats_all(rule)) => {
            format!(
                " The rule {} is shown to be less fair than {}",
                mean(names[one]),
                if best.len() == 2 { "both" } else { "these" }
            )
        }
        _ if best.iter().all(|&rule| beats_all(rule)) => {
            format!(
                " Each of the others is shown to be less fair than {}",
                if best.len() == 2 { "both" } else { "these" }
            )
        }
        [one] => format!(" The rule {} is shown to be less fair than another rule", mean(names[one])),
        _ => " Each of the others is shown to be less fair than another rule".to_owned(),
    };
    let rest = if rest.is_empty() { rest } else { format!("{rest} (paired differences{corrected}).") };
    let text = match best[..] {
        [one] if beats_all(one) && !others.is_empty() => {
            let than = if others.len() == 1 {
                means(&others)
            } else {
                format!("every other rule, of which the next is {}", nearest(&others, &between, &mean, names))
            };
            format!(
                "The rule {} is fairer than {than}, by the {by} (shown by paired differences{corrected}).",
                mean(names[one])
            )
        }
        // A cycle of shown differences, which means of the same trials hardly make.
        [] => format!(
            "Cannot tell which rule is fairest by the {by}: the differences that are shown give no order."
        ),
        [one] => format!(
            "The rule {} is not shown to be less fair than any other rule, by the {by}.{rest}",
            mean(names[one])
        ),
        _ => {
            let same = best.iter().all(|&one| {
                best.iter().all(|&other| one == other || between(one, other) == Some(Pair::Same))
            });
            if same {
                format!(
                    "The rules {} are equally fair by the {by}: the same in every trial.{rest}",
                    means(&best)
                )
            } else {
                let superlative = superlative(best.len());
                format!("Cannot tell which of {} is {superlative} by the {by}.{rest}", means(&best))
            }
        }
    };
    text + &set_aside
}

/// Of the rules that are shown to be less fair than the fairest, one that no other of them is shown to beat.
fn nearest(
    others: &[usize],
    between: &impl Fn(usize, usize) -> Option<Pair>,
    mean: &impl Fn(&str) -> String,
    names: &[&str],
) -> String {
    let beaten = |rule: usize| others.iter().any(|&other| between(rule, other) == Some(Pair::LessFair));
    let next = others.iter().copied().find(|&rule| !beaten(rule)).or(others.first().copied());
    next.map_or(String::new(), |rule| mean(names[rule]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A comparison by the distance from stake: means in percent, and what each pair's test says.
    fn table(means: &[(&str, &str)], pairs: &[(&str, &str, &str)]) -> TextTable {
        let columns = ["metric", "kind", "rule", "other", "value", "low", "high", "verdict"];
        let row = |cells: [&str; 8]| cells.map(str::to_owned).to_vec();
        let mut rows: Vec<Vec<String>> = means
            .iter()
            .map(|(rule, mean)| row(["total_variation", "estimate", rule, "", mean, "", "", ""]))
            .collect();
        rows.extend(pairs.iter().map(|(rule, other, verdict)| {
            row(["total_variation", "difference", rule, other, "", "", "", verdict])
        }));
        rows.push(row(["total_variation", "ranking", "all", "", "", "", "", "a < b ~ c"]));
        TextTable {
            name: "compare".to_owned(),
            columns: columns.map(str::to_owned).to_vec(),
            total: rows.len(),
            rows,
            filled: Vec::new(),
        }
    }

    fn said(means: &[(&str, &str)], pairs: &[(&str, &str, &str)]) -> String {
        sentences(&table(means, pairs))[0].1.clone()
    }

    const BY: &str = "distance of win shares from stake shares";

    #[test]
    fn of_two_rules_the_fairer_is_named() {
        let means = [("nxt", "0.05"), ("raffle", "0.02")];
        assert_eq!(
            said(&means, &[("nxt", "raffle", "higher")]),
            format!(
                "The rule raffle (2 %) is fairer than nxt (5 %), by the {BY} (shown by paired differences)."
            )
        );
        assert_eq!(
            said(&means, &[("nxt", "raffle", "undecided")]),
            format!("Cannot tell which of nxt (5 %) and raffle (2 %) is fairer by the {BY}.")
        );
        assert_eq!(
            said(&means, &[("nxt", "raffle", "identical")]),
            format!(
                "The rules nxt (5 %) and raffle (2 %) are equally fair by the {BY}: the same in every trial."
            )
        );
        assert!(said(&means, &[("nxt", "raffle", "unlike")]).starts_with("Cannot tell which rule is fairer"));
        assert!(said(&means, &[("nxt", "raffle", "unknown")]).starts_with("Cannot tell which of nxt"));
    }

    #[test]
    fn of_several_rules_those_that_cannot_be_told_apart_are_named() {
        let means = [("a", "0.02"), ("b", "0.021"), ("c", "0.3")];
        let open = [("a", "b", "undecided"), ("a", "c", "lower"), ("b", "c", "lower")];
        assert_eq!(
            said(&means, &open),
            format!(
                "Cannot tell which of a (2 %) and b (2.1 %) is fairer by the {BY}. The rule c (30 %) is shown to be less fair than \
                 both (paired differences, corrected for 3 pairs)."
            )
        );
        let shown = [("a", "b", "lower"), ("a", "c", "lower"), ("b", "c", "lower")];
        assert_eq!(
            said(&means, &shown),
            format!(
                "The rule a (2 %) is fairer than every other rule, of which the next is b (2.1 %), by the {BY} (shown by paired \
                 differences, corrected for 3 pairs)."
            )
        );
        let unlike = [("a", "b", "lower"), ("a", "c", "unlike"), ("b", "c", "unlike")];
        assert!(
            said(&means, &unlike)
                .ends_with(" The rule c is not ranked: its trials have another number of blocks.")
        );
    }

    /// Trials that are all alike leave no interval, which is said; three rules have a fairest, two a fairer one.
    #[test]
    fn a_rule_without_an_interval_is_the_same_in_every_trial() {
        let mut table = table(&[("a", "0.02"), ("b", "0.021")], &[("a", "b", "undecided")]);
        table.columns.push("trials".to_owned());
        table.rows.iter_mut().for_each(|row| row.push("20".to_owned()));
        (table.rows[0][5], table.rows[0][6]) = ("0.01".to_owned(), "0.03".to_owned());
        let (heading, said) = sentences(&table)[0].clone();
        assert_eq!(heading, "Fairer rule");
        assert_eq!(
            said,
            format!(
                "Cannot tell which of a (2 %, interval 1 % to 3 %) and b (2.1 %, the same in every trial) is fairer by the {BY}."
            )
        );
        let three = [("a", "0.02"), ("b", "0.021"), ("c", "0.3")];
        let open = [("a", "b", "undecided"), ("a", "c", "undecided"), ("b", "c", "undecided")];
        assert!(self::said(&three, &open).contains("c (30 %) is fairest by"));
    }

    #[test]
    fn differences_are_counted_over_all_measures() {
        let pairs = [("a", "b", "lower"), ("a", "c", "identical"), ("b", "c", "undecided")];
        let sentences = sentences(&table(&[("a", "0.1"), ("b", "0.2"), ("c", "0.1")], &pairs));
        assert_eq!(sentences[1].0, "Order");
        assert!(sentences[2].1.contains("1 shown, 1 exactly zero, 1 undecided"), "{sentences:?}");
    }
}
