//! Rules on the same population and the same luck: what each trial is measured by, what the
//! measures are expected to be, and the rows and words that come of it.

mod contestant;
mod ground;
mod law;
mod manifest;
mod measures;
mod rows;
mod words;

pub use contestant::Contestant;
pub use ground::{Ground, Measurements};
pub use manifest::{Compared, ComparisonManifest, population_hash};
pub use measures::{MEASURES, Measure, measure};
pub use rows::{RuleComparison, compare_rules};
pub use words::{paragraph, rankings};
