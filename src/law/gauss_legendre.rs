//! Gauss-Legendre quadrature.

use std::f64::consts::PI;

/// Nodes in (-1, 1) and weights of the rule with `points` points, which integrates polynomials up
/// to degree `2 * points - 1` exactly.
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
//! Integrals of smooth functions, by Gauss-Legendre quadrature on equal panels.


/// Nodes per panel: exact for polynomials up to degree 39.
const NODES: usize = 20;

/// The nodes and weights of a composite rule on `from..to`: `panels` panels of 20 nodes each.
/// No node falls on an end of the interval. The nodes are the roots of the Legendre polynomial,
/// found by Newton's method to the last bit or so.
pub fn nodes_and_weights(from: f64, to: f64, panels: usize) -> Vec<(f64, f64)> {
    let base = base_rule();
    let half = (to - from) / (2.0 * panels as f64);
    let mut rule = Vec::with_capacity(panels * NODES);
    for panel in 0..panels {
        let middle = from + half * (2 * panel + 1) as f64;
        rule.extend(base.iter().map(|&(x, weight)| (middle + half * x, half * weight)));
    }
    rule
}

/// The rule on -1..1.
fn base_rule() -> [(f64, f64); NODES] {
    let n = NODES as f64;
    std::array::from_fn(|index| {
        let mut x = (PI * (index as f64 + 0.75) / (n + 0.5)).cos();
        let mut slope = 0.0;
        // Quadratic convergence from a start that is good to 1e-3: six steps are plenty.
        for _ in 0..6 {
            let (mut before, mut value) = (1.0, x);
            for degree in 2..=NODES {
                let k = degree as f64;
                (before, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k);
            slope = n * (x * value - before) / (x * x - 1.0);
            x -= value / slope;
        }
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    })
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

    fn polynomials_up_to_twice_the_points_are_exact() {
        for points in [2, 16, 32] {
            let rule = gauss_legendre(points);
            for degree in (0..2 * points as i32).step_by(2) {
                let sum: f64 = rule.iter().map(|(x, w)| w * x.powi(degree)).sum();
                let exact = 2.0 / f64::from(degree + 1);
                assert!((sum - exact).abs() < 1e-14, "{points} points, degree {degree}: {sum}");
            }
    fn integral(from: f64, to: f64, panels: usize, f: impl Fn(f64) -> f64) -> f64 {
        nodes_and_weights(from, to, panels).iter().map(|&(x, weight)| weight * f(x)).sum()

    fn polynomials_up_to_degree_39_are_exact() {
        for degree in 0..=39 {
            let value = integral(0.0, 1.0, 1, |x| x.powi(degree));
            assert!((value * f64::from(degree + 1) - 1.0).abs() < 1e-14, "degree {degree}");
        // One degree more and the rule has an error, however small: 2^-40-ish of the value on
        // this interval, seen on the symmetric one as a relative 1e-12.
        let value = integral(-1.0, 1.0, 1, |x| x.powi(40));
        assert!((value * 20.5 - 1.0).abs() > 1e-13);

    fn panels_resolve_a_steep_exponential() {
        let value = integral(0.0, 1.0, 8, |x| (-60.0 * x).exp());
        assert!((value * 60.0 / (1.0 - (-60.0f64).exp()) - 1.0).abs() < 1e-14);
    }
}
