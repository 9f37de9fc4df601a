//! The rows of the result tables: tidy, counts as integers, an empty cell for "not available".

mod fairness;
mod timeline;
mod validators;

pub use fairness::FairnessRow;
pub use timeline::TimelineRow;
pub use validators::ValidatorRow;
