//! Deviations against expected wins, with the limits of chance.

use super::drafting::{
    Area, BLUE, Canvas, Dash, Excerpt, ExcerptOrder, INK, Key, LABEL_SIZE, MARGIN_RIGHT, MUTED, Page, Panel,
    Point, Scale, Stroke, Surroundings, VERMILLION, Wish, clean, digits, percent, shortened, width,
    write_names,
};
use super::figure::{differs, share};
use super::{Drawing, Figure, FigureError, Subject};
use crate::registry::{Entry, settings};
use crate::statistics::distributions::{Binomial, normal_quantile};
use crate::statistics::level_of;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "funnel",
    summary: "relative deviation of wins against expected wins, with control limits for one validator and for all",
    source: "Spiegelhalter, Funnel plots for comparing institutional performance (Statistics in Medicine 24, 2005)",
    parse: |table| settings::<Funnel, _>(table, |funnel| Ok(Box::new(funnel))),
};

/// How many validators are drawn: more would hide each other.
const MOST: usize = 2_000;
/// Up to how many of those beyond the limits have their names beside them.
const NAMED: usize = 8;
/// Points of a limit's curve.
const STEPS: usize = 120;

/// The funnel. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Funnel {}

struct Mark<'a> {
    name: &'a str,
    expected: f64,
    /// In percent of the expected wins.
    deviation: f64,
    differs: bool,
}

impl Figure for Funnel {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        let selections: f64 = subject.validators.iter().map(|row| row.wins as f64).sum();
        let mut marks: Vec<Mark> = subject
            .validators
            .names()
            .zip(subject.validators)
            .filter_map(|(name, row)| {
                let share = share(row.expected_share.unwrap_or(row.stake_share))?;
                let expected = share * selections;
                (expected > 0.0 && row.win_share.is_some()).then(|| Mark {
                    name,
                    expected,
                    deviation: 100.0 * (row.wins as f64 / expected - 1.0),
                    differs: differs(&row, subject.confidence),
                })
            })
            .filter(|mark| mark.deviation.is_finite())
            .collect();
        if marks.is_empty() {
            return Err(FigureError::Empty {
                figure: ENTRY.name,
                reason: "no validator is expected to win; run at least one round in which somebody is selected",
            });
        }
        let all = marks.len();
        marks.sort_by(|a, b| b.expected.total_cmp(&a.expected));
        let ranked: Vec<usize> = (0..all).collect();
        let differing = ("those that differ", |place: usize| marks[place].differs);
        let spread = Excerpt::with((&ranked, ExcerptOrder::Stake), MOST, "validator", differing);
        marks = spread.of(marks);
        let mut notes: Vec<String> = spread.note.into_iter().collect();
        let level = level_of(subject.confidence);
        let limits = [
            (level, one_line(), "limits for one validator"),
            (level / all as f64, all_line(), "for all of them"),
        ];
        let ratio = variance_ratio(subject, selections);
        let limit = |level: f64, expected: f64| limits_by_chance(expected, selections, ratio, level);
        let least = marks.last().map_or(1.0, |mark| mark.expected);
        let most = marks.first().map_or(1.0, |mark| mark.expected);
        let x = if most > 1.02 * least {
            // A mark at the end of many powers of ten stands off the axis too.
            let room = (most / least).powf(0.02).max(1.15);
            Scale::logarithmic(least / room, most * room)
        } else {
            Scale::logarithmic(least / 1.5, most * 1.5)
        };
        // All marks are inside; the wide ends of the limits need not be.
        let farthest = marks.iter().map(|mark| mark.deviation.abs()).fold(0.0, f64::max);
        let middle = limit(limits[1].0, (least * most).sqrt()).map_or(0.0, |(_, high)| high);
        let reach = (1.1 * farthest).max(1.3 * middle);
        let y = Scale::linear(-reach.min(105.0), reach);
        let mut key = vec![(Key::Dot(BLUE), "validator".to_owned())];
        if marks.iter().any(|mark| mark.differs) {
            key.push((Key::Lozenge(VERMILLION), "differs beyond chance (Holm)".to_owned()));
        }
        for (_, stroke, words) in limits {
            key.push((Key::Line(stroke), format!("{} {words}", percent(subject.confidence))));
        }
        notes.push(if ratio == 1.0 {
            "Limits are exact ones of independent draws.".to_owned()
        } else {
            format!(
                "Limits are those of independent draws of {ratio:.2} wins each, by which the intervals in the table vary."
            )
        });
        let page = subject.page("deviation from the expected wins", &key, &notes);
        let frame = page.frame(y, MARGIN_RIGHT);
        let Page { mut canvas, title, .. } = page;
        let panel = Panel { frame, x, y };
        panel.draw_grid(&mut canvas);
        let zero = panel.at(x.low(), 0.0).1;
        canvas.line([(frame.left, zero), (frame.right, zero)], Stroke::solid(MUTED, 3));
        for (level, stroke, _) in limits {
            let steps =
                (0..=STEPS).map(|step| x.low() * (x.high() / x.low()).powf(step as f64 / STEPS as f64));
            let known = steps.filter_map(|expected| Some((expected, limit(level, expected)?)));
            let (low, high): (Vec<Point>, Vec<Point>) = known
                .map(|(expected, (low, high))| (panel.at(expected, low), panel.at(expected, high)))
                .unzip();
            let inside = |point: &Point| (frame.top..=frame.bottom).contains(&point.1);
            for points in [low, high] {
                for part in points.split(|point| !inside(point)) {
                    canvas.line(part.iter().copied(), stroke);
                }
            }
        }
        draw_marks(&mut canvas, &panel, &marks);
        panel.draw_axes(&mut canvas, Some("expected wins"), &["deviation (%)"]);
        Ok(canvas.finish(&title))
    }
}

