//! Rules on the same population and the same random numbers: what each trial is measured by, what the
//! measures are expected to be, and the rows and words that come of it.

mod baseline;
mod contestant;
mod law;
mod measures;
mod narrative;
mod rows;

pub use baseline::{Baseline, Measurements};
pub use contestant::Contestant;
pub use measures::{FairerValues, MEASURES, Measure, measure};
pub use narrative::{paragraph, rankings};
pub use rows::{RuleComparison, compare_rules};
