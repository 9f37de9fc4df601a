//! A metric of a study over one factor, a panel for each level of another.

use super::drafting::{
    Align, Area, BLUE, Canvas, Dash, Excerpt, INK, Key, LABEL_SIZE, MARGIN_RIGHT, MUTED, Page, Panel, Point,
    Scale, Stroke, clean, fitted, fitted_names, margin_left, percent, width as text_width, with_interval,
};
use super::{Drawing, Figure, FigureError, Grid, GridCell, Subject};
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "small-multiples",
    summary: "a metric of a study over one factor with intervals, a panel of the same axes for each level of another",
    source: "Tufte, The Visual Display of Quantitative Information (1983), on small multiples",
    parse: |table| settings::<SmallMultiples, _>(table, |figure| Ok(Box::new(figure))),
};

/// How many panels and how many levels on their axis.
const MOST_PANELS: usize = 12;
const MOST_LEVELS: usize = 60;
/// How many points are drawn where each has levels of its own.
const MOST_SCATTERED: usize = 400;
/// Above each panel: its level.
const HEADER: f64 = 46.0;
/// Between two columns.
const GUTTER: f64 = 28.0;
/// How far labels may reach beyond their panel.
const REACH: f64 = GUTTER / 2.0 - 9.0;

/// The small multiples. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SmallMultiples {}

