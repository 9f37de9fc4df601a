//! Student's t law.

use super::deviance::{ln_1p_minus, stirling_error};
use super::normal::normal_quantile;
use super::tail_integral::tail_integral;
use std::cell::Cell;
use std::f64::consts::PI;

/// P(T ≥ t) with `freedom` degrees of freedom (at least 1), right far into the tail.
///
/// Not `statrs`: its quantile is wrong in the sixth digit at 99,999 degrees, in the first at 1e7,
/// and does not come back at 1e9. With t = √ν sinh w the density becomes
/// cosh(w)^(−ν), which is log-concave.
pub fn student_upper(t: f64, freedom: u64) -> f64 {
    if t < 0.0 {
        return 1.0 - student_upper(-t, freedom);
    }
    let nu = freedom as f64;
    let x = t / nu.sqrt();
    let slope = x / x.hypot(1.0);
    let exponent = |s: f64| {
        let half = (0.5 * s).sinh();
        -nu * (2.0 * half * half + slope * s.sinh()).ln_1p()
    };
    let edge = (-0.5 * nu * ln_1p_square(x)).exp();
    (constant(nu) * nu.sqrt() * edge * tail_integral(exponent, f64::INFINITY)).min(0.5)
}

/// The t with P(T ≥ t) = `upper`; `upper` strictly between 0 and 1.
///
/// Each thread remembers its last few answers: a table asks for the same few quantiles once for
/// every validator, and one takes as long as a thousand other figures of its row.
pub fn student_quantile(upper: f64, freedom: u64) -> f64 {
    thread_local!(static LAST: Cell<[(f64, u64, f64); 4]> = const { Cell::new([(0.5, 0, 0.0); 4]) });
    let last = LAST.get();
    if let Some(&(_, _, t)) = last.iter().find(|answer| (answer.0, answer.1) == (upper, freedom)) {
        return t;
    }
    let t = compute_quantile(upper, freedom);
    LAST.set([(upper, freedom, t), last[0], last[1], last[2]]);
    t
}

fn compute_quantile(upper: f64, freedom: u64) -> f64 {
    if upper == 0.5 {
        return 0.0;
    }
    if upper > 0.5 {
        return -compute_quantile(1.0 - upper, freedom);
    }
    if freedom == 1 {
        // Cauchy's distribution; beyond 1e-308 the quantile leaves the doubles.
        return (PI * upper).tan().recip().min(f64::MAX);
    }
    // Newton's steps on logarithmic scales, where the tail is a line far out, t^-ν, and concave
    // nearer: wherever they start, they are right of the root after the first step and only ever go
    // left from there. A few degrees start from the normal quantile; with more, Fisher and
    // Cornish's expansion is within a percent.
    let nu = freedom as f64;
    let z = normal_quantile(upper);
    let mut t = z;
    if nu > z * z {
        t += z * (z * z + 1.0) / (4.0 * nu);
        t += z * (5.0 * z.powi(4) + 16.0 * z * z + 3.0) / (96.0 * nu * nu);
    }
    for _ in 0..200 {
        let tail = student_upper(t, freedom);
        // By logarithms: with one degree of freedom both leave the doubles long before the quantile does.
        let ln_density = constant(nu).ln() - 0.5 * (nu + 1.0) * ln_1p_square(t / nu.sqrt());
        let step = (tail / upper).ln() * (tail.ln() - ln_density - t.ln()).exp();
        t *= step.exp();
        if step.abs() <= 1e-13 {
            break;
        }
    }
    t
}

/// ln(1 + x²), where the square may leave the doubles.
fn ln_1p_square(x: f64) -> f64 {
    if x < 1e100 { (x * x).ln_1p() } else { 2.0 * x.ln() }
}

/// Γ((ν+1)/2) / (Γ(ν/2) √(νπ)), by Stirling's formula and what it leaves: with a = ν/2 the powers
/// of a cancel and a (ln(1 − ½/a) + ½/a) stays.
fn constant(nu: f64) -> f64 {
    let a = 0.5 * nu;
    if a == 0.5 {
        return 1.0 / PI;
    }
    (stirling_error(a - 0.5) - stirling_error(a) + a * ln_1p_minus(-0.5 / a)).exp() / (2.0 * PI).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_against_quadrature_in_forty_digits() {
        // mpmath.
        for (freedom, t, tail) in [
            (1, 1.0, 0.25),
            (1, 1e6, 3.18309886184e-7),
            (2, 3.0, 0.0477329831334),
            (9, 50.0, 1.28447645544e-12),
            (99, 1.98, 0.0252397379873),
            (99_999, 0.5, 0.3085380888327),
            (99_999, 37.0, 5.987590021842e-298),
            (10_000_000, 1.96, 0.02499790901266),
            (10_000_000, 37.0, 6.000606161319e-300),
        ] {
            let value = student_upper(t, freedom);
            assert!((value / tail - 1.0).abs() < 1e-11, "{freedom} {t}: {value:e} is not {tail:e}");
        }
        assert!((student_upper(0.0, 5) - 0.5).abs() < 1e-14);
        assert!((student_upper(-1.98, 99) - (1.0 - 0.0252397379873)).abs() < 1e-12);
    }

    #[test]
    fn quantiles() {
        // scipy.stats.t.ppf(0.975, df).
        for (freedom, quantile) in [
            (1, 12.706204736174694),
            (2, 4.302652729749462),
            (9, 2.262157162798205),
            (999, 1.9623414611334493),
            (99_999, 1.9599877077718442),
            (1_000_000_000, 1.959963986912325),
        ] {
            assert!((student_quantile(0.025, freedom) / quantile - 1.0).abs() < 1e-12);
            assert!((student_quantile(0.975, freedom) / quantile + 1.0).abs() < 1e-12);
        }
        assert_eq!(student_quantile(0.5, 7), 0.0);
        // One degree is Cauchy's law: 1 / tan(π upper). Near the middle, where the quantile is small,
        // the tail's own error counts for fifty times as much.
        for (upper, error) in [(0.49, 1e-10), (0.05, 1e-12), (1e-6, 1e-12), (1e-15, 1e-12), (1e-300, 1e-12)] {
            let quotient = student_quantile(upper, 1) * (PI * upper).tan();
            assert!((quotient - 1.0).abs() < error, "{upper}: {quotient}");
        }
        // Where no closed form is: the tail of the quantile, whatever the start was.
        for freedom in [2, 3, 30, 1_000, 1_000_000] {
            for upper in [0.49, 1e-3, 2.5e-6, 1e-15, 1e-100, 1e-155, 1e-300] {
                let tail = student_upper(student_quantile(upper, freedom), freedom);
                assert!((tail / upper - 1.0).abs() < 1e-12, "{freedom} {upper}: {tail:e}");
            }
        }
    }
}
