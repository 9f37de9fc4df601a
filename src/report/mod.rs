//! Tables, figures and the manifest: everything that a run leaves behind.

mod analysis;
pub mod comparison;
pub mod figures;
mod folder;
mod manifest;
mod plan;
pub mod tables;

pub use analysis::{Analysis, Stopping, analyse, analyse_stopped};
pub use folder::{FolderError, ResultsFolder};
pub use manifest::{Manifest, Timing};
pub use plan::{Plan, PlanSettings, Scatter, pilot_seed, plan};
