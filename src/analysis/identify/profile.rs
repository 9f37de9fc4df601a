//! One unknown number in the shares, with its interval by the profile likelihood.

use crate::analysis::rows::ProfileEstimate;
use crate::statistics::distributions::normal_quantile;

/// Exponents are looked for between these two.
const STEEPEST: f64 = 64.0;

/// α in shares ∝ stake^α. The logarithm of the likelihood is concave in α, so its slope has one root,
/// and it falls below any level once on each side. Nothing where all stakes are equal; an end is
/// empty where the likelihood never falls so far before an exponent of 64. O(m) for each of about two
/// hundred evaluations.
pub fn exponent(stakes: &[u64], draws: &[u64], confidence: f64) -> ProfileEstimate {
    let held: Vec<(f64, f64)> = stakes
        .iter()
        .zip(draws)
        .filter(|&(&stake, _)| stake > 0)
        .map(|(&stake, &count)| ((stake as f64).ln(), count as f64))
        .collect();
    let most = held.iter().map(|&(ln, _)| ln).fold(f64::NEG_INFINITY, f64::max);
    let least = held.iter().map(|&(ln, _)| ln).fold(f64::INFINITY, f64::min);
    let total: f64 = held.iter().map(|&(_, count)| count).sum();
    if held.len() < 2 || most - least < 1e-12 || total == 0.0 {
        return ProfileEstimate::default();
    }
    // Relative to the largest stake, so that no power overflows; for α < 0, to the smallest.
    let anchor = |alpha: f64| if alpha < 0.0 { least } else { most };
    let weigh = |alpha: f64| {
        let at = anchor(alpha);
        let (mut sum, mut first) = (0.0, 0.0);
        for &(ln, _) in &held {
            let weight = (alpha * (ln - at)).exp();
            sum += weight;
            first += weight * (ln - at);
        }
        (sum, first / sum, at)
    };
    let mean_of_wins = |at: f64| held.iter().map(|&(ln, count)| count * (ln - at)).sum::<f64>() / total;
    // Per win; its root is the estimate.
    let slope = |alpha: f64| {
        let (_, mean, at) = weigh(alpha);
        mean_of_wins(at) - mean
    };
    let likelihood = |alpha: f64| {
        let (sum, _, at) = weigh(alpha);
        total * (alpha * mean_of_wins(at) - sum.ln())
    };
    let fall = 0.5 * normal_quantile(0.5 * (1.0 - confidence)).powi(2);
    let value = match (slope(-STEEPEST) > 0.0, slope(STEEPEST) < 0.0) {
        (true, true) => Some(bisect(-STEEPEST, STEEPEST, |alpha| slope(alpha) > 0.0)),
        _ => None,
    };
    let top = value.unwrap_or(if slope(STEEPEST) >= 0.0 { STEEPEST } else { -STEEPEST });
    let level = likelihood(top) - fall;
    let inside = |alpha: f64| likelihood(alpha) >= level;
    let low = (!inside(-STEEPEST)).then(|| bisect(-STEEPEST, top, |alpha| !inside(alpha)));
    let high = (!inside(STEEPEST)).then(|| bisect(top, STEEPEST, inside));
    ProfileEstimate { value, low, high }
}

