//! What validators earn: quantiles over the trials, against stake.

use super::drafting::{
    Align, Area, BLUE, Dash, Excerpt, ExcerptOrder, INK, Key, LABEL_SIZE, MUTED, ORANGE, Page, Panel, Scale,
    Stroke, clean, shortened_within, width, with_interval,
};
use super::{Drawing, Figure, FigureError, Subject};
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "income",
    summary: "the return on stake of each: mean, median and the middle 50 % and 90 % of the trials, beside the exact values",
    source: "box plots of returns; Tukey, Exploratory Data Analysis (1977)",
    parse: |table| settings::<Income, _>(table, |income| Ok(Box::new(income))),
};

/// How many rows are drawn: evenly spread over the sizes of stake.
const MOST: usize = 14;
/// The widest name.
const NAME_ROOM: f64 = 0.21;

/// Incomes. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Income {}

struct Bar<'a> {
    name: &'a str,
    stake: f64,
    mean: Option<f64>,
    median: Option<f64>,
    inner: Option<(f64, f64)>,
    outer: Option<(f64, f64)>,
    exact_mean: Option<f64>,
    exact_outer: Option<(f64, f64)>,
}

impl Figure for Income {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        let mut bars: Vec<Bar> = subject
            .incomes
            .iter()
            .filter(|row| row.stake > 0.0 && row.stake.is_finite())
            .map(|row| {
                let of = |value: Option<f64>| {
                    value.map(|value| 100.0 * value / row.stake).filter(|value| value.is_finite())
                };
                let pair = |low: Option<f64>, high: Option<f64>| {
                    of(low).zip(of(high)).filter(|(low, high)| low <= high)
                };
                Bar {
                    name: &row.name,
                    stake: row.stake,
                    mean: of(row.mean),
                    median: of(row.median),
                    inner: pair(row.q25, row.q75),
                    outer: pair(row.q05, row.q95),
                    exact_mean: of(row.mean_exact),
                    exact_outer: pair(row.q05_exact, row.q95_exact),
                }
            })
            .filter(|bar| bar.mean.or(bar.exact_mean).is_some())
            .collect();
        let all = bars.len();
        let earned =
            bars.iter().any(|bar| bar.mean.unwrap_or(0.0) != 0.0 || bar.exact_mean.unwrap_or(0.0) != 0.0);
        if all == 0 || !earned {
            return Err(FigureError::Empty {
                figure: ENTRY.name,
                reason: "nobody with stake earned anything; give a reward and run at least one round in which a block is accepted",
            });
        }
        bars.sort_by(|a, b| b.stake.total_cmp(&a.stake));
        let ranked: Vec<usize> = (0..all).collect();
        let spread = Excerpt::over(&ranked, MOST, "owner", ExcerptOrder::Stake);
        bars = spread.of(bars);
        let mut notes: Vec<String> = spread.note.into_iter().collect();
        notes.push(
            "Largest stake first. Return: coins earned in a trial over coins staked at genesis.".to_owned(),
        );
        let has_exact = bars.iter().any(|bar| bar.exact_mean.is_some());
        let mut key = vec![(Key::Dot(BLUE), "mean of the trials".to_owned())];
        if bars.iter().any(|bar| bar.outer.is_some()) {
            key.push((Key::Fan(BLUE), "middle 90\u{202F}% and 50\u{202F}% of the trials".to_owned()));
            key.push((Key::Bar(Stroke::solid(INK, 5)), "median".to_owned()));
        }
        if has_exact {
            key.push((Key::Ring(Stroke::solid(INK, 3)), "exact mean".to_owned()));
        }
        if bars.iter().any(|bar| bar.exact_outer.is_some()) {
            let stroke = Stroke::solid(ORANGE, 4).dashed(Dash::Long);
            key.push((Key::Line(stroke), "exact middle 90\u{202F}%".to_owned()));
        }
        let Page { mut canvas, title, top, bottom, right } = subject.page("return on stake", &key, &notes);
        let (mut low, mut high) = (0.0f64, 0.0f64);
        for bar in &bars {
            let ranges = [bar.inner, bar.outer, bar.exact_outer].into_iter().flatten();
            let ends = ranges.flat_map(|(low, high)| [low, high]);
            for value in ends.chain(bar.mean).chain(bar.median).chain(bar.exact_mean) {
                (low, high) = (low.min(value), high.max(value));
            }
        }
        let room = 0.04 * (high - low);
        let names: Vec<&str> = bars.iter().map(|bar| bar.name).collect();
        let names = shortened_within(&names, NAME_ROOM * right);
        let name_room = names.iter().map(|name| width(name, LABEL_SIZE)).fold(0.0, f64::max);
        let frame = Area { left: 24.0 + name_room + 24.0, top, right: right - 24.0, bottom };
        let from = if low < 0.0 { low - room } else { 0.0 };
        let panel =
            Panel { frame, x: Scale::linear(from, high + room), y: Scale::linear(0.0, bars.len() as f64) };
        panel.draw_upright_grid(&mut canvas);
        let half = ((bottom - top) / bars.len() as f64 * 0.32).min(24.0);
        for (index, (bar, name)) in bars.iter().zip(&names).enumerate() {
            let row = bars.len() as f64 - index as f64 - 0.5;
            let at = |value: f64| panel.at(value, row);
            let y = at(0.0).1;
            canvas.text((frame.left - 18.0, y + 11.0), name, LABEL_SIZE, INK, Align::End);
            for (range, reach) in [(bar.outer, 0.55), (bar.inner, 1.0)] {
                let Some((low, high)) = range else { continue };
                let (left, right, reach) = (at(low).0, at(high).0, half * reach);
                canvas.surface(
                    [(left, y - reach), (right, y - reach), (right, y + reach), (left, y + reach)],
                    BLUE,
                    0.28,
                );
            }
            if let Some((low, high)) = bar.exact_outer {
                canvas.line(
                    [(at(low).0, y + half + 4.0), (at(high).0, y + half + 4.0)],
                    Stroke::solid(ORANGE, 4).dashed(Dash::Long),
                );
            }
            if let Some(median) = bar.median {
                let x = at(median).0;
                canvas.line([(x, y - half), (x, y + half)], Stroke::solid(INK, 5));
            }
            if let Some(mean) = bar.mean {
                canvas.values(Some(format!(
                    "{}: mean {}",
                    clean(bar.name),
                    with_interval(mean, bar.outer, "\u{202F}%")
                )));
                canvas.disc(at(mean), 8, BLUE, 1.0);
                canvas.values(None);
            }
            if let Some(mean) = bar.exact_mean {
                canvas.ring(at(mean), 12, Stroke::solid(INK, 3));
            }
        }
        let zero = panel.at(0.0, 0.0).0;
        if from < 0.0 {
            canvas.line([(zero, top), (zero, bottom)], Stroke::solid(MUTED, 3));
        }
        panel.draw_floor(&mut canvas, Some("return on stake of a trial (%)"));
        Ok(canvas.finish(&title))
    }
}
