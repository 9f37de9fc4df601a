//! Wins in short windows against their exact distribution.

use super::drafting::{
    Align, Area, BLUE, Dash, INK, Key, LABEL_SIZE, MUTED, ORANGE, Page, Panel, Scale, Stroke, clean,
    shortened_within, width,
};
use super::{Drawing, Figure, FigureError, Subject};
use crate::analysis::rows::WindowRow;
use crate::registry::{Entry, settings};
use crate::statistics::wording::{counted, grouped};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "windows",
    summary: "the wins of each followed validator in short windows: fewest, middle 90 %, median and most, with the exact distribution",
    source: "the windows of `windows.csv`; boxes after Tukey, Exploratory Data Analysis (1977)",
    parse: |table| settings::<Windows, _>(table, |figure| Ok(Box::new(figure))),
};

/// How many validators have a row.
const MOST: usize = 16;
/// The widest name, as a part of the sheet.
const NAME_ROOM: f64 = 0.21;

/// The wins in windows. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Windows {}

/// What a figure says of a row.
struct Bar<'a> {
    row: &'a WindowRow,
    middle: (f64, f64),
    ends: (f64, f64),
    law: Option<(f64, f64)>,
}

impl<'a> Bar<'a> {
    fn new(row: &'a WindowRow) -> Option<Self> {
        let pair = |low: Option<u64>, high: Option<u64>| Some((low? as f64, high? as f64));
        let middle = pair(row.q05, row.q95)?;
        let ends = pair(row.least_wins, row.most_wins).unwrap_or(middle);
        Some(Bar { row, middle, ends, law: pair(row.q05_expected, row.q95_expected) })
    }
}

impl Figure for Windows {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        let mut bars: Vec<Bar> = subject.windows.iter().filter_map(Bar::new).collect();
        if bars.is_empty() {
            return Err(FigureError::Empty {
                figure: ENTRY.name,
                reason: "no window was complete; run at least one round more than `analysis.window` has",
            });
        }
        let names: Vec<&str> = bars.iter().map(|bar| bar.row.validator.as_str()).collect();
        let spread = subject.spread(&names, MOST);
        bars = spread.of(bars);
        let mut key = vec![
            (Key::Line(Stroke::solid(BLUE, 4)), "fewest to most".to_owned()),
            (Key::Fan(BLUE), "middle 90\u{202F}% of the windows".to_owned()),
            (Key::Bar(Stroke::solid(INK, 5)), "median".to_owned()),
        ];
        let law = Stroke::solid(ORANGE, 5).dashed(Dash::Long);
        if bars.iter().any(|bar| bar.law.is_some()) {
            key.push((Key::Line(law), "exact middle 90\u{202F}%".to_owned()));
        }
        if bars.iter().any(|bar| bar.row.expected_wins.is_some()) {
            key.push((Key::Ring(Stroke::solid(INK, 3)), "expected".to_owned()));
        }
        let first = bars[0].row;
        let mut notes: Vec<String> = spread.note.into_iter().collect();
        notes.push(format!(
            "{} of {} {} of each validator, over all trials; the extremes of so many are far from the middle.",
            counted(first.windows, "window"),
            grouped(first.window_rounds),
            first.unit
        ));
        let Page { mut canvas, title, top, bottom, right } =
            subject.page("wins in short windows", &key, &notes);
        let names: Vec<&str> = bars.iter().map(|bar| bar.row.validator.as_str()).collect();
        let names = shortened_within(&names, NAME_ROOM * right);
        let room = names.iter().map(|name| width(name, LABEL_SIZE)).fold(0.0, f64::max);
        let frame = Area { left: 24.0 + room + 24.0, top, right: right - 24.0, bottom };
        let most =
            bars.iter().flat_map(|bar| [bar.ends.1, bar.law.map_or(0.0, |law| law.1)]).fold(1.0, f64::max);
        // Somewhat below zero, so that marks there are whole.
        let panel = Panel {
            frame,
            x: Scale::counts(-0.02 * most, 1.03 * most),
            y: Scale::linear(0.0, bars.len() as f64),
        };
        panel.draw_upright_grid(&mut canvas);
        let half = ((bottom - top) / bars.len() as f64 * 0.3).min(24.0);
        for (index, (bar, name)) in bars.iter().zip(&names).enumerate() {
            let at = |wins: f64| panel.at(wins, bars.len() as f64 - index as f64 - 0.5);
            let y = at(0.0).1;
            canvas.text((frame.left - 18.0, y + 11.0), name, LABEL_SIZE, INK, Align::End);
            canvas.line([at(bar.ends.0), at(bar.ends.1)], Stroke::solid(BLUE, 4));
            for end in [bar.ends.0, bar.ends.1] {
                let x = at(end).0;
                canvas.line([(x, y - 8.0), (x, y + 8.0)], Stroke::solid(BLUE, 4));
            }
            let (left, end) = (at(bar.middle.0).0 - 3.0, at(bar.middle.1).0 + 3.0);
            canvas.values(Some(bar.told()));
            canvas.surface(
                [(left, y - half), (end, y - half), (end, y + half), (left, y + half)],
                BLUE,
                0.35,
            );
            canvas.values(None);
            if let Some(median) = bar.row.q50 {
                let x = at(median as f64).0;
                canvas.line([(x, y - half), (x, y + half)], Stroke::solid(INK, 5));
            }
            if let Some((low, high)) = bar.law {
                let below = y + half + 6.0;
                canvas.line([(at(low).0 - 3.0, below), (at(high).0 + 3.0, below)], law);
            }
            if let Some(expected) =
                bar.row.expected_wins.filter(|&wins| wins.is_finite() && wins <= 1.03 * most)
            {
                canvas.ring(at(expected), 12, Stroke::solid(INK, 3));
            }
        }
        let zero = panel.at(0.0, 0.0).0;
        canvas.line([(zero, top), (zero, bottom)], Stroke::solid(MUTED, 2));
        let below = format!("wins in a window of {} {}", first.window_rounds, first.unit);
        panel.draw_floor(&mut canvas, Some(&below));
        Ok(canvas.finish(&title))
    }
}

impl Bar<'_> {
    fn told(&self) -> String {
        let law = self.law.map_or(String::new(), |(low, high)| format!("; exact {low} to {high}"));
        format!(
            "{}: middle 90\u{202F}% {} to {}{law}; fewest {}, most {}",
            clean(&self.row.validator),
            self.middle.0,
            self.middle.1,
            self.ends.0,
            self.ends.1
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figures::samples::seed;

    /// The distance between the ends of a line is that of its values.
    #[test]
    fn the_exact_distribution_stands_beside_what_was_seen() {
        let sample = seed();
        let drawing = Windows {}.draw(&sample.subject()).unwrap();
        assert!(
            drawing.svg().contains("charles: middle 90\u{202F}% 3 to 14; exact 4 to 13; fewest 0, most 20")
        );
        // One for each of four validators, and one in the key.
        assert_eq!(drawing.svg().matches("stroke-dasharray=\"16 10\"").count(), 5);
        assert!(drawing.svg().contains("windows of 32 blocks"));
    }
}
