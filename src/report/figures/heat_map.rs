//! A metric of a study over two of its factors.

use super::drafting::{
    Align, Area, Excerpt, INK, Key, LABEL_SIZE, MUTED, Page, Rgb, Scale, Stroke, clean, digits, fitted,
    fitted_names, width,
};
use super::{Drawing, Figure, FigureError, Subject};
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "heat-map",
    summary: "a metric of a study over two of its factors, as shades with numbers",
    source: "Wilkinson and Friendly, The history of the cluster heat map (American Statistician 63, 2009)",
    parse: |table| settings::<HeatMap, _>(table, |map| Ok(Box::new(map))),
};

/// Levels of a factor that have a row or column.
const MOST: usize = 12;
/// The widest name of a level.
const NAME_ROOM: f64 = 0.23;
/// Shades from few to much; ink is readable on the lighter ones, paper on the darker.
const SHADES: [Rgb; 7] = [
    (0xF7, 0xFB, 0xFF),
    (0xDE, 0xEB, 0xF7),
    (0xC6, 0xDB, 0xEF),
    (0x9E, 0xCA, 0xE1),
    (0x6B, 0xAE, 0xD6),
    (0x31, 0x82, 0xBD),
    (0x08, 0x51, 0x9C),
];
/// Ink upon shades: as it is in every theme, since the shades are.
const LIGHT: Rgb = (0xFE, 0xFE, 0xFE);
const DARK: Rgb = (0x23, 0x23, 0x23);

/// The heat map. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct HeatMap {}

impl Figure for HeatMap {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        let empty = || FigureError::Empty {
            figure: ENTRY.name,
            reason: "the study has no metric with a value over its factors; sweep one or two settings of at least one round",
        };
        let grid = subject.grid.ok_or_else(empty)?;
        let cells: Vec<(&str, &str, f64)> = grid
            .cells
            .iter()
            .filter(|cell| cell.value.is_finite())
            .map(|cell| (cell.across.as_str(), cell.down.as_str(), cell.value))
            .collect();
        if cells.is_empty() {
            return Err(empty());
        }
        let levels = |value: fn(&(&str, &str, f64)) -> String| {
            let mut levels: Vec<String> = Vec::new();
            for cell in &cells {
                let level = value(cell);
                if !levels.contains(&level) {
                    levels.push(level);
                }
            }
            levels
        };
        let (mut across, mut down) = (levels(|cell| cell.0.to_owned()), levels(|cell| cell.1.to_owned()));
        let mut notes: Vec<String> = grid.absent().into_iter().collect();
        for (levels, factor) in [(&mut across, &grid.across), (&mut down, &grid.down)] {
            in_order(levels);
            let names: Vec<&str> = levels.iter().map(String::as_str).collect();
            let spread = Excerpt::over_levels(&names, MOST, "level");
            // The note names the factor, whatever the number.
            notes.extend(spread.note.iter().map(|note| format!("{}: {note}", clean(factor))));
            *levels = spread.of(std::mem::take(levels));
        }
        let least = cells.iter().map(|cell| cell.2).fold(f64::INFINITY, f64::min);
        let most = cells.iter().map(|cell| cell.2).fold(f64::NEG_INFINITY, f64::max);
        let key = [
            (Key::Band(Stroke::solid(SHADES[1], 3)), format!("least: {}", number(least))),
            (Key::Band(Stroke::solid(SHADES[6], 3)), format!("most: {}", number(most))),
        ];
        let heading = format!("{} of {}", grid.metric.replace('_', " "), clean(&grid.subject));
        let drawn = cells.iter().filter(|cell| {
            across.iter().any(|level| level == cell.0) && down.iter().any(|level| level == cell.1)
        });
        let subtitle = subject.subtitle_of_grid(drawn.count(), false);
        let subject = &Subject { subtitle: &subtitle, ..*subject };
        let Page { mut canvas, title, top, bottom, right } = subject.page(&heading, &key, &notes);
        let names = fitted_names(&down, NAME_ROOM * right);
        let room = names.iter().map(|name| width(name, LABEL_SIZE)).fold(0.0, f64::max);
        let frame = Area { left: 24.0 + 54.0 + room + 22.0, top, right: right - 24.0, bottom };
        let step = (
            (frame.right - frame.left) / across.len() as f64,
            (frame.bottom - frame.top) / down.len() as f64,
        );
        canvas.axes(frame, Scale::linear(0.0, across.len() as f64), Scale::linear(0.0, down.len() as f64));
        for &(x, y, value) in &cells {
            let place =
                across.iter().position(|level| level == x).zip(down.iter().position(|level| level == y));
            let Some((column, row)) = place else { continue };
            let (left, upper) = (frame.left + column as f64 * step.0, frame.top + row as f64 * step.1);
            let (end, lower) = (left + step.0, upper + step.1);
            let part = if most > least { (value - least) / (most - least) } else { 0.5 };
            let shade = ((part * (SHADES.len() - 1) as f64).round() as usize).min(SHADES.len() - 1);
            canvas.values(Some(format!("{} {}: {}", clean(x), clean(y), digits(value))));
            canvas.surface([(left, upper), (end, upper), (end, lower), (left, lower)], SHADES[shade], 1.0);
            canvas.values(None);
            let words = fitted(&number(value), LABEL_SIZE, step.0 - 8.0);
            if step.1 >= LABEL_SIZE && !words.is_empty() {
                let ink = if shade >= 5 { LIGHT } else { DARK };
                let at = (left + step.0 / 2.0, upper + step.1 / 2.0 + 11.0);
                canvas.text(at, &words, LABEL_SIZE, ink, Align::Middle);
            }
        }
        for (row, name) in names.iter().enumerate() {
            let y = frame.top + (row as f64 + 0.5) * step.1;
            canvas.text((frame.left - 16.0, y + 11.0), name, LABEL_SIZE, INK, Align::End);
        }
        for (column, words) in fitted_names(&across, step.0 - 12.0).iter().enumerate() {
            let x = frame.left + (column as f64 + 0.5) * step.0;
            canvas.text((x, frame.bottom + 42.0), words, LABEL_SIZE, INK, Align::Middle);
        }
        let below = fitted(&canvas.below(&grid.across), LABEL_SIZE, frame.right - frame.left);
        canvas.text(
            (frame.left.midpoint(frame.right), frame.bottom + 92.0),
            &below,
            LABEL_SIZE,
            MUTED,
            Align::Middle,
        );
        if !grid.down.is_empty() {
            let beside = canvas.beside(&[&grid.down]).concat();
            let beside = fitted(&beside, LABEL_SIZE, bottom - top);
            canvas.upward_text((46.0, top.midpoint(bottom)), &beside, LABEL_SIZE, MUTED);
        }
        let corners = [
            (frame.left, frame.top),
            (frame.right, frame.top),
            (frame.right, frame.bottom),
            (frame.left, frame.bottom),
            (frame.left, frame.top),
        ];
        canvas.line(corners, Stroke::solid(INK, 3));
        Ok(canvas.finish(&title))
    }
}

