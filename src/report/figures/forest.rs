//! The differences between rules, paired by trial.

use super::compared_rules::ComparedRules;
use super::drafting::{
    Align, Area, BLUE, Canvas, Excerpt, INK, Key, LABEL_SIZE, MUTED, Page, Panel, Scale, Stroke, VERMILLION,
    clean, fitted_names, percent, width, with_interval, wrapped,
};
use super::figure::distinct;
use super::{Drawing, Figure, FigureError, Sheet, SheetWidth, Subject};
use crate::analysis::comparison::{FairerValues, Measure, measure};
use crate::analysis::rows::CompareRow;
use crate::registry::{Entry, settings};
use crate::statistics::wording::counted;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "forest",
    summary: "the paired differences between rules with intervals, a panel for each measure, with an arrow to the fairer side",
    source: "Lewis and Clarke, Forest plots: trying to see the wood and the trees (BMJ 322, 2001)",
    parse: |table| settings::<Forest, _>(table, |forest| Ok(Box::new(forest))),
};

/// Up to how many rules all pairs are drawn.
const ALL_PAIRS: usize = 5;
/// How many pairs of rules have a row.
const MOST: usize = 16;
/// How many measures have a panel.
const MOST_PANELS: usize = 12;
/// The widest name of a row, as a part of the sheet: beside one panel, and beside several.
const NAME_ROOM: [f64; 2] = [0.45, 0.26];
/// How high a row is, and at least.
const ROW: f64 = 42.0;
const LEAST_ROW: f64 = 35.0;
/// How wide a panel is at least.
const LEAST_WIDTH: f64 = 250.0;
/// Between two panels.
const GUTTER: f64 = 30.0;
/// A line above a panel, and how many its measure may take.
const LINE: f64 = 38.0;
const MOST_LINES: usize = 3;
/// Below a panel: its axis with labels and title.
const FOOT: f64 = 118.0;
/// How high a sheet may become, in units.
const HIGHEST: f64 = 2_300.0;

/// The forest plot. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Forest {}

/// A difference, in the unit of its measure's axis.
struct Difference {
    value: f64,
    low: f64,
    high: f64,
    shown: bool,
    /// Whether the ends are those of an interval.
    has_interval: bool,
}

/// One measure: a difference for each pair of rules that has one.
struct Column<'a> {
    name: &'a str,
    measure: Option<&'static Measure>,
    differences: Vec<Option<Difference>>,
}

/// The differences of a comparison by pair and measure, both in the order of the table.
struct Differences<'a> {
    pairs: Vec<(&'a str, &'a str)>,
    columns: Vec<Column<'a>>,
}

impl<'a> Differences<'a> {
    fn new(rows: &'a [CompareRow]) -> Self {
        let mut all = Differences { pairs: Vec::new(), columns: Vec::new() };
        for row in rows.iter().filter(|row| row.kind == "difference") {
            let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
            let interval = finite(row.low).zip(finite(row.high));
            let decided = matches!(row.verdict.as_str(), "lower" | "higher");
            // Trials that are all alike leave no interval, and may show a difference nevertheless.
            let Some(value) = finite(row.value).filter(|_| interval.is_some() || decided) else { continue };
            let (low, high) = interval.unwrap_or((value, value));
            let pair = (row.rule.as_str(), row.other.as_str());
            let place = all.pairs.iter().position(|other| *other == pair).unwrap_or_else(|| {
                all.pairs.push(pair);
                all.pairs.len() - 1
            });
            let column =
                all.columns.iter().position(|column| column.name == row.metric).unwrap_or_else(|| {
                    let measure = measure(&row.metric);
                    all.columns.push(Column { name: &row.metric, measure, differences: Vec::new() });
                    all.columns.len() - 1
                });
            let column = &mut all.columns[column];
            let unit = if column.in_percent() { 100.0 } else { 1.0 };
            while column.differences.len() <= place {
                column.differences.push(None);
            }
            column.differences[place] = Some(Difference {
                value: unit * value,
                low: unit * low.min(value),
                high: unit * high.max(value),
                has_interval: interval.is_some(),
                shown: decided,
            });
        }
        all
    }
}

