//! A list of marks on a sheet of paper, and how it becomes an SVG file.
//!
//! Places are whole units, a tenth of a millimetre on the sheet of 180 mm: finer than any printer shows.

use super::chart::{Axes, Chart};
use super::glyphs::outline;
use super::labels::Area;
use super::palette::{PAPER, Rgb, shown};
use super::scale::Scale;
use super::svg_backend::{Elements, SvgBackend, nearest, paint};
use super::typeface::{FAMILY, clean, style_sheet};
use crate::report::figures::{Drawing, Sheet, Vocabulary};
use plotters::coord::Shift;
use plotters::prelude::{
    Circle, DrawingArea, IntoDrawingArea, PathElement, Polygon, RGBAColor, RGBColor, ShapeStyle,
};
use plotters::style::Color;
use std::cell::RefCell;
use std::fmt::Write;
use std::rc::Rc;

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
    /// A triangle on its tip.
    Tip,
}

impl Shape {
    /// That of the series with this index; shapes come again after five. Where the ten colours come again, they
    /// have other shapes, so that fifty series differ in one or the other.
    pub fn of(index: usize) -> Self {
        [Shape::Disc, Shape::Diamond, Shape::Triangle, Shape::Square, Shape::Tip][(index + index / 10) % 5]
    }

    /// The corners of such a mark there, of the size of a circle of that radius; a circle has none.
    fn corners(self, (x, y): Point, radius: u32) -> Option<Vec<Point>> {
        let reach = f64::from(radius);
        let (side, foot, tip) = (1.25 * reach, 0.85 * reach, 1.35 * reach);
        let half = 0.9 * reach;
        match self {
            Shape::Disc => None,
            Shape::Diamond => Some(vec![(x, y - tip), (x + tip, y), (x, y + tip), (x - tip, y)]),
            Shape::Triangle => Some(vec![(x, y - tip), (x + side, y + foot), (x - side, y + foot)]),
            Shape::Tip => Some(vec![(x, y + tip), (x + side, y - foot), (x - side, y - foot)]),
            Shape::Square => Some(vec![
                (x - half, y - half),
                (x + half, y - half),
                (x + half, y + half),
                (x - half, y + half),
            ]),
        }
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

/// A mark where it stands on the sheet; only files of coordinates round its place.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A line.
    Line {
        /// From where over which points to where.
        points: Vec<Point>,
        /// How.
        stroke: Stroke,
    },
    /// A filled surface.
    Surface {
        /// Its corners.
        points: Vec<Point>,
        /// Its colour.
        color: Rgb,
        /// How much of what lies below it hides, from 0 to 1.
        opacity: f64,
    },
    /// A filled mark.
    Filled {
        /// Its shape.
        shape: Shape,
        /// Its centre.
        at: Point,
        /// The radius of a circle of its size.
        radius: u32,
        /// Its colour.
        color: Rgb,
        /// How much of what lies below it hides, from 0 to 1.
        opacity: f64,
    },
    /// A hollow circle.
    Ring {
        /// Its centre.
        at: Point,
        /// Its radius.
        radius: u32,
        /// How it is drawn.
        stroke: Stroke,
    },
    /// A text on one line.
    Text {
        /// Where its feet are.
        at: Point,
        /// What it says.
        words: String,
        /// Its size.
        size: f64,
        /// Its colour.
        color: Rgb,
        /// Which end of it stands there.
        align: Align,
        /// Whether it is read from below to above.
        upward: bool,
    },
}

/// What a mark is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkRole {
    /// The title above.
    Heading,
    /// What was run, and notes.
    Words,
    /// What the other marks mean.
    Key,
    /// Axes, their ticks and titles, and grids.
    Axes,
    /// What the figure shows.
    Data,
}

/// A mark, what it is there for, and the values that it stands for, in words, if it stands for some.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// The mark.
    pub mark: Mark,
    /// What it is there for.
    pub purpose: MarkRole,
    /// The values.
    pub values: Option<String>,
}

/// A sheet that is being drawn.
pub struct Canvas {
    sheet: Sheet,
    vocabulary: Vocabulary,
    marks: Vec<Drawn>,
    axes: Vec<Axes>,
    values: Option<String>,
    purpose: MarkRole,
}

impl Canvas {
    /// An empty sheet.
    pub fn new(sheet: Sheet, vocabulary: Vocabulary) -> Self {
        Canvas {
            sheet,
            vocabulary,
            marks: Vec::new(),
            axes: Vec::new(),
            values: None,
            purpose: MarkRole::Data,
        }
    }

    /// The title of the horizontal axis, or what is to stand there.
    pub fn below(&self, title: &str) -> String {
        clean(&self.vocabulary.x.clone().unwrap_or_else(|| self.vocabulary.said(title)))
    }

