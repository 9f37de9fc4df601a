//! How likely a share of wins is unfair, over the rounds.

use super::drafting::{
    Area, Canvas, Dash, INK, Key, LABEL_SIZE, LEADER, MUTED, Page, Panel, Point, Scale, Shape, Stroke, clean,
    digits, percent, series, shortened, width, with_interval, write_ends,
};
use super::figure::{distinct, share};
use super::timeline::{draw_inside, mark_line, near, with_crossings};
use super::{Drawing, Figure, FigureError, Subject};
use crate::registry::{Entry, settings};
use crate::statistics::wording::grouped;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "unfair-probability",
    summary: "how likely a share of wins is unfair over the rounds, with the limit delta and where it is crossed",
    source: "Huang, Tang, Cong, Lim and Xu, Do the Rich Get Richer? (SIGMOD 2021), the evolution of the unfair probability",
    parse: |table| settings::<UnfairProbability, _>(table, |figure| Ok(Box::new(figure))),
};

/// How many lines are drawn: more could not be told apart.
const MOST: usize = 8;
/// Probabilities below this share of the smallest one above zero that was seen are not told from zero.
const FLOOR: f64 = 0.5;

/// The unfair probability over the rounds. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct UnfairProbability {}

/// What was seen at a checkpoint.
struct Moment {
    round: f64,
    seen: f64,
    interval: Option<(f64, f64)>,
}

/// One validator's, rule's or setting's way.
struct Course<'a> {
    name: &'a str,
    seen: Vec<Moment>,
    exact: Vec<(f64, f64)>,
}

impl Course<'_> {
    /// The first checkpoint from which on the probability stays at most `delta`, by the exact law if there is
    /// one.
    fn crossing(&self, delta: f64) -> Option<f64> {
        let all: Vec<(f64, f64)> = if self.exact.is_empty() {
            self.seen.iter().map(|moment| (moment.round, moment.seen)).collect()
        } else {
            self.exact.clone()
        };
        let last_above = all.iter().rposition(|&(_, p)| p > delta);
        all.get(last_above.map_or(0, |place| place + 1)).map(|&(round, _)| round)
    }
}

impl Figure for UnfairProbability {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        let (courses, left_out) = courses(subject);
        let rounds = || {
            courses.iter().flat_map(|course| {
                course.seen.iter().map(|moment| moment.round).chain(course.exact.iter().map(|point| point.0))
            })
        };
        let (Some(first), Some(last)) = (rounds().reduce(f64::min), rounds().reduce(f64::max)) else {
            return Err(FigureError::Empty {
                figure: ENTRY.name,
                reason: "the time line holds no `unfair_probability`; run several trials of at least one round",
            });
        };
        let delta = subject.delta;
        let y = span(&courses, delta);
        let has_law = courses.iter().any(|course| !course.exact.is_empty());
        let has_points = courses.iter().any(|course| !course.seen.is_empty());
        let mut key = Vec::new();
        if has_law {
            key.push((Key::Line(Stroke::solid(MUTED, 5)), "exact probability".to_owned()));
        }
        if has_points {
            let words = format!("share of the trials, {} interval", percent(subject.confidence));
            key.push((Key::Disc(MUTED), words));
        }
        key.push((Key::Line(limit_line()), format!("limit δ = {}", percent(delta))));
        let all_drawn = left_out.is_none();
        let mut notes: Vec<String> = left_out.into_iter().collect();
        let names: Vec<&str> = courses.iter().map(|course| course.name).collect();
        let names = shortened(&names);
        notes.push(crossings(&courses, &names, delta, all_drawn));
        let below = courses.iter().any(|course| {
            course.seen.iter().any(|m| 100.0 * m.seen < y.low())
                || course.exact.iter().any(|&(_, p)| 100.0 * p < y.low())
        });
        if below {
            notes.push("Values below the axis range, including zero, are drawn at its lower end.".to_owned());
        }
        let page = subject.page("unfair probability over the rounds", &key, &notes);
        let name_room = names.iter().map(|name| width(name, LABEL_SIZE)).fold(0.0, f64::max) + LEADER;
        let frame = page.frame(y, name_room);
        let Page { mut canvas, title, .. } = page;
        let panel = Panel { frame, x: Scale::logarithmic(first, last), y };
        panel.draw_grid(&mut canvas);
        let level = panel.at(first, 100.0 * delta).1;
        draw_inside(&mut canvas, &panel, &[(frame.left, level), (frame.right, level)], limit_line());
        let rules = subject.rules();
        let places = rules.places(courses.iter().map(|course| course.name).enumerate());
        for (course, &place) in courses.iter().zip(&places) {
            draw_course(&mut canvas, &panel, place, course, delta);
        }
        panel.draw_axes(&mut canvas, Some("round"), &["unfair probability (%)"]);
        name_courses(&mut canvas, &panel, &courses, (&names, &places));
        Ok(canvas.finish(&title))
    }
}

