//! How concentrated holdings are. Every index is a function of integer holdings; none is defined
//! (`None`) where nothing is held.

mod entropy;
mod gini;
mod herfindahl;
mod holdings;
mod nakamoto;
mod null_law;
mod theil;
mod top_share;

pub use entropy::{renyi, shannon};
pub use gini::gini;
pub use herfindahl::herfindahl;
pub use holdings::Holdings;
pub use nakamoto::nakamoto;

pub use null_law::{Index, NullLaw, expected_herfindahl, null_law, null_laws};
pub use theil::theil;
pub use top_share::top_share;