impl<'a> Differences<'a> {
    /// Keeps those of one rule from the others, each with this rule as the first of the pair.
    fn only_of(&mut self, rule: &str) {
        let kept: Vec<bool> =
            self.pairs.iter().map(|&(first, second)| first == rule || second == rule).collect();
        let turned: Vec<bool> = self.pairs.iter().map(|&(_, second)| second == rule).collect();
        for column in &mut self.columns {
            column.differences.resize_with(kept.len(), || None);
            let differences = std::mem::take(&mut column.differences).into_iter().zip(&kept).zip(&turned);
            column.differences = differences
                .filter(|((_, kept), _)| **kept)
                .map(|((difference, _), &turned)| match difference {
                    Some(difference) if turned => Some(difference.reversed()),
                    difference => difference,
                })
                .collect();
        }
        self.columns.retain(|column| column.differences.iter().any(Option::is_some));
        let pairs = std::mem::take(&mut self.pairs).into_iter().zip(kept).filter(|(_, kept)| *kept);
        self.pairs = pairs
            .map(|((first, second), _)| if second == rule { (second, first) } else { (first, second) })
            .collect();
    }

    /// Puts the pairs in the order of their second rules, so that an excerpt has the first and the last of these.
    fn sort_by_second(&mut self, rank: impl Fn(&str) -> usize) {
        let mut order: Vec<usize> = (0..self.pairs.len()).collect();
        order.sort_by_key(|&place| rank(self.pairs[place].1));
        self.pairs = order.iter().map(|&place| self.pairs[place]).collect();
        for column in &mut self.columns {
            column.differences.resize_with(order.len(), || None);
            column.differences = order.iter().map(|&place| column.differences[place].take()).collect();
        }
    }

    /// How many rules are in pairs.
    fn rules(&self) -> usize {
        distinct(self.pairs.iter().flat_map(|&(first, second)| [first, second])).len()
    }
}

impl Difference {
    /// Of the second rule from the first.
    fn reversed(self) -> Self {
        Difference { value: -self.value, low: -self.high, high: -self.low, ..self }
    }
}

/// How many pairs of rules the tests and intervals of a measure are corrected for, if it is the same number for
/// every measure with several pairs.
fn corrected_for(rows: &[CompareRow]) -> Option<u64> {
    let mut counts: Vec<(&str, u64)> = Vec::new();
    for row in rows.iter().filter(|row| row.kind == "difference" && row.verdict != "unlike") {
        match counts.iter_mut().find(|(metric, _)| *metric == row.metric) {
            Some((_, count)) => *count += 1,
            None => counts.push((&row.metric, 1)),
        }
    }
    let first = counts.first()?.1;
    counts.iter().all(|(_, count)| *count == first).then_some(first)
}

impl Column<'_> {
    fn in_percent(&self) -> bool {
        self.measure.is_some_and(|measure| measure.percent)
    }

    /// The measure in words.
    fn words(&self) -> String {
        clean(&self.name.replace('_', " "))
    }

    /// The measure above its panel.
    fn heading(&self, room: f64) -> Vec<String> {
        let unit = if self.in_percent() { " (%)" } else { "" };
        wrapped(&format!("{}{unit}", self.words()), LABEL_SIZE, room, MOST_LINES)
    }

    /// On which side of zero the first of two rules is the better one.
    fn arrow(&self) -> &'static str {
        match self.measure.map(|measure| measure.direction) {
            Some(FairerValues::SmallerIsFairer) => "← fairer",
            Some(FairerValues::SmallerIsMoreEven) => "← more even",
            Some(FairerValues::LargerIsMoreEven) => "more even →",
            Some(FairerValues::NearerToZeroIsFairer) => "neither side",
            None => "",
        }
    }

    /// An axis for zero and these differences, with some room on either side.
    fn scale(&self) -> Scale {
        let shown = || self.differences.iter().flatten();
        let low = shown().map(|difference| difference.low).fold(0.0, f64::min);
        let high = shown().map(|difference| difference.high).fold(0.0, f64::max);
        if self.measure.is_some_and(Measure::is_count) {
            return Scale::counts_around((low, high));
        }
        let room = 0.08 * (high - low);
        Scale::linear(low - room, high + room)
    }
}

