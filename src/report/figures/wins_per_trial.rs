//! How the wins of a trial vary, against their exact distribution.

use super::drafting::{
    BLUE, Dash, INK, Key, MARGIN_RIGHT, MUTED, ORANGE, Page, Panel, Scale, Stroke, Words, counted, shortened,
};
use super::figure::share;
use super::{Drawing, Figure, FigureError, Subject};
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "wins-per-trial",
    summary: "histogram of a validator's share of wins in a trial, with its mean, the expected share and the law's 90 %",
    source: "Pearson, Contributions to the mathematical theory of evolution II (1895), on histograms",
    parse: |table| settings::<WinsPerTrial, _>(table, |figure| Ok(Box::new(figure))),
};

/// Most cells of the histogram.
const MOST_CELLS: usize = 40;

/// The histogram of the followed validator with most stake. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WinsPerTrial {}

impl Figure for WinsPerTrial {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        let mut names: Vec<&str> = Vec::new();
        for row in subject.trials {
            if !names.contains(&row.validator.as_str()) && names.len() < 64 {
                names.push(&row.validator);
            }
        }
        let stake = |name: &str| {
            let row = subject.validators.iter().find(|row| row.validator == name);
            row.map_or(0.0, |row| row.stake_share)
        };
        let shares = |name: &str| -> Vec<f64> {
            let rows = subject.trials.iter().filter(|row| row.validator == name);
            rows.filter_map(|row| row.win_share.and_then(share)).map(|share| 100.0 * share).collect()
        };
        let name = names.iter().copied().max_by(|a, b| stake(a).total_cmp(&stake(b)));
        let found = name.map(|name| (name, shares(name))).filter(|(_, shares)| !shares.is_empty());
        let Some((name, mut values)) = found else {
            return Err(FigureError::Empty {
                figure: ENTRY.name,
                reason: "no trial has a share of wins; run at least one round in which somebody is selected",
            });
        };
        values.sort_by(f64::total_cmp);
        let row = subject.validators.iter().find(|row| row.validator == name);
        let expected = row.and_then(|row| row.expected_share).and_then(share).map(|share| 100.0 * share);
        let law = subject
            .timeline
            .iter()
            .rfind(|row| row.metric == "win_share" && row.subject == name)
            .and_then(|row| Some((100.0 * share(row.law_q05?)?, 100.0 * share(row.law_q95?)?)));
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let (mut low, mut high) = (values[0], values[values.len() - 1]);
        for value in expected.into_iter().chain(law.into_iter().flat_map(|(low, high)| [low, high])) {
            (low, high) = (low.min(value), high.max(value));
        }
        let (cells, width) = cells(&values, low, high);
        let from = low - 0.5 * width;
        let mut counts = vec![0u64; cells];
        for value in &values {
            let cell = ((value - from) / width).floor().max(0.0) as usize;
            counts[cell.min(cells - 1)] += 1;
        }
        let most = counts.iter().copied().max().unwrap_or(1) as f64;
        let mut key = vec![
            (Key::Fan(BLUE), format!("{} trials", counted(values.len()))),
            (Key::Line(Stroke::solid(INK, 5)), "their mean".to_owned()),
        ];
        if expected.is_some() {
            key.push((
                Key::Line(Stroke::solid(INK, 3).dashed(Dash::Long)),
                "expected by the rule".to_owned(),
            ));
        }
        if law.is_some() {
            let stroke = Stroke::solid(ORANGE, 5).dashed(Dash::Dots);
            key.push((Key::Line(stroke), "5\u{202F}% and 95\u{202F}% quantiles of the exact law".to_owned()));
        }
        let heading = format!("share of wins in a trial, {}", shortened(name));
        let page = Page::new(&Words {
            title: subject.title,
            heading: &heading,
            subtitle: subject.subtitle,
            key: &key,
            notes: &["Of the followed validator with most stake.".to_owned()],
        });
        // Somewhat below zero, so that the first labels of both axes stand apart.
        let y = Scale::counts(-0.03 * most, 1.05 * most);
        let frame = page.frame(y, MARGIN_RIGHT);
        let Page { mut canvas, title, top, bottom, .. } = page;
        let panel = Panel { frame, x: Scale::linear(from, from + cells as f64 * width), y };
        panel.draw_grid(&mut canvas);
        for (cell, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (left, right) = (from + cell as f64 * width, from + (cell + 1) as f64 * width);
            let corners = [(left, 0.0), (left, count as f64), (right, count as f64), (right, 0.0)];
            canvas.surface(corners.map(|(x, y)| panel.at(x, y)), BLUE, 0.45);
            canvas.line(corners.map(|(x, y)| panel.at(x, y)), Stroke::solid(BLUE, 3));
        }
        let mut upright = |x: f64, stroke: Stroke| {
            let x = panel.at(x, 0.0).0;
            canvas.line([(x, bottom), (x, top)], stroke);
        };
        upright(mean, Stroke::solid(INK, 5));
        if let Some(expected) = expected {
            upright(expected, Stroke::solid(MUTED, 3).dashed(Dash::Long));
        }
        for end in law.into_iter().flat_map(|(low, high)| [low, high]) {
            upright(end, Stroke::solid(ORANGE, 5).dashed(Dash::Dots));
        }
        panel.draw_axes(&mut canvas, Some("share of wins (%)"), &["trials"]);
        canvas.finish(&title)
    }
}

/// How many cells between the ends, and how wide: by Freedman and Diaconis (1981), and never finer than the
/// smallest step between two values.
fn cells(sorted: &[f64], low: f64, high: f64) -> (usize, f64) {
    let span = (high - low).max(1e-9 * high.abs()).max(1e-9);
    let n = sorted.len();
    let quartiles = sorted[3 * (n - 1) / 4] - sorted[(n - 1) / 4];
    let wanted = 2.0 * quartiles / (n as f64).cbrt();
    let step =
        sorted.windows(2).map(|pair| pair[1] - pair[0]).filter(|&step| step > 1e-9).fold(span, f64::min);
    let fine = wanted.max(step).max(span / (MOST_CELLS - 2) as f64);
    // A whole number of steps, so that no cell holds one more value than its neighbour.
    let width = if fine > step { (fine / step).round().max(1.0) * step } else { fine };
    let width = width.max(span / (MOST_CELLS - 2) as f64);
    ((span / width).ceil() as usize + 1, width)
}

#[cfg(test)]
mod tests {
    use super::cells;

    #[test]
    fn cells_hold_all_values() {
        for values in [vec![1.0], vec![2.0, 2.0, 2.0], (0..1000).map(|i| f64::from(i % 37)).collect()] {
            let mut sorted: Vec<f64> = values;
            sorted.sort_by(f64::total_cmp);
            let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
            let (count, width) = cells(&sorted, low, high);
            assert!((1..=40).contains(&count), "{count}");
            assert!(low - 0.5 * width + count as f64 * width >= high, "{count} {width}");
        }
    }
}
