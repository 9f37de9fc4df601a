//! Which share of wins a rule gives to which share of stake.

use super::drafting::{
    BLUE, Canvas, Dash, INK, Key, LABEL_SIZE, LEADER, MARGIN_RIGHT, MUTED, Page, Panel, Point, Scale, Shape,
    Stroke, clean, series, shortened, width, with_interval, write_ends,
};
use super::figure::share;
use super::{Drawing, Figure, FigureError, Subject};
use crate::registry::{Entry, settings};
use crate::statistics::wording::counted;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "target-curve",
    summary: "the expected share of wins against the share of stake, both as ratios, with the proportional diagonal; a curve for each rule of a comparison or study",
    source: "the incentive curves of Chen, Papadimitriou and Roughgarden, An axiomatic approach to block rewards (AFT 2019)",
    parse: |table| settings::<TargetCurve, _>(table, |curve| Ok(Box::new(curve))),
};

/// How many validators or stakes have a mark of their own, all curves together.
const MARKED: usize = 400;
/// How many rules have a curve: as many as there are colours.
const MOST: usize = 10;

/// The target curve. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct TargetCurve {}

/// What one rule gives: shares of stake and of wins in percent, the smallest stake first.
struct Curve<'a> {
    name: &'a str,
    points: Vec<(f64, f64)>,
    /// Whether the rule states its expected shares; what was won stands in their place otherwise.
    known: bool,
    /// How many validators with stake are expected to win nothing.
    winless: u64,
}

/// What a table says of validators of one stake.
struct Holders {
    stake: Option<f64>,
    expected: Option<f64>,
    won: Option<f64>,
    count: u64,
}

impl<'a> Curve<'a> {
    fn new(name: &'a str, holders: &[Holders]) -> Self {
        let mut curve = Curve { name, points: Vec::new(), known: true, winless: 0 };
        let staked = || {
            let percent = |holders: &Holders| Some(100.0 * share(holders.stake?)?);
            holders
                .iter()
                .filter_map(move |holders| Some((percent(holders)?, holders)))
                .filter(|it| it.0 > 0.0)
        };
        for (stake, holders) in staked() {
            match holders.expected.and_then(share) {
                Some(expected) if expected > 0.0 => curve.points.push((stake, 100.0 * expected)),
                Some(_) => curve.winless += holders.count,
                None => {}
            }
        }
        if curve.points.is_empty() {
            curve.known = false;
            let won = staked().filter_map(|(stake, holders)| Some((stake, 100.0 * share(holders.won?)?)));
            curve.points = won.filter(|point| point.1 > 0.0).collect();
        }
        curve.points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        curve
    }
}

