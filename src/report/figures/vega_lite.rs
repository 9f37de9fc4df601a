//! A figure as a specification of Vega-Lite, with its data in a table beside it.

use super::Sheet;
use super::drafting::{
    Align, Axes, Axis, Chart, Dash, GRID, INK, LABEL_SIZE, Mark, MarkRole, MarkStyle, PAPER, Piece, Rgb,
    Series, Shape, Stroke, TITLE_SIZE, alike, shown,
};
use serde_json::{Value, json};

/// Pixels on a screen in a unit of the sheet.
const PIXELS: f64 = 0.4;

/// The specification, and the table that it reads, which lies at this address.
pub(super) fn vega_lite(chart: &Chart, address: &str) -> (String, String) {
    let mut writer = Writer { sheet: chart.sheet, data: Table::default() };
    let mut rows: Vec<Value> = writer.key(chart).into_iter().collect();
    let mut line: Vec<Value> = Vec::new();
    let mut top = f64::NAN;
    for (axes, series) in chart.axes.iter().zip(chart.series()) {
        // Frames at the same height stand beside each other.
        if axes.frame.top > top {
            rows.push(beside(&mut line));
        }
        top = axes.frame.top;
        line.push(writer.view(axes, &series));
    }
    rows.push(beside(&mut line));
    rows.retain(|row| !row.is_null());
    let [ink, paper, grid] = [INK, PAPER, GRID].map(|color| writer.color(color));
    let specification = json!({
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": chart.title,
        "title": {
            "text": chart.words(MarkRole::Heading),
            "subtitle": chart.words(MarkRole::Words),
            "anchor": "start",
        },
        "background": paper,
        "config": {
            "axis": { "labelColor": ink, "titleColor": ink, "tickColor": ink, "domainColor": ink, "gridColor": grid,
                      "labelFontSize": pixels(LABEL_SIZE), "titleFontSize": pixels(TITLE_SIZE), "titleFontWeight": "normal" },
            "title": { "color": ink, "subtitleColor": ink },
            "view": { "stroke": null },
        },
        "data": { "url": address, "format": { "type": "csv", "parse": { "series": "number", "mark": "number", "step": "number", "x": "number", "y": "number" } } },
        "vconcat": rows,
    });
    let text = serde_json::to_string_pretty(&specification).expect("JSON of numbers and text");
    (text + "\n", writer.data.text())
}

/// The views of a row, and none any more.
fn beside(views: &mut Vec<Value>) -> Value {
    match std::mem::take(views) {
        views if views.is_empty() => Value::Null,
        mut views if views.len() == 1 => views.remove(0),
        views => json!({ "hconcat": views }),
    }
}

fn pixels(units: f64) -> f64 {
    (10.0 * PIXELS * units).round() / 10.0
}

/// The rows of the data.
#[derive(Default)]
struct Table {
    series: usize,
    rows: Vec<(usize, usize, usize, f64, f64, String)>,
}

impl Table {
    /// Adds marks that look alike; returns the number of their series.
    fn add(&mut self, pieces: &[Piece]) -> usize {
        self.series += 1;
        for (mark, piece) in pieces.iter().enumerate() {
            for (step, &(x, y)) in piece.points.iter().enumerate() {
                let words = piece.words.clone().unwrap_or_default();
                self.rows.push((self.series, mark + 1, step + 1, x, y, words));
            }
        }
        self.series
    }

    fn text(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let header = ["series", "mark", "step", "x", "y", "words"];
        writer.write_record(header).expect("memory takes every row");
        for (series, mark, step, x, y, words) in &self.rows {
            let numbers = [series, mark, step].map(ToString::to_string);
            let [x, y] = [x, y].map(|value| format!("{value:e}"));
            let row = numbers.iter().chain([&x, &y, words]);
            writer.write_record(row).expect("memory takes every row");
        }
        let bytes = writer.into_inner().expect("memory takes every row");
        String::from_utf8(bytes).expect("text of text")
    }
}

struct Writer {
    sheet: Sheet,
    data: Table,
}

impl Writer {
    fn color(&self, color: Rgb) -> String {
        let (red, green, blue) = shown(color, self.sheet.theme);
        format!("#{red:02X}{green:02X}{blue:02X}")
    }

