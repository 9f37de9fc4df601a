//! From statements to files: tables, figures, the folder of results and its manifest.

mod comparison_manifest;
#[cfg(feature = "figures")]
pub mod figures;
mod folder;
mod manifest;
mod tables;

pub use comparison_manifest::{Compared, ComparisonManifest};
pub use folder::{FolderError, ResultsFolder};
pub use manifest::{Manifest, Timing, population_hash};
pub use tables::{write_rows, write_run_tables};
