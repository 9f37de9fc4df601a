//! Equivalence by two one-sided tests.

use crate::statistics::Moments;
use crate::statistics::distributions::{Binomial, student_upper};

/// The p-value of the hypothesis that a probability lies **outside** `low..high`: a small value
/// shows that it lies inside. The larger of two exact one-sided binomial tests (Schuirmann 1987);
/// an interval of confidence 1 − 2α inside `low..high` says the same at level α.
///
/// `None` without trials, with more successes than trials, or unless 0 ≤ low < high ≤ 1.
pub fn equivalence_test(successes: u64, trials: u64, low: f64, high: f64) -> Option<f64> {
    if trials == 0 || successes > trials || low >= high {
        return None;
    }
    let above_low = Binomial::new(trials, low)?.upper(successes);
    let below_high = Binomial::new(trials, high)?.lower(successes);
    // A bound that no probability can pass need not be excluded.
    let above_low = if low == 0.0 { 0.0 } else { above_low };
    let below_high = if high == 1.0 { 0.0 } else { below_high };
    Some(above_low.max(below_high))
}

/// The same for the mean of trials, by two one-sided t tests. `None` where there is no spread to
/// measure by, as in [`Moments::p_value`], or unless low < high.
pub fn equivalence_of_mean(moments: &Moments, low: f64, high: f64) -> Option<f64> {
    let error = moments.standard_error().filter(|error| *error > 0.0)?;
    let mean = moments.mean()?;
    if low.is_nan() || high.is_nan() || low >= high {
        return None;
    }
    let freedom = moments.trials - 1;
    let above_low = student_upper((mean - low) / error, freedom);
    let below_high = student_upper((high - mean) / error, freedom);
    Some(above_low.max(below_high)).filter(|p| !p.is_nan())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_must_be_excluded() {
        // scipy.stats.binom: sf(199, 1000, .17) and cdf(200, 1000, .23).
        let p = equivalence_test(200, 1000, 0.17, 0.23).unwrap();
        assert!((p / 0.01237744002144 - 1.0).abs() < 1e-9, "{p}");
        assert!(equivalence_test(200, 1000, 0.205, 0.3).unwrap() > 0.5);
        assert_eq!(equivalence_test(0, 10, 0.0, 1.0), Some(0.0));
        assert_eq!(equivalence_test(0, 0, 0.1, 0.2), None);
        assert_eq!(equivalence_test(5, 9, 0.3, 0.3), None);
        assert_eq!(equivalence_test(5, 9, 0.3, f64::NAN), None);
    }

    #[test]
    fn of_a_mean() {
        // R's sleep differences: mean 1.58, standard error 0.38896. Bounds 0 and 3:
        // t = 4.0621 and 3.6508 with 9 degrees: the larger p is 0.0026556 (scipy.stats.t.sf).
        let moments = Moments { trials: 10, sum: 158, squares: 3858, scale: 10.0 };
        let p = equivalence_of_mean(&moments, 0.0, 3.0).unwrap();
        assert!((p - 0.0026555703).abs() < 1e-8, "{p}");
        assert_eq!(equivalence_of_mean(&moments, 3.0, 0.0), None);
        assert_eq!(equivalence_of_mean(&Moments { trials: 1, ..moments }, 0.0, 3.0), None);
    }
}
