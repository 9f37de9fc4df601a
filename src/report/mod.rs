//! Tables, figures and the manifest: everything that a run leaves behind.

pub mod tables;