    /// What the marks mean, as a view of its own in units of the sheet.
    fn key(&mut self, chart: &Chart) -> Option<Value> {
        let (across, _) = self.sheet.units();
        let marks: Vec<&Mark> = chart.of(MarkRole::Key).collect();
        let heights: Vec<f64> = marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Text { at, .. } => Some(at.1),
                _ => None,
            })
            .collect();
        let top = heights.iter().copied().fold(f64::INFINITY, f64::min) - 40.0;
        let bottom = heights.iter().copied().fold(f64::NEG_INFINITY, f64::max) + 12.0;
        if bottom <= top {
            return None;
        }
        let scale = |low: f64, high: f64| json!({ "domain": [low, high], "nice": false, "zero": false });
        let series = alike(marks.into_iter());
        let position = json!({
            "x": { "field": "x", "type": "quantitative", "axis": null, "scale": scale(0.0, f64::from(across)) },
            "y": { "field": "y", "type": "quantitative", "axis": null, "scale": scale(bottom, top) },
        });
        let layers: Vec<Value> = series.iter().map(|one| self.layer(one, &position)).collect();
        Some(json!({ "width": pixels(f64::from(across)), "height": pixels(bottom - top), "layer": layers }))
    }

    fn view(&mut self, axes: &Axes, series: &[Series]) -> Value {
        let position = json!({ "x": self.position("x", &axes.x), "y": self.position("y", &axes.y) });
        let layers: Vec<Value> = series.iter().map(|one| self.layer(one, &position)).collect();
        let width = axes.frame.right - axes.frame.left;
        let height = axes.frame.bottom - axes.frame.top;
        json!({ "width": pixels(width), "height": pixels(height), "layer": layers })
    }

    fn position(&self, field: &str, axis: &Axis) -> Value {
        let kind = if axis.scale.is_logarithmic() { "log" } else { "linear" };
        let mut scale =
            json!({ "type": kind, "domain": [axis.scale.low(), axis.scale.high()], "nice": false });
        if !axis.scale.is_logarithmic() {
            scale["zero"] = json!(false);
        }
        let values: Vec<f64> = axis.ticks.iter().map(|tick| tick.value).collect();
        let labels: Vec<&str> =
            axis.ticks.iter().map(|tick| tick.label.as_deref().unwrap_or_default()).collect();
        // The labels of the other formats, by the place of a value among the ticks.
        let written = format!("{}[indexof({}, datum.value)]", json!(labels), json!(values));
        let drawn = match values.is_empty() {
            true => Value::Null,
            false => json!({
                "title": if axis.title.is_empty() { Value::Null } else { json!(axis.title) },
                "values": values,
                "labels": axis.ticks.iter().any(|tick| tick.label.is_some()),
                "labelExpr": written,
                "labelOverlap": false,
                "grid": axis.grid,
            }),
        };
        json!({ "field": field, "type": "quantitative", "scale": scale, "axis": drawn })
    }

    fn layer(&mut self, series: &Series, position: &Value) -> Value {
        let number = self.data.add(&series.pieces);
        let mut encoding = position.clone();
        let mark = match &series.kind {
            MarkStyle::Lines(stroke) => self.line(*stroke),
            MarkStyle::Surfaces(color, opacity) => json!({
                "type": "line", "interpolate": "linear-closed", "strokeWidth": 0,
                "fill": self.color(*color), "fillOpacity": opacity,
            }),
            MarkStyle::Filled(shape, radius, color, opacity) => json!({
                "type": "point", "shape": symbol(*shape), "size": area(*radius), "filled": true,
                "color": self.color(*color), "opacity": opacity,
            }),
            MarkStyle::Rings(radius, stroke) => json!({
                "type": "point", "shape": "circle", "size": area(*radius), "filled": false,
                "color": self.color(stroke.color), "strokeWidth": pixels(f64::from(stroke.width)),
            }),
            MarkStyle::Words(size, color, align, upward) => {
                let side = match align {
                    Align::Start => "left",
                    Align::Middle => "center",
                    Align::End => "right",
                };
                encoding["text"] = json!({ "field": "words", "type": "nominal" });
                json!({
                    "type": "text", "align": side, "baseline": "alphabetic", "fontSize": pixels(*size),
                    "color": self.color(*color), "angle": if *upward { 270 } else { 0 },
                })
            }
        };
        if matches!(series.kind, MarkStyle::Lines(_) | MarkStyle::Surfaces(..)) {
            encoding["order"] = json!({ "field": "step", "type": "quantitative" });
            encoding["detail"] = json!({ "field": "mark", "type": "nominal" });
        }
        if !matches!(series.kind, MarkStyle::Words(..))
            && series.pieces.iter().any(|piece| piece.words.is_some())
        {
            encoding["tooltip"] = json!({ "field": "words", "type": "nominal" });
        }
        json!({
            "transform": [{ "filter": format!("datum.series === {number}") }],
            "mark": mark,
            "encoding": encoding,
        })
    }

    fn line(&self, stroke: Stroke) -> Value {
        let gaps: &[f64] = match stroke.dash {
            Dash::None => &[],
            Dash::Long => &[6.4, 4.0],
            Dash::Dots => &[1.2, 2.8],
        };
        json!({
            "type": "line", "stroke": self.color(stroke.color), "strokeOpacity": stroke.opacity,
            "strokeWidth": pixels(f64::from(stroke.width)), "strokeDash": gaps,
        })
    }
}

fn symbol(shape: Shape) -> &'static str {
    match shape {
        Shape::Disc => "circle",
        Shape::Diamond => "diamond",
        Shape::Triangle => "triangle-up",
        Shape::Square => "square",
        Shape::Tip => "triangle-down",
    }
}

/// The area of a circle of this radius in square pixels.
fn area(radius: u32) -> f64 {
    (10.0 * std::f64::consts::PI * (PIXELS * f64::from(radius)).powi(2)).round() / 10.0
}