/// How the panels stand on the sheet.
struct Layout {
    columns: usize,
    width: f64,
    height: f64,
    /// Lines of the longest heading.
    lines: usize,
    left: f64,
}

impl Layout {
    fn header(&self) -> f64 {
        LINE * (self.lines as f64 + 1.0) + 6.0
    }

    /// The frame of the panel with this place.
    fn frame(&self, place: usize, top: f64) -> Area {
        let (row, column) = (place / self.columns, place % self.columns);
        let top = top + self.header() + row as f64 * (self.header() + self.height + FOOT);
        let left = self.left + column as f64 * (self.width + GUTTER);
        Area { left, top, right: left + self.width, bottom: top + self.height }
    }
}

impl Figure for Forest {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        let mut all = Differences::new(subject.compare);
        let several = all.pairs.len() > 1;
        // Of many rules the differences of the fairest from each other say more than an excerpt of all pairs.
        let rules = ComparedRules::new(subject.compare);
        let fairest = rules.fairest();
        let fairest = fairest.filter(|fairest| {
            all.rules() > ALL_PAIRS && all.pairs.iter().any(|pair| pair.0 == *fairest || pair.1 == *fairest)
        });
        if let Some(fairest) = fairest {
            all.only_of(fairest);
            all.sort_by_second(|rule| rules.rank(rule));
        }
        let Differences { mut pairs, mut columns } = all;
        if columns.is_empty() {
            return Err(FigureError::Empty {
                figure: ENTRY.name,
                reason: "there are no differences between rules with intervals; compare rules over several trials of at least one round",
            });
        }
        let (all_pairs, all_columns) = (pairs.len(), columns.len());
        keep(&mut pairs, &mut columns, MOST, MOST_PANELS);
        let heading = match &columns[..] {
            [one] => format!("paired differences of {}", one.words()),
            _ => "paired differences between rules".to_owned(),
        };
        let key = [
            (
                Key::Disc(BLUE),
                format!(
                    "difference, {}{} interval",
                    if several { "simultaneous " } else { "" },
                    percent(subject.confidence)
                ),
            ),
            (Key::Diamond(VERMILLION), "shown, after correction for all".to_owned()),
        ];
        let words = |pairs: &[(&str, &str)]| -> Vec<String> {
            pairs.iter().map(|(rule, other)| format!("{rule} − {other}")).collect()
        };
        let notes = |columns: &[Column], pairs: usize, panels: usize| {
            let mut notes = Vec::new();
            if let Some(fairest) = fairest {
                notes.push(format!(
                    "Drawn are the differences of {}, the fairest rule, from the others.",
                    clean(fairest)
                ));
            }
            notes.extend(Excerpt::listed(all_pairs, pairs, "difference").note);
            notes.extend(Excerpt::listed(all_columns, panels, "measure").note);
            notes.push("Arrows point to where the first of two rules does better.".to_owned());
            if several {
                let pairs = corrected_for(subject.compare)
                    .map_or("all pairs".to_owned(), |count| format!("all {}", counted(count, "pair")));
                notes.push(format!(
                    "Intervals hold for {pairs} at once (Bonferroni); marks are by Holm's step-down test, which can \
                     show a difference whose interval still contains 0."
                ));
            }
            let neither = |column: &Column| column.arrow() == "neither side";
            if let Some(column) = columns.iter().find(|column| neither(column)) {
                notes.push(format!(
                    "For {}, values nearer to 0 are fairer, which a difference does not show.",
                    column.words()
                ));
            }
            let mut all = columns.iter().flat_map(|column| column.differences.iter().flatten());
            if all.any(|difference| !difference.has_interval) {
                notes.push(
                    "A mark without a line: the difference is the same in every trial, so there is no interval.".to_owned(),
                );
            }
            notes
        };
        // What there is room for shows once the words around the panels stand; then come the notes on it.
        let draft = subject.page(&heading, &key, &notes(&columns, pairs.len() - 1, columns.len() - 1));
        let names = fitted_names(&words(&pairs), NAME_ROOM[usize::from(columns.len() > 1)] * draft.right);
        let name_room = names.iter().map(|name| width(name, LABEL_SIZE)).fold(0.0, f64::max);
        let (sheet, layout, panels, rows) =
            arranged(subject.sheet, &draft, &columns, pairs.len(), 24.0 + name_room + 24.0);
        let names = Excerpt::listed(pairs.len(), rows, "").of(names);
        keep(&mut pairs, &mut columns, rows, panels);
        let words = words(&pairs);
        let subject = &Subject { sheet, ..*subject };
        let Page { mut canvas, title, top, .. } =
            subject.page(&heading, &key, &notes(&columns, rows, panels));
        for (place, column) in columns.iter().enumerate() {
            let frame = layout.frame(place, top);
            let x = column.scale();
            let panel = Panel { frame, x, y: Scale::linear(0.0, rows as f64) };
            if place % layout.columns == 0 {
                for (row, name) in names.iter().enumerate() {
                    let y = panel.at(0.0, rows as f64 - row as f64 - 0.5).1;
                    canvas.text((frame.left - 18.0, y + 11.0), name, LABEL_SIZE, INK, Align::End);
                }
            }
            draw_heading(&mut canvas, column, &layout, frame);
            draw_column(&mut canvas, &panel, column, &words);
        }
        Ok(canvas.finish(&title))
    }
}

