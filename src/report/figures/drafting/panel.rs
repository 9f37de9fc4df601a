//! A frame with two axes.

use super::canvas::{Align, Canvas, MarkRole, Point, Stroke};
use super::chart::Axes;
use super::fitting::fitted;
use super::labels::Area;
use super::palette::{GRID, INK, PAPER};
use super::scale::{Scale, Tick};
use super::typeface::{LABEL_SIZE, width};

/// The size of the axes' titles: 9.6 points.
pub const TITLE_SIZE: f64 = 34.0;
/// How far apart the lines of a title are.
const TITLE_LINE: f64 = 42.0;
/// Between tick labels and frame.
const GAP: f64 = 12.0;
/// Room to the right of a frame for the half of the last tick label that reaches beyond it.
pub const MARGIN_RIGHT: f64 = 24.0;
/// A frame with two axes, and where on the sheet it lies.
#[derive(Clone, Copy, Debug)]
pub struct Panel {
    /// The frame.
    pub frame: Area,
    /// The horizontal axis.
    pub x: Scale,
    /// The vertical axis.
    pub y: Scale,
}

/// How much room the vertical axes of these scales need to the left of their frames, each with a
/// title of so many lines.
pub fn margin_left(scales: &[(Scale, f64)], title_lines: usize) -> f64 {
    let labels = scales
        .iter()
        .flat_map(|&(scale, height)| scale.ticks(up(height)))
        .filter_map(|tick| tick.label)
        .map(|label| width(&label, LABEL_SIZE))
        .fold(0.0, f64::max);
    20.0 + title_lines as f64 * TITLE_LINE + GAP + labels + GAP
}

/// About how many labelled ticks stand on a horizontal axis of this width.
fn across(width: f64) -> usize {
    ((width / 120.0) as usize).clamp(2, 8)
}

/// About how many labelled ticks stand on a vertical axis of this height.
fn up(height: f64) -> usize {
    ((height / 60.0) as usize).clamp(4, 7)
}

impl Panel {
    /// The place of a pair of values.
    pub fn at(&self, x: f64, y: f64) -> Point {
        let Area { left, top, right, bottom } = self.frame;
        (left + self.x.place(x) * (right - left), bottom - self.y.place(y) * (bottom - top))
    }

