//! Several rules in one figure: a measure of each, or the time line of each.

use super::compared_rules::ComparedRules;
use super::drafting::{
    Align, Area, Canvas, Dash, Excerpt, ExcerptOrder, INK, Key, LABEL_SIZE, LEADER, MARGIN_RIGHT, MUTED,
    Page, Panel, Point, Scale, Stroke, Words, digits, fitted_names, percent, series, width, with_interval,
    write_ends,
};
use super::figure::{distinct, share};
use super::timeline::{draw_inside, mark_line, near, with_crossings};
use super::{Drawing, FigureError, Sheet};
use crate::analysis::comparison::measure;
use crate::analysis::rows::{CompareRow, TimelineRow};

/// How many rules have a row of their own.
const MOST_ROWS: usize = 16;
/// From one row to the next, at least.
const ROW: f64 = 44.0;
/// How many rules have a line of their own: as many as there are colours.
const MOST_LINES: usize = 10;
/// Up to how many rules have lines for their quantiles.
const WITH_QUANTILES: usize = 3;
/// The widest name, as a part of the sheet.
const NAME_ROOM: f64 = 0.31;

/// The words above an overlay.
#[derive(Clone, Copy, Debug)]
pub struct Overlay<'a> {
    /// The name of the comparison.
    pub title: &'a str,
    /// What is measured.
    pub heading: &'a str,
    /// What was run.
    pub subtitle: &'a str,
    /// What stands below the horizontal axis of a measure, or beside the vertical one of a time line.
    pub axis: &'a str,
    /// Whether the values are shares to be shown in percent.
    pub percent: bool,
    /// The confidence of every interval, between 0 and 1.
    pub confidence: f64,
    /// All rows of `compare.csv`, for the colours of the rules and those that the verdict names.
    pub compare: &'a [CompareRow],
    /// What is drawn on.
    pub sheet: Sheet,
}

impl Overlay<'_> {
    /// A page of these words; a sheet that is too low for the names of so many rules becomes higher.
    fn page_for(&self, rules: usize, key: &[(Key, String)], notes: &[String]) -> Page {
        let usual = self.page(0, key, notes);
        let lacking = (ROW * rules as f64 - (usual.bottom - usual.top)).ceil();
        if lacking > 0.0 { self.page(lacking as u32, key, notes) } else { usual }
    }

    fn page(&self, extra: u32, key: &[(Key, String)], notes: &[String]) -> Page {
        Page::new(&Words {
            sheet: Sheet { extra: self.sheet.extra + extra, ..self.sheet },
            vocabulary: None,
            title: self.title,
            heading: self.heading,
            subtitle: self.subtitle,
            key,
            notes,
        })
    }
}

/// One rule's estimate, in the unit of the axis.
#[derive(Clone)]
struct Mark<'a> {
    name: &'a str,
    value: f64,
    interval: Option<(f64, f64)>,
    law: Option<f64>,
    limit: Option<f64>,
}

fn law_stroke() -> Stroke {
    Stroke::solid(INK, 3)
}

fn limit_stroke() -> Stroke {
    Stroke::solid(MUTED, 5)
}