/// w in shares w/m + (1 − w) stake/total among those with stake, from 0 to 1. The likelihood is
/// log-concave in w. An end lies at 0 or 1 where the likelihood does not fall so far before. Nothing
/// where all stakes are equal.
pub fn uniform_part(stakes: &[u64], draws: &[u64], confidence: f64) -> ProfileEstimate {
    let total: f64 = stakes.iter().map(|&stake| stake as f64).sum();
    let holders = stakes.iter().filter(|&&stake| stake > 0).count() as f64;
    let held: Vec<(f64, f64)> = stakes
        .iter()
        .zip(draws)
        .filter(|&(&stake, _)| stake > 0)
        .map(|(&stake, &count)| (stake as f64 / total, count as f64))
        .collect();
    let equal = 1.0 / holders;
    if holders < 2.0 || held.iter().all(|&(share, _)| (share * holders - 1.0).abs() < 1e-12) {
        return ProfileEstimate::default();
    }
    if held.iter().all(|&(_, count)| count == 0.0) {
        return ProfileEstimate::default();
    }
    let likelihood = |part: f64| {
        held.iter()
            .filter(|&&(_, count)| count > 0.0)
            .map(|&(share, count)| count * (share + part * (equal - share)).ln())
            .sum::<f64>()
    };
    let slope = |part: f64| {
        held.iter()
            .filter(|&&(_, count)| count > 0.0)
            .map(|&(share, count)| count * (equal - share) / (share + part * (equal - share)))
            .sum::<f64>()
    };
    let value = if slope(0.0) <= 0.0 {
        0.0
    } else if slope(1.0) >= 0.0 {
        1.0
    } else {
        bisect(0.0, 1.0, |part| slope(part) > 0.0)
    };
    let fall = 0.5 * normal_quantile(0.5 * (1.0 - confidence)).powi(2);
    let level = likelihood(value) - fall;
    let inside = |part: f64| likelihood(part) >= level;
    let low = if inside(0.0) { 0.0 } else { bisect(0.0, value, |part| !inside(part)) };
    let high = if inside(1.0) { 1.0 } else { bisect(value, 1.0, inside) };
    ProfileEstimate { value: Some(value), low: Some(low), high: Some(high) }
}

/// Where a condition that holds at `low` and not at `high` ends to hold.
fn bisect(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if holds(middle) { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two holders of 1 and 4: shares 1/(1 + 4^α) and 4^α/(1 + 4^α), so the most likely α is the
    /// logarithm of the ratio of wins to base 4.
    #[test]
    fn two_holders_by_hand() {
        for (few, many, alpha) in [(100, 400, 1.0), (100, 200, 0.5), (100, 100, 0.0), (400, 100, -1.0)] {
            let found = exponent(&[1, 4], &[few, many], 0.95);
            assert!((found.value.unwrap() - alpha).abs() < 1e-9, "{found:?}");
            // Wilks: the interval is where the deviance is below 3.84.
            for end in [found.low.unwrap(), found.high.unwrap()] {
                let p = 1.0 / (1.0 + 4f64.powf(end));
                let (few, many) = (few as f64, many as f64);
                let seen = few / (few + many);
                let deviance = 2.0 * (few * (seen / p).ln() + many * ((1.0 - seen) / (1.0 - p)).ln());
                assert!((deviance - 3.841_458_820_694_124).abs() < 1e-6, "{deviance}");
            }
        }
    }

    #[test]
    fn what_is_not_there_is_not_told() {
        assert_eq!(exponent(&[5, 5, 5], &[1, 2, 3], 0.95), ProfileEstimate::default());
        assert_eq!(exponent(&[5], &[3], 0.95), ProfileEstimate::default());
        assert_eq!(exponent(&[1, 4], &[0, 0], 0.95), ProfileEstimate::default());
        assert_eq!(uniform_part(&[5, 5], &[1, 2], 0.95), ProfileEstimate::default());
        // All wins went to the largest: the exponent has no upper end.
        let all = exponent(&[1, 4], &[0, 50], 0.95);
        assert!(all.value.is_none() && all.high.is_none() && all.low.unwrap() > 1.0, "{all:?}");
        let none = exponent(&[1, 4], &[50, 0], 0.95);
        assert!(none.value.is_none() && none.low.is_none() && none.high.unwrap() < -1.0, "{none:?}");
    }

    /// Shares of 1 and 3 in 4; with w they are 1/4 + w/4 and 3/4 - w/4.
    #[test]
    fn a_mixture_by_hand() {
        let found = uniform_part(&[1, 3], &[375, 625], 0.95);
        assert!((found.value.unwrap() - 0.5).abs() < 1e-9, "{found:?}");
        assert!(found.low.unwrap() > 0.3 && found.high.unwrap() < 0.7, "{found:?}");
        let edge = uniform_part(&[1, 3], &[200, 800], 0.95);
        assert_eq!((edge.value, edge.low), (Some(0.0), Some(0.0)));
        let other = uniform_part(&[1, 3], &[600, 400], 0.95);
        assert_eq!((other.value, other.high), (Some(1.0), Some(1.0)));
    }
}
