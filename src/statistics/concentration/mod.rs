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

/// A term for each holding above zero, in their order. Worked out once for neighbours that are equal: of many
/// holdings most are, and stand together once they are sorted.
fn terms(holdings: &[u128], term: impl Fn(f64) -> f64) -> impl Iterator<Item = f64> {
    let mut known = (0, 0.0);
    holdings.iter().filter(|&&held| held > 0).map(move |&held| {
        if held != known.0 {
            known = (held, term(held as f64));
        }
        known.1
    })
}

/// The sum of all holdings, if it is positive and fits.
fn total(holdings: &[u128]) -> Option<u128> {
    holdings.iter().try_fold(0u128, |sum, &held| sum.checked_add(held)).filter(|&sum| sum > 0)
}

#[cfg(test)]
mod tests {
    use super::terms;
    use std::cell::Cell;

    #[test]
    fn equal_neighbours_share_their_term() {
        let asked = Cell::new(0);
        let term = |held: f64| {
            asked.set(asked.get() + 1);
            2.0 * held
        };
        let all: Vec<f64> = terms(&[0, 3, 3, 0, 3, 5, 3], term).collect();
        assert_eq!((all, asked.get()), (vec![6.0, 6.0, 6.0, 10.0, 6.0], 3));
    }
}