/// The estimates of one measure from the rows of `compare.csv`, a row for each rule in the order of
/// the table, with what its law and its expected shares say.
///
/// # Errors
/// [`FigureError::Empty`] if no rule has an estimate.
pub fn overlay_measure(words: &Overlay, rows: &[CompareRow]) -> Result<Drawing, FigureError> {
    let unit = if words.percent { 100.0 } else { 1.0 };
    let finite = |value: Option<f64>| value.filter(|value| value.is_finite()).map(|value| unit * value);
    let estimates = rows.iter().filter(|row| row.kind == "estimate");
    let all: Vec<Mark> = estimates
        .filter_map(|row| {
            Some(Mark {
                name: &row.rule,
                value: finite(row.value)?,
                interval: finite(row.low).zip(finite(row.high)).filter(|(low, high)| low <= high),
                law: finite(row.law),
                limit: finite(row.limit),
            })
        })
        .collect();
    if all.is_empty() {
        return Err(FigureError::Empty {
            figure: "overlay",
            reason: "no rule has a value; run at least one round in which somebody is selected",
        });
    }
    let ranking = rows.iter().find(|row| row.kind == "ranking");
    let key = measure_key(&all, words.confidence);
    let rules = ComparedRules::new(words.compare);
    let of_all: Vec<&str> = all.iter().map(|mark| mark.name).collect();
    let drawn = |most: usize| {
        let excerpt = excerpt(&of_all, most, &rules);
        let marks = excerpt.of(all.clone());
        let ranking = ranking.map(|ranking| format!("Order: {}", order(&ranking.verdict)));
        let notes: Vec<String> = excerpt.note.into_iter().chain(ranking).collect();
        (words.page_for(marks.len(), &key, &notes), marks)
    };
    let (mut page, mut marks) = drawn(MOST_ROWS);
    // A slide does not become higher.
    let rows_that_fit = ((page.bottom - page.top) / (1.1 * LABEL_SIZE)) as usize;
    if marks.len() > rows_that_fit {
        // One line less, for the note on what is left out.
        (page, marks) = drawn(rows_that_fit.saturating_sub(1).max(1));
    }
    let Page { mut canvas, title, top, bottom, right } = page;
    let names: Vec<&str> = marks.iter().map(|mark| mark.name).collect();
    let names = fitted_names(&names, NAME_ROOM * right);
    let name_room = names.iter().map(|name| width(name, LABEL_SIZE)).fold(0.0, f64::max);
    let frame = Area { left: 24.0 + name_room + 24.0, top, right: right - MARGIN_RIGHT, bottom };
    let ends = ends(&marks);
    let x = match rows.first().and_then(|row| measure(&row.metric)) {
        Some(measure) if measure.is_count() => Scale::counts_around(ends),
        _ => Scale::roomy(ends, 0.04, words.percent),
    };
    let panel = Panel { frame, x, y: Scale::linear(0.0, marks.len() as f64) };
    panel.draw_upright_grid(&mut canvas);
    for (index, (mark, name)) in marks.iter().zip(&names).enumerate() {
        let row = marks.len() as f64 - index as f64 - 0.5;
        let at = |value: f64| panel.at(value, row);
        let y = at(mark.value).1;
        let color = series(rules.place(mark.name, index));
        canvas.text((frame.left - 22.0, y + 11.0), name, LABEL_SIZE, INK, Align::End);
        if let Some(limit) = mark.limit {
            let x = at(limit).0;
            canvas.line([(x, y - 15.0), (x, y + 15.0)], limit_stroke());
        }
        if let Some((low, high)) = mark.interval {
            canvas.line([at(low), at(high)], Stroke::solid(color, 5));
            for end in [low, high] {
                let x = at(end).0;
                canvas.line([(x, y - 8.0), (x, y + 8.0)], Stroke::solid(color, 4));
            }
        }
        canvas.values(Some(format!("{name}: {}", with_interval(mark.value, mark.interval, ""))));
        canvas.disc(at(mark.value), 10, color, 1.0);
        canvas.values(None);
        if let Some(law) = mark.law {
            canvas.ring(at(law), 15, law_stroke());
        }
    }
    panel.draw_floor(&mut canvas, Some(words.axis));
    Ok(canvas.finish(&title))
}

/// What is drawn of these rules: those that the verdict names, and evenly of the others.
fn excerpt(names: &[&str], most: usize, rules: &ComparedRules) -> Excerpt {
    let ranked: Vec<usize> = (0..names.len()).collect();
    let named = ("those that the verdict names", |place: usize| rules.is_named(names[place]));
    Excerpt::with((&ranked, ExcerptOrder::Listed), most, "rule", named)
}

/// The order of the rules in words that a figure has room for.
fn order(verdict: &str) -> String {
    const LONGEST: usize = 230;
    match verdict.split_once(" (but ") {
        Some((order, _)) if verdict.chars().count() > LONGEST => {
            format!("{order} (but some pairs differently: see compare.csv)")
        }
        _ => verdict.to_owned(),
    }
}

