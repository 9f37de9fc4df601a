//! The Lorenz curve.

use super::total;

/// The Lorenz curve: from (0, 0) to (1, 1), after each holder, poorest first, the share of holders
/// so far and the share of everything that they hold. n + 1 points, each one division of exact
/// integers; empty where nothing is held. O(n log n).
pub fn lorenz(holdings: &[u128]) -> Vec<(f64, f64)> {
    let Some(sum) = total(holdings) else { return Vec::new() };
    let mut sorted = holdings.to_vec();
    sorted.sort_unstable();
    let mut together: u128 = 0;
    let mut points = vec![(0.0, 0.0)];
    for (index, held) in sorted.iter().enumerate() {
        together += held;
        points.push(((index + 1) as f64 / sorted.len() as f64, together as f64 / sum as f64));
    }
    points
}

#[cfg(test)]
mod tests {
    use super::super::gini;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn poorest_first() {
        assert_eq!(lorenz(&[3, 1, 0, 4]), [(0.0, 0.0), (0.25, 0.0), (0.5, 0.125), (0.75, 0.5), (1.0, 1.0)]);
        assert!(lorenz(&[]).is_empty() && lorenz(&[0, 0]).is_empty());
    }

    proptest! {
        /// The Gini coefficient is twice the area between the diagonal and the curve.
        #[test]
        fn bounds_the_area_of_the_gini_coefficient(holdings in prop::collection::vec(0u128..1000, 1..30)) {
            let points = lorenz(&holdings);
            prop_assume!(!points.is_empty());
            let under: f64 = points.windows(2).map(|w| (w[1].0 - w[0].0) * (w[0].1 + w[1].1) / 2.0).sum();
            prop_assert!((1.0 - 2.0 * under - gini(&holdings).unwrap()).abs() < 1e-12);
        }
    }
}
