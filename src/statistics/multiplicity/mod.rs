//! Many statements at once.

mod benjamini_hochberg;
mod bonferroni;
mod holm;

pub use benjamini_hochberg::benjamini_hochberg;
pub use bonferroni::bonferroni;
pub use holm::holm;

/// The known p-values in ascending order, each with its place; ties in the order given. NaN counts
/// as unknown.
fn ascending(p_values: &[Option<f64>]) -> Vec<(f64, usize)> {
    let mut known: Vec<(f64, usize)> = p_values
        .iter()
        .enumerate()
        .filter_map(|(index, p)| p.filter(|p| !p.is_nan()).map(|p| (p, index)))
        .collect();
    known.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    known
}
