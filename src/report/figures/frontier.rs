//! Which rules no other rule beats in two measures at once.

use super::drafting::{
    Area, BLUE, Excerpt, ExcerptOrder, Key, LABEL_SIZE, MARGIN_RIGHT, MUTED, Page, Panel, Point, Scale,
    Stroke, Surroundings, Wish, clean, fitted_names, percent, width, with_interval, write_names,
};
use super::{Drawing, Figure, FigureError, Subject};
use crate::analysis::comparison::{FairerValues, MEASURES, Measure};
use crate::analysis::rows::CompareRow;
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "frontier",
    summary: "two measures of each rule against each other, with the rules that no other beats in both",
    source: "Pareto, Manuale di economia politica (1906); Kung, Luccio and Preparata, On finding the maxima of a set of vectors (JACM 22, 1975)",
    parse: |table| settings::<Frontier, _>(table, |figure| Ok(Box::new(figure))),
};

/// Pairs that say different things, the first of which both have values is drawn: how evenly wins follow stake,
/// and how an income, a concentration or the richest fares.
const PAIRS: [(&str, &str); 6] = [
    ("total_variation", "income_below_half"),
    ("total_variation", "final_stake_gini"),
    ("total_variation", "income_total_variation"),
    ("total_variation", "richest_outside_tolerance"),
    ("total_variation", "wins_gini"),
    ("largest_deviation", "wins_gini"),
];
/// How many rules are drawn.
const MOST: usize = 40;
/// The widest name, as a part of the sheet.
const NAME_ROOM: f64 = 0.3;

/// The frontier. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Frontier {}

/// A measure of a rule.
#[derive(Clone, Copy)]
struct Value {
    value: f64,
    interval: Option<(f64, f64)>,
    /// How far from fair: the smaller the better.
    cost: f64,
}

struct Rule<'a> {
    name: &'a str,
    x: Value,
    y: Value,
    best: bool,
}

impl Figure for Frontier {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        let found = PAIRS.iter().find_map(|&(x, y)| {
            let (x, y) = (measure(x)?, measure(y)?);
            let rules = rules(subject.compare, x, y);
            let apart = |value: fn(&Rule) -> f64| rules.iter().any(|rule| value(rule) != value(&rules[0]));
            (rules.len() > 1 && (apart(|rule| rule.x.value) || apart(|rule| rule.y.value)))
                .then_some((x, y, rules))
        });
        let Some((across, up, mut rules)) = found else {
            return Err(FigureError::Empty {
                figure: ENTRY.name,
                reason: "two rules with values of two measures are needed; compare rules over at least one round",
            });
        };
        for index in 0..rules.len() {
            rules[index].best = !rules.iter().any(|other| beats(other, &rules[index]));
        }
        let ranked: Vec<usize> = (0..rules.len()).collect();
        let best = ("those on the frontier", |place: usize| rules[place].best);
        let spread = Excerpt::with((&ranked, ExcerptOrder::Listed), MOST, "rule", best);
        rules = spread.of(rules);
        let frontier = Stroke::solid(BLUE, 3).faint(0.6);
        let key = [
            (Key::Lozenge(BLUE), "no other rule is fairer in both".to_owned()),
            (Key::Dot(MUTED), "another rule is".to_owned()),
            (Key::Line(frontier), "frontier".to_owned()),
        ];
        let mut notes: Vec<String> = spread.note.into_iter().collect();
        notes.push(format!(
            "Across: {}; up: {}. Lines are {} intervals of the mean of the trials; where they overlap, the order is not established.",
            across.direction.words(),
            up.direction.words(),
            percent(subject.confidence)
        ));
        let heading = format!("{} and {}", across.heading, up.heading);
        let page = subject.page(&heading, &key, &notes);
        let (x, y) =
            (span(across, rules.iter().map(|rule| rule.x)), span(up, rules.iter().map(|rule| rule.y)));
        let frame = page.frame(y, MARGIN_RIGHT);
        let room = NAME_ROOM * page.right;
        let Page { mut canvas, title, .. } = page;
        let panel = Panel { frame, x, y };
        panel.draw_grid(&mut canvas);
        let at = |rule: &Rule| panel.at(rule.x.value, rule.y.value);
        let mut best: Vec<&Rule> = rules.iter().filter(|rule| rule.best).collect();
        best.sort_by(|a, b| a.x.value.total_cmp(&b.x.value).then(a.y.value.total_cmp(&b.y.value)));
        canvas.line(best.iter().map(|rule| at(rule)), frontier);
        // What names keep off: the frontier, and the intervals.
        let mut lines: Vec<(Point, Point)> = best.windows(2).map(|pair| (at(pair[0]), at(pair[1]))).collect();
        for rule in &rules {
            let color = if rule.best { BLUE } else { MUTED };
            let stroke = Stroke::solid(color, 3).faint(0.7);
            if let Some((low, high)) = rule.x.interval {
                lines.push((panel.at(low, rule.y.value), panel.at(high, rule.y.value)));
                canvas.line([panel.at(low, rule.y.value), panel.at(high, rule.y.value)], stroke);
            }
            if let Some((low, high)) = rule.y.interval {
                lines.push((panel.at(rule.x.value, low), panel.at(rule.x.value, high)));
                canvas.line([panel.at(rule.x.value, low), panel.at(rule.x.value, high)], stroke);
            }
            canvas.values(Some(format!(
                "{}: {} {}; {} {}",
                clean(rule.name),
                across.heading,
                with_interval(rule.x.value, rule.x.interval, unit(across)),
                up.heading,
                with_interval(rule.y.value, rule.y.interval, unit(up))
            )));
            if rule.best {
                canvas.diamond(at(rule), 12, color, 1.0);
            } else {
                canvas.disc(at(rule), 9, color, 1.0);
            }
            canvas.values(None);
        }
        let names: Vec<&str> = rules.iter().map(|rule| rule.name).collect();
        let names = fitted_names(&names, room);
        let wishes: Vec<Wish> = rules
            .iter()
            .zip(&names)
            .map(|(rule, name)| Wish {
                at: at(rule),
                width: width(name, LABEL_SIZE),
                height: LABEL_SIZE,
                distance: 20.0,
                needed: rule.best,
            })
            .collect();
        let marks = rules.iter().map(|rule| Area::around(at(rule), 14.0)).collect();
        let surroundings = Surroundings { marks, lines };
        write_names(&mut canvas, &frame, (&wishes, &names), &surroundings);
        let beside = format!("{}{}", up.name.replace('_', " "), if up.percent { " (%)" } else { "" });
        panel.draw_axes(&mut canvas, Some(across.axis), &[beside.as_str()]);
        Ok(canvas.finish(&title))
    }
}

