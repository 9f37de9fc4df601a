//! A uniform number's place: beta variates of any size.

use crate::random::Stream;
use rand_distr::{Beta, Distribution, Gamma, StandardNormal};

/// Up to this sum of parameters `rand_distr`'s method (Cheng, 1978) is used: what it compares are
/// differences of logarithms times that sum, which beyond lose their digits.
const SUM: f64 = (1u64 << 20) as f64;
/// From this shape on the gamma law is sampled without a rejection.
const LARGE: f64 = (1u64 << 33) as f64;

/// A number from the beta law with parameters `a` and `b`, both positive.
///
/// Relative error of the law below 1e-9, relative rounding of the number below 1e-15.
pub fn beta(random: &mut Stream, a: f64, b: f64) -> f64 {
    if a + b <= SUM {
        let law = Beta::new(a, b).expect("both parameters are positive");
        return law.sample(random);
    }
    // One of them is large, so the sum is not zero.
    let (one, other) = (gamma(random, a), gamma(random, b));
    one / (one + other)
}

/// A number from the gamma law. For large shapes the cube of a normal number (Marsaglia and Tsang,
/// 2000), whose rejections, fewer than one in 36 times the shape, are left out.
fn gamma(random: &mut Stream, shape: f64) -> f64 {
    if shape < LARGE {
        return Gamma::new(shape, 1.0).expect("the shape is positive").sample(random);
    }
    let centre = shape - 1.0 / 3.0;
    let normal: f64 = StandardNormal.sample(random);
    centre * (1.0 + normal / (3.0 * centre.sqrt())).powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::StreamKey;

    /// Mean and variance of 40,000 numbers each, fixed seed, within five standard errors; the
    /// parameters cover both methods, both ends, and the step between them.
    #[test]
    fn moments_are_those_of_the_beta_law() {
        let mut stream = Stream::open(StreamKey::new().text("beta"));
        let n = 40_000;
        for (a, b) in [
            (0.3, 0.7),
            (20.0, 80.0),
            (0.5, 5e8),
            (3e5, 8e5),
            (1e6, 3e6),
            (9e9, 1e10),
            (5e17, 5e17),
            (1.0, 1e15),
        ] {
            let (sum, mean) = (a + b, a / (a + b));
            let variance: f64 = mean * (b / sum) / (sum + 1.0);
            let (mut total, mut squares, mut fourth) = (0.0, 0.0, 0.0);
            for _ in 0..n {
                let off = beta(&mut stream, a, b) - mean;
                total += off;
                squares += off * off;
                fourth += off.powi(4);
            }
            let n = f64::from(n);
            assert!((total / n).abs() < 5.0 * (variance / n).sqrt(), "mean of {a}, {b}");
            let error = ((fourth / n - (squares / n).powi(2)) / n).sqrt();
            assert!((squares / n - variance).abs() < 5.0 * error, "variance of {a}, {b}");
        }
    }
}
