//! The differences between rules, paired by trial.

use super::drafting::{
    Align, Area, BLUE, INK, Key, LABEL_SIZE, MUTED, Page, Panel, Scale, Stroke, VERMILLION, Words, clean,
    counted, fitted, percent, width,
};
use super::{Drawing, Figure, FigureError, Subject};
use crate::registry::{Entry, settings};
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Figure> = Entry {
    name: "forest",
    summary: "the paired differences between rules of every measure, in standard errors, and which direction is fairer",
    source: "Lewis and Clarke, Forest plots: trying to see the wood and the trees (BMJ 322, 2001)",
    parse: |table| settings::<Forest, _>(table, |forest| Ok(Box::new(forest))),
};

/// How many differences have a row.
const MOST: usize = 16;
/// The widest name of a row.
const NAME_ROOM: f64 = 820.0;

/// The forest plot. No settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Forest {}

struct Row {
    name: String,
    /// In half-widths of its interval.
    value: f64,
    shown: bool,
}

impl Figure for Forest {
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError> {
        let mut rows: Vec<Row> = subject
            .compare
            .iter()
            .filter(|row| row.kind == "difference")
            .filter_map(|row| {
                let (value, low, high) = (row.value?, row.low?, row.high?);
                let half = (high - low) / 2.0;
                let scaled = f64::midpoint(low, high) / half;
                (half > 0.0 && value.is_finite() && scaled.is_finite()).then(|| Row {
                    name: format!("{}: {} − {}", row.metric.replace('_', " "), row.rule, row.other),
                    value: scaled,
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
        let mut notes = vec![
            "Every difference in half-widths of its interval, so that all fit on one axis: beyond ±1 the interval leaves out zero."
                .to_owned(),
            "Smaller is fairer for every measure but the Nakamoto coefficient.".to_owned(),
        ];
        if all > MOST {
            notes.push(format!("The {MOST} clearest of {} differences.", counted(all)));
            let mut sizes: Vec<f64> = rows.iter().map(|row| row.value.abs()).collect();
            sizes.sort_by(|a, b| b.total_cmp(a));
            let least = sizes[MOST - 1];
            let mut kept = 0;
            rows.retain(|row| {
                let keep = row.value.abs() >= least && kept < MOST;
                kept += usize::from(keep);
                keep
            });
        }
        let key = [
            (Key::Disc(BLUE), format!("difference, {} interval", percent(subject.confidence))),
            (Key::Diamond(VERMILLION), "shown, after correction for all".to_owned()),
        ];
        let Page { mut canvas, title, top, bottom, right } = Page::new(&Words {
            title: subject.title,
            heading: "differences between rules",
            subtitle: subject.subtitle,
            key: &key,
            notes: &notes,
        });
        let names: Vec<String> =
            rows.iter().map(|row| fitted(&clean(&row.name), LABEL_SIZE, NAME_ROOM)).collect();
        let name_room = names.iter().map(|name| width(name, LABEL_SIZE)).fold(0.0, f64::max);
        let frame = Area { left: 24.0 + name_room + 24.0, top, right: right - 24.0, bottom };
        // Very clear differences would press the others together: the axis ends at twelve half-widths.
        let reach = rows.iter().map(|row| row.value.abs() + 1.0).fold(2.0, f64::max).min(12.0);
        let panel =
            Panel { frame, x: Scale::linear(-reach, reach), y: Scale::linear(0.0, rows.len() as f64) };
        panel.draw_upright_grid(&mut canvas);
        let zero = panel.at(0.0, 0.0).0;
        canvas.line([(zero, top), (zero, bottom)], Stroke::solid(MUTED, 4));
        for (index, (row, name)) in rows.iter().zip(&names).enumerate() {
            let place = rows.len() as f64 - index as f64 - 0.5;
            let inside = row.value.clamp(-reach, reach);
            let at = |value: f64| panel.at(value.clamp(-reach, reach), place);
            let y = at(0.0).1;
            canvas.text((frame.left - 18.0, y + 11.0), name, LABEL_SIZE, INK, Align::End);
            let color = if row.shown { VERMILLION } else { BLUE };
            canvas.line([at(row.value - 1.0), at(row.value + 1.0)], Stroke::solid(color, 5));
            if inside == row.value {
                if row.shown {
                    canvas.diamond(at(row.value), 11, color, 1.0);
                } else {
                    canvas.disc(at(row.value), 9, color, 1.0);
                }
            } else {
                // An arrow: it lies beyond the axis.
                let (x, way) = (at(inside).0, inside.signum());
                canvas.surface([(x, y), (x - 24.0 * way, y - 13.0), (x - 24.0 * way, y + 13.0)], color, 1.0);
            }
        }
        panel.draw_floor(
            &mut canvas,
            Some("difference in half-widths of its interval; the first is smaller to the left"),
        );
        canvas.finish(&title)
    }
}