/// Keeps so many pairs and measures, spread over their lists.
fn keep(pairs: &mut Vec<(&str, &str)>, columns: &mut Vec<Column>, rows: usize, panels: usize) {
    let spread = Excerpt::listed(pairs.len(), rows, "difference");
    for column in &mut *columns {
        column.differences.resize_with(pairs.len(), || None);
        column.differences = spread.of(std::mem::take(&mut column.differences));
    }
    *pairs = spread.of(std::mem::take(pairs));
    *columns = Excerpt::listed(columns.len(), panels, "measure").of(std::mem::take(columns));
}

/// The panels on a sheet that is high enough for them or, where it may not be, as many of them and as many
/// rows as there is room for.
fn arranged(
    sheet: Sheet,
    draft: &Page,
    measures: &[Column],
    rows: usize,
    left: f64,
) -> (Sheet, Layout, usize, usize) {
    let room = draft.right - 24.0 - left;
    let most = ((room + GUTTER) / (LEAST_WIDTH + GUTTER)).floor().max(1.0) as usize;
    let (free, around) = (draft.bottom - draft.top, f64::from(sheet.units().1) - (draft.bottom - draft.top));
    let highest = match sheet.width {
        SheetWidth::Slide => free,
        _ => HIGHEST - around,
    };
    // Fewer rows before fewer panels, but at least four where there are as many.
    let (mut panels, few) = (measures.len(), rows.min(4));
    loop {
        let down = panels.div_ceil(most);
        let columns = panels.div_ceil(down);
        let width = (room + GUTTER) / columns as f64 - GUTTER;
        let lines = measures.iter().take(panels).map(|column| column.heading(width).len()).max().unwrap_or(1);
        let mut layout = Layout { columns, width, height: 0.0, lines, left };
        // The axis of the lowest panels has its room below all of them.
        let beside = down as f64 * layout.header() + (down as f64 - 1.0) * FOOT;
        let fitting = ((highest - beside) / down as f64 / LEAST_ROW).floor();
        if fitting < few as f64 && panels > most {
            panels -= 1;
            continue;
        }
        let rows = rows.min(fitting.max(1.0) as usize);
        let wanted = beside + down as f64 * rows as f64 * ROW;
        let given = wanted.clamp(free, highest.max(free));
        layout.height = ((given - beside) / down as f64).max(LEAST_ROW);
        let extra = (given - free).ceil() as u32;
        return (Sheet { extra: sheet.extra + extra, ..sheet }, layout, panels, rows);
    }
}

