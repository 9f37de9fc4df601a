//! Test only: the Kolmogorov-Smirnov test of drawn weights against their law.

use rand_distr::{Distribution, Exp1};

/// How many weights a goodness-of-fit test draws.
pub const DRAWS: usize = 100_000;

/// Asserts that a sample follows the law with the distribution function `cdf`, at alpha = 1e-6.
///
/// The largest distance between the empirical and the given distribution function, times √n,
/// exceeds x with probability at most 2 exp(-2 x²) (Massart 1990), which is 1e-6 at x = 2.6935.
#[track_caller]
pub fn assert_follows(sample: Vec<f64>, cdf: impl Fn(f64) -> f64) {
    let statistic = scaled_distance(sample, cdf);
    assert!(statistic < 2.6935, "Kolmogorov-Smirnov statistic {statistic}");
}

fn scaled_distance(mut sample: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    sample.sort_unstable_by(f64::total_cmp);
    let n = sample.len() as f64;
    let distance = sample.iter().enumerate().fold(0.0, |largest: f64, (index, &value)| {
        let expected = cdf(value);
        largest.max(expected - index as f64 / n).max((index as f64 + 1.0) / n - expected)
    });
    distance * n.sqrt()
}

/// By hand: three values against the uniform law, the largest distance being 0.4 at 0.6.
#[test]
fn the_distance_is_the_largest_on_either_side() {
    let statistic = scaled_distance(vec![0.9, 0.1, 0.6], |x| x);
    assert!((statistic - (0.6 - 1.0 / 3.0) * 3f64.sqrt()).abs() < 1e-15);
}

/// The test can fail: a rate wrong by a twentieth puts the distribution functions 0.018 apart, which is
/// 5.7 when multiplied by √100 000.
#[test]
fn a_slightly_wrong_law_is_noticed() {
    let mut stream = crate::random::Stream::open(crate::random::StreamKey::new().text("wrong law"));
    let sample: Vec<f64> = (0..DRAWS).map(|_| Exp1.sample(&mut stream)).collect();
    assert!(scaled_distance(sample, |x| 1.0 - (-1.05 * x).exp()) > 2.6935);
}