fn measure_key(marks: &[Mark], confidence: f64) -> Vec<(Key, String)> {
    let mean = if marks.iter().any(|mark| mark.interval.is_some()) {
        format!("mean of the trials, {} interval", percent(confidence))
    } else {
        "mean of the trials".to_owned()
    };
    let mut key = vec![(Key::Disc(series(0)), mean)];
    if marks.iter().any(|mark| mark.law.is_some()) {
        key.push((Key::Ring(law_stroke()), "expected by the rule".to_owned()));
    }
    if marks.iter().any(|mark| mark.limit.is_some()) {
        key.push((Key::Bar(limit_stroke()), "limit, rounds → ∞".to_owned()));
    }
    key
}

/// The least and the largest value that is drawn.
fn ends(marks: &[Mark]) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for mark in marks {
        let interval = mark.interval.into_iter().flat_map(|(low, high)| [low, high]);
        for value in interval.chain([mark.value]).chain(mark.law).chain(mark.limit) {
            (low, high) = (low.min(value), high.max(value));
        }
    }
    (low, high)
}

/// What one rule's share was at a checkpoint, in percent.
struct Moment {
    round: f64,
    mean: f64,
    interval: Option<(f64, f64)>,
    quantiles: Option<(f64, f64)>,
}

/// The time lines of several rules from the rows of `timeline.csv`, whose subjects are the rules; a
/// dashed line shows the `reference` share.
///
/// # Errors
/// [`FigureError::Empty`] if no rule has a time line.
pub fn overlay_timeline(
    words: &Overlay,
    rows: &[TimelineRow],
    reference: f64,
) -> Result<Drawing, FigureError> {
    let rules = ComparedRules::new(words.compare);
    let (courses, left_out) = courses(rows, &rules);
    let moments = || courses.iter().flat_map(|(_, moments)| moments);
    let rounds = || moments().map(|moment| moment.round);
    let (Some(first), Some(last)) = (rounds().reduce(f64::min), rounds().reduce(f64::max)) else {
        return Err(FigureError::Empty {
            figure: "overlay",
            reason: "no rule has a time line; run at least one round in which somebody is selected",
        });
    };
    let reference = 100.0 * reference;
    let y = settled(moments, reference, first, last);
    let mut key = vec![(Key::Line(line(MUTED)), "mean of the trials".to_owned())];
    if moments().any(|moment| moment.interval.is_some()) {
        let mean = format!("mean of the trials, {} interval", percent(words.confidence));
        key[0] = (Key::Band(line(MUTED)), mean);
    }
    if moments().any(|moment| moment.quantiles.is_some()) {
        let words = format!("{} and {} quantiles of the trials", percent(0.05), percent(0.95));
        key.push((Key::Line(quantile_line(MUTED)), words));
    }
    key.push((Key::Line(reference_line()), "share of stake at genesis".to_owned()));
    let mut notes: Vec<String> = left_out.into_iter().collect();
    if moments().any(|moment| moment.ends().any(|value| value < y.low() || value > y.high())) {
        notes.push("Values outside the axis range are clipped.".to_owned());
    }
    let page = words.page_for(courses.len(), &key, &notes);
    let names: Vec<&str> = courses.iter().map(|(name, _)| *name).collect();
    let names = fitted_names(&names, NAME_ROOM * page.right);
    let name_room = names.iter().map(|name| width(name, LABEL_SIZE)).fold(0.0, f64::max) + LEADER;
    let frame = page.frame(y, name_room);
    let Page { mut canvas, title, top, bottom, .. } = page;
    let panel = Panel { frame, x: Scale::logarithmic(first, last), y };
    panel.draw_grid(&mut canvas);
    let places = rules.places(courses.iter().map(|(name, _)| *name).enumerate());
    for ((_, moments), &place) in courses.iter().zip(&places) {
        draw_spread(&mut canvas, &panel, place, moments);
    }
    let level = panel.at(first, reference).1;
    draw_inside(&mut canvas, &panel, &[(frame.left, level), (frame.right, level)], reference_line());
    for (((_, moments), &index), shown) in courses.iter().zip(&places).zip(&names) {
        let points: Vec<Point> =
            moments.iter().map(|moment| near(&panel, moment.round, moment.mean)).collect();
        if let [at] = points[..] {
            canvas.disc((at.0, at.1.clamp(top, bottom)), 9, series(index), 1.0);
        }
        draw_inside(&mut canvas, &panel, &with_crossings(points, top, bottom), line(series(index)));
        let places: Vec<Point> = moments.iter().map(|m| near(&panel, m.round, m.mean)).collect();
        mark_line(&mut canvas, &panel, &places, index);
        for moment in moments {
            let place = near(&panel, moment.round, moment.mean);
            if (top..=bottom).contains(&place.1) {
                let mean = with_interval(moment.mean, moment.interval, "\u{202F}%");
                canvas.told(place, format!("{shown}: {mean} in round {}", digits(moment.round)));
            }
        }
    }
    panel.draw_axes(&mut canvas, Some("round"), &[words.axis]);
    name_lines(&mut canvas, &panel, &courses, (&names, &places));
    Ok(canvas.finish(&title))
}

