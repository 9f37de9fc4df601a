//! Clopper and Pearson's exact interval of a probability.

use super::interval::{Interval, one_sided_level};
use super::wilson;
use crate::statistics::distributions::Binomial;

/// The interval of a probability after `successes` in `trials` independent attempts: all p that
/// neither exact one-sided binomial test at half the level would reject (Biometrika 26, 1934).
///
/// It covers at least as often as it says, for every p and every confidence: the choice where
/// counts are small or the level is corrected for many comparisons. Each end takes about six
/// binomial tails. The lower end is exactly zero without a success, the upper exactly one without
/// a failure.
///
/// `None` without attempts, with more successes than attempts, or with a confidence outside (0, 1).
pub fn clopper_pearson(successes: u64, trials: u64, confidence: f64) -> Option<Interval> {
    let level = one_sided_level(confidence)?;
    let start = wilson(successes, trials, confidence)?;
    Some(Interval {
        low: lower_end(successes, trials, level, start.low),
        high: upper_end(successes, trials, level, start.high),
    })
}

/// The p with P(X ≥ k) = level; zero for k = 0.
fn lower_end(k: u64, n: u64, level: f64, start: f64) -> f64 {
    if k == 0 {
        return 0.0;
    }
    solve(start, (0.0, k as f64 / n as f64), level, true, |p| {
        let law = Binomial::new(n, p)?;
        // d P(X >= k) / d ln p = k P(X = k).
        Some((law.upper(k), k as f64 * law.ln_mass(k).exp()))
    })
}

/// The p with P(X ≤ k) = level; one for k = n. (From the failures' lower end a small upper end
/// would lose its digits.)
fn upper_end(k: u64, n: u64, level: f64, start: f64) -> f64 {
    if k == n {
        return 1.0;
    }
    solve(start, (k as f64 / n as f64, 1.0), level, false, |p| {
        let law = Binomial::new(n, p)?;
        // d P(X <= k) / d ln p = -(n - k) p / (1 - p) P(X = k).
        Some((law.lower(k), -((n - k) as f64) * (p / (1.0 - p)) * law.ln_mass(k).exp()))
    })
}

/// Newton's method for ln tail(p) = ln level in ln p, kept inside a bracket that shrinks; also where
/// a tail and its slope vanish below the smallest double. (At the estimate either tail is at least one half:
/// it is an end of the bracket.)
fn solve(
    start: f64,
    bracket: (f64, f64),
    level: f64,
    rises: bool,
    tail: impl Fn(f64) -> Option<(f64, f64)>,
) -> f64 {
    let (mut least, mut most) = bracket;
    let mut p = start;
    for _ in 0..100 {
        if !(p > least && p < most) {
            p = if least == 0.0 { most * 1e-3 } else { 0.5 * (least + most) };
        }
        let Some((value, slope)) = tail(p) else { break };
        if (value > level) == rises {
            most = p;
        } else {
            least = p;
        }
        let newton = p * ((level / value).ln() * value / slope).exp();
        if (newton - p).abs() <= 1e-14 * p || most - least <= 1e-15 * most {
            // `max` passes over what is not a number, as the bracket does in the next step.
            return newton.max(least).min(most);
        }
        p = newton;
    }
    p
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_values() {
        for (successes, trials, low, high) in [
            // Oracles; Newcombe 1998, table I.
            (700, 1000, 0.670538, 0.728279),
            (81, 263, 0.2527, 0.3676),
            (15, 148, 0.0578, 0.1617),
            (0, 20, 0.0, 0.1684),
            (1, 29, 0.0009, 0.1776),
        ] {
            let interval = clopper_pearson(successes, trials, 0.95).unwrap();
            let tolerance = if trials == 1000 { 5e-7 } else { 5e-5 };
            assert!((interval.low - low).abs() < tolerance, "{interval:?}");
            assert!((interval.high - high).abs() < tolerance, "{interval:?}");
        }
    }

    #[test]
    fn closed_forms_at_the_ends() {
        let level: f64 = 0.5e-7;
        for n in [1u64, 5, 1000, 1_000_000_000_000] {
            let none = clopper_pearson(0, n, 1.0 - 1e-7).unwrap();
            assert_eq!(none.low, 0.0);
            let expected = -(level.ln() / n as f64).exp_m1();
            assert!((none.high / expected - 1.0).abs() < 1e-8, "{none:?} {expected}");
            let all = clopper_pearson(n, n, 1.0 - 1e-7).unwrap();
            assert_eq!(all.high, 1.0);
            assert!((all.low / (1.0 - expected) - 1.0).abs() < 1e-8, "{all:?}");
        }
        assert_eq!(clopper_pearson(0, 0, 0.95), None);
        assert_eq!(clopper_pearson(3, 2, 0.95), None);
        assert_eq!(clopper_pearson(1, 2, 1.0), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn the_ends_have_the_tails_they_state(
            trials in prop_oneof![1u64..200, 1u64..=1_000_000_000_000_000],
            part in prop_oneof![0.0f64..=1.0, 0.0f64..1e-6],
            outside in prop_oneof![0.01f64..0.5, 1e-12f64..1e-6],
        ) {
            let successes = ((trials as f64 * part) as u64).min(trials);
            let confidence = 1.0 - outside;
            let level = 0.5 * (1.0 - confidence);
            let interval = clopper_pearson(successes, trials, confidence).unwrap();
            prop_assert!(interval.low <= interval.high);
            if successes > 0 {
                let tail = Binomial::new(trials, interval.low).unwrap().upper(successes);
                prop_assert!((tail / level - 1.0).abs() < 1e-5, "low {interval:?} {tail} {level}");
            }
            if successes < trials {
                // 1 - p is all that is left of an upper end near one.
                let tail = Binomial::new(trials, interval.high).unwrap().lower(successes);
                prop_assert!((tail / level - 1.0).abs() < 1e-5 || interval.high > 1.0 - 1e-9, "{interval:?} {tail}");
            }
        }
    }
}
