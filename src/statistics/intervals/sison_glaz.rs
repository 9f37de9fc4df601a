//! Sison and Glaz' simultaneous intervals of multinomial shares.

use super::Interval;
use crate::statistics::distributions::Poisson;
use crate::statistics::work;
use std::f64::consts::TAU;

/// Fewer counts are too few for the expansion.
const LEAST_COUNTS: u64 = 10;

/// Intervals of all shares that hold together with about `confidence` (Sison and Glaz, JASA 90,
/// 1995): all of one width, found from the probability that every count lies within c of its
/// expectation. Shorter than [`goodman`](super::goodman()) for several cells of similar size; of
/// little use for small shares beside large ones.
///
/// The probability is that of Poisson counts truncated to the intervals, given their sum, whose
/// density is an Edgeworth expansion with three corrections, as in the paper. (The R code in
/// circulation loses the third, in γ₁², to a line break: its upper ends differ in the fifth
/// digit.) Truncated moments are taken about the mean by recursion, so that large counts lose no
/// digits. O(m log m), and about log2 n Poisson tails for each different count.
///
/// `None` for fewer than two cells, for fewer than ten counts, for which the expansion is not right, with
/// a total beyond 2^53, or with a confidence outside (0, 1).
pub fn sison_glaz(counts: &[u64], confidence: f64) -> Option<Vec<Interval>> {
    let total = counts.iter().try_fold(0u64, |sum, &count| sum.checked_add(count))?;
    let sane = confidence > 0.0 && confidence < 1.0;
    if counts.len() < 2 || !(LEAST_COUNTS..=1 << 53).contains(&total) || !sane {
        return None;
    }
    let kinds = kinds(counts);
    // The largest c whose coverage does not reach the confidence; with c = total all is covered.
    let (mut least, mut most) = (0, total);
    while most - least > 1 {
        let middle = least + (most - least) / 2;
        if coverage(&kinds, total, middle)? <= confidence {
            least = middle;
        } else {
            most = middle;
        }
    }
    let below = if least == 0 { 0.0 } else { coverage(&kinds, total, least)? };
    let above = coverage(&kinds, total, most)?;
    if above < confidence {
        return None;
    }
    let part = if above > below { ((confidence - below) / (above - below)).clamp(0.0, 1.0) } else { 1.0 };
    let n = total as f64;
    let margin = least as f64;
    let interval = |&count: &u64| Interval {
        low: ((count as f64 - margin) / n).max(0.0),
        high: ((count as f64 + margin + 2.0 * part) / n).min(1.0),
    };
    Some(counts.iter().map(interval).collect())
}

/// Each count above zero, and in how many cells it stands: equal cells cost once.
fn kinds(counts: &[u64]) -> Vec<(u64, f64)> {
    let mut sorted: Vec<u64> = counts.iter().copied().filter(|&count| count > 0).collect();
    sorted.sort_unstable();
    sorted.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as f64)).collect()
}

/// The probability that all multinomial counts lie within `margin` of their expectations, which
/// are the counts of `kinds`.
fn coverage(kinds: &[(u64, f64)], total: u64, margin: u64) -> Option<f64> {
    let mut ln_inside = 0.0;
    let (mut mean, mut variance, mut third, mut fourth) = (0.0, 0.0, 0.0, 0.0);
    for &(count, cells) in kinds {
        let cell = truncated(count, count.saturating_sub(margin), count.saturating_add(margin))?;
        ln_inside += cells * cell.inside.ln();
        mean += cells * cell.shift;
        variance += cells * cell.variance;
        third += cells * cell.third;
        fourth += cells * (cell.fourth - 3.0 * cell.variance * cell.variance);
    }
    if variance <= 0.0 {
        return None;
    }
    let skewness = third / variance.powf(1.5);
    let relative_deviation = fourth / (variance * variance);
    // The counts sum to their expectations' sum; the truncated means to that plus the shifts.
    let z = -mean / variance.sqrt();
    let square = z * z;
    let corrections = 1.0
        + skewness * z * (square - 3.0) / 6.0
        + relative_deviation * (square * square - 6.0 * square + 3.0) / 24.0
        + skewness * skewness * (square * square * square - 15.0 * square * square + 45.0 * square - 15.0)
            / 72.0;
    let density = (-0.5 * square).exp() * corrections / (TAU * variance).sqrt();
    let whole = Poisson::new(total as f64)?.mass(total);
    Some((ln_inside.exp() * density / whole).clamp(0.0, 1.0))
}

/// A Poisson count truncated to an interval: its probability and its moments.
struct Truncated {
    inside: f64,
    /// Mean minus the Poisson mean.
    shift: f64,
    variance: f64,
    third: f64,
    fourth: f64,
}

