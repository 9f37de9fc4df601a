//! The differences between rules, paired by trial.

use super::drafting::{
    Align, Area, BLUE, INK, Key, LABEL_SIZE, MUTED, Page, Panel, Scale, Stroke, VERMILLION, clean, counted,
    fitted_name, percent, width, with_interval,
};
use super::{Drawing, Figure, FigureError, Subject};
use crate::analysis::comparison::MEASURES;
use crate::analysis::rows::CompareRow;
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "forest",
    summary: "the paired differences between rules of the first measure, with intervals, and which direction is fairer",
    source: "Lewis and Clarke, Forest plots: trying to see the wood and the trees (BMJ 322, 2001)",
    parse: |table| settings::<Forest, _>(table, |forest| Ok(Box::new(forest))),
};

/// How many differences have a row.
const MOST: usize = 16;
/// The widest name of a row, as a part of the sheet.
const NAME_ROOM: f64 = 0.45;

/// The forest plot. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Forest {}

struct Row {
    name: String,
    value: f64,
    low: f64,
    high: f64,
    shown: bool,
}

impl Figure for Forest {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        let differences = || subject.compare.iter().filter(|row| row.kind == "difference");
        let whole = |row: &&CompareRow| {
            let ends = row.value.zip(row.low).zip(row.high);
            ends.is_some_and(|((value, low), high)| value.is_finite() && low.is_finite() && high.is_finite())
        };
        let metric = differences().find(whole).map(|row| row.metric.as_str());
        let mut rows: Vec<Row> = differences()
            .filter(|row| Some(row.metric.as_str()) == metric)
            .filter(whole)
            .filter_map(|row| {
                Some(Row {
                    name: format!("{} − {}", row.rule, row.other),
                    value: row.value?,
                    low: row.low?.min(row.value?),
                    high: row.high?.max(row.value?),
                    shown: matches!(row.verdict.as_str(), "lower" | "higher"),
                })
            })
            .collect();
        if rows.is_empty() {
            return Err(FigureError::Empty {
                figure: ENTRY.name,
                reason: "there are no differences between rules with intervals; compare rules over several trials of at least one round",
            });
        }
        let all = rows.len();
        let direction = MEASURES.iter().find(|measure| Some(measure.name) == metric);
        let direction = direction.map_or(String::new(), |measure| format!("; {}", measure.direction.words()));
        let mut notes =
            vec![format!("Left of zero the first of two rules has the smaller value{direction}.")];
        if all > MOST {
            notes.push(format!("The first {MOST} of {} differences are drawn.", counted(all)));
            rows.truncate(MOST);
        }
        let key = [
            (Key::Disc(BLUE), format!("difference, {} interval", percent(subject.confidence))),
            (Key::Diamond(VERMILLION), "shown, after correction for all".to_owned()),
        ];
        let measure = metric.unwrap_or_default().replace('_', " ");
        let heading = format!("paired differences of {measure}");
        let Page { mut canvas, title, top, bottom, right } = subject.page(&heading, &key, &notes);
        let names: Vec<String> =
            rows.iter().map(|row| fitted_name(&clean(&row.name), LABEL_SIZE, NAME_ROOM * right)).collect();
        let name_room = names.iter().map(|name| width(name, LABEL_SIZE)).fold(0.0, f64::max);
        let frame = Area { left: 24.0 + name_room + 24.0, top, right: right - 24.0, bottom };
        let low = rows.iter().map(|row| row.low).fold(0.0, f64::min);
        let high = rows.iter().map(|row| row.high).fold(0.0, f64::max);
        let room = 0.05 * (high - low);
        let panel = Panel {
            frame,
            x: Scale::linear(low - room, high + room),
            y: Scale::linear(0.0, rows.len() as f64),
        };
        panel.draw_upright_grid(&mut canvas);
        let zero = panel.at(0.0, 0.0).0;
        canvas.line([(zero, top), (zero, bottom)], Stroke::solid(MUTED, 4));
        for (index, (row, name)) in rows.iter().zip(&names).enumerate() {
            let place = rows.len() as f64 - index as f64 - 0.5;
            let at = |value: f64| panel.at(value, place);
            let y = at(0.0).1;
            canvas.text((frame.left - 18.0, y + 11.0), name, LABEL_SIZE, INK, Align::End);
            let color = if row.shown { VERMILLION } else { BLUE };
            canvas.line([at(row.low), at(row.high)], Stroke::solid(color, 5));
            let interval = with_interval(row.value, Some((row.low, row.high)), "");
            canvas.values(Some(format!("{}: {interval}", clean(&row.name))));
            if row.shown {
                canvas.diamond(at(row.value), 11, color, 1.0);
            } else {
                canvas.disc(at(row.value), 9, color, 1.0);
            }
            canvas.values(None);
        }
        panel.draw_floor(&mut canvas, Some(&format!("difference of {measure}")));
        Ok(canvas.finish(&title))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which values are the fairer ones depends on the measure.
    #[test]
    fn the_direction_is_that_of_the_measure() {
        for (metric, words) in [
            ("total_variation", "the smaller value; smaller is fairer."),
            ("wins_nakamoto_half", "the smaller value; larger is more even."),
        ] {
            let row = CompareRow {
                kind: "difference".to_owned(),
                metric: metric.to_owned(),
                rule: "a".to_owned(),
                other: "b".to_owned(),
                value: Some(0.1),
                low: Some(0.0),
                high: Some(0.2),
                ..CompareRow::default()
            };
            let subject = Subject { title: "t", compare: &[row], confidence: 0.95, ..Subject::default() };
            let drawing = Forest {}.draw(&subject).unwrap();
            assert!(drawing.svg().contains(words), "{metric}: {}", drawing.svg());
        }
    }
}