/// The limits that chance passes with this probability, half of it at either side, as deviations in percent
/// of the expected wins: binomial ones of draws that decide `ratio` wins each.
fn limits_by_chance(expected: f64, selections: f64, ratio: f64, level: f64) -> Option<(f64, f64)> {
    let law = Binomial::new((selections / ratio).round() as u64, expected / selections)?;
    let deviation = |draws: u64| 100.0 * (draws as f64 * ratio / expected - 1.0);
    Some((deviation(law.quantile(level / 2.0)?), deviation(law.quantile(1.0 - level / 2.0)?)))
}

/// The variance of the wins over that of independent draws, as the intervals of the win shares have it: the
/// median over the validators; 1 where that is within a fifth of it.
fn variance_ratio(subject: &Subject, selections: f64) -> f64 {
    let z = normal_quantile((1.0 - subject.confidence) / 2.0);
    let mut ratios: Vec<f64> = subject
        .validators
        .iter()
        .filter_map(|row| {
            let (low, high) = (share(row.win_share_low?)?, share(row.win_share_high?)?);
            let p = share(row.win_share?).filter(|p| *p > 0.0 && *p < 1.0)?;
            let ratio = ((high - low) / 2.0 / z).powi(2) / (p * (1.0 - p) / selections);
            // Of few wins an interval is not normal.
            (row.wins >= 30 && ratio.is_finite() && ratio > 0.0).then_some(ratio)
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    let median = ratios.get(ratios.len() / 2).copied().unwrap_or(1.0);
    if (0.8..=1.2).contains(&median) { 1.0 } else { median }
}

fn one_line() -> Stroke {
    Stroke::solid(INK, 3).dashed(Dash::Long)
}

fn all_line() -> Stroke {
    Stroke::solid(INK, 3).dashed(Dash::Dots)
}

fn draw_marks(canvas: &mut Canvas, panel: &Panel, marks: &[Mark]) {
    let crowd = marks.len() > 200;
    let (radius, opacity) = if crowd { (6, 0.5) } else { (9, 0.9) };
    let told = |mark: &Mark| {
        let deviation = digits(mark.deviation);
        Some(format!(
            "{}: {deviation}\u{202F}% from {} expected wins",
            clean(mark.name),
            digits(mark.expected)
        ))
    };
    for mark in marks.iter().filter(|mark| !mark.differs) {
        canvas.values(told(mark));
        canvas.disc(panel.at(mark.expected, mark.deviation), radius, BLUE, opacity);
    }
    let differing: Vec<&Mark> = marks.iter().filter(|mark| mark.differs).collect();
    for mark in &differing {
        canvas.values(told(mark));
        canvas.diamond(panel.at(mark.expected, mark.deviation), radius + 2, VERMILLION, 1.0);
    }
    canvas.values(None);
    let mut named: Vec<&Mark> = differing;
    named.sort_by(|a, b| {
        let weight = |mark: &Mark| mark.deviation.abs() * mark.expected.sqrt();
        weight(b).total_cmp(&weight(a))
    });
    named.truncate(NAMED);
    let names: Vec<&str> = named.iter().map(|mark| mark.name).collect();
    let names = shortened(&names);
    let wishes: Vec<Wish> = named
        .iter()
        .zip(&names)
        .map(|(mark, name)| Wish {
            at: panel.at(mark.expected, mark.deviation),
            width: width(name, LABEL_SIZE),
            height: LABEL_SIZE,
            distance: 16.0,
            needed: true,
        })
        .collect();
    let surroundings = Surroundings {
        marks: marks.iter().map(|mark| Area::around(panel.at(mark.expected, mark.deviation), 9.0)).collect(),
        lines: Vec::new(),
    };
    write_names(canvas, &panel.frame, (&wishes, &names), &surroundings);
}

#[cfg(test)]
mod tests {
    use super::limits_by_chance;

    /// Two wins of 100 expected: 0 and 5 are the 2.5 % quantiles of binomial(100, .02) (R: qbinom), and in
    /// runs of four, eight of 400, four times as many.
    #[test]
    fn limits_are_those_of_the_binomial_distribution() {
        for (expected, selections, ratio, low, high) in [
            (2.0, 100.0, 1.0, -100.0, 150.0),
            (8.0, 400.0, 4.0, -100.0, 150.0),
            // 82 and 119 of 1,000 where 100 are expected.
            (100.0, 1000.0, 1.0, -18.0, 19.0),
        ] {
            let found = limits_by_chance(expected, selections, ratio, 0.05).unwrap();
            assert!((found.0 - low).abs() < 1e-9 && (found.1 - high).abs() < 1e-9, "{expected}: {found:?}");
        }
        assert_eq!(limits_by_chance(0.0, 0.0, 1.0, 0.05), None);
    }
}
