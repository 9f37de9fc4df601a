//! How win shares settle over the rounds.

use super::drafting::{
    Area, Canvas, Dash, Key, LABEL_SIZE, LEADER, MUTED, Page, Panel, Point, Scale, Shape, Stroke, clean,
    digits, percent, series, shortened, width, with_interval, write_ends,
};
use super::figure::{distinct, share};
use super::{Drawing, Figure, FigureError, Subject};
use crate::analysis::rows::TimelineRow;
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "timeline",
    summary: "win shares over the rounds: mean, interval and fan of the trials beside the expected share",
    source: "the evolution figures of Huang, Tang, Cong, Lim and Xu, Do the Rich Get Richer? (SIGMOD 2021)",
    parse: |table| settings::<Timeline, _>(table, |timeline| Ok(Box::new(timeline))),
};

/// The registry's line of the shares of stake.
pub const STAKE_SHARE: Entry<dyn Figure> = Entry {
    name: "stake-share",
    summary: "shares of stake over the rounds, where rewards compound: mean, interval and fan of the trials",
    source: "Fanti, Kogan, Oh, Ruan, Viswanath and Wang, Compounding of Wealth in Proof-of-Stake Cryptocurrencies (FC 2019)",
    parse: |table| settings::<StakeShare, _>(table, |figure| Ok(Box::new(figure))),
};

/// How many validators are drawn: more could not be told apart.
const MOST: usize = 10;
/// Up to how many validators have fans: more would be a thicket.
const WITH_FANS: usize = 5;
/// How opaque all bands together are: they lie upon each other, so that of many each must be light.
const FANS_OPACITY: f64 = 0.36;

/// The time line. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Timeline {}

/// The shares of stake. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct StakeShare {}

/// Which share is drawn.
struct Kind {
    figure: &'static str,
    metric: &'static str,
    heading: &'static str,
    axis: &'static str,
    /// What is missing if there is none.
    reason: &'static str,
    /// Whether it is held against the rule's expected shares.
    expected: bool,
}

const WINS: Kind = Kind {
    figure: ENTRY.name,
    metric: "win_share",
    heading: "win share over the rounds",
    axis: "win share (%)",
    reason: "the time line holds no `win_share` of any validator; run at least one round and ask for at least \
             one checkpoint",
    expected: true,
};
const STAKES: Kind = Kind {
    figure: STAKE_SHARE.name,
    metric: "stake_share",
    heading: "share of stake over the rounds",
    axis: "share of stake (%)",
    reason: "the time line holds no `stake_share`, since no stake has changed; let rewards compound and run at \
             least one round",
    expected: false,
};

/// What one validator's share was at a checkpoint, in percent.
#[derive(Clone, Copy)]
struct Moment {
    round: f64,
    mean: f64,
    interval: Option<(f64, f64)>,
    fan: Option<Fan>,
}

/// Where the trials are: the middle nine tenths and the middle half.
#[derive(Clone, Copy)]
struct Fan {
    outer: (f64, f64),
    inner: (f64, f64),
}

/// One validator's way through the rounds.
struct Course<'a> {
    name: &'a str,
    moments: Vec<Moment>,
    reference: Option<f64>,
}

impl Figure for Timeline {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        draw_shares(subject, &WINS)
    }
}

impl Figure for StakeShare {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        draw_shares(subject, &STAKES)
    }
}

