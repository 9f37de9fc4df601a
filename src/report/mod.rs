//! From statements to files: tables, figures, the folder of results and its manifest.

mod active;
mod audit_manifest;
mod comparison_manifest;
mod csv_cells;
mod environment;
#[cfg(feature = "figures")]
pub mod figures;
// Folders of results are moved by renames, and here alone.
#[allow(clippy::disallowed_methods)]
mod folder;
mod formulas;
#[cfg(feature = "figures")]
mod latex;
mod manifest;
#[cfg(feature = "cli")]
mod page;
#[cfg(feature = "figures")]
mod rule_label;
mod stopwatch;
#[cfg(feature = "cli")]
mod study_figures;
#[cfg(feature = "cli")]
mod study_values;
mod tables;

pub use active::activity;
pub use audit_manifest::AuditManifest;
pub use comparison_manifest::{ComparedScenario, ComparisonManifest};
pub use environment::Environment;
pub use folder::{
    Addition, Conflict, FolderError, Leftover, Published, ResultsFolder, Terms, behind_links, file_hash,
    listed_file, make_folders, manifest_hash, read_manifest, settle_killed_runs,
};
pub use formulas::FormulaGuard;
pub use manifest::{Manifest, Timing, population_hash};
#[cfg(feature = "cli")]
pub use page::{PageError, TableStyle, page, page_of, paper, write_report};
#[cfg(feature = "figures")]
pub use rule_label::rule_label;
pub use stopwatch::Stopwatch;
#[cfg(feature = "cli")]
pub use study_figures::{StudyFigures, study_size, study_subtitle};
#[cfg(feature = "cli")]
pub use study_values::{StudyValues, StudyValuesError, curves_of_study};
pub use tables::{Rows, write_rows, write_run_tables};