/// Numbers in rising order; other levels as they come.
fn in_order(levels: &mut [String]) {
    let number = |level: &String| level.parse::<f64>().ok().filter(|number| number.is_finite());
    if levels.iter().all(|level| number(level).is_some()) {
        levels.sort_by(|a, b| number(a).unwrap_or(0.0).total_cmp(&number(b).unwrap_or(0.0)));
    }
}

/// A number with three digits that count.
fn number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e6).contains(&size) {
        return format!("{value:.1e}").replace('-', "−");
    }
    let decimals = (2 - size.log10().floor() as i32).clamp(0, 6) as usize;
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figures::{Grid, GridCell};

    /// Of forty levels the least and the largest are drawn, and twelve in all, in rising order.
    #[test]
    fn of_many_levels_both_ends_are_drawn() {
        let cells = (0..40).rev().map(|level| GridCell {
            across: format!("{}", 10 * level),
            down: "raffle".to_owned(),
            value: f64::from(level),
            low: None,
            high: None,
        });
        let grid = Grid {
            metric: "gini".to_owned(),
            subject: "all".to_owned(),
            across: "population.count".to_owned(),
            down: "selection.rule".to_owned(),
            cells: cells.collect(),
            ..Grid::default()
        };
        let subject = Subject { title: "t", grid: Some(&grid), confidence: 0.95, ..Subject::default() };
        let svg = HeatMap {}.draw(&subject).unwrap().svg().to_owned();
        let place = |level: u32| svg.find(&format!(">{level}</text>"));
        assert!(place(0) < place(390) && place(0).is_some(), "{svg}");
        assert_eq!(
            (0..40).filter(|level| svg.contains(&format!("<title>{} raffle: ", 10 * level))).count(),
            12
        );
        assert!(
            svg.contains("population.count: 12 of 40 levels drawn, evenly from the lowest to the highest.")
        );
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [number(0.0), number(0.12345), number(1234.6), number(-0.00012), number(3e-7)],
            ["0", "0.123", "1235", "−0.00012", "3.0e−7"]
        );
    }
}
