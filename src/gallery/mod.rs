//! The gallery: published results, each computed again from its exact law and by simulation.
//!
//! An [`Entry`](PublishedResult) is a TOML file in `scenarios/papers/`: a scenario (or none, where the
//! result is one of combinatorics) with a section `[published]` that names what was printed and by whom,
//! and the [`Estimand`] it is about. Nothing of the agreement is written down: [`check()`] computes it.

mod case;
mod check;
mod estimand;
mod estimands;
mod page;
mod published;
mod sample;

pub use case::Case;
pub use check::{Agreement, GalleryRow, check, check_all};
pub use estimand::{ESTIMANDS, Estimand};
pub use page::{cells, page};
pub use published::{PublishedResult, published_result, published_results};
pub use sample::Sample;
