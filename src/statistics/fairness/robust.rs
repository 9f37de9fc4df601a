//! (ε, δ)-robust fairness.
//!
//! Source: Huang, Tang, Cong, Lim and Xu, "Do the Rich Get Richer?", SIGMOD 2021: with probability at
//! least 1 − δ the share of rounds that a validator wins lies within (1 ± ε) × its share of stake.
//! The *unfair probability* is that of the complement.

use crate::statistics::distributions::Binomial;
use crate::statistics::{Interval, Verdict, clopper_pearson};

/// Whether so many wins lie within the margin, ends included. A relative rounding of 1e-12 is
/// allowed, so that 18 of 100 rounds at a share of 0.2 count as within 10 %.
pub fn within_margin(wins: u64, rounds: u64, share: f64, tolerance: f64) -> bool {
    let expected = rounds as f64 * share;
    (wins as f64 - expected).abs() <= tolerance * expected + 1e-12 * expected
}

/// The counts within the margin, as the first within and the first above; the first above may be
/// beyond the rounds. `None` without rounds, with a share outside 0..=1, or with a negative
/// tolerance or NaN.
pub fn fair_counts(rounds: u64, share: f64, tolerance: f64) -> Option<(u64, u64)> {
    if rounds == 0 || !(0.0..=1.0).contains(&share) || tolerance.is_nan() || tolerance < 0.0 {
        return None;
    }
    let expected = rounds as f64 * share;
    let slack = (tolerance + 1e-12) * expected;
    let low = (expected - slack).max(0.0).ceil() as u64;
    Some((low, ((expected + slack).floor() as u64).saturating_add(1)))
}

/// The unfair probability of independent rounds, exactly: P(X outside (1 ± ε) n a), X binomial.
/// `None` without rounds, with a share outside 0..=1, or with a negative tolerance or NaN.
pub fn unfair_probability(rounds: u64, share: f64, tolerance: f64) -> Option<f64> {
    let law = Binomial::new(rounds, share)?;
    let (low, high) = fair_counts(rounds, share, tolerance)?;
    let below = if low == 0 { 0.0 } else { law.lower(low - 1) };
    Some((below + law.upper(high)).min(1.0))
}

/// What trials say about robust fairness.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RobustFairness {
    /// The share of trials outside the margin.
    pub unfair: f64,
    /// Its exact interval.
    pub interval: Interval,
    /// Whether an unfair probability of at most δ is shown (the interval lies at or below it),
    /// excluded (above it), or neither.
    pub verdict: Verdict,
}

/// The unfair probability from `unfair` of `trials` independent trials that ended outside the
/// margin, with Clopper and Pearson's interval, held against δ.
///
/// `None` without trials, if more were unfair than there were, or with a confidence outside (0, 1).
pub fn robust_fairness(unfair: u64, trials: u64, delta: f64, confidence: f64) -> Option<RobustFairness> {
    let interval = clopper_pearson(unfair, trials, confidence)?;
    let verdict = if interval.high <= delta {
        Verdict::Fair
    } else if interval.low > delta {
        Verdict::Unfair
    } else {
        Verdict::Inconclusive
    };
    Some(RobustFairness { unfair: unfair as f64 / trials as f64, interval, verdict })
}

/// The first of the `checkpoints` (rounds, how many of the trials were unfair after them) from
/// which on the share of unfair trials stays at or below δ: an estimate, without an interval.
/// `None` if it does not at the last one, or without trials.
pub fn first_robust(checkpoints: &[(u64, u64)], trials: u64, delta: f64) -> Option<u64> {
    let robust = |&&(_, unfair): &&(u64, u64)| unfair as f64 <= delta * trials as f64;
    if trials == 0 {
        return None;
    }
    checkpoints.iter().rev().take_while(robust).last().map(|&(rounds, _)| rounds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_values() {
        // Oracles: independent rounds, a = .2, ε = .1; at most 10 % from n = 1096 on.
        assert!((unfair_probability(100, 0.2, 0.1).unwrap() - 0.532256).abs() < 5e-7);
        assert!((unfair_probability(1000, 0.2, 0.1).unwrap() - 0.104949).abs() < 5e-7);
        assert!(unfair_probability(1095, 0.2, 0.1).unwrap() > 0.1);
        assert!((1096..3000).all(|n| unfair_probability(n, 0.2, 0.1).unwrap() <= 0.1));
        assert_eq!(unfair_probability(0, 0.2, 0.1), None);
        assert_eq!(unfair_probability(9, 0.2, f64::NAN), None);
        assert_eq!(unfair_probability(9, 0.0, 0.1), Some(0.0));
    }

    #[test]
    fn a_margin_of_nothing_holds_the_expected_count_alone() {
        assert_eq!(fair_counts(10, 0.2, 0.0), Some((2, 3)));
        // 2.5 wins are expected, and no count is that.
        assert_eq!(fair_counts(10, 0.25, 0.0).map(|(first, above)| above - first), Some(0));
        assert_eq!((fair_counts(10, 0.2, -0.1), fair_counts(10, 1.2, 0.1)), (None, None));
    }

    #[test]
    fn trials_are_judged_by_their_interval() {
        let fair = robust_fairness(50, 1000, 0.10, 0.95).unwrap();
        assert_eq!((fair.unfair, fair.verdict), (0.05, Verdict::Fair));
        assert_eq!(robust_fairness(95, 1000, 0.10, 0.95).unwrap().verdict, Verdict::Inconclusive);
        assert_eq!(robust_fairness(150, 1000, 0.10, 0.95).unwrap().verdict, Verdict::Unfair);
        assert_eq!(robust_fairness(0, 0, 0.1, 0.95), None);
    }

    #[test]
    fn the_first_checkpoint_after_which_it_holds() {
        let path = [(10, 90), (20, 10), (30, 11), (40, 9), (50, 3)];
        assert_eq!(first_robust(&path, 100, 0.10), Some(40));
        assert_eq!(first_robust(&path, 100, 0.02), None);
        assert_eq!(first_robust(&path, 100, 1.0), Some(10));
        assert_eq!(first_robust(&[], 100, 0.1), None);
        assert_eq!(first_robust(&path, 0, 0.1), None);
    }

    proptest! {
        #[test]
        fn the_probability_counts_what_is_not_within(n in 1u64..80, share in 0.01f64..0.99, tolerance in 0.0f64..1.5) {
            let law = Binomial::new(n, share).unwrap();
            let expected: f64 =
                (0..=n).filter(|&k| !within_margin(k, n, share, tolerance)).map(|k| law.ln_mass(k).exp()).sum();
            prop_assert!((unfair_probability(n, share, tolerance).unwrap() - expected).abs() < 1e-11);
        }
    }
}
