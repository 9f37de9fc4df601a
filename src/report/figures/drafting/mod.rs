//! The drawing table: what all figures share. Lengths are in tenths of a millimetre on paper.

mod canvas;
mod labels;
mod page;
mod palette;
mod panel;
mod scale;
mod typeface;

pub(super) use canvas::{Align, Canvas, Dash, HEIGHT, Point, Shape, Stroke, WIDTH};
pub(super) use labels::{Area, Surroundings, Wish, beside, stacked};
pub(super) use page::{Key, Page, Words, percent};
pub(super) use palette::{BLUE, INK, MUTED, ORANGE, Rgb, VERMILLION, series};
pub(super) use panel::{MARGIN_RIGHT, Panel, margin_left};
pub(super) use scale::{Scale, counted};
pub(super) use typeface::{FAMILY_IN_FONT, LABEL_SIZE, clean, database, fitted, shortened, width};
