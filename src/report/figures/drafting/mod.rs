//! The drawing table: what all figures share. Lengths are in tenths of a millimetre on paper.

mod canvas;
mod chart;
mod excerpt;
mod fitting;
mod glyphs;
mod labels;
mod page;
mod palette;
mod panel;
mod scale;
mod svg_backend;
mod typeface;

pub(in crate::report) use canvas::escaped;
pub(super) use canvas::{Align, Canvas, Dash, Mark, MarkRole, Point, Shape, Stroke};
pub(super) use chart::{Axes, Axis, Chart, MarkStyle, Piece, Series, alike};
pub(super) use excerpt::{Excerpt, ExcerptOrder};
pub use fitting::short_name;
pub(super) use fitting::{fitted, fitted_names, shortened, shortened_within, wrapped};
pub(super) use glyphs::undrawable;
pub(super) use labels::{Area, LEADER, Surroundings, Wish, write_ends, write_names};
pub(super) use page::{Key, Page, Words, percent};
pub(super) use palette::{BLUE, GRID, INK, MUTED, ORANGE, PAPER, Rgb, VERMILLION, series, shown};
pub(super) use panel::{MARGIN_RIGHT, Panel, TITLE_SIZE, margin_left};
pub(super) use scale::{Scale, digits, with_interval};
#[cfg(test)]
pub(super) use typeface::covered;
pub(in crate::report) use typeface::style_sheet as font_face;
pub(super) use typeface::{FAMILY_IN_FONT, LABEL_SIZE, clean, database, width};
