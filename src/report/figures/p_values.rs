//! Whether the p-values of all validators are what chance gives.

use super::drafting::{
    BLUE, Dash, Excerpt, ExcerptOrder, INK, Key, MARGIN_RIGHT, MUTED, Page, Panel, Point, Scale, Stroke,
    VERMILLION, digits, percent,
};
use super::figure::differs;
use super::{Drawing, Figure, FigureError, Subject};
use crate::registry::{Entry, settings};
use crate::statistics::{Interval, Margin, share_posterior};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "p-values",
    summary: "the p-values of all validators, smallest first, against those that chance gives, with a band for each",
    source: "Schweder and Spjøtvoll, Plots of p-values to evaluate many tests simultaneously (Biometrika 69, 1982)",
    parse: |table| settings::<PValues, _>(table, |figure| Ok(Box::new(figure))),
};

/// How many of the smallest p-values are drawn.
const MOST: usize = 2_000;
/// A p-value that is smaller is drawn as if it were this one.
const LEAST: f64 = 1e-12;

/// The p-values. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct PValues {}

impl Figure for PValues {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        let mut p_values: Vec<(f64, bool)> = subject
            .validators
            .iter()
            .filter_map(|row| {
                let p = row.p_value.filter(|p| (0.0..=1.0).contains(p))?;
                Some((p, differs(&row, subject.confidence)))
            })
            .collect();
        let all = p_values.len();
        if all == 0 {
            return Err(FigureError::Empty {
                figure: ENTRY.name,
                reason: "no validator has a p-value; run at least one round of a rule whose expected shares are known",
            });
        }
        p_values.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut notes = vec![
            "Exact tests of few wins give p-values above those of a uniform distribution; only points below the \
             band speak against the rule."
                .to_owned(),
        ];
        let ranked: Vec<usize> = (0..all).collect();
        let smallest = ("the smallest 100", |rank: usize| rank < 100);
        let spread = Excerpt::with((&ranked, ExcerptOrder::Size), MOST, "p-value", smallest);
        notes.extend(spread.note.clone());
        if p_values[0].0 < LEAST {
            notes.push("Values below 10⁻¹² are drawn at 10⁻¹².".to_owned());
        }
        let expected = |rank: usize| (rank as f64 + 0.5) / all as f64;
        let middle = |rank: usize| order_interval(rank, all, subject.confidence);
        let least = p_values[0].0.max(LEAST).min(middle(0).low);
        let x = Scale::logarithmic(expected(0) / 1.5, 1.0);
        let y = Scale::logarithmic(least / 2.0, 1.0);
        let diagonal = Stroke::solid(INK, 3).dashed(Dash::Long);
        let band = Stroke::solid(MUTED, 4);
        let mut key = vec![(Key::Dot(BLUE), "p-value of a validator".to_owned())];
        if p_values.iter().any(|p| p.1) {
            key.push((Key::Lozenge(VERMILLION), "differs beyond chance (Holm)".to_owned()));
        }
        key.push((Key::Line(diagonal), "expected by chance".to_owned()));
        key.push((
            Key::Band(band),
            format!("middle {} by chance, each rank by itself", percent(subject.confidence)),
        ));
        let page = subject.page("p-values against chance", &key, &notes);
        let frame = page.frame(y, MARGIN_RIGHT);
        let Page { mut canvas, title, .. } = page;
        let panel = Panel { frame, x, y };
        panel.draw_grid(&mut canvas);
        let at = |x: f64, y: f64| -> Point {
            let (x, y) = panel.at(x, y.max(panel.y.low()));
            (x, y.clamp(frame.top, frame.bottom))
        };
        let ranks: Vec<usize> = some_ranks(all);
        let bound = |&rank: &usize| {
            let ends = middle(rank);
            (at(expected(rank), ends.low), at(expected(rank), ends.high))
        };
        let (low, high): (Vec<Point>, Vec<Point>) = ranks.iter().map(bound).unzip();
        if ranks.len() > 1 {
            canvas.surface(low.into_iter().chain(high.into_iter().rev()), MUTED, 0.22);
        } else {
            canvas.line([low[0], high[0]], band);
        }
        canvas.line([at(x.low(), x.low()), at(1.0, 1.0)], diagonal);
        let radius = if all > 200 { 6 } else { 9 };
        for &rank in &spread.places {
            let (p, differs) = p_values[rank];
            let place = at(expected(rank), p.max(LEAST));
            canvas.values(Some(format!(
                "p-value {}; {} expected by chance",
                digits(p),
                digits(expected(rank))
            )));
            if differs {
                canvas.diamond(place, radius + 2, VERMILLION, 1.0);
            } else {
                canvas.disc(place, radius, BLUE, 0.9);
            }
        }
        canvas.values(None);
        panel.draw_axes(&mut canvas, Some("expected p-value"), &["p-value"]);
        Ok(canvas.finish(&title))
    }
}

/// Some ranks, close together at the beginning.
fn some_ranks(count: usize) -> Vec<usize> {
    let mut ranks: Vec<usize> = (0..count).take_while(|&rank| rank < 20).collect();
    let mut next = 20.0f64;
    while (next as usize) < count {
        ranks.push(next as usize);
        next *= 1.15;
    }
    if ranks.last() != Some(&(count - 1)) {
        ranks.push(count - 1);
    }
    ranks
}

/// The middle of the distribution of the rank-th smallest of so many uniform numbers, which is that of a
/// share of which so much is known: Beta(rank + 1, all - rank).
fn order_interval(rank: usize, all: usize, confidence: f64) -> Interval {
    let weights = (rank as f64 + 1.0, (all - rank) as f64);
    let known = share_posterior((0, 0), weights, Margin { low: 0.0, high: 1.0 }, confidence);
    known.map_or(Interval { low: 0.0, high: 1.0 }, |known| known.interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest of n has the quantile 1 - (1 - p)^(1/n), and the largest p^(1/n).
    #[test]
    fn order_statistics_of_uniform_numbers() {
        for all in [1usize, 10, 1_000] {
            let (smallest, largest) = (order_interval(0, all, 0.95), order_interval(all - 1, all, 0.95));
            for (found, p) in [(smallest.low, 0.025), (smallest.high, 0.975)] {
                let expected = 1.0 - (1.0f64 - p).powf(1.0 / all as f64);
                assert!((found / expected - 1.0).abs() < 1e-6, "{all} {p}: {found} {expected}");
            }
            for (found, p) in [(largest.low, 0.025), (largest.high, 0.975)] {
                let expected = f64::powf(p, 1.0 / all as f64);
                assert!((found / expected - 1.0).abs() < 1e-6, "{all} {p}: {found} {expected}");
            }
        }
        assert_eq!(some_ranks(3), [0, 1, 2]);
        assert_eq!(some_ranks(2_000).last(), Some(&1_999));
    }
}