fn draw_shares(subject: &Subject, kind: &Kind) -> Result<Drawing, FigureError> {
    let (mut courses, left_out) = courses(subject, kind);
    let moments = || courses.iter().flat_map(|course| &course.moments);
    let (Some(first), Some(last)) = (
        moments().map(|moment| moment.round).reduce(f64::min),
        moments().map(|moment| moment.round).reduce(f64::max),
    ) else {
        return Err(FigureError::Empty { figure: kind.figure, reason: kind.reason });
    };

    let x = Scale::logarithmic(first, last);
    let y = span(&courses, first, last);
    let hidden = y.is_logarithmic() && hide_intervals_of_nothing(&mut courses, y.low());
    let moments = || courses.iter().flat_map(|course| &course.moments);
    let beyond = moments().any(|moment| {
        let (low, high) = moment.extremes();
        low < y.low() || high > y.high()
    });
    let known = kind.expected && subject.validators.iter().any(|row| row.expected_share.is_some());
    let fans = moments().any(|moment| moment.fan.is_some());
    let mut key = vec![(Key::Line(Stroke::solid(MUTED, 5)), "mean of the trials".to_owned())];
    if moments().any(|moment| moment.interval.is_some()) {
        let words = format!("{} interval", percent(subject.confidence));
        if fans {
            key.push((Key::Line(interval_line(MUTED)), format!("its {words}")));
        } else {
            key[0] = (Key::Band(Stroke::solid(MUTED, 5)), format!("mean of the trials, {words}"));
        }
    }
    if fans {
        let words = format!("middle {} and {} of the trials", percent(0.9), percent(0.5));
        key.push((Key::Fan(MUTED), words));
    }
    if courses.iter().any(|course| course.reference.is_some()) {
        let words = if known { "expected by the rule" } else { "share of stake at genesis" };
        key.push((Key::Line(reference_line(MUTED)), words.to_owned()));
    }
    let mut notes: Vec<String> = left_out.into_iter().collect();
    let several = subject.timeline.iter().any(|row| fan(row).is_some());
    if several && courses.len() > WITH_FANS {
        notes.push(format!("Quantile bands are drawn only for up to {WITH_FANS} validators."));
    }
    if hidden {
        notes.push("Means below the axis have no interval.".to_owned());
    }
    if beyond {
        notes.push("Values outside the axis range are clipped.".to_owned());
    }
    let page = subject.page(kind.heading, &key, &notes);

    let names: Vec<&str> = courses.iter().map(|course| course.name).collect();
    let names = shortened(&names);
    let name_room = names.iter().map(|name| width(name, LABEL_SIZE)).fold(0.0, f64::max) + LEADER;
    let frame = page.frame(y, name_room);
    let Page { mut canvas, title, .. } = page;
    let panel = Panel { frame, x, y };
    panel.draw_grid(&mut canvas);
    for (index, course) in courses.iter().enumerate() {
        course.draw_spread(&mut canvas, &panel, index, courses.len());
    }
    for (index, course) in courses.iter().enumerate() {
        course.draw_mean(&mut canvas, &panel, index, courses.len());
    }
    panel.draw_axes(&mut canvas, Some("round"), &[kind.axis]);
    name_courses(&mut canvas, &panel, &courses, &names);
    Ok(canvas.finish(&title))
}

/// The name of each course beside its end, in the order of the ends.
fn name_courses(canvas: &mut Canvas, panel: &Panel, courses: &[Course], names: &[String]) {
    let end = |course: &Course| {
        course.moments.last().map_or(0.0, |moment| near(panel, moment.round, moment.mean).1)
    };
    let ends: Vec<f64> = courses.iter().map(end).collect();
    let places: Vec<usize> = (0..names.len()).collect();
    write_ends(canvas, &panel.frame, &ends, (names, &places));
}

/// Takes the intervals of means below the axis away: of those who have not won yet they all reach equally high,
/// and would cover those who have. Whether there were any.
fn hide_intervals_of_nothing(courses: &mut [Course], low: f64) -> bool {
    let mut hidden = false;
    for moment in courses.iter_mut().flat_map(|course| &mut course.moments) {
        hidden |= moment.mean < low && moment.interval.take_if(|_| moment.mean < low).is_some();
    }
    hidden
}

fn interval_line(color: (u8, u8, u8)) -> Stroke {
    Stroke::solid(color, 3).dashed(Dash::Dots)
}

fn reference_line(color: (u8, u8, u8)) -> Stroke {
    Stroke::solid(color, 3).dashed(Dash::Long)
}