/// Who stays at or below the limit, and from which round on; of many only how many.
///
/// `all`: whether nobody is left out.
fn crossings(courses: &[Course], names: &[String], delta: f64, all: bool) -> String {
    let (none, at) = if all { ("None", "At") } else { ("None of those drawn", "Of those drawn, at") };
    let crossed: Vec<(f64, &String)> = courses
        .iter()
        .zip(names)
        .filter_map(|(course, name)| Some((course.crossing(delta)?, name)))
        .collect();
    let (delta, round) = (percent(delta), |round: f64| grouped(round as u64));
    let first = crossed.iter().map(|crossed| crossed.0).fold(f64::INFINITY, f64::min);
    let last = crossed.iter().map(|crossed| crossed.0).fold(0.0, f64::max);
    match crossed.len() {
        0 => format!("{none} stays at or below {delta} within these rounds."),
        1..=3 => {
            let each = crossed.iter().map(|&(at, name)| format!("{name} from round {}", round(at)));
            format!("{at} or below {delta}: {}.", each.collect::<Vec<_>>().join(", "))
        }
        some => {
            let all = courses.len();
            let who = if some == all { format!("all {all}") } else { format!("{some} of {all}") };
            let when = if first == last {
                format!("round {}", round(first))
            } else {
                format!("rounds {} to {}", round(first), round(last))
            };
            format!("{at} or below {delta}: {who}, from {when} on.")
        }
    }
}

fn limit_line() -> Stroke {
    Stroke::solid(INK, 3).dashed(Dash::Long)
}

