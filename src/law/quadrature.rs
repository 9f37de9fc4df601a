//! Gauss-Legendre quadrature.

use std::f64::consts::PI;

/// The nodes and weights of the n-point Gauss-Legendre rule on `[0, 1]`, exact for polynomials of
/// degree up to `2n - 1`. O(n^2).
///
/// The nodes are the zeros of the Legendre polynomial, found by Newton's method from the usual
/// cosine guess to the last bit or two.
pub fn gauss_legendre(n: usize) -> Vec<(f64, f64)> {
    (0..n)
        .map(|index| {
            let mut x = ((index as f64 + 0.75) / (n as f64 + 0.5) * PI).cos();
            let mut slope = 1.0;
            for _ in 0..10 {
                // Three-term recurrence: P_k from P_{k-1} and P_{k-2}.
                let (mut last, mut before) = (1.0, 0.0);
                for k in 1..=n {
                    let k = k as f64;
                    (last, before) = (((2.0 * k - 1.0) * x * last - (k - 1.0) * before) / k, last);
                }
                slope = n as f64 * (x * last - before) / (x * x - 1.0);
                x -= last / slope;
            }
            let weight = 2.0 / ((1.0 - x * x) * slope * slope);
            ((1.0 - x) / 2.0, weight / 2.0)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_up_to_twice_the_order_are_exact() {
        for n in [2, 5, 32] {
            let rule = gauss_legendre(n);
            for degree in 0..2 * n as i32 {
                let integral: f64 = rule.iter().map(|(x, w)| w * x.powi(degree)).sum();
                assert!((integral - 1.0 / f64::from(degree + 1)).abs() < 1e-14, "{n} nodes, degree {degree}");
            }
        }
        // One degree more is not exact for few nodes: the test can fail.
        let integral: f64 = gauss_legendre(2).iter().map(|(x, w)| w * x.powi(4)).sum();
        assert!((integral - 0.2).abs() > 1e-3);
    }
}
