//! How the wins of a trial vary, against their exact distribution.

use super::drafting::{
    BLUE, Dash, INK, Key, MARGIN_RIGHT, MUTED, ORANGE, Page, Panel, Scale, Stroke, digits, short_name,
};
use super::figure::{distinct, share};
use super::{Drawing, Figure, FigureError, Subject};
use crate::analysis::rows::TrialRow;
use crate::registry::{Entry, settings};
use crate::statistics::distributions::Binomial;
use crate::statistics::wording::counted;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "wins-per-trial",
    summary: "histogram of a validator's share of wins in a trial, with its mean, the expected share and the exact distribution",
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
        let names = distinct(subject.trials.iter().map(|row| row.validator.as_str()));
        let stake = |name: &str| {
            let row = subject.validators.find(name);
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
        let row = subject.validators.find(name);
        let expected =
            row.as_ref().and_then(|row| row.expected_share).and_then(share).map(|share| 100.0 * share);
        let law = subject
            .timeline
            .iter()
            .rfind(|row| row.metric == "win_share" && row.subject == name)
            .and_then(|row| Some((100.0 * share(row.law_q05?)?, 100.0 * share(row.law_q95?)?)));
        let exact = exact(subject, name, law, row.and_then(|row| row.expected_share));
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let (mut low, mut high) = (values[0], values[values.len() - 1]);
        for value in expected.into_iter().chain(law.into_iter().flat_map(|(low, high)| [low, high])) {
            (low, high) = (low.min(value), high.max(value));
        }
        let (cells, width) = cells(&values, low, high);
        let unit = rounds_of_all(subject, name).map(|rounds| 100.0 / rounds as f64);
        let (from, cells, width) = match unit {
            Some(unit) => between_wins(low, high, width, unit),
            None => (low - 0.5 * width, cells, width),
        };
        // Nobody wins less than nothing or more than all: the outer cells end there.
        let (start, end) = (from.max(0.0), (from + cells as f64 * width).min(100.0));
        let mut counts = vec![0u64; cells];
        for value in &values {
            let cell = ((value - from) / width).floor().max(0.0) as usize;
            counts[cell.min(cells - 1)] += 1;
        }
        let most = counts.iter().copied().max().unwrap_or(1) as f64;
        let mut key = vec![
            (Key::Fan(BLUE), counted(values.len() as u64, "trial")),
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
            key.push((
                Key::Line(stroke),
                "5\u{202F}% and 95\u{202F}% quantiles of the exact distribution".to_owned(),
            ));
        }
        let cell_at = |cell: usize| from + cell as f64 * width;
        // How many trials the distribution expects in each cell.
        let expected_counts: Option<Vec<f64>> = exact.map(|(distribution, n)| {
            let below = |edge: f64| {
                let wins = (edge / 100.0 * n as f64).ceil() - 1.0;
                if wins < 0.0 { 0.0 } else { distribution.lower(wins as u64) }
            };
            let trials = values.len() as f64;
            (0..cells).map(|cell| trials * (below(cell_at(cell + 1)) - below(cell_at(cell)))).collect()
        });
        let most = expected_counts.iter().flatten().copied().fold(most, f64::max);
        if expected_counts.is_some() {
            key.push((
                Key::Ring(Stroke::solid(ORANGE, 4)),
                "trials expected by the exact distribution".to_owned(),
            ));
        }
        let heading = format!("share of wins in a trial, {}", short_name(name));
        let page = subject.page(&heading, &key, &["The followed validator with the most stake.".to_owned()]);
        // Somewhat below zero, so that the first labels of both axes stand apart.
        let y = Scale::counts(-0.03 * most, 1.05 * most);
        let frame = page.frame(y, MARGIN_RIGHT);
        let Page { mut canvas, title, top, bottom, .. } = page;
        let panel = Panel { frame, x: Scale::linear(start, end), y };
        panel.draw_grid(&mut canvas);
        for (cell, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (left, right) = (cell_at(cell).max(start), cell_at(cell + 1).min(end));
            let corners = [(left, 0.0), (left, count as f64), (right, count as f64), (right, 0.0)];
            let within = format!("{} to {}\u{202F}%", digits(left), digits(right));
            canvas.values(Some(format!("{within}: {}", counted(count, "trial"))));
            canvas.surface(corners.map(|(x, y)| panel.at(x, y)), BLUE, 0.45);
            canvas.values(None);
            canvas.line(corners.map(|(x, y)| panel.at(x, y)), Stroke::solid(BLUE, 3));
        }
        for (cell, &count) in expected_counts.iter().flatten().enumerate() {
            let middle = cell_at(cell).max(start).midpoint(cell_at(cell + 1).min(end));
            canvas.values(Some(format!("{} trials expected", digits(count))));
            canvas.ring(panel.at(middle, count), 9, Stroke::solid(ORANGE, 4));
            canvas.values(None);
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
        Ok(canvas.finish(&title))
    }
}

