//! Tables, figures and the manifest: everything that a run leaves behind.

mod analysis;
mod audit;
pub mod comparison;
pub mod figures;
mod folder;
mod manifest;
mod plan;
mod strategy;
pub mod tables;

pub use analysis::{Analysis, Stopping, analyse, analyse_stopped};
pub use audit::{Audit, AuditTable, Conclusion, MOST_WINS, audit};
pub use folder::{FolderError, ResultsFolder};
pub use manifest::{Manifest, Timing};
pub use plan::{Plan, PlanSettings, Scatter, pilot_seed, plan};
pub use strategy::{Move, strategy};
