//! A list of marks on a sheet of paper, and how it becomes an SVG file.
//!
//! One unit is a tenth of a millimetre, so whole units, which are all that the drawing library
//! writes, are finer than any printer shows.

use super::palette::Rgb;
use super::typeface::{FAMILY, register, style_sheet};
use crate::report::figures::{Drawing, FigureError};
use plotters::coord::Shift;
use plotters::prelude::{
    Circle, DrawingArea, IntoDrawingArea, PathElement, Polygon, RGBColor, SVGBackend, ShapeStyle, Text, WHITE,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, FontTransform};
use std::fmt::Write;

/// The sheet's width: 180 mm, the width of a page.
pub const WIDTH: u32 = 1800;
/// The sheet's height: 110 mm.
pub const HEIGHT: u32 = 1100;

/// A place on the sheet: to the right and down from the upper left corner.
pub type Point = (f64, f64);

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub color: Rgb,
    /// How much of what lies below it hides, from 0 to 1.
    pub opacity: f64,
    /// Its width.
    pub width: u32,
    /// Whether it has gaps.
    pub dash: Dash,
}

impl Stroke {
    /// An unbroken line that hides what lies below.
    pub fn solid(color: Rgb, width: u32) -> Self {
        Stroke { color, opacity: 1.0, width, dash: Dash::None }
    }

    /// The same line with gaps.
    pub fn dashed(self, dash: Dash) -> Self {
        Stroke { dash, ..self }
    }

    /// The same line, see-through.
    pub fn faint(self, opacity: f64) -> Self {
        Stroke { opacity, ..self }
    }
}

/// The gaps of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dash {
    /// No gaps.
    None,
    /// Long dashes.
    Long,
    /// Dots.
    Dots,
}

/// The shape of a series' marks, so that no reader depends on colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A circle.
    Disc,
    /// A square on a corner.
    Diamond,
    /// A triangle on its side.
    Triangle,
    /// A square on its side.
    Square,
}

impl Shape {
    /// That of the series with this index; shapes come again after four.
    pub fn of(index: usize) -> Self {
        [Shape::Disc, Shape::Diamond, Shape::Triangle, Shape::Square][index % 4]
    }
}

/// Which end of a text its place belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// The text begins there.
    Start,
    /// The text is centred there.
    Middle,
    /// The text ends there.
    End,
}

enum Mark {
    Line { points: Vec<(i32, i32)>, stroke: Stroke },
    Surface { points: Vec<(i32, i32)>, color: Rgb, opacity: f64 },
    Disc { at: (i32, i32), radius: u32, color: Rgb, opacity: f64 },
    Ring { at: (i32, i32), radius: u32, stroke: Stroke },
    Text { at: Point, words: String, size: f64, color: Rgb, align: Align, upward: bool },
}

/// A sheet that is being drawn.
#[derive(Default)]
pub struct Canvas {
    marks: Vec<Mark>,
}

impl Canvas {
    /// A line through the points. Points that are no numbers are left out.
    pub fn line(&mut self, points: impl IntoIterator<Item = Point>, stroke: Stroke) {
        let points = whole(points);
        if points.len() > 1 {
            self.marks.push(Mark::Line { points, stroke });
        }
    }

    /// A filled surface within the points.
    pub fn surface(&mut self, points: impl IntoIterator<Item = Point>, color: Rgb, opacity: f64) {
        let points = whole(points);
        if points.len() > 2 {
            self.marks.push(Mark::Surface { points, color, opacity });
        }
    }

    /// A filled circle.
    pub fn disc(&mut self, at: Point, radius: u32, color: Rgb, opacity: f64) {
        if let Some(at) = nearest(at) {
            self.marks.push(Mark::Disc { at, radius, color, opacity });
        }
    }

    /// A filled square that stands on a corner, of the size of a circle of that radius.
    pub fn diamond(&mut self, at: Point, radius: u32, color: Rgb, opacity: f64) {
        let reach = 1.35 * f64::from(radius);
        let (x, y) = at;
        self.surface([(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)], color, opacity);
    }

    /// A filled mark of a shape, of the size of a circle of that radius.
    pub fn shape(&mut self, shape: Shape, at: Point, radius: u32, color: Rgb, opacity: f64) {
        let (x, y) = at;
        let reach = f64::from(radius);
        match shape {
            Shape::Disc => self.disc(at, radius, color, opacity),
            Shape::Diamond => self.diamond(at, radius, color, opacity),
            Shape::Triangle => {
                let (side, foot) = (1.25 * reach, 0.85 * reach);
                self.surface(
                    [(x, y - 1.35 * reach), (x + side, y + foot), (x - side, y + foot)],
                    color,
                    opacity,
                );
            }
            Shape::Square => {
                let side = 0.9 * reach;
                let corners =
                    [(x - side, y - side), (x + side, y - side), (x + side, y + side), (x - side, y + side)];
                self.surface(corners, color, opacity);
            }
        }
    }

    /// A hollow circle.
    pub fn ring(&mut self, at: Point, radius: u32, stroke: Stroke) {
        if let Some(at) = nearest(at) {
            self.marks.push(Mark::Ring { at, radius, stroke });
        }
    }

    /// A text on one line that stands on the point; the text must be clean already.
    pub fn text(&mut self, at: Point, words: &str, size: f64, color: Rgb, align: Align) {
        self.marks.push(Mark::Text { at, words: words.to_owned(), size, color, align, upward: false });
    }