/// The distribution of a validator's wins where it is binomial: if every trial has as many rounds, and the
/// quantiles in the table are those of this distribution.
fn exact(
    subject: &Subject,
    name: &str,
    law: Option<(f64, f64)>,
    expected: Option<f64>,
) -> Option<(Binomial, u64)> {
    let (low, high) = law?;
    let n = rounds_of_all(subject, name)?;
    let distribution = Binomial::new(n, expected.and_then(share)?)?;
    let is = |probability: f64, percent: f64| {
        let quantile = distribution.quantile(probability).map(|wins| 100.0 * wins as f64 / n as f64);
        quantile.is_some_and(|quantile| (quantile - percent).abs() <= 1e-9 * percent.max(1.0))
    };
    (is(0.05, low) && is(0.95, high)).then_some((distribution, n))
}

/// The rounds of every trial that somebody was selected in, if they are equally many in all.
fn rounds_of_all(subject: &Subject, name: &str) -> Option<u64> {
    let rounds = |row: &TrialRow| {
        let share = row.win_share.filter(|&share| share > 0.0)?;
        Some((row.wins as f64 / share).round() as u64)
    };
    let mut all = subject.trials.iter().filter(|row| row.validator == name).filter_map(rounds);
    let n = all.next().filter(|&n| n > 0)?;
    all.all(|rounds| rounds == n).then_some(n)
}

/// Where cells begin, how many there are and how wide they are, if wins are whole numbers of this unit: cells
/// end between two such numbers, so that each holds equally many.
fn between_wins(low: f64, high: f64, width: f64, unit: f64) -> (f64, usize, f64) {
    let width = (width / unit - 1e-6).ceil().max(1.0) * unit;
    let from = ((low / unit + 1e-6).floor() - 0.5) * unit;
    let to = ((high / unit - 1e-6).ceil() + 0.5) * unit;
    (from, ((to - from) / width - 1e-6).ceil().max(1.0) as usize, width)
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
    use super::*;
    use crate::report::figures::samples::seed;

    /// A hundred trials of ten tosses: 24.6 of them are expected to have five heads, 20.5 four.
    #[test]
    fn the_exact_distribution_expects_so_many_trials_in_each_cell() {
        let mut sample = seed();
        sample.validators = sample.validators.iter().take(1).collect();
        sample.change(|_, row| row.expected_share = Some(0.5));
        let name = sample.validators.row(0).validator;
        let trial = sample.trials[0].clone();
        let wins = (0..100u64).map(|index| [5, 4, 6, 3, 7, 5, 4, 6, 2, 8][index as usize % 10]);
        sample.trials = wins
            .map(|wins| TrialRow {
                wins,
                win_share: Some(wins as f64 / 10.0),
                validator: name.clone(),
                ..trial.clone()
            })
            .collect();
        for row in sample.timeline.iter_mut().filter(|row| row.metric == "win_share") {
            (row.law_q05, row.law_q95) = (Some(0.2), Some(0.8));
        }
        let svg = WinsPerTrial {}.draw(&sample.subject()).unwrap().svg().to_owned();
        assert!(svg.contains("24.61 trials expected") && svg.contains("20.51 trials expected"), "{svg}");
        // Quantiles of another distribution: none is drawn.
        sample.timeline.iter_mut().for_each(|row| row.law_q95 = Some(0.9));
        assert!(!WinsPerTrial {}.draw(&sample.subject()).unwrap().svg().contains("trials expected"));
    }

    /// The only validator wins every round, and nobody more: the axis ends at 100 %.
    #[test]
    fn no_share_of_wins_is_beyond_all() {
        for title in ["alone", "a whale", "seed"] {
            let sample = crate::report::figures::samples::titled(title);
            let drawing = WinsPerTrial {}.draw(&sample.subject()).unwrap();
            let axis = drawing.chart().axes[0].x.scale;
            assert!(axis.low() >= 0.0 && axis.high() <= 100.0, "{title}: {axis:?}");
        }
    }

    /// Of five rounds one wins a whole number: no cell ends at one, and none lies beyond all five.
    #[test]
    fn cells_end_between_numbers_of_wins() {
        let (from, cells, width) = between_wins(20.0, 100.0, 33.0, 20.0);
        assert!((from - 10.0).abs() < 1e-9 && (width - 40.0).abs() < 1e-9, "{from} {width}");
        assert_eq!(cells, 3);
        for (low, high, width, unit) in
            [(0.0, 0.1, 1e-9, 1e-4), (23.4, 23.4, 0.1, 0.1), (0.0, 100.0, 9.0, 25.0)]
        {
            let (from, cells, width) = between_wins(low, high, width, unit);
            let end = from + cells as f64 * width;
            assert!(from < low && high < end, "{from} {end}");
            let edges = (0..=cells).map(|cell| (from + cell as f64 * width) / unit);
            assert!(edges.into_iter().all(|edge| ((edge - edge.floor()) - 0.5).abs() < 1e-3));
        }
    }

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