/// The courses of the validators that are drawn, and what is said of the others.
fn courses<'a>(subject: &Subject<'a>, kind: &Kind) -> (Vec<Course<'a>>, Option<String>) {
    let rows = || {
        let of_kind = subject.timeline.iter().filter(|row| row.metric == kind.metric && row.round > 0);
        of_kind.filter_map(|row| Some((row, share(row.mean)?)))
    };
    let names = distinct(rows().map(|(row, _)| row.subject.as_str()));
    let spread = subject.spread(&names, MOST);
    let course = |name| Course { name, moments: Vec::new(), reference: None };
    let mut courses: Vec<Course<'a>> = spread.of(names).into_iter().map(course).collect();
    for (row, mean) in rows() {
        let moment = Moment {
            round: row.round as f64,
            mean: 100.0 * mean,
            interval: pair(row.low, row.high),
            fan: fan(row),
        };
        if let Some(course) = courses.iter_mut().find(|course| course.name == row.subject) {
            course.moments.push(moment);
        }
    }
    let with_fans = courses.len() <= WITH_FANS;
    for course in &mut courses {
        for moment in &mut course.moments {
            moment.fan = moment.fan.filter(|_| with_fans);
        }
        course.moments.sort_by(|a, b| a.round.total_cmp(&b.round));
        let row = subject.validators.find(course.name);
        course.reference = row
            .and_then(|row| share(row.expected_share.filter(|_| kind.expected).unwrap_or(row.stake_share)))
            .map(|share| 100.0 * share);
    }
    (courses, spread.note)
}

/// Both bands of a row, where it has both and the inner one lies within the outer.
fn fan(row: &TimelineRow) -> Option<Fan> {
    let (outer, inner) = (pair(row.q05, row.q95)?, pair(row.q25, row.q75)?);
    (outer.0 <= inner.0 && inner.1 <= outer.1).then_some(Fan { outer, inner })
}

/// Both ends of a range of shares, in percent, where a table gives both.
fn pair(low: Option<f64>, high: Option<f64>) -> Option<(f64, f64)> {
    let (low, high) = (low?, high?);
    (low <= high).then(|| (100.0 * low.clamp(0.0, 1.0), 100.0 * high.clamp(0.0, 1.0)))
}

/// A vertical axis for all that happens after the first third of the rounds' powers of ten.
///
/// The first rounds swing from nobody to everything; an axis that held them would press all that
/// follows into a few lines. Where the largest share is more than ten times the smallest, the axis
/// shows ratios, and ends where nothing but quantiles near zero would follow.
fn span(courses: &[Course], first: f64, last: f64) -> Scale {
    let from = first * (last / first).powf(1.0 / 3.0) * (1.0 - 1e-9);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for course in courses {
        let settled = course.moments.iter().filter(|moment| moment.round >= from);
        for (bottom, top) in settled.map(Moment::extremes).chain(course.reference.map(|r| (r, r))) {
            low = low.min(bottom);
            high = high.max(top);
        }
    }
    let levels = || courses.iter().filter_map(Course::level);
    let least = levels().fold(f64::INFINITY, f64::min);
    let most = levels().fold(0.0, f64::max);
    if least > 0.0 && most > 10.0 * least {
        return Scale::logarithmic(low.max(least / 3.0) / 1.1, (1.1 * high).min(100.0));
    }
    if low >= high {
        return Scale::linear(0.0, if high > 0.0 { (1.5 * high).min(100.0) } else { 100.0 });
    }
    let room = 0.05 * (high - low);
    Scale::linear((low - room).max(0.0), (high + room).min(100.0))
}

impl Moment {
    fn extremes(&self) -> (f64, f64) {
        let (mut low, mut high) = (self.mean, self.mean);
        for (bottom, top) in self.interval.into_iter().chain(self.fan.map(|fan| fan.outer)) {
            low = low.min(bottom);
            high = high.max(top);
        }
        (low, high)
    }
}