type Course<'a> = (&'a str, Vec<Moment>);

/// The time lines of the rules that are drawn, and what is said of the others.
fn courses<'a>(rows: &'a [TimelineRow], rules: &ComparedRules) -> (Vec<Course<'a>>, Option<String>) {
    let shares = || {
        let of_wins = rows.iter().filter(|row| row.round > 0 && row.metric == "win_share");
        of_wins.filter_map(|row| Some((row, share(row.mean)?)))
    };
    let names = distinct(shares().map(|(row, _)| row.subject.as_str()));
    let spread = excerpt(&names, MOST_LINES, rules);
    let mut courses: Vec<Course> = spread.of(names).into_iter().map(|name| (name, Vec::new())).collect();
    let pair = |low: Option<f64>, high: Option<f64>| {
        low.zip(high).filter(|(low, high)| low <= high).map(|(low, high)| (100.0 * low, 100.0 * high))
    };
    for (row, mean) in shares() {
        let moment = Moment {
            round: row.round as f64,
            mean: 100.0 * mean,
            interval: pair(row.low, row.high),
            quantiles: pair(row.q05, row.q95),
        };
        if let Some((_, moments)) = courses.iter_mut().find(|(name, _)| *name == row.subject) {
            moments.push(moment);
        }
    }
    if courses.len() > WITH_QUANTILES {
        let all = courses.iter_mut().flat_map(|(_, moments)| moments);
        all.for_each(|moment| moment.quantiles = None);
    }
    (courses, spread.note)
}

impl Moment {
    fn ends(&self) -> impl Iterator<Item = f64> + use<> {
        let ranges = self.interval.into_iter().chain(self.quantiles);
        [self.mean].into_iter().chain(ranges.flat_map(|(low, high)| [low, high]))
    }
}

/// A vertical axis for all that happens after the first third of the rounds' powers of ten; the
/// first rounds swing from nobody to everything.
fn settled<'a, I: Iterator<Item = &'a Moment>>(
    moments: impl Fn() -> I,
    reference: f64,
    first: f64,
    last: f64,
) -> Scale {
    let from = first * (last / first).powf(1.0 / 3.0) * (1.0 - 1e-9);
    let (mut low, mut high) = (reference, reference);
    for value in moments().filter(|moment| moment.round >= from).flat_map(Moment::ends) {
        (low, high) = (low.min(value), high.max(value));
    }
    let room = 0.05 * (high - low);
    if room > 0.0 {
        Scale::linear((low - room).max(0.0), (high + room).min(100.0))
    } else {
        Scale::linear(0.0, if high > 0.0 { (1.5 * high).min(100.0) } else { 100.0 })
    }
}

/// A rule's line.
fn line(color: (u8, u8, u8)) -> Stroke {
    Stroke::solid(color, 5)
}

fn quantile_line(color: (u8, u8, u8)) -> Stroke {
    Stroke::solid(color, 3).dashed(Dash::Dots)
}

fn reference_line() -> Stroke {
    Stroke::solid(INK, 3).dashed(Dash::Long)
}

fn draw_spread(canvas: &mut Canvas, panel: &Panel, index: usize, moments: &[Moment]) {
    let Area { top, bottom, .. } = panel.frame;
    let curve = |value: fn(&Moment) -> Option<f64>| -> Vec<Point> {
        let points = moments.iter().filter_map(|m| Some(near(panel, m.round, value(m)?)));
        with_crossings(points.collect(), top, bottom)
    };
    let lower = curve(|moment| Some(moment.interval?.0));
    let upper = curve(|moment| Some(moment.interval?.1));
    let band = lower.into_iter().chain(upper.into_iter().rev());
    canvas.surface(band.map(|(x, y)| (x, y.clamp(top, bottom))), series(index), 0.2);
    for edge in [curve(|moment| Some(moment.quantiles?.0)), curve(|moment| Some(moment.quantiles?.1))] {
        draw_inside(canvas, panel, &edge, quantile_line(series(index)));
    }
}