    /// The lines of the title of the vertical axis, or what is to stand there.
    pub fn beside(&self, lines: &[&str]) -> Vec<String> {
        match &self.vocabulary.y {
            Some(title) if lines.iter().any(|line| !line.is_empty()) => {
                let blank = lines.len().saturating_sub(1);
                std::iter::repeat_n(String::new(), blank).chain([clean(title)]).collect()
            }
            _ => lines.iter().map(|line| clean(&self.vocabulary.said(line))).collect(),
        }
    }

    /// What the marks stand for that come until it is called again: shown where a pointer rests on one.
    pub fn values(&mut self, words: Option<String>) {
        self.values = words;
    }

    /// How wide the sheet is.
    pub fn width(&self) -> f64 {
        f64::from(self.sheet.units().0)
    }

    /// What the marks are there for that come until it is called again; returns what it was before.
    pub fn purpose(&mut self, purpose: MarkRole) -> MarkRole {
        std::mem::replace(&mut self.purpose, purpose)
    }

    /// The axes of the frame there, to say more of them.
    pub fn axes(&mut self, frame: Area, x: Scale, y: Scale) -> &mut Axes {
        let known = self.axes.iter().position(|axes| axes.frame == frame);
        let index = known.unwrap_or_else(|| {
            self.axes.push(Axes::new(frame, x, y));
            self.axes.len() - 1
        });
        &mut self.axes[index]
    }

    fn add(&mut self, mark: Mark) {
        self.marks.push(Drawn { mark, purpose: self.purpose, values: self.values.clone() });
    }

    /// A line through the points. Points that are no numbers are left out.
    pub fn line(&mut self, points: impl IntoIterator<Item = Point>, stroke: Stroke) {
        let points = finite(points);
        if points.iter().any(|point| nearest(*point) != nearest(points[0])) {
            self.add(Mark::Line { points, stroke });
        }
    }

    /// A filled surface within the points.
    pub fn surface(&mut self, points: impl IntoIterator<Item = Point>, color: Rgb, opacity: f64) {
        let points = finite(points);
        if whole(&points).len() > 2 {
            self.add(Mark::Surface { points, color, opacity });
        }
    }

    /// A filled circle.
    pub fn disc(&mut self, at: Point, radius: u32, color: Rgb, opacity: f64) {
        self.shape(Shape::Disc, at, radius, color, opacity);
    }

    /// A filled square that stands on a corner, of the size of a circle of that radius.
    pub fn diamond(&mut self, at: Point, radius: u32, color: Rgb, opacity: f64) {
        self.shape(Shape::Diamond, at, radius, color, opacity);
    }

    /// A filled mark of a shape, of the size of a circle of that radius.
    pub fn shape(&mut self, shape: Shape, at: Point, radius: u32, color: Rgb, opacity: f64) {
        if nearest(at).is_some() {
            self.add(Mark::Filled { shape, at, radius, color, opacity });
        }
    }

    /// A hollow circle.
    pub fn ring(&mut self, at: Point, radius: u32, stroke: Stroke) {
        if nearest(at).is_some() {
            self.add(Mark::Ring { at, radius, stroke });
        }
    }

    /// Room for a pointer around a point, without a mark, that shows the values there.
    pub fn told(&mut self, at: Point, words: String) {
        let before = self.values.replace(words);
        self.disc(at, 14, PAPER, 0.0);
        self.values = before;
    }

    /// A text on one line that stands on the point; the text must be clean already.
    pub fn text(&mut self, at: Point, words: &str, size: f64, color: Rgb, align: Align) {
        self.add(Mark::Text { at, words: words.to_owned(), size, color, align, upward: false });
    }

    /// A text that is read from below to above, centred at the point, its feet to the right.
    pub fn upward_text(&mut self, at: Point, words: &str, size: f64, color: Rgb) {
        let words = words.to_owned();
        self.add(Mark::Text { at, words, size, color, align: Align::Middle, upward: true });
    }

