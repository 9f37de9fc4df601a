//! Gauss-Legendre quadrature: the one way in which integrals are computed here.

use std::f64::consts::PI;

/// Nodes in (-1, 1) and weights of the rule with `points` points, which integrates polynomials up
/// to degree `2 * points - 1` exactly. Half the length of an interval times a node, from its middle
/// on, is the node there; the weight scales alike. O(points^2).
///
/// The nodes are the zeros of the Legendre polynomial, found by Newton's method from the usual
/// cosine estimate; nodes and weights are right to a few units in the last place.
pub fn gauss_legendre(points: usize) -> Vec<(f64, f64)> {
    let n = points as f64;
    (0..points)
        .map(|index| {
            let mut x = (PI * (index as f64 + 0.75) / (n + 0.5)).cos();
            let mut slope = 1.0;
            // Newton's method converges quadratically from here: six steps are more than enough.
            for _ in 0..6 {
                let (mut before, mut value) = (1.0, x);
                for degree in 2..=points {
                    let d = degree as f64;
                    let next = ((2.0 * d - 1.0) * x * value - (d - 1.0) * before) / d;
                    before = value;
                    value = next;
                }
                slope = n * (x * value - before) / (x * x - 1.0);
                x -= value / slope;
            }
            (x, 2.0 / ((1.0 - x * x) * slope * slope))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Abramowitz and Stegun, table 25.4, n = 5.
    #[test]
    fn published_nodes_and_weights() {
        let rule = gauss_legendre(5);
        let expected = [
            (0.906179845938664, 0.236926885056189),
            (0.538469310105683, 0.478628670499366),
            (0.0, 0.568888888888889),
        ];
        for ((x, w), (node, weight)) in rule.iter().zip(expected) {
            assert!((x - node).abs() < 1e-15 && (w - weight).abs() < 1e-15, "{x} {w}");
        }
    }

    #[test]
    fn polynomials_up_to_twice_the_points_are_exact() {
        for points in [2, 16, 20, 32] {
            let rule = gauss_legendre(points);
            for degree in 0..2 * points as i32 {
                let sum: f64 = rule.iter().map(|(x, w)| w * x.powi(degree)).sum();
                let exact = if degree % 2 == 0 { 2.0 / f64::from(degree + 1) } else { 0.0 };
                assert!((sum - exact).abs() < 1e-14, "{points} points, degree {degree}: {sum}");
            }
        }
        // One degree more is not exact for few points: the test can fail.
        let sum: f64 = gauss_legendre(2).iter().map(|(x, w)| w * x.powi(4)).sum();
        assert!((sum - 0.4).abs() > 1e-2);
    }
}
