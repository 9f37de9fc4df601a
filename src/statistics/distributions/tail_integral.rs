//! The integral of a falling, log-concave function: what every tail here comes down to.

use crate::statistics::work;

/// Positive nodes and their weights of the 16-point Gauss-Legendre rule on [-1, 1]; 18 digits by
/// mpmath (also Abramowitz and Stegun, table 25.4).
#[allow(clippy::excessive_precision)]
const GAUSS_LEGENDRE: [(f64, f64); 8] = [
    (0.0950125098376374402, 0.189450610455068496),
    (0.281603550779258913, 0.182603415044923589),
    (0.458016777657227386, 0.169156519395002538),
    (0.617876244402643748, 0.149595988816576732),
    (0.755404408355003034, 0.124628971255533872),
    (0.865631202387831744, 0.0951585116824927848),
    (0.944575023073232576, 0.0622535239386478929),
    (0.989400934991649933, 0.0271524594117540949),
];

/// ∫ exp(g(s)) ds over `0..limit` for a concave g with g(0) = 0; `limit` may be infinite if g
/// falls without bound.
///
/// Where g has fallen to −1 gives the scale L; from there on concavity keeps g(s) below −s/L, so
/// that 40 L hold all but 4e-18 of the integral, and panels of that scale see a smooth function.
/// Cost: about 55 calls of g, up to 340 whatever the parameters behind it, where a continued fraction
/// needs a number of steps that grows with the square root of n. Relative error about 1e-14.
pub fn tail_integral(exponent: impl Fn(f64) -> f64, limit: f64) -> f64 {
    let scale = scale(&exponent, limit);
    let panel = |from: f64, to: f64, _: f64| panel(&exponent, from, to);
    over_panels(&exponent, scale, limit, panel)
}

/// The same where g bends within much less than its scale, as where it hardly falls at first and is then cut
/// off: every panel is halved until halves and whole agree to 1e-13 of all. Two to three times the calls where
/// nothing bends, and about 60 for each halving where something does.
pub fn bending_tail_integral(exponent: impl Fn(f64) -> f64) -> f64 {
    let scale = scale(&exponent, f64::INFINITY);
    let halved = |from: f64, to: f64, total: f64| {
        let error = 1e-13 * total.max(0.3 * scale);
        halve(&exponent, (from, to), panel(&exponent, from, to), error, MOST_HALVINGS)
    };
    over_panels(&exponent, scale, f64::INFINITY, halved)
}

/// A panel is halved at most so often.
const MOST_HALVINGS: u32 = 40;

/// Where g falls to −1, but for a factor of two.
fn scale(exponent: &impl Fn(f64) -> f64, limit: f64) -> f64 {
    let mut scale = limit.min(1.0);
    // By how much it has fallen tells about how many halvings that is: a half for each factor of four in a square.
    let fallen = -exponent(0.25 * scale);
    if fallen > 1.0 {
        scale *= 0.25 * (-(0.5 * fallen.min(f64::MAX).log2()).floor()).exp2();
    }
    while exponent(scale) < -1.0 {
        scale *= 0.5;
    }
    while scale < limit && exponent(scale) >= -1.0 {
        scale *= 2.0;
    }
    scale
}

/// The sum over panels of that scale, which `integral` gives from their ends and the sum so far, until what is
/// left is below 3e-17 of it: a concave g falls from there on at least as steeply as over the last panel.
fn over_panels(
    exponent: &impl Fn(f64) -> f64,
    scale: f64,
    limit: f64,
    integral: impl Fn(f64, f64, f64) -> f64,
) -> f64 {
    let (mut start, mut at_start) = (0.0, 0.0);
    let mut total = 0.0;
    for _ in 0..20 {
        let end = (start + 2.0 * scale).min(limit);
        total += integral(start, end, total);
        let at_end = exponent(end);
        if end >= limit || at_end.exp() * (end - start) < 3e-17 * total * (at_start - at_end) {
            break;
        }
        (start, at_start) = (end, at_end);
    }
    total
}

/// Gauss and Legendre's rule over one panel.
fn panel(exponent: &impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    work::count(2 * GAUSS_LEGENDRE.len() as u64);
    let half = 0.5 * (to - from);
    let middle = from + half;
    let mut sum = 0.0;
    for (node, weight) in GAUSS_LEGENDRE {
        sum += weight * (exponent(middle - half * node).exp() + exponent(middle + half * node).exp());
    }
    half * sum
}

/// A panel by its halves, of which the whole is known.
fn halve(exponent: &impl Fn(f64) -> f64, (from, to): (f64, f64), whole: f64, error: f64, left: u32) -> f64 {
    let middle = 0.5 * (from + to);
    let halves = (panel(exponent, from, middle), panel(exponent, middle, to));
    if left == 0 || (halves.0 + halves.1 - whole).abs() <= error {
        return halves.0 + halves.1;
    }
    halve(exponent, (from, middle), halves.0, error, left - 1)
        + halve(exponent, (middle, to), halves.1, error, left - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_integrals() {
        assert!((tail_integral(|s| -s, f64::INFINITY) - 1.0).abs() < 1e-14);
        let gauss = tail_integral(|s| -s * s / 2e-12, f64::INFINITY);
        assert!((gauss / (std::f64::consts::FRAC_PI_2.sqrt() * 1e-6) - 1.0).abs() < 1e-14);
        // A polynomial that is cut off at one: 1/8.
        assert!((tail_integral(|s| 7.0 * (-s).ln_1p(), 1.0) - 0.125).abs() < 1e-15);
        // Flat over ten thousand, then cut off within one: E1(e^-10000) = 10000 - Euler's constant.
        let cut_off = bending_tail_integral(|s| -(s - 10_000.0).exp());
        assert!((cut_off / (10_000.0 - 0.577_215_664_901_532_9) - 1.0).abs() < 1e-13, "{cut_off}");
        // Nothing falls: the whole range counts.
        assert!((tail_integral(|_| 0.0, 1.0) - 1.0).abs() < 1e-15);
    }
}
