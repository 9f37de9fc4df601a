//! How concentrated holdings are. Every index is a function of integer holdings; none is defined
//! (`None`) where nothing is held.

mod entropy;
mod gini;
mod herfindahl;
mod lorenz;
mod nakamoto;
mod null_law;
mod theil;
mod top_share;

pub use entropy::{renyi, shannon};
pub use gini::gini;
pub use herfindahl::herfindahl;
pub use lorenz::lorenz;
pub use nakamoto::nakamoto;

pub use null_law::{Index, NullLaw, expected_herfindahl, null_law, null_laws};
pub use theil::theil;
pub use top_share::top_share;

/// The sum of all holdings, if it is positive and fits.
fn total(holdings: &[u128]) -> Option<u128> {
    holdings.iter().try_fold(0u128, |sum, &held| sum.checked_add(held)).filter(|&sum| sum > 0)
}
