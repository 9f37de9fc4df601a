//! The two ingredients of accurate binomial, gamma and Student probabilities at large n.
//!
//! A difference of log-gammas loses one digit for each digit of n. Loader's form has no such
//! difference: what is left of the factorials after Stirling's formula is small, and the rest is
//! a deviance, which is zero at the mean and grows from there. (C. Loader, "Fast and Accurate
//! Computation of Binomial Probabilities", 2000; the method of R's `dbinom`.)

use statrs::function::gamma::ln_gamma;
use std::f64::consts::TAU;

/// ln Γ(n + 1) minus Stirling's formula, at n = 1/2, 1, 3/2, ..., 15; 30 digits by mpmath.
#[allow(clippy::excessive_precision)]
const AT_HALVES: [f64; 30] = [
    0.153426409720027345,
    0.0810614667953272582,
    0.0548141210519176539,
    0.0413406959554092941,
    0.0331628735199362875,
    0.0276779256849983391,
    0.023746163656297496,
    0.0207906721037650931,
    0.0184884505326731852,
    0.0166446911898211922,
    0.0151349732219173789,
    0.013876128823070748,
    0.0128104652429202269,
    0.0118967099458917701,
    0.0111045597582069173,
    0.0104112652619720965,
    0.0097994161261588033,
    0.00925546218271273292,
    0.00876870013413938546,
    0.00833056343336287126,
    0.00793411456431402055,
    0.00757367548795184079,
    0.00724455430132038318,
    0.00694284010720952987,
    0.00666524703270768244,
    0.00640899418800420707,
    0.00617171226303945765,
    0.00595137011275884774,
    0.00574621651301011568,
    0.00555473355196280137,
];

/// ln Γ(n + 1) − [½ ln(2πn) + n ln n − n] for n > 0.
pub fn stirling_error(n: f64) -> f64 {
    if n <= 15.0 {
        let twice = 2.0 * n;
        if twice.fract() == 0.0 && twice >= 1.0 {
            return AT_HALVES[twice as usize - 1];
        }
        return ln_gamma(n + 1.0) - 0.5 * (TAU * n).ln() - n * n.ln() + n;
    }
    // The Stirling series; at 15.5 the first term left out is below 1e-18.
    let square = n * n;
    let mut sum = 691.0 / 360_360.0;
    for coefficient in [1.0 / 1188.0, 1.0 / 1680.0, 1.0 / 1260.0, 1.0 / 360.0, 1.0 / 12.0] {
        sum = coefficient - sum / square;
    }
    sum / n
}

/// x ln(x / m) − (x − m), given `difference` = x − m to full precision; m > 0, x ≥ 0.
///
/// The caller knows the difference better than a subtraction of two rounded numbers would.
pub fn deviance(x: f64, m: f64, difference: f64) -> f64 {
    if x == 0.0 {
        return m;
    }
    if difference.abs() < 0.1 * (x + m) {
        // x ln(x/m) = 2x artanh(v) with v = (x - m) / (x + m), and 2xv - (x - m) = v (x - m).
        let v = difference / (x + m);
        let square = v * v;
        let mut sum = difference * v;
        let mut power = 2.0 * x * v;
        let mut odd = 3.0;
        loop {
            power *= square;
            let next = sum + power / odd;
            if next == sum {
                return sum;
            }
            sum = next;
            odd += 2.0;
        }
    }
    x * (x / m).ln() - difference
}

/// ln(1 + x) − x without cancellation; x > −1. Never positive.
pub fn ln_1p_minus(x: f64) -> f64 {
    if x.abs() > 0.2 {
        return x.ln_1p() - x;
    }
    // ln(1 + x) = 2 artanh(v) with v = x / (2 + x), and 2v - x = -xv.
    let v = x / (2.0 + x);
    let square = v * v;
    let mut sum = 0.0;
    for odd in [15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0] {
        sum = 1.0 / odd + square * sum;
    }
    v * (2.0 * square * sum - x)
}

/// exp(x) − 1 − x without cancellation. Never negative.
pub fn exp_m1_minus(x: f64) -> f64 {
    if x.abs() > 0.2 {
        return x.exp_m1() - x;
    }
    // The exponential series from its second term; the next one would be below 1e-19.
    let mut sum = 1.0;
    for divisor in [13.0, 12.0, 11.0, 10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0] {
        sum = 1.0 + x / divisor * sum;
    }
    0.5 * x * x * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_and_table_meet() {
        // mpmath, 30 digits: just above the table, and far out.
        assert!((stirling_error(15.5) / 0.00537559903292683 - 1.0).abs() < 1e-13);
        assert!((stirling_error(16.0) / 0.0052076559196096404 - 1.0).abs() < 1e-13);
        assert!((stirling_error(1e6) / 8.33333333333306e-8 - 1.0).abs() < 1e-13);
        assert_eq!(stirling_error(1.0), AT_HALVES[1]);
        // Between the entries of the table: mpmath.
        assert!((stirling_error(3.3) / 0.0251771329672451 - 1.0).abs() < 1e-11);
        assert!((stirling_error(1e-6) / 5.98883098407318 - 1.0).abs() < 1e-13);
    }

    #[test]
    fn small_differences_keep_their_digits() {
        // mpmath: 5e14 + 1e8 against 5e14; naive evaluation has no digit right.
        assert!((deviance(5e14 + 1e8, 5e14, 1e8) / 9.9999993333334 - 1.0).abs() < 1e-14);
        assert!((deviance(3.0, 1.0, 2.0) / 1.2958368660043291 - 1.0).abs() < 1e-14);
        assert_eq!(deviance(0.0, 2.5, -2.5), 2.5);
    }

    #[test]
    fn the_logarithm_loses_its_first_order_exactly() {
        // mpmath.
        for (x, expected) in [
            (1e-9, -4.99999999666667e-19),
            (0.19999, -0.0176767765741011),
            (-0.19999, -0.023141051392334105),
            (0.21, -0.0193796403913503),
            (-0.5, -0.19314718055994531),
        ] {
            assert!((ln_1p_minus(x) / expected - 1.0).abs() < 1e-13, "at {x}: {}", ln_1p_minus(x));
        }
        assert_eq!(ln_1p_minus(0.0), 0.0);
    }

    #[test]
    fn the_exponential_loses_its_first_orders_exactly() {
        // mpmath.
        for (x, expected) in [
            (1e-09, 5.00000000166667e-19),
            (0.19999, 0.0214005441936582),
            (-0.19999, 0.0187289404264493),
            (0.21, 0.0236780599567432),
            (-3.0, 2.04978706836786),
        ] {
            assert!((exp_m1_minus(x) / expected - 1.0).abs() < 1e-14, "at {x}: {}", exp_m1_minus(x));
        }
        assert_eq!(exp_m1_minus(0.0), 0.0);
    }
}
