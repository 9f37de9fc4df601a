//! Whether the p-values of all validators are what chance gives.

use super::drafting::{
    Area, BLUE, Dash, INK, Key, MARGIN_RIGHT, MUTED, Page, Panel, Point, Scale, Stroke, VERMILLION, Words,
    counted, margin_left,
};
use super::{Drawing, Figure, FigureError, Subject};
use crate::registry::{Entry, settings};
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
                Some((p, row.p_holm.is_some_and(|p| p < 1.0 - subject.confidence)))
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
        if all > MOST {
            notes.push(format!("The {} smallest of {} p-values are drawn.", counted(MOST), counted(all)));
        }
        if p_values[0].0 < LEAST {
            notes.push("Values below 10⁻¹² are drawn there.".to_owned());
        }
        p_values.truncate(MOST);
        let expected = |rank: usize| (rank as f64 + 0.5) / all as f64;
        let least = p_values[0].0.max(LEAST).min(order_quantile(0, all, 0.025));
        let x = Scale::logarithmic(expected(0) / 1.5, 1.0);
        let y = Scale::logarithmic(least / 2.0, 1.0);
        let diagonal = Stroke::solid(INK, 3).dashed(Dash::Long);
        let band = Stroke::solid(MUTED, 4);
        let mut key = vec![(Key::Disc(BLUE), "p-value of a validator".to_owned())];
        if p_values.iter().any(|p| p.1) {
            key.push((Key::Diamond(VERMILLION), "differs beyond chance (Holm)".to_owned()));
        }
        key.push((Key::Line(diagonal), "expected by chance".to_owned()));
        key.push((Key::Band(band), "middle 95\u{202F}% by chance, each rank by itself".to_owned()));
        let Page { mut canvas, title, top, bottom, right } = Page::new(&Words {
            title: subject.title,
            heading: "p-values against chance",
            subtitle: subject.subtitle,
            key: &key,
            notes: &notes,
        });
        let frame =
            Area { left: margin_left(&[(y, bottom - top)], 1), top, right: right - MARGIN_RIGHT, bottom };
        let panel = Panel { frame, x, y };
        panel.draw_grid(&mut canvas);
        let at = |x: f64, y: f64| -> Point {
            let (x, y) = panel.at(x, y.max(panel.y.low()));
            (x, y.clamp(frame.top, frame.bottom))
        };
        let ranks: Vec<usize> = spread(all.min(MOST));
        let bounds = |probability: f64| -> Vec<Point> {
            ranks.iter().map(|&rank| at(expected(rank), order_quantile(rank, all, probability))).collect()
        };
        let (low, high) = (bounds(0.025), bounds(0.975));
        if ranks.len() > 1 {
            canvas.surface(low.into_iter().chain(high.into_iter().rev()), MUTED, 0.22);
        } else {
            canvas.line([low[0], high[0]], band);
        }
        canvas.line([at(x.low(), x.low()), at(1.0, 1.0)], diagonal);
        let radius = if all > 200 { 6 } else { 9 };
        for (rank, &(p, differs)) in p_values.iter().enumerate() {
            let place = at(expected(rank), p.max(LEAST));
            if differs {
                canvas.diamond(place, radius + 2, VERMILLION, 1.0);
            } else {
                canvas.disc(place, radius, BLUE, 0.9);
            }
        }
        panel.draw_axes(&mut canvas, Some("expected p-value"), &["p-value"]);
        canvas.finish(&title)
    }
}

/// Some ranks, close together at the beginning.
fn spread(count: usize) -> Vec<usize> {
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

/// A quantile of the rank-th smallest of so many uniform numbers, Beta(rank + 1, all - rank), by bisection.
fn order_quantile(rank: usize, all: usize, probability: f64) -> f64 {
    let Some(law) = crate::statistics::distributions::Beta::new(rank as f64 + 1.0, (all - rank) as f64)
    else {
        return probability;
    };
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if law.lower(middle) < probability { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest of n has the quantile 1 - (1 - p)^(1/n).
    #[test]
    fn order_statistics_of_uniform_numbers() {
        for (all, p) in [(1, 0.3), (10, 0.025), (1_000, 0.975)] {
            let expected = 1.0 - (1.0f64 - p).powf(1.0 / all as f64);
            assert!((order_quantile(0, all, p) - expected).abs() < 1e-9 * expected.max(1e-3), "{all} {p}");
        }
        assert_eq!(spread(3), [0, 1, 2]);
        assert_eq!(spread(2_000).last(), Some(&1_999));
    }
}