/// Where the levels of the factor across stand.
enum Across<'a> {
    /// By their numbers.
    Numbers(Vec<(&'a str, f64)>),
    /// One after the other.
    Names(Vec<&'a str>),
}

impl<'a> Across<'a> {
    fn new(levels: Vec<&'a str>) -> Self {
        let numbers: Option<Vec<(&str, f64)>> = levels
            .iter()
            .map(|&level| Some((level, level.parse().ok().filter(|n: &f64| n.is_finite())?)))
            .collect();
        match numbers {
            Some(numbers) => Across::Numbers(numbers),
            None => Across::Names(levels),
        }
    }

    fn place(&self, level: &str) -> Option<f64> {
        match self {
            Across::Numbers(numbers) => {
                numbers.iter().find(|(name, _)| *name == level).map(|number| number.1)
            }
            Across::Names(names) => {
                names.iter().position(|name| *name == level).map(|place| place as f64 + 0.5)
            }
        }
    }

    fn scale(&self) -> Scale {
        match self {
            Across::Numbers(numbers) => {
                let low = numbers.iter().map(|number| number.1).fold(f64::INFINITY, f64::min);
                let high = numbers.iter().map(|number| number.1).fold(f64::NEG_INFINITY, f64::max);
                if low > 0.0 && high > 20.0 * low {
                    Scale::logarithmic(low / 1.15, high * 1.15)
                } else {
                    let room = 0.05 * (high - low);
                    Scale::linear(low - room, high + room)
                }
            }
            Across::Names(names) => Scale::linear(0.0, names.len() as f64),
        }
    }
}

impl Figure for SmallMultiples {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        let empty = || FigureError::Empty {
            figure: ENTRY.name,
            reason: "the study has no metric with a value over its factors; sweep one or two settings of at least one round",
        };
        let grid = subject.grid.ok_or_else(empty)?;
        let cells: Vec<&GridCell> = grid.cells.iter().filter(|cell| cell.value.is_finite()).collect();
        if cells.is_empty() {
            return Err(empty());
        }
        let levels = |level: fn(&GridCell) -> &str| {
            let mut levels: Vec<&str> = Vec::new();
            for cell in &cells {
                if !levels.contains(&level(cell)) {
                    levels.push(level(cell));
                }
            }
            levels
        };
        let (mut across, mut down) = (levels(|cell| &cell.across), levels(|cell| &cell.down));
        let mut notes: Vec<String> = grid.absent().into_iter().collect();
        let most_across = if grid.scattered { MOST_SCATTERED } else { MOST_LEVELS };
        for (levels, factor, most) in
            [(&mut across, &grid.across, most_across), (&mut down, &grid.down, MOST_PANELS)]
        {
            let spread = Excerpt::over_levels(levels, most, "level");
            notes.extend(spread.note.iter().map(|note| format!("{}: {note}", clean(factor))));
            *levels = spread.of(std::mem::take(levels));
        }
        if grid.scattered {
            notes.push(
                "A mark is a point of the study; the other factors vary from point to point.".to_owned(),
            );
        }
        if !grid.down.is_empty() {
            notes.push(format!("Above each panel: {}.", clean(&grid.down)));
        }
        let drawn = cells
            .iter()
            .filter(|cell| across.contains(&cell.across.as_str()) && down.contains(&cell.down.as_str()));
        let drawn = drawn.count();
        let across = Across::new(across);
        // The limit is that of one metric.
        let limit =
            Some(subject.delta).filter(|delta| *delta > 0.0 && grid.metric.starts_with("unfair_probability"));
        let y = span(&cells, grid, limit);
        let with_intervals = cells.iter().any(|cell| interval(cell).is_some());
        let mut key = if with_intervals {
            vec![(Key::Disc(BLUE), format!("value, {} interval", percent(subject.confidence)))]
        } else {
            vec![(Key::Dot(BLUE), "value".to_owned())]
        };
        if let Some(delta) = limit {
            key.push((Key::Line(limit_line()), format!("limit δ = {}", percent(delta))));
        }
        let subtitle = subject.subtitle_of_grid(drawn, with_intervals);
        let subject = &Subject { subtitle: &subtitle, ..*subject };
        let metric = grid.metric.replace('_', " ");
        let heading = format!("{metric} of {}", clean(&grid.subject));
        let Page { mut canvas, title, top, bottom, right } = subject.page(&heading, &key, &notes);
        let columns = match down.len() {
            1..=3 => down.len(),
            4 => 2,
            5..=9 => 3,
            _ => 4,
        };
        let rows = down.len().div_ceil(columns);
        let height = (bottom - top) / rows as f64 - HEADER;
        let left = margin_left(&[(y, height)], 1);
        let width = (right - MARGIN_RIGHT - left + GUTTER) / columns as f64 - GUTTER;
        let levels = fitted_names(&down, width);
        for (index, (level, words)) in down.iter().zip(&levels).enumerate() {
            let (row, column) = (index / columns, index % columns);
            let from =
                (left + column as f64 * (width + GUTTER), top + row as f64 * (height + HEADER) + HEADER);
            let frame = Area { left: from.0, top: from.1, right: from.0 + width, bottom: from.1 + height };
            let panel = Panel { frame, x: across.scale(), y };
            let lowest = index + columns >= down.len();
            canvas.text((frame.left + width / 2.0, frame.top - 12.0), words, LABEL_SIZE, INK, Align::Middle);
            match across {
                Across::Numbers(_) => panel.draw_grid(&mut canvas),
                Across::Names(_) => panel.draw_level_grid(&mut canvas),
            }
            if let Some(delta) = limit {
                let level = panel.at(panel.x.low(), delta).1;
                canvas.line([(frame.left, level), (frame.right, level)], limit_line());
            }
            let shown: Vec<&GridCell> = cells.iter().filter(|cell| cell.down == *level).copied().collect();
            draw_cells(&mut canvas, &panel, &shown, &across, grid.scattered);
            draw_edges(&mut canvas, &panel, &across, column == 0, lowest.then_some(&grid.across));
        }
        // One title for all rows, which are low.
        let beside = fitted(&metric, LABEL_SIZE, bottom - top);
        canvas.upward_text((47.0, top.midpoint(bottom)), &beside, LABEL_SIZE, INK);
        Ok(canvas.finish(&title))
    }
}

fn interval(cell: &GridCell) -> Option<(f64, f64)> {
    cell.low.zip(cell.high).filter(|&(low, high)| low <= cell.value && cell.value <= high)
}

fn limit_line() -> Stroke {
    Stroke::solid(INK, 3).dashed(Dash::Long)
}

/// An axis for all values and intervals and the limit, the same for every panel; one of probabilities begins at 0.
fn span(cells: &[&GridCell], grid: &Grid, limit: Option<f64>) -> Scale {
    let (mut low, mut high) = (f64::INFINITY, limit.unwrap_or(f64::NEG_INFINITY));
    for cell in cells {
        let ends = interval(cell).unwrap_or((cell.value, cell.value));
        (low, high) = (low.min(ends.0), high.max(ends.1));
    }
    // No probability is below 0 or above 1.
    let is_within = grid.is_share && low >= 0.0 && high <= 1.0;
    if is_within && grid.metric.contains("probability") {
        low = 0.0;
    }
    let scale = Scale::roomy((low, high), 0.06, false);
    if is_within { Scale::linear(scale.low().max(0.0), scale.high().min(1.0)) } else { scale }
}

fn draw_cells(canvas: &mut Canvas, panel: &Panel, cells: &[&GridCell], across: &Across, scattered: bool) {
    let mut places: Vec<(Point, &GridCell)> = cells
        .iter()
        .filter_map(|&cell| Some((panel.at(across.place(&cell.across)?, cell.value), cell)))
        .collect();
    if matches!(across, Across::Numbers(_)) && !scattered {
        places.sort_by(|a, b| a.0.0.total_cmp(&b.0.0));
        canvas.line(places.iter().map(|place| place.0), Stroke::solid(MUTED, 3));
    }
    for (at, cell) in places {
        if let Some((low, high)) = interval(cell) {
            let upright = [low, high].map(|end| (at.0, panel.at(panel.x.low(), end).1));
            canvas.line(upright, Stroke::solid(BLUE, 3));
        }
        let value = with_interval(cell.value, interval(cell), "");
        canvas.values(Some(format!("{} {}: {value}", clean(&cell.across), clean(&cell.down))));
        canvas.disc(at, 8, BLUE, 1.0);
        canvas.values(None);
    }
}

/// The axes, with labels on the left of the first column and below the lowest panel of each.
fn draw_edges(canvas: &mut Canvas, panel: &Panel, across: &Across, first: bool, below: Option<&String>) {
    let Area { left, right, bottom, .. } = panel.frame;
    let numbers = matches!(across, Across::Numbers(_));
    let title = below.map(String::as_str).filter(|_| numbers);
    match (first, numbers) {
        (true, true) => {
            panel.draw_floor_within(canvas, title, REACH);
            panel.draw_side(canvas, &[]);
        }
        (true, false) => panel.draw_side(canvas, &[]),
        (false, true) => panel.draw_floor_within(canvas, title, REACH),
        (false, false) => {}
    }
    let Across::Names(names) = across else { return };
    let frame = [(left, panel.frame.top), (left, bottom), (right, bottom)];
    canvas.line(frame, Stroke::solid(INK, 3));
    let Some(factor) = below.map(|factor| canvas.below(factor)) else { return };
    let step = (right - left) / names.len() as f64;
    let labels = fitted_names(names, step - 14.0);
    // Where the levels are too many for names beside each other, every second, third, ... has its name.
    let widest = labels.iter().map(|label| text_width(label, LABEL_SIZE)).fold(0.0, f64::max);
    let every = ((widest + 8.0) / step).ceil().max(1.0) as usize;
    for (place, name) in labels.iter().enumerate().step_by(every) {
        let x = left + (place as f64 + 0.5) * step;
        canvas.text((x, bottom + 46.0), name, LABEL_SIZE, INK, Align::Middle);
    }
    let factor = fitted(&factor, LABEL_SIZE, right - left);
    canvas.text((left.midpoint(right), bottom + 92.0), &factor, LABEL_SIZE, MUTED, Align::Middle);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figures::Grid;

    /// Three panels of two levels each, the same axis in all of them, and a value at its place.
    #[test]
    fn each_level_has_a_panel_of_the_same_axes() {
        let cell = |across: &str, down: &str, value: f64| GridCell {
            across: across.to_owned(),
            down: down.to_owned(),
            value,
            low: Some(value - 0.5),
            high: Some(value + 0.5),
        };
        let mut grid = Grid {
            metric: "m".into(),
            subject: "s".into(),
            across: "rounds".into(),
            down: "rule".into(),
            ..Grid::default()
        };
        for (place, down) in ["a", "b", "c"].into_iter().enumerate() {
            grid.cells.extend([cell("10", down, place as f64), cell("1000", down, 2.0 * place as f64)]);
        }
        let svg = |grid: &Grid| {
            let subject = Subject { title: "t", grid: Some(grid), confidence: 0.95, ..Subject::default() };
            SmallMultiples {}.draw(&subject).unwrap().svg().to_owned()
        };
        let drawn = svg(&grid);
        for words in
            [">a</text>", ">b</text>", ">c</text>", "1000 c: 4 (3.5 to 4.5)", "Above each panel: rule."]
        {
            assert!(drawn.contains(words), "{words}");
        }
        assert!(!drawn.contains("stroke-dasharray"));
        // One for each value, and one in the key.
        assert_eq!(drawn.matches("<circle fill=\"#0072B2\"").count(), 7);
        // The same value stands at the same height in every panel.
        grid.cells.iter_mut().for_each(|cell| cell.value = 1.0);
        let drawn = svg(&grid);
        let heights: Vec<&str> =
            drawn.split(" cy=\"").skip(2).map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(heights.len() == 6 && heights.iter().all(|height| *height == heights[0]), "{heights:?}");
    }

    /// The axis of a probability begins at 0 and has its limit; the line below the title counts what is drawn.
    #[test]
    fn unfair_probabilities_have_their_limit_and_an_axis_from_zero() {
        let cells = ["10", "20", "30"].map(|level| GridCell {
            across: level.to_owned(),
            down: String::new(),
            value: 0.4,
            low: None,
            high: None,
        });
        let grid = Grid {
            metric: "unfair_probability_by_law".into(),
            is_share: true,
            subject: "s".into(),
            across: "rounds".into(),
            cells: cells.to_vec(),
            size: Some((9, Some(200))),
            ..Grid::default()
        };
        let subtitle = "9 points · 1,800 trials · 95 % intervals";
        let subject = Subject {
            title: "t",
            subtitle,
            grid: Some(&grid),
            confidence: 0.95,
            delta: 0.1,
            ..Subject::default()
        };
        let drawing = SmallMultiples {}.draw(&subject).unwrap();
        let svg = drawing.svg();
        assert!(svg.contains(">3 of 9 points · 600 trials<"), "{svg}");
        assert!(svg.contains("limit δ = 10") && svg.matches("stroke-dasharray").count() == 2, "{svg}");
        assert_eq!(drawing.chart().axes[0].y.scale.low(), 0.0);
        assert!(drawing.chart().axes[0].y.scale.high() < 0.5);
    }
}
