//! The rows of the result tables: tidy, counts as integers, an empty cell for "not available".

mod chains;
mod compare;
mod fairness;
mod law;
mod plan;
mod timeline;
mod trials;
mod validators;
mod write;

pub use chains::ChainRow;
pub use compare::CompareRow;
pub use fairness::FairnessRow;
pub use law::{LawRow, law_rows};
pub use plan::PlanRow;
pub use timeline::TimelineRow;
pub use trials::TrialRow;
pub use validators::ValidatorRow;
pub use write::{Tables, write_rows};