impl Course<'_> {
    /// Where it settles: at what it is expected, or else where it ends.
    fn level(&self) -> Option<f64> {
        self.reference.or_else(|| Some(self.moments.last()?.mean))
    }

    /// The fan, the interval and the expected shares.
    fn draw_spread(&self, canvas: &mut Canvas, panel: &Panel, index: usize, count: usize) {
        let color = series(index);
        let Area { left, right, top, bottom } = panel.frame;
        let curve = |value: &dyn Fn(&Moment) -> Option<f64>| -> Vec<Point> {
            let points = self.moments.iter().filter_map(|m| Some(near(panel, m.round, value(m)?)));
            with_crossings(points.collect(), top, bottom)
        };
        let edges = |range: fn(&Moment) -> Option<(f64, f64)>| {
            [curve(&|moment| Some(range(moment)?.0)), curve(&|moment| Some(range(moment)?.1))]
        };
        let mut band = |[lower, upper]: [Vec<Point>; 2], opacity: f64, thickness: u32| {
            if let ([low], [high]) = (&lower[..], &upper[..]) {
                let x = low.0 + beside(index, count);
                canvas.line([(x, low.1.min(bottom)), (x, high.1.max(top))], Stroke::solid(color, thickness));
            }
            let outline = lower.into_iter().chain(upper.into_iter().rev());
            canvas.surface(outline.map(|(x, y)| (x, y.clamp(top, bottom))), color, opacity);
        };
        if self.moments.iter().any(|moment| moment.fan.is_some()) {
            let opacity = (FANS_OPACITY / count as f64).min(0.16);
            band(edges(|moment| Some(moment.fan?.outer)), opacity, 4);
            band(edges(|moment| Some(moment.fan?.inner)), opacity, 10);
            for line in edges(|moment| moment.interval) {
                draw_inside(canvas, panel, &line, interval_line(color));
            }
        } else {
            band(edges(|moment| moment.interval), if count > WITH_FANS { 0.12 } else { 0.2 }, 4);
        }
        if let Some(reference) = self.reference {
            let y = panel.at(panel.x.low(), reference).1;
            draw_inside(canvas, panel, &[(left, y), (right, y)], reference_line(color));
        }
    }

    fn draw_mean(&self, canvas: &mut Canvas, panel: &Panel, index: usize, count: usize) {
        let points: Vec<Point> = self.moments.iter().map(|m| near(panel, m.round, m.mean)).collect();
        if let [(x, y)] = points[..] {
            let y = y.clamp(panel.frame.top, panel.frame.bottom);
            canvas.disc((x + beside(index, count), y), 9, series(index), 1.0);
        }
        let points = with_crossings(points, panel.frame.top, panel.frame.bottom);
        draw_inside(canvas, panel, &points, Stroke::solid(series(index), 5));
        let places = self.moments.iter().map(|m| near(panel, m.round, m.mean));
        mark_line(canvas, panel, &places.collect::<Vec<_>>(), index);
        for moment in &self.moments {
            let place = near(panel, moment.round, moment.mean);
            if (panel.frame.top..=panel.frame.bottom).contains(&place.1) {
                let mean = with_interval(moment.mean, moment.interval, "\u{202F}%");
                canvas.told(place, format!("{}: {mean} in round {}", clean(self.name), digits(moment.round)));
            }
        }
    }
}

/// Some marks of the series' shape along its line, so that no reader depends on colour; each series begins at
/// another place.
pub(super) fn mark_line(canvas: &mut Canvas, panel: &Panel, points: &[Point], index: usize) {
    const MARKS: usize = 4;
    let every = points.len().div_ceil(MARKS).max(1);
    for &(x, y) in points.iter().skip(index % every).step_by(every) {
        if points.len() > 1 && (panel.frame.top..=panel.frame.bottom).contains(&y) {
            canvas.shape(Shape::of(index), (x, y), 8, series(index), 1.0);
        }
    }
}

/// How far to the side a course stands that is a single moment, so that none hides another.
fn beside(index: usize, count: usize) -> f64 {
    24.0 * (index as f64 - (count - 1) as f64 / 2.0)
}

/// The place of a pair of values, not further from the frame than its height: zero lies infinitely
/// far below on an axis of ratios.
pub(super) fn near(panel: &Panel, x: f64, y: f64) -> Point {
    let Area { top, bottom, .. } = panel.frame;
    let (x, y) = panel.at(x, y);
    (x, y.clamp(top - (bottom - top), bottom + (bottom - top)))
}

/// The points, and between them those at which the line crosses the upper or the lower edge.
pub(super) fn with_crossings(points: Vec<Point>, top: f64, bottom: f64) -> Vec<Point> {
    let mut all: Vec<Point> = Vec::with_capacity(points.len());
    for point in points {
        if let Some(&before) = all.last() {
            let mut crossings: Vec<(f64, f64)> = [top, bottom]
                .into_iter()
                .filter(|edge| (before.1 - edge) * (point.1 - edge) < 0.0)
                .map(|edge| ((edge - before.1) / (point.1 - before.1), edge))
                .collect();
            crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
            all.extend(crossings.into_iter().map(|(t, edge)| (before.0 + t * (point.0 - before.0), edge)));
        }
        all.push(point);
    }
    all
}

