//! Sobol's indices from pairs of points and what lies between them.
//!
//! For pairs A and B and the points A with one number of B (`AB`), half the mean of (Y(A) - Y(AB))² is what
//! the factor does alone and with all others, and Var(Y) less half the mean of (Y(B) - Y(AB))² what it does
//! alone (M. J. W. Jansen, "Analysis of variance designs for model output", Comput. Phys. Commun. 117, 1999;
//! A. Saltelli and others, "Variance based sensitivity analysis of model output", ibid. 181, 2010). Both have
//! percentile bootstrap intervals over the pairs.

use super::design::{Design, Layout};
use super::effects::{REPLICATES, VariancePart, differ, named, sum_of_squares};
use super::levels::shown;
use crate::random::Stream;
use crate::statistics::percentile_interval;
use std::collections::HashMap;

/// The first and the total index of every range; nothing if a point has no value, there are fewer than
/// eight pairs, or all values are the same.
pub fn parts(
    layout: &Layout,
    values: &[(u64, f64)],
    confidence: f64,
    stream: &mut Stream,
) -> Vec<VariancePart> {
    let Design::Pairs { pairs, ranges } = layout.design else { return Vec::new() };
    let Some(all) = with_twins(layout, values) else { return Vec::new() };
    if pairs < 8 || !differ(&all, sum_of_squares(&all)) {
        return Vec::new();
    }
    let width = ranges as usize + 2;
    let pairs: Vec<&[f64]> = all.chunks_exact(width).collect();
    let Some(estimates) = indices(&pairs) else { return Vec::new() };
    let mut resampled = vec![Vec::with_capacity(REPLICATES as usize); estimates.len()];
    for _ in 0..REPLICATES {
        let drawn: Vec<&[f64]> =
            (0..pairs.len()).map(|_| pairs[stream.below(pairs.len() as u64) as usize]).collect();
        // A sample of pairs that are all alike has no variance to be divided.
        let drawn = indices(&drawn).unwrap_or_else(|| vec![0.0; estimates.len()]);
        resampled.iter_mut().zip(drawn).for_each(|(all, one)| all.push(one));
    }
    let kinds = ["first-order", "total"]
        .into_iter()
        .flat_map(|kind| layout.axes.iter().map(move |axis| (kind, axis)));
    kinds
        .zip(estimates)
        .zip(resampled)
        .map(|(((kind, axis), share), mut resampled)| {
            let interval = percentile_interval(&mut resampled, confidence);
            VariancePart {
                kind,
                factor: named(axis),
                share: share.clamp(0.0, 1.0),
                interval: interval.map(|ends| (ends.low.clamp(0.0, 1.0), ends.high.clamp(0.0, 1.0))),
            }
        })
        .collect()
}

/// The value of every point of the layout. Points that are the same after rounding were played once.
fn with_twins(layout: &Layout, values: &[(u64, f64)]) -> Option<Vec<f64>> {
    let named = |index: u64| layout.values(index).iter().map(shown).collect::<Vec<_>>();
    let count = layout.count()?;
    let by_index: HashMap<u64, f64> = values.iter().copied().collect();
    if by_index.len() as u64 == count {
        return (0..count).map(|index| by_index.get(&index).copied()).collect();
    }
    let by_name: HashMap<Vec<String>, f64> =
        values.iter().map(|&(index, value)| (named(index), value)).collect();
    (0..count).map(|index| by_name.get(&named(index)).copied()).collect()
}

/// The first indices of all ranges, then the total ones; nothing without variance.
fn indices(pairs: &[&[f64]]) -> Option<Vec<f64>> {
    let both: Vec<f64> = pairs.iter().flat_map(|pair| [pair[0], pair[1]]).collect();
    let variance = sum_of_squares(&both) / (both.len() - 1) as f64;
    if variance <= 0.0 {
        return None;
    }
    let ranges = pairs.first()?.len() - 2;
    let half_squares = |member: usize, range: usize| {
        let squares = pairs.iter().map(|pair| (pair[member] - pair[range + 2]).powi(2)).sum::<f64>();
        squares / (2 * pairs.len()) as f64
    };
    let first = (0..ranges).map(|range| 1.0 - half_squares(1, range) / variance);
    let total = (0..ranges).map(|range| half_squares(0, range) / variance);
    Some(first.chain(total).collect())
}