/// The lines of the subjects that are drawn, and what is said of the others.
fn courses<'a>(subject: &Subject<'a>) -> (Vec<Course<'a>>, Option<String>) {
    let rows = || {
        subject.timeline.iter().filter(|row| row.round > 0).filter_map(|row| {
            let law = match row.metric.as_str() {
                "unfair_probability" => false,
                "unfair_probability_by_law" => true,
                _ => return None,
            };
            Some((row, law, share(row.mean)?))
        })
    };
    let names = distinct(rows().map(|(row, ..)| row.subject.as_str()));
    let spread = subject.spread(&names, MOST);
    let course = |name| Course { name, seen: Vec::new(), exact: Vec::new() };
    let mut courses: Vec<Course<'a>> = spread.of(names).into_iter().map(course).collect();
    for (row, law, value) in rows() {
        let Some(place) = courses.iter().position(|course| course.name == row.subject) else { continue };
        if law {
            courses[place].exact.push((row.round as f64, value));
        } else {
            let interval = row.low.and_then(share).zip(row.high.and_then(share));
            let interval = interval.filter(|(low, high)| low <= high);
            courses[place].seen.push(Moment { round: row.round as f64, seen: value, interval });
        }
    }
    for course in &mut courses {
        course.seen.sort_by(|a, b| a.round.total_cmp(&b.round));
        course.exact.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    (courses, spread.note)
}

/// An axis of ratios from somewhat below the smallest probability above zero that was seen, but not more than
/// six powers of ten, to certainty.
fn span(courses: &[Course], delta: f64) -> Scale {
    let values = courses.iter().flat_map(|course| {
        course.seen.iter().map(|moment| moment.seen).chain(course.exact.iter().map(|point| point.1))
    });
    let least = values.filter(|&value| value > 0.0).fold(delta.max(1e-6), f64::min);
    Scale::logarithmic(100.0 * (FLOOR * least).clamp(1e-6, 0.1), 100.0)
}

fn draw_course(canvas: &mut Canvas, panel: &Panel, index: usize, course: &Course, delta: f64) {
    let Area { top, bottom, .. } = panel.frame;
    let color = series(index);
    let at = |round: f64, p: f64| {
        let (x, y) = near(panel, round, (100.0 * p).max(panel.y.low()));
        (x, y.clamp(top, bottom))
    };
    let points: Vec<Point> = course.exact.iter().map(|&(round, p)| at(round, p)).collect();
    if let [point] = points[..] {
        canvas.ring(point, 13, Stroke::solid(color, 4));
    }
    if course.seen.is_empty() {
        mark_line(canvas, panel, &points, index);
    }
    draw_inside(canvas, panel, &with_crossings(points, top, bottom), Stroke::solid(color, 5));
    for moment in &course.seen {
        let point = at(moment.round, moment.seen);
        if let Some((low, high)) = moment.interval {
            canvas.line([at(moment.round, low), at(moment.round, high)], Stroke::solid(color, 3).faint(0.7));
        }
        let seen = moment.interval.map(|(low, high)| (100.0 * low, 100.0 * high));
        let seen = with_interval(100.0 * moment.seen, seen, "\u{202F}%");
        canvas.values(Some(format!("{}: {seen} in round {}", clean(course.name), digits(moment.round))));
        canvas.shape(Shape::of(index), point, 8, color, 1.0);
        canvas.values(None);
    }
    if let Some(round) = course.crossing(delta) {
        let (x, y) = at(round, delta);
        canvas.ring((x, y), 14, Stroke::solid(color, 4));
    }
}

fn name_courses(canvas: &mut Canvas, panel: &Panel, courses: &[Course], names: (&[String], &[usize])) {
    let ends: Vec<f64> = courses
        .iter()
        .map(|course| {
            let seen = course.seen.last().map(|moment| (moment.round, moment.seen));
            let (round, p) = course.exact.last().copied().or(seen).unwrap_or((1.0, 1.0));
            near(panel, round, (100.0 * p).max(panel.y.low())).1
        })
        .collect();
    write_ends(canvas, &panel.frame, &ends, names);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::TimelineRow;

    #[test]
    fn the_crossing_is_where_it_stays() {
        let course = |values: &[f64]| Course {
            name: "a",
            seen: Vec::new(),
            exact: values.iter().enumerate().map(|(place, &p)| (place as f64 + 1.0, p)).collect(),
        };
        assert_eq!(course(&[0.5, 0.05, 0.2, 0.09, 0.01]).crossing(0.1), Some(4.0));
        assert_eq!(course(&[0.05, 0.01]).crossing(0.1), Some(1.0));
        assert_eq!(course(&[0.05, 0.2]).crossing(0.1), None);
    }

    #[test]
    fn of_many_crossings_it_is_said_how_many_there_are() {
        let courses: Vec<Course> = (0..5)
            .map(|index| {
                let exact = vec![(1.0, 0.5), (10.0 + f64::from(index), 0.01)];
                Course { name: "a", seen: Vec::new(), exact }
            })
            .collect();
        let names: Vec<String> = (0..5).map(|index| format!("v{index}")).collect();
        let said_of = |courses: &[Course], all| crossings(courses, &names, 0.1, all).replace('\u{202F}', " ");
        let said = |courses: &[Course]| said_of(courses, true);
        assert_eq!(said(&courses), "At or below 10 %: all 5, from rounds 10 to 14 on.");
        assert_eq!(said(&courses[..2]), "At or below 10 %: v0 from round 10, v1 from round 11.");
        let never = Course { name: "a", seen: Vec::new(), exact: vec![(1.0, 0.5)] };
        assert_eq!(said_of(&courses[..1], false), "Of those drawn, at or below 10 %: v0 from round 10.");
        let none = said_of(std::slice::from_ref(&never), false);
        assert_eq!(none, "None of those drawn stays at or below 10 % within these rounds.");
        assert_eq!(said(&[never]), "None stays at or below 10 % within these rounds.");
    }

    /// Of twelve settings, whose order in the table is not that of their numbers, eight from the least to the
    /// largest; and no line has dashes, which are those of the limit.
    #[test]
    fn settings_are_spread_over_their_sizes() {
        let settings = [12, 1, 11, 2, 10, 3, 9, 4, 8, 5, 7, 6];
        let row = |setting: &i32, round: u64| TimelineRow {
            round,
            metric: "unfair_probability_by_law".to_owned(),
            subject: setting.to_string(),
            mean: 1.0 / f64::from(*setting) / round as f64,
            ..TimelineRow::default()
        };
        let timeline: Vec<TimelineRow> =
            settings.iter().flat_map(|setting| [1, 10, 100].map(|round| row(setting, round))).collect();
        let grid = crate::report::figures::Grid::default();
        let subject = Subject {
            title: "t",
            timeline: &timeline,
            grid: Some(&grid),
            delta: 0.1,
            confidence: 0.95,
            ..Subject::default()
        };
        let svg = UnfairProbability {}.draw(&subject).unwrap().svg().to_owned();
        assert!(svg.contains("8 of 12 settings drawn, evenly from the lowest to the highest."), "{svg}");
        let (courses, _) = courses(&subject);
        let mut drawn: Vec<i32> = courses.iter().map(|course| course.name.parse().unwrap()).collect();
        drawn.sort_unstable();
        assert_eq!(drawn, [1, 2, 4, 5, 7, 8, 10, 12]);
        // The limit, and its picture in the key.
        assert_eq!(svg.matches("stroke-dasharray").count(), 2);
    }

    /// Of twelve rules the last two, the fairest, are drawn, and each has the colour of its place among all.
    #[test]
    fn rules_keep_their_colours_and_those_of_the_verdict_are_drawn() {
        let compare = crate::report::figures::compared_rules::tests::comparison(12);
        let row = |index: usize, round: u64| TimelineRow {
            round,
            metric: "unfair_probability".to_owned(),
            subject: format!("r{index:02}"),
            mean: 0.5 / round as f64,
            ..TimelineRow::default()
        };
        // The first rule has no unfair probability.
        let timeline: Vec<TimelineRow> =
            (1..12).flat_map(|index| [1, 10].map(|round| row(index, round))).collect();
        let subject = Subject {
            title: "t",
            timeline: &timeline,
            compare: &compare,
            delta: 0.1,
            confidence: 0.95,
            ..Subject::default()
        };
        let svg = UnfairProbability {}.draw(&subject).unwrap().svg().to_owned();
        assert!(svg.contains("8 of 11 rules drawn") && svg.contains("and those that the verdict names"));
        assert!(svg.contains(">r10</text>") && svg.contains(">r11</text>"), "{svg}");
        let color = |index: usize| {
            let (red, green, blue) = series(index);
            format!("#{red:02X}{green:02X}{blue:02X}")
        };
        // The second rule is drawn first, and has the second colour.
        let mark = svg.split("r01: 50").next().unwrap();
        assert!(mark.contains(&color(1)) && svg.contains(">r01</text>"), "{svg}");
        let first_line = svg.find(&color(1)).unwrap();
        assert!(svg.match_indices(&color(0)).all(|(at, _)| at > first_line), "{svg}");
    }

    #[test]
    fn the_limit_and_the_crossing_are_said() {
        let row = |round, metric: &str, mean| TimelineRow {
            round,
            metric: metric.to_owned(),
            subject: "ada".to_owned(),
            mean,
            ..TimelineRow::default()
        };
        let timeline = [
            row(10, "unfair_probability_by_law", 0.5),
            row(100, "unfair_probability_by_law", 0.08),
            row(10, "unfair_probability", 0.6),
            row(100, "unfair_probability", 0.0),
        ];
        let subject =
            Subject { title: "t", timeline: &timeline, delta: 0.1, confidence: 0.95, ..Subject::default() };
        let drawing = UnfairProbability {}.draw(&subject).unwrap();
        let svg = drawing.svg();
        assert!(svg.contains("ada from round 100") && svg.contains("limit δ = 10"), "{svg}");
        assert!(svg.contains("Values below the axis"));
    }
}