/// The name of each rule beside the end of its line, in the order of the ends.
fn name_lines(canvas: &mut Canvas, panel: &Panel, courses: &[Course], names: (&[String], &[usize])) {
    let bottom = panel.frame.bottom;
    let end = |(_, moments): &Course| moments.last().map_or(bottom, |m| near(panel, m.round, m.mean).1);
    let ends: Vec<f64> = courses.iter().map(end).collect();
    write_ends(canvas, &panel.frame, &ends, names);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figures::drafting::{FAMILY_IN_FONT, database};
    use resvg::usvg::{Group, Node, Options, Rect, Tree};

    fn words(percent: bool) -> Overlay<'static> {
        words_on(percent, Sheet::default())
    }

    fn words_on(percent: bool, sheet: Sheet) -> Overlay<'static> {
        Overlay {
            title: "a comparison with a rather long name of its own-compare",
            heading: "distance of win shares from stake shares",
            subtitle: "12 rules on the same population and random numbers · 20 trials × 500 rounds · 95 % intervals",
            axis: "total variation distance of win shares from stake shares (%)",
            percent,
            confidence: 0.95,
            compare: &[],
            sheet,
        }
    }

    /// So many rules with long names, spread evenly or all at one place.
    fn rows(count: usize, apart: bool) -> Vec<CompareRow> {
        let names: Vec<String> = (0..count).map(name).collect();
        let blank = CompareRow {
            metric: "total_variation".to_owned(),
            kind: "ranking".to_owned(),
            rule: "all".to_owned(),
            other: String::new(),
            value: None,
            low: None,
            high: None,
            law: None,
            limit: None,
            p_value: None,
            p_holm: None,
            trials: 20,
            trials_needed: None,
            correlation: None,
            variance_saved: None,
            blocks: None,
            verdict: names.join(" ~ "),
            note: String::new(),
        };
        let mut rows = vec![blank.clone()];
        for (index, name) in names.into_iter().enumerate() {
            let value = if apart { index as f64 / count as f64 } else { 0.01 };
            rows.push(CompareRow {
                kind: "estimate".to_owned(),
                rule: name,
                value: Some(value),
                low: Some(value - 0.01),
                high: Some(value + 0.01),
                law: (index % 2 == 0).then_some(value + 0.005),
                limit: Some(0.0),
                verdict: String::new(),
                ..blank.clone()
            });
        }
        rows
    }

    fn name(index: usize) -> String {
        match index % 4 {
            0 => format!("rigged-smallest-quotient {index}"),
            1 => format!("power-weighted(exponent={index}/1000)"),
            2 => format!("a rule with <many> settings, far more than fit (a=1, b=2, c=3, d=4) {index}"),
            _ => format!("nxt {index}"),
        }
    }

    fn timeline(count: usize, apart: bool) -> Vec<TimelineRow> {
        let mut rows = Vec::new();
        for index in 0..count {
            for round in [1u64, 10, 100, 1000] {
                let error = 0.3 / (round as f64).sqrt();
                let mean = if apart { 0.1 + 0.6 * index as f64 / count as f64 } else { 0.4 };
                rows.push(TimelineRow {
                    round,
                    metric: "win_share".to_owned(),
                    subject: name(index),
                    mean,
                    low: Some((mean - error).max(0.0)),
                    high: Some((mean + error).min(1.0)),
                    q05: Some((mean - 2.0 * error).max(0.0)),
                    q25: Some((mean - 0.7 * error).max(0.0)),
                    q50: Some(mean),
                    q75: Some((mean + 0.7 * error).min(1.0)),
                    q95: Some((mean + 2.0 * error).min(1.0)),
                    law_q05: None,
                    law_q95: None,
                });
            }
        }
        rows
    }

    fn texts(group: &Group, into: &mut Vec<(String, Rect)>) {
        for node in group.children() {
            match node {
                Node::Group(group) => texts(group, into),
                Node::Text(text) => {
                    let words: String = text.chunks().iter().map(|chunk| chunk.text()).collect();
                    into.push((words, text.abs_bounding_box()));
                }
                _ => {}
            }
        }
    }

    /// Boxes are those of the rasteriser, as for all other figures.
    fn assert_readable(drawing: &Drawing, sheet: Sheet, what: &str) {
        assert!(!drawing.svg().contains("NaN") && !drawing.svg().contains("inf,"), "{what}");
        let options =
            Options { font_family: FAMILY_IN_FONT.into(), fontdb: database(), ..Options::default() };
        let tree = Tree::from_str(drawing.svg(), &options).unwrap();
        let mut boxes = Vec::new();
        texts(tree.root(), &mut boxes);
        let slack = 3.0 * tree.size().width() / sheet.units().0 as f32;
        for (index, (words, a)) in boxes.iter().enumerate() {
            let inside = a.left() >= 0.0 && a.right() <= tree.size().width();
            assert!(inside && a.top() >= 0.0 && a.bottom() <= tree.size().height(), "{what}: {words} {a:?}");
            for (others, b) in &boxes[..index] {
                let apart = a.right() <= b.left()
                    || b.right() <= a.left()
                    || a.bottom() <= b.top() + slack
                    || b.bottom() <= a.top() + slack;
                assert!(apart, "{what}: {words:?} at {a:?} and {others:?} at {b:?}");
            }
        }
    }

    #[test]
    fn all_text_lies_on_the_sheet_and_no_two_texts_overlap() {
        for width in ["180mm", "85mm", "170mm", "slide"] {
            let sheet = Sheet { width: width.parse().unwrap(), ..Sheet::default() };
            let words = words_on(true, sheet);
            for (count, apart) in
                [1, 2, 12, 16, 45].into_iter().flat_map(|count| [(count, true), (count, false)])
            {
                let what = format!("{count} rules, apart: {apart}, at {width}");
                let drawing = overlay_measure(&words, &rows(count, apart)).unwrap();
                assert_readable(&drawing, sheet, &what);
                assert_eq!(drawing, overlay_measure(&words, &rows(count, apart)).unwrap(), "{what}");
                let rows = timeline(count, apart);
                let drawing = overlay_timeline(&words, &rows, 0.4).unwrap();
                assert_readable(&drawing, sheet, &what);
                assert_eq!(drawing, overlay_timeline(&words, &rows, 0.4).unwrap(), "{what}");
            }
        }
    }

    /// Of validators there are whole numbers only.
    #[test]
    fn counts_have_whole_ticks() {
        let mut rows = rows(3, false);
        for row in &mut rows {
            "wins_nakamoto_half".clone_into(&mut row.metric);
            (row.value, row.low, row.high, row.law, row.limit) = (Some(2.0), None, None, None, Some(2.0));
        }
        let drawing = overlay_measure(&words(false), &rows).unwrap();
        let ticks = &drawing.chart().axes[0].x.ticks;
        let labels: Vec<&str> = ticks.iter().filter_map(|tick| tick.label.as_deref()).collect();
        assert_eq!(labels, ["1", "2", "3"]);
    }

    #[test]
    fn what_is_not_drawn_is_said() {
        let svg = |count| overlay_measure(&words(false), &rows(count, true)).unwrap().svg().to_owned();
        assert!(svg(45).contains("16 of 45 rules drawn, evenly from the first to the last."));
        assert!(!svg(12).contains(" drawn, evenly"));
        let lines = |count| overlay_timeline(&words(true), &timeline(count, true), 0.4).unwrap();
        assert!(lines(45).svg().contains("10 of 45 rules drawn, evenly from the first to the last."));
        assert!(lines(3).svg().contains("quantiles of the trials"));
        assert!(!lines(4).svg().contains("quantiles of the trials"));
        assert!(matches!(overlay_measure(&words(true), &[]), Err(FigureError::Empty { .. })));
        assert!(matches!(overlay_timeline(&words(true), &[], 0.4), Err(FigureError::Empty { .. })));
    }
}