/// The measure above its panel, and on which side of zero it is the better one.
fn draw_heading(canvas: &mut Canvas, column: &Column, layout: &Layout, frame: Area) {
    let middle = frame.left.midpoint(frame.right);
    let lines = column.heading(layout.width);
    let first = frame.top - 14.0 - LINE * lines.len() as f64;
    for (index, line) in lines.iter().enumerate() {
        canvas.text((middle, first + LINE * index as f64), line, LABEL_SIZE, INK, Align::Middle);
    }
    canvas.text((middle, frame.top - 14.0), column.arrow(), LABEL_SIZE, MUTED, Align::Middle);
}

fn draw_column(canvas: &mut Canvas, panel: &Panel, column: &Column, words: &[String]) {
    let Area { top, bottom, .. } = panel.frame;
    panel.draw_upright_grid(canvas);
    let zero = panel.at(0.0, 0.0).0;
    canvas.line([(zero, top), (zero, bottom)], Stroke::solid(MUTED, 4));
    let unit = if column.in_percent() { "\u{202F}%" } else { "" };
    for (row, words) in words.iter().enumerate() {
        let Some(Some(difference)) = column.differences.get(row) else { continue };
        let at = |value: f64| panel.at(value, height_of(panel, row));
        let color = if difference.shown { VERMILLION } else { BLUE };
        canvas.line([at(difference.low), at(difference.high)], Stroke::solid(color, 5));
        let ends = difference.has_interval.then_some((difference.low, difference.high));
        let interval = with_interval(difference.value, ends, unit);
        canvas.values(Some(format!("{}, {}: {interval}", clean(words), column.words())));
        if difference.shown {
            canvas.diamond(at(difference.value), 11, color, 1.0);
        } else {
            canvas.disc(at(difference.value), 9, color, 1.0);
        }
        canvas.values(None);
    }
    panel.draw_floor_within(canvas, Some("difference"), GUTTER / 2.0 - 9.0);
}

