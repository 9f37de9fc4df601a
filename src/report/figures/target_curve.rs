//! Which share of wins a rule gives to which share of stake.

use super::drafting::{
    BLUE, Dash, INK, Key, MARGIN_RIGHT, MUTED, Page, Panel, Point, Scale, Stroke, counted,
};
use super::figure::share;
use super::{Drawing, Figure, FigureError, Subject};
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "target-curve",
    summary: "the rule's expected share of wins against the share of stake, both as ratios, with the proportional diagonal",
    source: "the incentive curves of Chen, Papadimitriou and Roughgarden, An axiomatic approach to block rewards (AFT 2019)",
    parse: |table| settings::<TargetCurve, _>(table, |curve| Ok(Box::new(curve))),
};

/// How many validators have a mark of their own.
const MARKED: usize = 400;

/// The target curve. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct TargetCurve {}

impl Figure for TargetCurve {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        let mut points: Vec<(f64, f64)> = Vec::new();
        let mut without = 0;
        for row in subject.validators.iter() {
            let stake = share(row.stake_share).filter(|&stake| stake > 0.0);
            match (stake, row.expected_share.and_then(share)) {
                (Some(stake), Some(expected)) if expected > 0.0 => {
                    points.push((100.0 * stake, 100.0 * expected))
                }
                (Some(_), Some(_)) => without += 1,
                _ => {}
            }
        }
        let known = !points.is_empty();
        if !known {
            // Nothing is known of the rule: what was won stands in its place.
            points = subject
                .validators
                .iter()
                .filter_map(|row| Some((100.0 * share(row.stake_share)?, 100.0 * share(row.win_share?)?)))
                .filter(|&(stake, wins)| stake > 0.0 && wins > 0.0)
                .collect();
        }
        if points.is_empty() {
            return Err(FigureError::Empty {
                figure: ENTRY.name,
                reason: "no validator has stake and an expected share; run at least one round in which somebody is selected",
            });
        }
        points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let ends = |value: fn(&(f64, f64)) -> f64| {
            points.iter().map(value).fold((f64::INFINITY, 0.0f64), |(low, high), v| (low.min(v), high.max(v)))
        };
        let ((x_low, x_high), (y_low, y_high)) = (ends(|point| point.0), ends(|point| point.1));
        let scale =
            |low: f64, high: f64| Scale::logarithmic(low / 1.3, (high * 1.3).min(130.0).max(low * 1.01));
        let (x, y) = (scale(x_low, x_high), scale(y_low.min(x_low), y_high.max(x_high)));
        let mut notes = Vec::new();
        if !known {
            notes.push("The rule states no expected shares; the shares of wins are drawn.".to_owned());
        }
        if without > 0 {
            notes.push(format!(
                "{} validators with stake are expected to win nothing; they have no place here.",
                counted(without)
            ));
        }
        let diagonal = Stroke::solid(INK, 3).dashed(Dash::Long);
        let key = vec![
            (Key::Dot(BLUE), if known { "expected share of wins" } else { "share of wins" }.to_owned()),
            (Key::Line(diagonal), "proportional to stake".to_owned()),
        ];
        let page = subject.page("share of wins against share of stake", &key, &notes);
        let frame = page.frame(y, MARGIN_RIGHT);
        let Page { mut canvas, title, .. } = page;
        let panel = Panel { frame, x, y };
        panel.draw_grid(&mut canvas);
        let (from, to) = (x.low().max(y.low()), x.high().min(y.high()));
        if from < to {
            canvas.line([panel.at(from, from), panel.at(to, to)], diagonal);
        }
        let places: Vec<Point> = points.iter().map(|&(stake, wins)| panel.at(stake, wins)).collect();
        canvas.line(places.iter().copied(), Stroke::solid(MUTED, 3).faint(0.6));
        let every = places.len().div_ceil(MARKED);
        let last = places.len() - 1;
        for (index, &place) in places.iter().enumerate() {
            if index % every == 0 || index == last {
                canvas.disc(place, if every > 1 { 6 } else { 9 }, BLUE, 0.9);
            }
        }
        panel.draw_axes(&mut canvas, Some("share of stake (%)"), &["share of wins (%)"]);
        Ok(canvas.finish(&title))
    }
}