impl Figure for TargetCurve {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        let mut curves = curves(subject);
        if curves.is_empty() {
            return Err(FigureError::Empty {
                figure: ENTRY.name,
                reason: "no validator has stake and an expected share; run at least one round in which somebody is selected",
            });
        }
        let all: Vec<&str> = curves.iter().map(|curve| curve.name).collect();
        let spread = subject.spread(&all, MOST);
        curves = spread.of(curves);
        let points = || curves.iter().flat_map(|curve| &curve.points);
        let ends = |value: fn(&(f64, f64)) -> f64| {
            points().map(value).fold((f64::INFINITY, 0.0f64), |(low, high), v| (low.min(v), high.max(v)))
        };
        let ((x_low, x_high), (y_low, y_high)) = (ends(|point| point.0), ends(|point| point.1));
        // No share is beyond the whole.
        let scale = |low: f64, high: f64| Scale::logarithmic(low / 1.3, (high * 1.3).min(100.0));
        let (x, y) = (scale(x_low, x_high), scale(y_low.min(x_low), y_high.max(x_high)));
        let several = !subject.shares.is_empty();
        let names: Vec<&str> = curves.iter().map(|curve| curve.name).collect();
        let names = if several { shortened(&names) } else { Vec::new() };
        let diagonal = Stroke::solid(INK, 3).dashed(Dash::Long);
        let marks = match curves.iter().any(|curve| curve.known) {
            true => "expected share of wins",
            false => "share of wins",
        };
        let key = vec![
            (Key::Dot(if several { MUTED } else { BLUE }), marks.to_owned()),
            (Key::Line(diagonal), "proportional to stake".to_owned()),
        ];
        let mut notes: Vec<String> = spread.note.into_iter().collect();
        notes.extend(exceptions(&curves, &names));
        let subtitle = subject.subtitle_without_intervals();
        let subject = &Subject { subtitle: &subtitle, ..*subject };
        let page = subject.page("share of wins against share of stake", &key, &notes);
        let name_room = names.iter().map(|name| width(name, LABEL_SIZE)).fold(0.0, f64::max) + LEADER;
        let frame = page.frame(y, if several { name_room } else { MARGIN_RIGHT });
        let Page { mut canvas, title, .. } = page;
        let panel = Panel { frame, x, y };
        panel.draw_grid(&mut canvas);
        let (from, to) = (x.low().max(y.low()), x.high().min(y.high()));
        if from < to {
            canvas.line([panel.at(from, from), panel.at(to, to)], diagonal);
        }
        let marked = MARKED / curves.len();
        let places = subject.rules().places(curves.iter().map(|curve| curve.name).enumerate());
        for (curve, &place) in curves.iter().zip(&places) {
            draw_curve(&mut canvas, &panel, curve, several.then_some(place), marked);
        }
        panel.draw_axes(&mut canvas, Some("share of stake (%)"), &["share of wins (%)"]);
        name_curves(&mut canvas, &panel, &curves, (&names, &places));
        Ok(canvas.finish(&title))
    }
}

/// The curves: of each rule in the order of `shares.csv`, or else of the one rule of `validators.csv`; those
/// that have a point.
fn curves<'a>(subject: &Subject<'a>) -> Vec<Curve<'a>> {
    let mut rules: Vec<(&str, Vec<Holders>)> = Vec::new();
    for row in subject.shares {
        let holders = Holders {
            stake: Some(row.stake_share),
            expected: row.expected_share,
            won: row.win_share,
            count: row.validators,
        };
        match rules.iter_mut().find(|(rule, _)| *rule == row.rule) {
            Some((_, rows)) => rows.push(holders),
            None => rules.push((&row.rule, vec![holders])),
        }
    }
    if rules.is_empty() {
        let holders = subject.validators.iter().map(|row| Holders {
            stake: Some(row.stake_share),
            expected: row.expected_share,
            won: row.win_share,
            count: 1,
        });
        rules.push((subject.title, holders.collect()));
    }
    let curves = rules.iter().map(|(rule, holders)| Curve::new(rule, holders));
    curves.filter(|curve| !curve.points.is_empty()).collect()
}

/// What is not drawn as the key says.
fn exceptions(curves: &[Curve], names: &[String]) -> Vec<String> {
    let mut notes = Vec::new();
    let unknown: Vec<&str> =
        curves.iter().zip(names).filter(|(curve, _)| !curve.known).map(|(_, name)| name.as_str()).collect();
    if names.is_empty() && !curves[0].known {
        notes.push("The rule states no expected shares; the shares of wins are drawn.".to_owned());
    } else if !unknown.is_empty() {
        notes.push(format!(
            "No expected shares are known of {}; shares of wins are drawn.",
            unknown.join(", ")
        ));
    }
    for (index, curve) in curves.iter().enumerate().filter(|(_, curve)| curve.known && curve.winless > 0) {
        let of = names.get(index).map_or("The rule", |name| name);
        let validators = counted(curve.winless, "validator");
        notes.push(format!("{of} gives no wins to {validators} with stake, not drawn here."));
    }
    // One line for each would leave no room for the figure.
    if notes.len() > 2 {
        notes.truncate(1);
        notes.push("Validators with stake that are given no wins are not drawn.".to_owned());
    }
    notes
}

