//! Tails of a share whose rounds depend on each other within trials.

use crate::statistics::distributions::{Binomial, student_upper};
use crate::statistics::{Moments, Side, Tails};

/// No more than so many effective rounds are counted: 2^53, up to where floats are exact.
const MOST: f64 = 9_007_199_254_740_992.0;

/// How likely win shares as extreme as the observed mean over the trials are if the expected share is
/// `p`, where the rounds of a trial depend on each other and the trials do not. `shares` holds the win
/// shares of the trials; `wins` the wins and `rounds` the rounds of each, where all had as many.
///
/// The larger of two tails. Student's, of the mean over the trials, which is too small where wins are
/// few. And the binomial one with the number of rounds replaced by an effective one: the number of
/// independent rounds that would have the variance seen between trials, never more than there were (Korn
/// and Graubard, Survey Methodology 24, 1998); the effective wins are rounded to the larger tail.
///
/// Where all trials are alike, their spread says nothing; what holds then whatever the rounds are is
/// Markov's inequality: a trial's share is at least m with probability p/m at most, and at most m with
/// probability (1 - p)/(1 - m) at most.
///
/// `None` for fewer trials than [`least_trials`], if the sums contradict each other, or with p outside [0, 1].
pub fn clustered_tails(shares: &Moments, wins: Option<(&Moments, u64)>, p: f64) -> Option<Tails> {
    let tail = |side| clustered_tail(shares, wins, p, side);
    Some(Tails { at_least: tail(Side::AtLeast)?, at_most: tail(Side::AtMost)? })
}

/// One of [`clustered_tails`].
pub fn clustered_tail(shares: &Moments, wins: Option<(&Moments, u64)>, p: f64, side: Side) -> Option<f64> {
    if shares.trials < least_trials(shares)? {
        return None;
    }
    if shares.variance()? <= 0.0 {
        return alike_tail(shares.mean()?, shares.trials, p, side);
    }
    let student = student_tail(shares, p, side);
    let binomial = wins.and_then(|(wins, rounds)| effective_tail(wins, rounds, p, side));
    match (student, binomial) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (one, other) => one.or(other),
    }
}

/// The bound of a tail where each of the trials has this share.
fn alike_tail(share: f64, trials: u64, p: f64, side: Side) -> Option<f64> {
    let one = match side {
        Side::AtLeast => p / share,
        Side::AtMost => (1.0 - p) / (1.0 - share),
    };
    let bound = if one.is_nan() { 1.0 } else { one.clamp(0.0, 1.0).powf(trials as f64) };
    (0.0..=1.0).contains(&p).then_some(bound)
}

fn student_tail(shares: &Moments, p: f64, side: Side) -> Option<f64> {
    let error = shares.standard_error().filter(|error| *error > 0.0)?;
    let t = (shares.mean()? - p) / error;
    let freedom = shares.trials - 1;
    (!t.is_nan()).then(|| match side {
        Side::AtLeast => student_upper(t, freedom),
        Side::AtMost => student_upper(-t, freedom),
    })
}

fn effective_tail(wins: &Moments, rounds: u64, p: f64, side: Side) -> Option<f64> {
    let all = wins.trials.checked_mul(rounds).filter(|&all| all > 1)?;
    let won = u64::try_from(wins.sum).ok().filter(|&won| won <= all)?;
    let shares = Moments { scale: rounds as f64, ..*wins };
    let variance = shares.variance()? / wins.trials as f64;
    let (n, share) = (all as f64, won as f64 / all as f64);
    let independent = share * (1.0 - share) / n;
    let design = (variance / independent).max(1.0);
    let effective = (n / design).floor().clamp(1.0, MOST);
    let effective_wins = share * effective;
    // A product that is whole but for rounding is whole.
    let slack = 1e-9 * effective_wins;
    let law = Binomial::new(effective as u64, p)?;
    Some(match side {
        Side::AtLeast => law.upper((effective_wins + slack).floor() as u64),
        Side::AtMost => law.lower((effective_wins - slack).ceil().min(effective) as u64),
    })
}