    /// A text that is read from below to above, centred at the point, its feet to the right.
    pub fn upward_text(&mut self, at: Point, words: &str, size: f64, color: Rgb) {
        let words = words.to_owned();
        self.marks.push(Mark::Text { at, words, size, color, align: Align::Middle, upward: true });
    }

    /// The finished picture.
    pub fn finish(self, title: &str) -> Result<Drawing, FigureError> {
        register()?;
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, (WIDTH, HEIGHT)).into_drawing_area();
            let refused = |error: String| FigureError::Drawing(error);
            area.fill(&WHITE).map_err(|error| refused(error.to_string()))?;
            for mark in &self.marks {
                mark.draw(&area).map_err(refused)?;
            }
            area.present().map_err(|error| refused(error.to_string()))?;
        }
        Ok(Drawing::new(self.completed(&svg, title)))
    }

    /// What the drawing library's SVG lacks: a size on paper, a title, the font, and gaps in lines
    /// (which it would draw as thousands of little lines).
    fn completed(&self, svg: &str, title: &str) -> String {
        let mut strokes = self.marks.iter().filter_map(|mark| match mark {
            Mark::Line { stroke, .. } => Some(stroke),
            _ => None,
        });
        let mut whole = String::with_capacity(svg.len() + style_sheet().len() + 1024);
        let mut lines = svg.lines();
        while let Some(line) = lines.next() {
            if line.starts_with("<svg ") {
                let _ = writeln!(
                    whole,
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}mm\" height=\"{}mm\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">",
                    WIDTH / 10,
                    HEIGHT / 10,
                );
                let _ = writeln!(whole, "<title>{}</title>", escaped(title));
                let _ = writeln!(whole, "<style>{}</style>", style_sheet());
            } else if let Some(rest) = line.strip_prefix("<polyline ") {
                // Every mark of the kind `Line` is exactly one polyline, in the same order.
                let dash = strokes.next().map_or(Dash::None, |stroke| stroke.dash);
                let _ = match dash {
                    Dash::None => writeln!(whole, "<polyline stroke-linejoin=\"round\" {rest}"),
                    Dash::Long => writeln!(whole, "<polyline stroke-dasharray=\"16 10\" {rest}"),
                    Dash::Dots => writeln!(whole, "<polyline stroke-dasharray=\"3 7\" {rest}"),
                };
            } else if line.starts_with("<text ") {
                // On one line, so that no viewer makes spaces of the line breaks.
                let _ = writeln!(whole, "{line}{}</text>", lines.next().unwrap_or_default());
                lines.next();
            } else {
                let _ = writeln!(whole, "{line}");
            }
        }
        whole
    }
}

impl Mark {
    fn draw(&self, area: &DrawingArea<SVGBackend<'_>, Shift>) -> Result<(), String> {
        let paint = |color: Rgb, opacity: f64| RGBColor(color.0, color.1, color.2).mix(opacity);
        let drawn = match self {
            Mark::Line { points, stroke } => {
                let style = ShapeStyle {
                    color: paint(stroke.color, stroke.opacity),
                    filled: false,
                    stroke_width: stroke.width,
                };
                area.draw(&PathElement::new(points.clone(), style))
            }
            Mark::Surface { points, color, opacity } => {
                area.draw(&Polygon::new(points.clone(), paint(*color, *opacity)))
            }
            Mark::Disc { at, radius, color, opacity } => {
                area.draw(&Circle::new(*at, *radius, paint(*color, *opacity).filled()))
            }
            Mark::Ring { at, radius, stroke } => {
                let style = ShapeStyle {
                    color: paint(stroke.color, stroke.opacity),
                    filled: false,
                    stroke_width: stroke.width,
                };
                area.draw(&Circle::new(*at, *radius, style))
            }
            Mark::Text { at, words, size, color, align, upward } => {
                /// The drawing library's size of a font is this many times the size it writes.
                const SIZE_OVER_EM: f64 = 1.24;
                /// It lets a text that hangs from a point stand this many em below it, whatever the
                /// viewer; its other anchors depend on how a viewer measures the font.
                const FEET_BELOW_TOP: f64 = 0.76;
                let drop = FEET_BELOW_TOP * size;
                let (top, transform) = if *upward {
                    ((at.0 - drop, at.1), FontTransform::Rotate270)
                } else {
                    ((at.0, at.1 - drop), FontTransform::None)
                };
                let Some(top) = nearest(top) else { return Ok(()) };
                let horizontal = match align {
                    Align::Start => HPos::Left,
                    Align::Middle => HPos::Center,
                    Align::End => HPos::Right,
                };
                let style = FontDesc::new(FontFamily::Name(FAMILY), size * SIZE_OVER_EM, FontStyle::Normal)
                    .transform(transform)
                    .color(&paint(*color, 1.0));
                area.draw(&Text::new(words.as_str(), top, style.pos(Pos::new(horizontal, VPos::Top))))
            }
        };
        drawn.map_err(|error| error.to_string())
    }
}

/// The nearest place with whole coordinates; none if a coordinate is no number.
fn nearest(at: Point) -> Option<(i32, i32)> {
    (at.0.is_finite() && at.1.is_finite()).then(|| (at.0.round() as i32, at.1.round() as i32))
}

/// The points in whole coordinates, without those that repeat the one before.
fn whole(points: impl IntoIterator<Item = Point>) -> Vec<(i32, i32)> {
    let mut points: Vec<(i32, i32)> = points.into_iter().filter_map(nearest).collect();
    points.dedup();
    points
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