/// The parts of a line, already cut at the edges, that lie inside the frame.
pub(super) fn draw_inside(canvas: &mut Canvas, panel: &Panel, points: &[Point], stroke: Stroke) {
    let inside = |point: &Point| (panel.frame.top - 1e-6..=panel.frame.bottom + 1e-6).contains(&point.1);
    for part in points.split(|point| !inside(point)) {
        canvas.line(part.iter().copied(), stroke);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figures::samples::{sample, seed, titled};

    fn svg(subject: &Subject) -> String {
        Timeline {}.draw(subject).unwrap().svg().to_owned()
    }

    #[test]
    fn ten_are_drawn_from_the_richest_to_the_poorest() {
        // The stakes of all are equal, but those of the last, who is richest, and the first, who is poorest.
        let mut sample = titled("equal");
        sample.change(|index, row| row.stake = [999, 1_001][usize::from(index > 0)] + (index / 11) as u64);
        let svg = svg(&sample.subject());
        for name in ["validator-1", "validator-12"] {
            assert!(svg.contains(&format!(">{name}</text>")), "{name}");
        }
        let drawn = (1..=12).filter(|place| svg.contains(&format!(">validator-{place}</text>"))).count();
        assert_eq!(drawn, 10);
        assert!(svg.contains("10 of 12 validators drawn, evenly from the richest to the poorest."));
        assert!(!svg.contains(">middle "));
    }

    #[test]
    fn the_key_names_what_is_there() {
        // Marks are opaque.
        let bands = |svg: &str| {
            svg.lines().filter(|line| line.starts_with("<polygon") && line.contains("fill-opacity")).count()
        };
        let full = svg(&seed().subject());
        for words in [
            "its 95\u{202F}% interval",
            "middle 90\u{202F}% and 50\u{202F}% of the trials",
            "expected by the rule",
        ] {
            assert!(full.contains(words), "{words}");
        }
        assert_eq!(bands(&full), 8 + 2, "two bands for each and two in the key");
        let bare = svg(&titled("unknown").subject());
        assert!(
            bare.contains(">mean of the trials</text>") && bare.contains(">share of stake at genesis</text>")
        );
        assert_eq!(bands(&bare), 0);
    }

    #[test]
    fn other_metrics_and_the_round_before_the_first_are_no_part_of_it() {
        let mut sample = seed();
        for row in &mut sample.timeline {
            row.metric = "gini".to_owned();
        }
        assert!(matches!(Timeline {}.draw(&sample.subject()), Err(FigureError::Empty { .. })));
        let mut sample = seed();
        let before = svg(&sample.subject());
        let mut first = sample.timeline[0].clone();
        first.round = 0;
        sample.timeline.insert(0, first);
        assert_eq!(svg(&sample.subject()), before);
    }

    #[test]
    fn shares_of_many_sizes_stand_on_an_axis_of_ratios() {
        let wide = sample("wide", &[("large", 1_000), ("small", 50)], 100_000, |s| s);
        let (courses, _) = courses(&wide.subject(), &WINS);
        let axis = span(&courses, 1.0, 100_000.0);
        assert!(axis.place(0.0).is_infinite());
        let narrow = seed();
        let (courses, _) = super::courses(&narrow.subject(), &WINS);
        assert!(span(&courses, 1.0, 100_000.0).place(0.0).is_finite());
    }

    #[test]
    fn lines_are_cut_where_they_cross_the_edges() {
        let cut = with_crossings(vec![(0.0, 0.0), (10.0, 100.0), (20.0, 50.0)], 20.0, 80.0);
        assert_eq!(cut, [(0.0, 0.0), (2.0, 20.0), (8.0, 80.0), (10.0, 100.0), (14.0, 80.0), (20.0, 50.0)]);
        assert!(with_crossings(vec![], 20.0, 80.0).is_empty());
    }
}