/// Where a row stands on the vertical axis: the first one highest.
fn height_of(panel: &Panel, row: usize) -> f64 {
    panel.y.high() - row as f64 - 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(metric: &str, rule: &str, other: &str) -> CompareRow {
        CompareRow {
            kind: "difference".to_owned(),
            metric: metric.to_owned(),
            rule: rule.to_owned(),
            other: other.to_owned(),
            value: Some(0.1),
            low: Some(0.0),
            high: Some(0.2),
            ..CompareRow::default()
        }
    }

    /// A difference that trials show without an interval has a mark; one that they do not show has none.
    #[test]
    fn differences_without_an_interval_are_drawn_where_they_are_shown() {
        let bare = |verdict: &str| CompareRow {
            low: None,
            high: None,
            verdict: verdict.to_owned(),
            ..difference("wins_gini", "a", "b")
        };
        let svg = drawn(&[bare("lower")], Sheet::default()).svg().to_owned();
        assert!(svg.contains("A mark without a line") && svg.contains("a − b, wins gini: 0.1"));
        let undecided = [bare("undecided")];
        let subject = Subject { title: "t", compare: &undecided, confidence: 0.95, ..Subject::default() };
        assert!(Forest {}.draw(&subject).is_err());
    }

    fn drawn(compare: &[CompareRow], sheet: Sheet) -> Drawing {
        let subject = Subject { title: "t", compare, confidence: 0.95, sheet, ..Subject::default() };
        Forest {}.draw(&subject).unwrap()
    }

    /// Of seven rules, the six differences of the fairest from the others, which is the first of each pair.
    #[test]
    fn of_many_rules_the_fairest_is_compared_with_each_other() {
        let svg = drawn(&crate::report::figures::compared_rules::tests::comparison(7), Sheet::default());
        let svg = svg.svg();
        for other in 0..6 {
            assert!(svg.contains(&format!("r06 − r{other:02}, total variation: −")), "{svg}");
        }
        assert!(!svg.contains("r00 − r01") && !svg.contains("− r06"), "{svg}");
        let words = texts(svg);
        assert!(words.contains("the differences of r06, the fairest rule, from the others."), "{words}");
        assert!(words.contains("difference, simultaneous 95"), "{words}");
        assert!(words.contains("Intervals hold for all 21 pairs at once (Bonferroni)"), "{words}");
        // However many there are, the next and the least fair one are among them.
        let many = drawn(&crate::report::figures::compared_rules::tests::comparison(40), Sheet::default());
        assert!(many.svg().contains("r39 − r38, ") && many.svg().contains("r39 − r00, "));
        assert!(texts(many.svg()).contains("of 39 differences drawn"));
        // Of few rules all pairs are drawn, and of two there is nothing to correct for.
        let few = drawn(&crate::report::figures::compared_rules::tests::comparison(5), Sheet::default());
        assert!(few.svg().contains("r00 − r01, ") && few.svg().contains("r03 − r04, "));
        let two = drawn(&crate::report::figures::compared_rules::tests::comparison(2), Sheet::default());
        assert!(!two.svg().contains("simultaneous") && !two.svg().contains("Bonferroni"));
    }

    /// All words of a drawing, in their order.
    fn texts(svg: &str) -> String {
        let document = resvg::usvg::roxmltree::Document::parse(svg).unwrap();
        let words = document.descendants().filter(|node| node.has_tag_name("text"));
        words.filter_map(|node| node.text()).collect::<Vec<_>>().join(" ")
    }

    /// Which values are the fairer ones depends on the measure, and so does the side to which an arrow points.
    #[test]
    fn the_arrow_is_that_of_the_measure() {
        for (metric, arrow) in [
            ("total_variation", ">← fairer<"),
            ("wins_nakamoto_half", ">more even →<"),
            ("richest_gain", ">neither side<"),
        ] {
            let drawing = drawn(&[difference(metric, "a", "b")], Sheet::default());
            let arrows = ["fairer<", "fairer →<", "← more even<", "more even →<", "neither side<"];
            let pointing: Vec<_> = arrows.iter().filter(|arrow| drawing.svg().contains(**arrow)).collect();
            assert!(drawing.svg().contains(arrow) && pointing.len() == 1, "{metric}: {pointing:?}");
        }
    }

    /// Every measure of the table has a panel, and every pair a mark in each, in the unit of the measure; the
    /// sheet becomes as high as they need.
    #[test]
    fn each_measure_has_a_panel() {
        let measures = ["total_variation", "richest_gain", "wins_gini", "wins_nakamoto_half", "income_gini"];
        let pairs = [("a", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"), ("c", "d")];
        let rows: Vec<CompareRow> = measures
            .iter()
            .flat_map(|measure| pairs.map(|(rule, other)| difference(measure, rule, other)))
            .collect();
        let drawing = drawn(&rows, Sheet::default());
        let svg = drawing.svg();
        for measure in measures {
            let words = measure.replace('_', " ");
            assert!(
                svg.contains(&format!("{words}: 0.1 ")) || svg.contains(&format!("{words}: 10\u{202F}%"))
            );
        }
        // One for each difference, and one in the key.
        assert_eq!(svg.matches("<circle fill=\"#0072B2\"").count(), 5 * 6 + 1);
        assert_eq!(svg.matches(">difference</text>").count(), 5);
        assert!(!svg.contains(" drawn, evenly"), "{svg}");
        // A slide is no higher than another: it has fewer rows, and says so.
        let slide = Sheet { width: SheetWidth::Slide, ..Sheet::default() };
        let many: Vec<CompareRow> = measures
            .iter()
            .flat_map(|measure| (0..40).map(|other| difference(measure, "a", &format!("b{other}"))))
            .collect();
        let slide = drawn(&many, slide);
        assert!(slide.svg().contains("of 40 differences drawn, evenly"), "{}", slide.svg());
        // The first and the last pair are among them.
        assert!(slide.svg().contains("a − b0, ") && slide.svg().contains("a − b39, "));
        assert!(slide.svg().contains("width=\"1280\" height=\"720\""));
    }
}