/// The curve, and a mark for each of its points, or for some of them if they are many; a curve among several
/// has the colour and the shape of its place.
fn draw_curve(canvas: &mut Canvas, panel: &Panel, curve: &Curve, place: Option<usize>, marked: usize) {
    let color = place.map_or(BLUE, series);
    let shape = place.map_or(Shape::Disc, Shape::of);
    let line = match place {
        Some(_) => Stroke::solid(color, 4),
        None => Stroke::solid(MUTED, 3).faint(0.6),
    };
    let places: Vec<Point> = curve.points.iter().map(|&(stake, wins)| panel.at(stake, wins)).collect();
    canvas.line(places.iter().copied(), line);
    let every = places.len().div_ceil(marked.max(1));
    let last = places.len() - 1;
    for (index, &at) in places.iter().enumerate() {
        if index % every == 0 || index == last {
            let (stake, wins) = curve.points[index];
            let [stake, wins] = [stake, wins].map(|value| with_interval(value, None, "\u{202F}%"));
            let of = if place.is_some() { format!("{}: ", clean(curve.name)) } else { String::new() };
            canvas.values(Some(format!("{of}{wins} of the wins for {stake} of the stake")));
            canvas.shape(shape, at, if every > 1 { 6 } else { 9 }, color, 0.9);
            canvas.values(None);
        }
    }
}

/// The name of each rule beside the end of its curve, in the order of the ends.
fn name_curves(canvas: &mut Canvas, panel: &Panel, curves: &[Curve], (names, places): (&[String], &[usize])) {
    let bottom = panel.frame.bottom;
    let ends: Vec<f64> = curves
        .iter()
        .zip(names)
        .map(|(curve, _)| curve.points.last().map_or(bottom, |&(stake, wins)| panel.at(stake, wins).1))
        .collect();
    write_ends(canvas, &panel.frame, &ends, (names, places));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::ShareRow;
    use crate::report::figures::drafting::shown;
    use crate::report::figures::{Sheet, Theme};

    fn row(rule: &str, stake_share: f64, expected: Option<f64>) -> ShareRow {
        ShareRow {
            rule: rule.to_owned(),
            validators: 1,
            stake_share,
            expected_share: expected,
            win_share: Some(0.5),
            ..ShareRow::default()
        }
    }

    /// A rule's place in the table is its colour and its shape, whatever the others are.
    #[test]
    fn each_rule_has_a_curve_with_a_colour_and_a_shape_of_its_own() {
        let rules = ["raffle", "square-root", "top-n", "unknown"];
        let mut shares: Vec<ShareRow> = rules
            .iter()
            .zip(1..)
            .flat_map(|(rule, power)| {
                let wins = move |share: f64| share.powf(1.0 / f64::from(power));
                [0.01, 0.1, 0.3].map(|share| row(rule, share, (*rule != "unknown").then(|| wins(share))))
            })
            .collect();
        shares.push(row("top-n", 0.001, Some(0.0)));
        let subject = Subject { title: "t", shares: &shares, ..Subject::default() };
        let drawing = TargetCurve {}.draw(&subject).unwrap();
        let svg = drawing.svg();
        for (index, rule) in rules.iter().enumerate() {
            assert!(svg.contains(&format!(">{rule}</text>")), "{rule}");
            let (red, green, blue) = shown(series(index), Theme::Light);
            let color = format!("#{red:02X}{green:02X}{blue:02X}");
            // The curve, and the line to its name.
            let lines = svg.matches("<polyline").count();
            assert!(lines > 4 && svg.matches(&color).count() >= 5, "{rule}: {color}");
            assert!(svg.contains(&format!("{rule}: ")), "{rule}");
        }
        // Dashes are those of the diagonal alone, and of its picture in the key.
        assert_eq!(svg.matches("stroke-dasharray").count(), 2);
        let said = exceptions(&curves(&subject), &rules.map(str::to_owned));
        assert_eq!(
            said,
            [
                "No expected shares are known of unknown; shares of wins are drawn.",
                "top-n gives no wins to 1 validator with stake, not drawn here.",
            ]
        );
        let shapes: Vec<Shape> = (0..rules.len()).map(Shape::of).collect();
        assert!(shapes.iter().enumerate().all(|(index, shape)| !shapes[..index].contains(shape)));
        let narrow = Sheet { width: "85mm".parse().unwrap(), ..Sheet::default() };
        assert!(TargetCurve {}.draw(&Subject { sheet: narrow, ..subject }).is_ok());
    }
}