/// The fewest trials from which Student's distribution may be asked: 25 times the squared skewness
/// (Cochran 1977, 2.15), taken as twice the coefficient of variation, as of a gamma distribution, and
/// that as large as the spread seen may be with 95 % confidence. Two at least.
///
/// `None` for fewer than two trials, or without a mean.
pub fn least_trials(shares: &Moments) -> Option<u64> {
    let (mean, variance) = (shares.mean()?, shares.variance()?);
    if mean <= 0.0 || variance <= 0.0 {
        return Some(2);
    }
    let freedom = (shares.trials - 1) as f64;
    let ninth = 2.0 / (9.0 * freedom);
    // The 5 % quantile of chi-square over its degrees of freedom (Wilson and Hilferty).
    let quantile = (1.0 - ninth - 1.644_853_6 * ninth.sqrt()).max(0.1).powi(3);
    let needed = 100.0 * variance / quantile / (mean * mean);
    Some((needed.ceil().min(1e15) as u64).max(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(values: &[f64]) -> Moments {
        let scale = 1e9;
        let fixed: Vec<i128> = values.iter().map(|value| (value * scale).round() as i128).collect();
        Moments {
            trials: values.len() as u64,
            sum: fixed.iter().sum(),
            squares: fixed.iter().map(|value| value.unsigned_abs().pow(2)).sum(),
            scale,
        }
    }

    #[test]
    fn many_trials_that_hardly_differ_are_students() {
        // Mean .2, standard error .002/sqrt(10), t = 3.1623 with 9 degrees: .005761 (tables of t).
        let values: Vec<f64> =
            (0..10).map(|i| 0.2 + if i % 2 == 0 { 0.0018974 } else { -0.0018974 }).collect();
        let tails = clustered_tails(&shares(&values), None, 0.198).unwrap();
        assert!((tails.at_least - 0.005761).abs() < 1e-5, "{tails:?}");
        assert!((tails.at_least + tails.at_most - 1.0).abs() < 1e-12);
    }

    #[test]
    fn few_trials_that_differ_much_say_nothing() {
        let wild = shares(&[0.0, 0.01, 0.2, 0.02, 0.0]);
        assert!(least_trials(&wild).unwrap() > 500);
        assert_eq!(clustered_tails(&wild, None, 0.05), None);
        assert_eq!(least_trials(&shares(&[0.5])), None);
        assert_eq!(least_trials(&shares(&[0.5, 0.5])), Some(2));
    }

    /// Ten trials, nine degrees: the 5 % quantile of chi-square is 3.3251, so that a variance of 1/100 of the
    /// squared mean asks for 100 / 100 · 9 / 3.3251 = 2.71 trials and one of a tenth for 27.1.
    #[test]
    fn the_fewest_trials_by_hand() {
        let of_spread = |relative: f64| {
            let apart = 0.2 * relative * (9.0f64 / 10.0).sqrt();
            let values: Vec<f64> = (0..10).map(|i| 0.2 + if i % 2 == 0 { apart } else { -apart }).collect();
            least_trials(&shares(&values)).unwrap()
        };
        assert_eq!((of_spread(0.1), of_spread(0.1f64.sqrt()), of_spread(1.0)), (3, 28, 272));
    }

    /// Rounds may be won in runs as long as a trial: five trials without a win are then five observations
    /// and not as many as there were rounds.
    #[test]
    fn trials_that_are_alike_count_once_each() {
        let none = clustered_tails(&shares(&[0.0; 5]), Some((&shares(&[0.0; 5]), 40)), 0.05).unwrap();
        assert!((none.at_most - 0.95f64.powi(5)).abs() < 1e-12 && none.at_least == 1.0, "{none:?}");
        let half = clustered_tails(&shares(&[0.5; 3]), None, 0.2).unwrap();
        assert!((half.at_least - 0.4f64.powi(3)).abs() < 1e-12 && half.at_most == 1.0, "{half:?}");
    }
}
