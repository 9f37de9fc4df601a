//! Figures: each is drawn from the rows of the tables alone, so that it can be redrawn without
//! simulating, and is the same picture in all formats.

mod compared_rules;
mod drafting;
mod drawing;
mod figure;
mod forest;
mod frontier;
mod funnel;
mod heat_map;
mod income;
mod lorenz;
mod overlay;
mod p_values;
mod pdf;
mod pgf;
mod sheet;
mod small_multiples;
mod split_gain;
mod stretches;
mod target_curve;
mod timeline;
mod unfair_probability;
mod vega_lite;
mod vocabulary;
mod win_share;
mod windows;
mod wins_per_trial;
mod write;

pub use drafting::short_name;
#[cfg(feature = "cli")]
pub(in crate::report) use drafting::{escaped, font_face};
pub use drawing::{Drawing, NamedFile};
pub use figure::{FIGURES, Figure, FigureError, Grid, GridCell, Subject, undrawable_note};
pub use overlay::{Overlay, overlay_measure, overlay_timeline};
pub use sheet::{Sheet, SheetWidth, Theme};
pub use vocabulary::Vocabulary;
pub use write::{audit_subtitle, draw_figures, run_subtitle, write_drawing, write_figures};

#[cfg(test)]
mod samples;