fn measure(name: &str) -> Option<&'static Measure> {
    MEASURES.iter().find(|measure| measure.name == name)
}

fn unit(measure: &Measure) -> &'static str {
    if measure.percent { "\u{202F}%" } else { "" }
}

/// The rules that have values of both measures, in the order of the table.
fn rules<'a>(rows: &'a [CompareRow], across: &Measure, up: &Measure) -> Vec<Rule<'a>> {
    let value = |rule: &str, measure: &Measure| {
        let mut estimates = rows.iter().filter(|row| row.kind == "estimate" && row.metric == measure.name);
        let row = estimates.find(|row| row.rule == rule)?;
        let scale = if measure.percent { 100.0 } else { 1.0 };
        let finite = |value: Option<f64>| value.filter(|value| value.is_finite()).map(|value| scale * value);
        let value = finite(row.value)?;
        let interval =
            finite(row.low).zip(finite(row.high)).filter(|&(low, high)| low <= value && value <= high);
        let cost = match measure.direction {
            FairerValues::SmallerIsFairer | FairerValues::SmallerIsMoreEven => value,
            FairerValues::NearerToZeroIsFairer => value.abs(),
            FairerValues::LargerIsMoreEven => -value,
        };
        Some(Value { value, interval, cost })
    };
    let names = rows.iter().filter(|row| row.kind == "estimate" && row.metric == across.name);
    let rule = |name: &'a str| Some(Rule { name, x: value(name, across)?, y: value(name, up)?, best: false });
    names.filter_map(|row| rule(&row.rule)).collect()
}

/// Whether the first is at least as good in both, and better in one.
fn beats(one: &Rule, other: &Rule) -> bool {
    one.x.cost <= other.x.cost
        && one.y.cost <= other.y.cost
        && (one.x.cost < other.x.cost || one.y.cost < other.y.cost)
}

/// An axis for all values and their intervals, with some room on either side.
fn span(measure: &Measure, values: impl Iterator<Item = Value>) -> Scale {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in values {
        let ends = value.interval.unwrap_or((value.value, value.value));
        (low, high) = (low.min(ends.0), high.max(ends.1));
    }
    Scale::roomy((low, high), 0.08, measure.percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(metric: &str, rule: &str, value: f64) -> CompareRow {
        CompareRow {
            metric: metric.to_owned(),
            kind: "estimate".to_owned(),
            rule: rule.to_owned(),
            value: Some(value),
            ..CompareRow::default()
        }
    }

    /// a and b beat nobody and nobody beats them; c is worse than b in both, d as good as b in one only.
    #[test]
    fn who_is_beaten_in_both_measures_is_grey() {
        let table = [("a", 0.1, 0.9), ("b", 0.2, 0.5), ("c", 0.3, 0.6), ("d", 0.2, 0.7)];
        let compare: Vec<CompareRow> = table
            .iter()
            .flat_map(|&(rule, x, y)| [row("total_variation", rule, x), row("wins_gini", rule, y)])
            .collect();
        let mut rules = rules(&compare, measure("total_variation").unwrap(), measure("wins_gini").unwrap());
        let best: Vec<bool> =
            rules.iter().map(|rule| !rules.iter().any(|other| beats(other, rule))).collect();
        assert_eq!(best, [true, true, false, false]);
        rules.truncate(1);
        assert_eq!(rules[0].x.value, 10.0);
        let subject = Subject { title: "t", compare: &compare, confidence: 0.95, ..Subject::default() };
        let svg = Frontier {}.draw(&subject).unwrap().svg().to_owned();
        // Two lozenges and one in the key; two discs and one in the key.
        assert_eq!(svg.matches("<polygon fill=\"#0072B2\"").count(), 3);
        assert_eq!(svg.matches("<circle fill=\"#5C5C5C\"").count(), 3);
        let one = Subject { compare: &compare[..2], ..subject };
        assert!(matches!(Frontier {}.draw(&one), Err(FigureError::Empty { .. })));
    }
}
