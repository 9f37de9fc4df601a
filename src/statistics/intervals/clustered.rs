//! Korn and Graubard's interval of a share from rounds that depend on each other within trials.

use super::clopper_pearson::{lower_end, upper_end};
use super::interval::{Interval, one_sided_level};
use super::{Moments, wilson};
use crate::statistics::distributions::student_quantile;

/// No more than so many effective rounds are counted: 2^53, up to where floats are exact.
const MOST: f64 = 9_007_199_254_740_992.0;

/// The interval of a validator's win share where the rounds of a trial depend on each other
/// (compounding rewards, leaders who keep several slots) but the trials do not. `wins` holds the
/// sums of its wins over the trials (its scale is not used), each of `rounds` rounds.
///
/// Clopper and Pearson's interval with the number of rounds replaced by an effective one: the
/// number of independent rounds that would have the variance seen between trials, never more than
/// there were, times (t with the rounds' degrees of freedom / t with the trials')² for not knowing
/// that variance exactly (Korn and Graubard, Survey Methodology 24, 1998; the standard of health
/// statistics). The effective wins are rounded outward. A t interval of the mean is as good for
/// many wins; for few wins it is far too short on the upper side, above all at levels corrected for
/// many validators, and does not exist where all trials are alike.
///
/// `None` for fewer than two trials, without rounds, if the sums contradict each other or leave 64
/// bits, or with a confidence outside (0, 1).
pub fn clustered_share(wins: &Moments, rounds: u64, confidence: f64) -> Option<Interval> {
    let level = one_sided_level(confidence)?;
    let all = wins.trials.checked_mul(rounds).filter(|&all| all > 1)?;
    let won = u64::try_from(wins.sum).ok().filter(|&won| won <= all)?;
    let shares = Moments { scale: rounds as f64, ..*wins };
    let variance = shares.variance()? / wins.trials as f64;
    let (n, share) = (all as f64, won as f64 / all as f64);
    let independent = share * (1.0 - share) / n;
    let design = if independent > 0.0 { (variance / independent).max(1.0) } else { 1.0 };
    let known = student_quantile(level, all - 1) / student_quantile(level, wins.trials - 1);
    let effective = (n / design * known * known).floor().clamp(1.0, MOST);
    let effective_wins = share * effective;
    // A product that is whole but for rounding is whole.
    let slack = 1e-9 * effective_wins;
    let least = (effective_wins + slack).floor() as u64;
    let most = (effective_wins - slack).ceil().min(effective) as u64;
    let effective = effective as u64;
    Some(Interval {
        low: lower_end(least, effective, level, wilson(least, effective, confidence)?.low),
        high: upper_end(most, effective, level, wilson(most, effective, confidence)?.high),
    })
}

#[cfg(test)]
mod tests {
    use super::super::clopper_pearson;
    use super::*;
    use proptest::prelude::*;

    fn of(wins: &[u64]) -> Moments {
        Moments {
            trials: wins.len() as u64,
            sum: wins.iter().map(|&w| i128::from(w)).sum(),
            squares: wins.iter().map(|&w| u128::from(w).pow(2)).sum(),
            scale: 1.0,
        }
    }

    #[test]
    fn by_the_formula() {
        // Ten trials of 100 rounds, mean share .2, variance of the mean 5.2889e-04: 302.52 effective
        // rounds, times (t(999) / t(9))² = (1.96234 / 2.26216)² = 0.75249: 227 rounds, 45.4 wins.
        // Clopper-Pearson of 45 and 46 in 227 (scipy.stats.beta.ppf).
        let wins = [30, 12, 25, 18, 9, 22, 31, 20, 14, 19];
        let moments = of(&wins);
        let interval = clustered_share(&moments, 100, 0.95).unwrap();
        assert!(
            (interval.low - 0.148425117272).abs() < 1e-9 && (interval.high - 0.260884101125).abs() < 1e-9,
            "{interval:?}"
        );
    }

    #[test]
    fn many_independent_trials_are_one_long_one() {
        // Alternating 190 and 210 wins of 1,000: less than the binomial variance, so all count.
        let wins: Vec<u64> = (0..2000).map(|i| if i % 2 == 0 { 190 } else { 210 }).collect();
        let clustered = clustered_share(&of(&wins), 1000, 0.95).unwrap();
        let plain = clopper_pearson(400_000, 2_000_000, 0.95).unwrap();
        assert!((clustered.low - plain.low).abs() < 1e-6 && (clustered.high - plain.high).abs() < 1e-6);
    }

    #[test]
    fn what_does_not_exist_is_none() {
        assert_eq!(clustered_share(&of(&[5]), 10, 0.95), None);
        assert_eq!(clustered_share(&of(&[5, 6]), 0, 0.95), None);
        assert_eq!(clustered_share(&of(&[5, 6]), 5, 0.95), None);
        assert_eq!(clustered_share(&of(&[5, 6]), 10, 1.0), None);
        assert_eq!(clustered_share(&of(&[0, 0]), 10, 0.95).unwrap().low, 0.0);
        assert_eq!(clustered_share(&of(&[10, 10]), 10, 0.95).unwrap().high, 1.0);
    }

    proptest! {
        #[test]
        fn holds_the_estimate(wins in prop::collection::vec(0u64..=50, 2..30), confidence in 0.5f64..0.99999) {
            let share = wins.iter().sum::<u64>() as f64 / (50.0 * wins.len() as f64);
            let interval = clustered_share(&of(&wins), 50, confidence).unwrap();
            prop_assert!(0.0 <= interval.low && interval.low <= share + 1e-12);
            prop_assert!(share <= interval.high + 1e-12 && interval.high <= 1.0);
        }
    }
}
