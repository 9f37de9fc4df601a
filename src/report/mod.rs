//! Tables, figures and the manifest: everything that a run leaves behind.

mod folder;
mod manifest;
pub mod tables;

pub use folder::{FolderError, ResultsFolder};
pub use manifest::{Manifest, Timing};