    /// The finished picture.
    pub fn finish(self, title: &str) -> Drawing {
        let ((across, down), (width, height)) = (self.sheet.units(), self.sheet.lengths());
        let elements = Rc::new(RefCell::new(Elements::default()));
        {
            let mut elements = elements.borrow_mut();
            elements.svg.reserve(style_sheet().len() + 128 * self.marks.len() + 1024);
            let svg = &mut elements.svg;
            let _ = writeln!(
                svg,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {across} {down}\" role=\"img\">"
            );
            let _ = writeln!(svg, "<title>{}</title>", escaped(title));
            let _ = writeln!(svg, "<style>{}</style>", style_sheet());
            let paper = paint("fill", self.color(PAPER, 1.0).to_backend_color());
            let _ = writeln!(svg, "<rect x=\"0\" y=\"0\" width=\"{across}\" height=\"{down}\"{paper}/>");
        }
        let area = SvgBackend::new((across, down), Rc::clone(&elements)).into_drawing_area();
        for (index, drawn) in self.marks.iter().enumerate() {
            elements.borrow_mut().values.clone_from(&drawn.values);
            self.draw(&area, &elements, index, &drawn.mark);
        }
        drop(area);
        let mut svg = elements.take().svg;
        svg.push_str("</svg>\n");
        let chart = Chart { sheet: self.sheet, title: title.to_owned(), axes: self.axes, marks: self.marks };
        Drawing::new(svg, chart)
    }

    /// A colour in the theme of the sheet.
    fn color(&self, color: Rgb, opacity: f64) -> RGBAColor {
        let (red, green, blue) = shown(color, self.sheet.theme);
        RGBColor(red, green, blue).mix(opacity)
    }

    fn stroke(&self, stroke: Stroke) -> ShapeStyle {
        let color = self.color(stroke.color, stroke.opacity);
        ShapeStyle { color, filled: false, stroke_width: stroke.width }
    }

    fn draw(
        &self,
        area: &DrawingArea<SvgBackend, Shift>,
        elements: &RefCell<Elements>,
        index: usize,
        mark: &Mark,
    ) {
        let drawn = match mark {
            Mark::Line { points, stroke } => {
                elements.borrow_mut().dash = Some(stroke.dash);
                area.draw(&PathElement::new(whole(points), self.stroke(*stroke)))
            }
            Mark::Surface { points, color, opacity } => {
                area.draw(&Polygon::new(whole(points), self.color(*color, *opacity)))
            }
            Mark::Filled { shape, at, radius, color, opacity } => {
                let color = self.color(*color, *opacity);
                match (shape.corners(*at, *radius), nearest(*at)) {
                    (Some(corners), _) => area.draw(&Polygon::new(whole(&corners), color)),
                    (None, Some(at)) => area.draw(&Circle::new(at, *radius, color.filled())),
                    (None, None) => return,
                }
            }
            Mark::Ring { at, radius, stroke } => {
                let Some(at) = nearest(*at) else { return };
                area.draw(&Circle::new(at, *radius, self.stroke(*stroke)))
            }
            Mark::Text { at, words, size, color, align, upward } => {
                let Some(at) = nearest(*at) else { return };
                let fill = paint("fill", self.color(*color, 1.0).to_backend_color());
                let svg = &mut elements.borrow_mut().svg;
                write_text(svg, (index, at), (words, *size, &fill), *align, *upward);
                Ok(())
            }
        };
        drawn.expect("a backend that writes into memory refuses nothing");
    }
}

/// A text is written as one where the embedded font has its letters, else as their outlines: plotters would
/// measure it with a font of its own.
fn write_text(
    svg: &mut String,
    (index, (x, y)): (usize, (i32, i32)),
    (words, size, fill): (&str, f64, &str),
    align: Align,
    upward: bool,
) {
    let turn = if upward { "-90" } else { "0" };
    let _ = if let Some(outline) = outline(words, size) {
        let back = match align {
            Align::Start => 0.0,
            Align::Middle => -outline.width / 2.0,
            Align::End => -outline.width,
        };
        writeln!(
            svg,
            "<g id=\"words-{index}\" transform=\"translate({x} {y}) rotate({turn}) translate({back:.1} 0)\"><title>{}</title><path{fill} d=\"{}\"/></g>",
            escaped(words),
            outline.path
        )
    } else {
        let anchor = match align {
            Align::Start => "",
            Align::Middle => " text-anchor=\"middle\"",
            Align::End => " text-anchor=\"end\"",
        };
        let turned = if upward { format!(" transform=\"rotate({turn} {x} {y})\"") } else { String::new() };
        writeln!(
            svg,
            "<text x=\"{x}\" y=\"{y}\" font-family=\"{FAMILY}\" font-size=\"{size}\"{anchor}{fill}{turned}>{}</text>",
            escaped(words)
        )
    };
}

/// The points that are numbers.
fn finite(points: impl IntoIterator<Item = Point>) -> Vec<Point> {
    points.into_iter().filter(|point| nearest(*point).is_some()).collect()
}

/// The points in whole coordinates, without those that repeat the one before.
fn whole(points: &[Point]) -> Vec<(i32, i32)> {
    let mut points: Vec<(i32, i32)> = points.iter().filter_map(|point| nearest(*point)).collect();
    points.dedup();
    points
}

/// The text with what SVG would take for its own written out.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
