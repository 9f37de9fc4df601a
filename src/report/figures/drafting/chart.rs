//! What is drawn, as values: the axes, and the marks in their coordinates, for formats that a reader goes on
//! working with.

use super::canvas::{Align, Drawn, Mark, MarkRole, Point, Shape, Stroke};
use super::labels::Area;
use super::palette::Rgb;
use super::scale::{Scale, Tick};
use crate::report::figures::Sheet;

/// A figure as values.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What it is drawn on.
    pub sheet: Sheet,
    /// Its title in words.
    pub title: String,
    /// The axes of its frames.
    pub axes: Vec<Axes>,
    /// All marks, from the lowest to the uppermost.
    pub marks: Vec<Drawn>,
}

/// The axes of a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    /// Where it is.
    pub frame: Area,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
}

/// An axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Its values.
    pub scale: Scale,
    /// Its ticks; none where it is not drawn.
    pub ticks: Vec<Tick>,
    /// Its title; empty for none.
    pub title: String,
    /// Whether its ticks have lines across the frame.
    pub grid: bool,
}

impl Axis {
    fn new(scale: Scale) -> Self {
        Axis { scale, ticks: Vec::new(), title: String::new(), grid: false }
    }
}

impl Axes {
    /// Axes without ticks.
    pub fn new(frame: Area, x: Scale, y: Scale) -> Self {
        Axes { frame, x: Axis::new(x), y: Axis::new(y) }
    }

    /// The values at a place on the sheet.
    fn values(&self, (x, y): Point) -> Point {
        let Area { left, top, right, bottom } = self.frame;
        let across = self.x.scale.value((x - left) / (right - left));
        (across, self.y.scale.value((bottom - y) / (bottom - top)))
    }

    /// How far a place on the sheet is from the frame.
    fn distance(&self, (x, y): Point) -> f64 {
        let Area { left, top, right, bottom } = self.frame;
        let beyond = |value: f64, low: f64, high: f64| (low - value).max(value - high).max(0.0);
        beyond(x, left, right).hypot(beyond(y, top, bottom))
    }
}

/// How marks look.
#[derive(Clone, Debug, PartialEq)]
pub enum MarkStyle {
    /// Lines.
    Lines(Stroke),
    /// Filled surfaces of a colour, with how much they hide.
    Surfaces(Rgb, f64),
    /// Filled marks of a shape, a radius and a colour, with how much they hide.
    Filled(Shape, u32, Rgb, f64),
    /// Hollow circles of this radius.
    Rings(u32, Stroke),
    /// Words of this size and colour, and which end of them stands at their place.
    Words(f64, Rgb, Align, bool),
}

/// A mark in the coordinates of its axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Its points.
    pub points: Vec<Point>,
    /// What it says, or the values that it stands for.
    pub words: Option<String>,
}

/// Marks that look alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// How they look.
    pub kind: MarkStyle,
    /// The marks.
    pub pieces: Vec<Piece>,
}

impl Chart {
    /// The marks that show something, for each of the axes in their order: each in the coordinates of the
    /// axes that it is nearest to.
    pub fn series(&self) -> Vec<Vec<Series>> {
        let mut series: Vec<Vec<Series>> = vec![Vec::new(); self.axes.len()];
        for drawn in self.marks.iter().filter(|drawn| drawn.purpose == MarkRole::Data) {
            let (kind, mut piece) = parts(&drawn.mark);
            let Some(&first) = piece.points.first() else { continue };
            let distance = |axes: &Axes| axes.distance(first);
            let Some((index, axes)) =
                self.axes.iter().enumerate().min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)))
            else {
                continue;
            };
            piece.points.iter_mut().for_each(|point| *point = axes.values(*point));
            piece.words = piece.words.or_else(|| drawn.values.clone());
            add(&mut series[index], kind, piece);
        }
        series
    }

    /// The marks of this purpose.
    pub fn of(&self, purpose: MarkRole) -> impl Iterator<Item = &Mark> {
        self.marks.iter().filter(move |drawn| drawn.purpose == purpose).map(|drawn| &drawn.mark)
    }

    /// The words of this purpose, a line each.
    pub fn words(&self, purpose: MarkRole) -> Vec<String> {
        self.of(purpose).filter_map(|mark| parts(mark).1.words).collect()
    }
}

/// These marks in the coordinates of the sheet, together where they look alike.
pub fn alike<'m>(marks: impl Iterator<Item = &'m Mark>) -> Vec<Series> {
    let mut series = Vec::new();
    for (kind, piece) in marks.map(parts) {
        add(&mut series, kind, piece);
    }
    series
}

/// How a mark looks, and where it is on the sheet.
fn parts(mark: &Mark) -> (MarkStyle, Piece) {
    let piece = |points: Vec<Point>| Piece { points, words: None };
    match mark {
        Mark::Line { points, stroke } => (MarkStyle::Lines(*stroke), piece(points.clone())),
        Mark::Surface { points, color, opacity } => {
            (MarkStyle::Surfaces(*color, *opacity), piece(points.clone()))
        }
        Mark::Filled { shape, at, radius, color, opacity } => {
            (MarkStyle::Filled(*shape, *radius, *color, *opacity), piece(vec![*at]))
        }
        Mark::Ring { at, radius, stroke } => (MarkStyle::Rings(*radius, *stroke), piece(vec![*at])),
        Mark::Text { at, words, size, color, align, upward } => (
            MarkStyle::Words(*size, *color, *align, *upward),
            Piece { points: vec![*at], words: Some(words.clone()) },
        ),
    }
}

/// Adds a mark to those that look alike, unless something that it must hide, or that must hide it, was drawn
/// since: surfaces do so.
fn add(series: &mut Vec<Series>, kind: MarkStyle, piece: Piece) {
    let is_surface = |kind: &MarkStyle| matches!(kind, MarkStyle::Surfaces(..));
    let since = series.iter().rposition(|one| is_surface(&one.kind));
    let from = if is_surface(&kind) { series.len().saturating_sub(1) } else { since.map_or(0, |at| at + 1) };
    let alike = series[from..].iter_mut().find(|one| {
        one.kind == kind && !(is_surface(&kind) && one.pieces.iter().any(|other| overlap(other, &piece)))
    });
    match alike {
        Some(one) => one.pieces.push(piece),
        None => series.push(Series { kind, pieces: vec![piece] }),
    }
}

/// Whether the rectangles around two marks overlap.
fn overlap(a: &Piece, b: &Piece) -> bool {
    let range = |piece: &Piece, value: fn(&Point) -> f64| {
        let values = piece.points.iter().map(value);
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    };
    [(|point: &Point| point.0) as fn(&Point) -> f64, |point| point.1].iter().all(|&value| {
        let (a, b) = (range(a, value), range(b, value));
        a.0 < b.1 && b.0 < a.1
    })
}