    /// What the canvas knows of the axes.
    fn axes<'c>(&self, canvas: &'c mut Canvas) -> &'c mut Axes {
        canvas.axes(self.frame, self.x, self.y)
    }

    /// The upright lines of the grid.
    pub fn draw_upright_grid(&self, canvas: &mut Canvas) {
        self.axes(canvas).x.grid = true;
        let before = canvas.purpose(MarkRole::Axes);
        let Area { left, top, right, bottom } = self.frame;
        for tick in self.x.ticks(across(right - left)).iter().filter(|tick| tick.label.is_some()) {
            let x = self.at(tick.value, self.y.low()).0;
            canvas.line([(x, top), (x, bottom)], Stroke::solid(GRID, 2));
        }
        canvas.purpose(before);
    }

    /// The grid, to be drawn before anything else.
    pub fn draw_grid(&self, canvas: &mut Canvas) {
        self.draw_upright_grid(canvas);
        self.draw_level_grid(canvas);
    }

    /// The level lines of the grid.
    pub fn draw_level_grid(&self, canvas: &mut Canvas) {
        self.axes(canvas).y.grid = true;
        let before = canvas.purpose(MarkRole::Axes);
        let Area { left, top, right, bottom } = self.frame;
        for tick in self.y.ticks(up(bottom - top)).iter().filter(|tick| tick.label.is_some()) {
            let y = self.at(self.x.low(), tick.value).1;
            canvas.line([(left, y), (right, y)], Stroke::solid(GRID, 2));
        }
        canvas.purpose(before);
    }

    /// The frame, the ticks and their labels, to be drawn last.
    ///
    /// Without a title below, the horizontal axis has ticks but no labels: those of the panel below
    /// serve both. Labels that would touch their neighbour are left out.
    pub fn draw_axes(&self, canvas: &mut Canvas, below: Option<&str>, beside: &[&str]) {
        let Area { top, bottom, .. } = self.frame;
        let y = |tick: Tick| tick.label.map(|_| self.at(self.x.low(), tick.value).1);
        let in_corner = |y: f64| bottom - y < LABEL_SIZE;
        // Where the vertical axis has a label in the corner, that of the other one ends before it.
        let corner = self.y.ticks(up(bottom - top)).into_iter().filter_map(y).any(in_corner);
        self.floor(canvas, below, if corner { GAP } else { f64::INFINITY }, f64::INFINITY);
        self.draw_side(canvas, beside);
    }

    /// The ticks and labels of the vertical axis.
    pub fn draw_side(&self, canvas: &mut Canvas, beside: &[&str]) {
        let Area { left, top, bottom, .. } = self.frame;
        let line = Stroke::solid(INK, 3);
        let before = canvas.purpose(MarkRole::Axes);
        let ticks = self.y.ticks(up(bottom - top));
        let titles = canvas.beside(beside);
        let axis = &mut self.axes(canvas).y;
        (axis.ticks, axis.title) = (ticks.clone(), titles.join(" ").trim().to_owned());
        let mut free_below = f64::INFINITY;
        for Tick { value, label } in ticks {
            let y = self.at(self.x.low(), value).1;
            let length = if label.is_some() { 10.0 } else { 6.0 };
            canvas.line([(left - length, y), (left, y)], line);
            let Some(label) = label else { continue };
            if y + LABEL_SIZE / 2.0 <= free_below {
                canvas.text((left - GAP - 6.0, y + 12.0), &label, LABEL_SIZE, INK, Align::End);
                // From ascender to descender a line is somewhat higher than its size.
                free_below = y - 0.67 * LABEL_SIZE;
            }
        }
        if let Some(place) = self.y.break_place() {
            // Two strokes across the axis, and a gap between them.
            let y = bottom - place * (bottom - top);
            let edges = |rise: f64| [(left - 9.0, y + rise + 5.0), (left + 9.0, y + rise - 5.0)];
            let ([a, b], [c, d]) = (edges(4.0), edges(-4.0));
            canvas.surface([a, b, d, c], PAPER, 1.0);
            canvas.line([a, b], line);
            canvas.line([c, d], line);
        }
        for (index, title) in titles.into_iter().enumerate() {
            let title = fitted(&title, TITLE_SIZE, bottom - top);
            let x = 16.0 + TITLE_LINE * (index as f64 + 0.75);
            canvas.upward_text((x, top.midpoint(bottom)), &title, TITLE_SIZE, INK);
        }
        canvas.purpose(before);
    }

    /// The frame and the horizontal axis with its ticks, as [`Panel::draw_axes`] draws them.
    pub fn draw_floor(&self, canvas: &mut Canvas, below: Option<&str>) {
        self.floor(canvas, below, f64::INFINITY, f64::INFINITY);
    }

    /// The same where another panel stands beside this one: no label reaches farther than this from the frame.
    pub fn draw_floor_within(&self, canvas: &mut Canvas, below: Option<&str>, reach: f64) {
        self.floor(canvas, below, reach, reach);
    }

    /// The frame and the horizontal axis, whose labels reach no farther beyond the left and the right end of the
    /// frame than this.
    fn floor(&self, canvas: &mut Canvas, below: Option<&str>, nearer: f64, farther: f64) {
        let Area { left, top, right, bottom } = self.frame;
        let line = Stroke::solid(INK, 3);
        let before = canvas.purpose(MarkRole::Axes);
        canvas.line([(left, top), (left, bottom), (right, bottom)], line);

        let ticks = self.x.ticks(across(right - left));
        let title = below.map(|title| canvas.below(title));
        let axis = &mut self.axes(canvas).x;
        axis.ticks = ticks.clone();
        match &title {
            Some(title) => axis.title.clone_from(title),
            None => axis.ticks.iter_mut().for_each(|tick| tick.label = None),
        }
        let mut free_from = f64::NEG_INFINITY;
        for Tick { value, label } in ticks {
            let x = self.at(value, self.y.low()).0;
            let length = if label.is_some() { 10.0 } else { 6.0 };
            canvas.line([(x, bottom), (x, bottom + length)], line);
            let (Some(label), Some(_)) = (label, below) else { continue };
            let half = width(&label, LABEL_SIZE) / 2.0;
            // A wide label at the end of the axis stands somewhat before its tick rather than off the sheet, or
            // among the labels of another panel.
            let most = (canvas.width() - 6.0).min(right + farther) - half;
            let middle = x.max(left - nearer + half).min(most);
            if middle - half >= free_from {
                canvas.text((middle, bottom + 46.0), &label, LABEL_SIZE, INK, Align::Middle);
                free_from = middle + half + 24.0;
            }
        }
        if let Some(title) = title {
            let title = fitted(&title, TITLE_SIZE, right - left);
            canvas.text((left.midpoint(right), bottom + 96.0), &title, TITLE_SIZE, INK, Align::Middle);
        }
        canvas.purpose(before);
    }
}
