//! Numbers of trials, where the spread between trials is known from a few of them.

use crate::statistics::distributions::normal_quantile;

/// How many independent trials, each with the standard deviation `deviation` around the truth, show
/// a mean to be within `margin` of its reference, with `power`, by two one-sided tests at level
/// 1 − `confidence`, if it is exactly there: ((z_α + z_{β/2}) σ / margin)².
///
/// `None` unless deviation and margin are positive and confidence and power lie strictly between 0
/// and 1, or if the number does not fit.
pub fn trials_for_equivalence(deviation: f64, margin: f64, confidence: f64, power: f64) -> Option<u64> {
    let z = normal_quantile(level(confidence)?) + normal_quantile(0.5 * level(power)?);
    whole(z * deviation / margin).filter(|_| deviation > 0.0 && margin > 0.0)
}

/// How many such trials show a mean that is `distance` from its reference to differ from it, with
/// `power`, by a two-sided test at level 1 − `confidence`: ((z_{α/2} + z_β) σ / distance)².
///
/// `None` as for [`trials_for_equivalence`].
pub fn trials_for_difference(deviation: f64, distance: f64, confidence: f64, power: f64) -> Option<u64> {
    let z = normal_quantile(0.5 * level(confidence)?) + normal_quantile(level(power)?);
    whole(z * deviation / distance.abs()).filter(|_| deviation > 0.0 && distance != 0.0)
}

/// The smallest distance from a reference that so many such trials show with `power`.
///
/// `None` without trials, unless the deviation is positive and confidence and power lie strictly
/// between 0 and 1.
pub fn detectable_by_trials(deviation: f64, trials: u64, confidence: f64, power: f64) -> Option<f64> {
    let z = normal_quantile(0.5 * level(confidence)?) + normal_quantile(level(power)?);
    (trials > 0 && deviation > 0.0).then(|| z * deviation / (trials as f64).sqrt())
}

/// One minus a probability that lies strictly between 0 and 1.
fn level(probability: f64) -> Option<f64> {
    (probability > 0.0 && probability < 1.0).then_some(1.0 - probability)
}

/// The square, rounded up, at least two trials, if it fits 53 bits.
fn whole(root: f64) -> Option<u64> {
    let size = root * root;
    (size >= 0.0 && size < (1u64 << 53) as f64).then(|| (size.ceil() as u64).max(2))
}

#[cfg(test)]
mod tests {
    use super::super::{rounds_for_equivalence, trials_for_half_width};
    use super::*;

    #[test]
    fn agrees_with_rounds_as_trials_of_one_round() {
        // A trial of one round has the deviation sqrt(p q).
        let deviation = (0.2f64 * 0.8).sqrt();
        assert_eq!(trials_for_equivalence(deviation, 0.002, 0.95, 0.9), Some(432_887));
        assert_eq!(
            trials_for_equivalence(deviation, 0.02, 0.95, 0.9),
            rounds_for_equivalence(0.2, 0.1, 0.95, 0.9)
        );
        // Cohen 1988, table 2.4.1 (one mean): d = 0.5, two-sided 5 %, power .8: n = 31.4 by the
        // normal law.
        assert_eq!(trials_for_difference(2.0, 1.0, 0.95, 0.8), Some(32));
        let seen = detectable_by_trials(2.0, 32, 0.95, 0.8).unwrap();
        assert!(seen < 1.0 && seen > 0.98, "{seen}");
        assert!(trials_for_half_width(2.0, 0.7, 0.95).unwrap() > 31);
    }

    #[test]
    fn what_does_not_exist_is_none() {
        assert_eq!(trials_for_equivalence(0.0, 0.1, 0.95, 0.9), None);
        assert_eq!(trials_for_difference(1.0, 0.0, 0.95, 0.9), None);
        assert_eq!(trials_for_difference(1.0, 1e-12, 0.95, 0.9), None);
        assert_eq!(trials_for_equivalence(1.0, 0.1, 1.0, 0.9), None);
        assert_eq!(detectable_by_trials(1.0, 0, 0.95, 0.9), None);
        assert_eq!(detectable_by_trials(f64::NAN, 5, 0.95, 0.9), None);
    }
}