/// By E[(Z − m) g(Z)] = m (E[g(Z + 1) − g(Z)] + boundary), with g the powers of Z − m.
fn truncated(mean: u64, low: u64, high: u64) -> Option<Truncated> {
    work::count(1);
    let m = mean as f64;
    let law = Poisson::new(m)?;
    let below = if low == 0 { 0.0 } else { law.lower(low - 1) };
    let inside = 1.0 - below - law.upper(high.checked_add(1)?);
    if inside <= 0.0 {
        return None;
    }
    // Terms of g at both ends: P(low − 1) g(low) − P(high) g(high + 1).
    let enter = if low == 0 { 0.0 } else { law.mass(low - 1) / inside };
    let leave = law.mass(high) / inside;
    let (start, end) = (low as f64 - m, high as f64 + 1.0 - m);
    let first = m * (enter - leave);
    let second = m * (1.0 + enter * start - leave * end);
    let third = m * (2.0 * first + 1.0 + enter * start * start - leave * end * end);
    let fourth = m * (3.0 * second + 3.0 * first + 1.0 + enter * start.powi(3) - leave * end.powi(3));
    Some(Truncated {
        inside,
        shift: first,
        variance: second - first * first,
        third: third - 3.0 * first * second + 2.0 * first.powi(3),
        fourth: fourth - 4.0 * first * third + 6.0 * first * first * second - 3.0 * first.powi(4),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAPER: [u64; 7] = [56, 72, 73, 59, 62, 87, 58];

    #[test]
    fn published_values() {
        let intervals = sison_glaz(&PAPER, 0.95).unwrap();
        // statsmodels multinomial_proportions_confint(..., "sison-glaz").
        for (interval, (low, high)) in intervals.iter().zip([
            (0.07922912, 0.16435573),
            (0.11349036, 0.19861698),
            (0.11563169, 0.2007583),
            (0.0856531, 0.17077972),
            (0.09207709, 0.1772037),
            (0.14561028, 0.23073689),
            (0.08351178, 0.16863839),
        ]) {
            assert!((interval.low - low).abs() < 6e-9 && (interval.high - high).abs() < 6e-9, "{interval:?}");
        }
        // R without the third correction: .1643361.
        assert!((intervals[0].high - 0.1643361).abs() < 2.5e-5);
        let other = sison_glaz(&[350, 0, 5, 645], 0.99).unwrap();
        assert!((other[0].low - 0.313).abs() < 1e-12 && (other[0].high - 0.38804347).abs() < 6e-9);
        assert!(other[1].low == 0.0 && (other[1].high - 0.03804347).abs() < 6e-9);
    }

    /// The expansion against the exact probability: Poisson counts convolved over the intervals,
    /// given their sum (NumPy): 0.9319824660631255 for c = 19, 0.9525159397355893 for c = 20.
    #[test]
    fn the_expansion_is_close_to_the_truth() {
        for (margin, exact) in [(19, 0.9319824660631255), (20, 0.9525159397355893)] {
            assert!((coverage(&kinds(&PAPER), 467, margin).unwrap() - exact).abs() < 1e-4);
        }
    }

    #[test]
    fn large_counts_scale() {
        // A thousand times the counts, a million times: widths shrink by the square root.
        let width = |factor: u64| {
            let counts = PAPER.map(|count| count * factor);
            let interval = sison_glaz(&counts, 0.95).unwrap()[0];
            interval.half_width() * (467.0 * factor as f64).sqrt()
        };
        assert!((width(1_000_000) / width(10_000) - 1.0).abs() < 1e-3);
        assert!((width(1_000_000_000_000) / width(1_000_000) - 1.0).abs() < 1e-4);
    }

    /// One cell with nearly everything: the two small counts decide, about ± 1.96 √100 and a little more.
    #[test]
    fn a_dominant_cell_has_an_interval_too() {
        let intervals = sison_glaz(&[99_900, 100], 0.95).unwrap();
        assert!(intervals[0].low > 0.99865 && intervals[0].high < 0.99935, "{intervals:?}");
        assert!(intervals[1].low > 0.00065 && intervals[1].high < 0.00135, "{intervals:?}");
    }

    #[test]
    fn what_does_not_exist_is_none() {
        assert_eq!(sison_glaz(&[1, 1], 0.95), None);
        assert_eq!((sison_glaz(&PAPER, 0.0), sison_glaz(&PAPER, 1.0)), (None, None));
        // With large counts the expansion rounds to one where all tables are covered.
        for (size, factor) in (1..=13).flat_map(|size| (1..=5).map(move |factor| (size, factor))) {
            let counts = [10u64.pow(size), factor * 10u64.pow(size), 7];
            assert_eq!(sison_glaz(&counts, 1.0), None, "{counts:?}");
        }
        assert_eq!(sison_glaz(&[5], 0.95), None);
        assert_eq!(sison_glaz(&[0, 0], 0.95), None);
        assert_eq!(sison_glaz(&[1, 2], f64::NAN), None);
        assert_eq!(sison_glaz(&[u64::MAX, 2], 0.95), None);
    }

    proptest! {
        #[test]
        fn never_nan_and_always_around_the_share(
            counts in prop::collection::vec(prop_oneof![0u64..20, 0u64..1_000_000_000], 2..12),
            confidence in 0.01f64..0.999,
        ) {
            if let Some(intervals) = sison_glaz(&counts, confidence) {
                let total: u64 = counts.iter().sum();
                for (interval, count) in intervals.iter().zip(&counts) {
                    let share = *count as f64 / total as f64;
                    prop_assert!((0.0..=share).contains(&interval.low));
                    prop_assert!((share..=1.0).contains(&interval.high));
                }
            }
        }
    }
}
