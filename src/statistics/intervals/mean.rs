//! The mean of independent trials, from sums that are exact integers.

use super::interval::{Interval, one_sided_level};
use crate::statistics::distributions::{student_quantile, student_upper};

/// The sufficient statistics of the mean of independent trials.
///
/// Each trial's value is an integer divided by `scale` (wins divided by rounds, say). The sums are
/// exact, so that merging is associative and the spread loses no digit however far the mean is
/// from zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// How many trials.
    pub trials: u64,
    /// Sum of the integers.
    pub sum: i128,
    /// Sum of their squares.
    pub squares: u128,
    /// What an integer is divided by to become a value; positive.
    pub scale: f64,
}

impl Moments {
    /// The mean; `None` without trials or with a scale that is not positive.
    pub fn mean(&self) -> Option<f64> {
        if self.trials == 0 || !(self.scale > 0.0 && self.scale.is_finite()) {
            return None;
        }
        // Whole part and remainder apart: a sum beyond 2^53 keeps all of its digits.
        let trials = i128::from(self.trials);
        let (whole, rest) = (self.sum.div_euclid(trials), self.sum.rem_euclid(trials));
        Some((whole as f64 + rest as f64 / self.trials as f64) / self.scale)
    }

    /// The unbiased variance of a trial's value; `None` with fewer than two trials, or where the
    /// sums contradict each other or leave 127 bits.
    pub fn variance(&self) -> Option<f64> {
        if self.trials < 2 {
            return None;
        }
        self.mean()?;
        // Around m = floor(mean), with r = sum - n m: the sum of (x - mean)^2 is
        // sum x^2 - m (sum x + r) - r^2 / n, the first two terms in exact integers.
        let trials = i128::from(self.trials);
        let (whole, rest) = (self.sum.div_euclid(trials), self.sum.rem_euclid(trials));
        let around = whole.checked_mul(self.sum.checked_add(rest)?)?;
        let squares = i128::try_from(self.squares).ok()?.checked_sub(around)?;
        let spread = match squares
            .checked_mul(trials)
            .and_then(|product| product.checked_sub(rest.checked_mul(rest)?))
        {
            Some(exact) => exact as f64 / self.trials as f64,
            None => squares as f64 - rest as f64 / self.trials as f64 * rest as f64,
        };
        (spread >= 0.0).then(|| spread / (self.trials - 1) as f64 / self.scale / self.scale)
    }

    /// The standard error of the mean; `None` as for [`Moments::variance`].
    pub fn standard_error(&self) -> Option<f64> {
        Some((self.variance()? / self.trials as f64).sqrt())
    }

    /// Student's t interval of the mean.
    ///
    /// `None` with fewer than two trials or with a confidence outside (0, 1), and also where all
    /// trials gave the same value: an interval without width would say that the mean is known
    /// exactly, while two trials in which a small validator never won say very little.
    pub fn interval(&self, confidence: f64) -> Option<Interval> {
        let error = self.positive_error()?;
        let half = student_quantile(one_sided_level(confidence)?, self.trials - 1) * error;
        let mean = self.mean()?;
        Some(Interval { low: mean - half, high: mean + half })
    }

    /// Two-sided p-value of Student's t test that the mean is `reference`.
    ///
    /// `None` where there is no interval, for the same reason: without spread the statistic is
    /// zero over zero, or infinite by an accident of rounding and few trials.
    pub fn p_value(&self, reference: f64) -> Option<f64> {
        let t = (self.mean()? - reference) / self.positive_error()?;
        (!t.is_nan()).then(|| (2.0 * student_upper(t.abs(), self.trials - 1)).min(1.0))
    }

    fn positive_error(&self) -> Option<f64> {
        self.standard_error().filter(|error| *error > 0.0 && error.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[i64], scale: f64) -> Moments {
        Moments {
            trials: values.len() as u64,
            sum: values.iter().map(|&v| i128::from(v)).sum(),
            squares: values.iter().map(|&v| u128::from(v.unsigned_abs()).pow(2)).sum(),
            scale,
        }
    }

    /// Student's own data ("The Probable Error of a Mean", 1908; R's `sleep`): extra hours of
    /// sleep, differences of the two drugs: t = 4.0621, df = 9, p = 0.002833, 95 % interval
    /// 0.7001142 to 2.4598858, mean 1.58.
    #[test]
    fn the_sleep_of_ten_patients() {
        let moments = of(&[12, 24, 13, 13, 0, 10, 18, 8, 46, 14], 10.0);
        assert!((moments.mean().unwrap() - 1.58).abs() < 1e-15);
        let interval = moments.interval(0.95).unwrap();
        assert!((interval.low - 0.7001142).abs() < 5e-8 && (interval.high - 2.4598858).abs() < 5e-8);
        assert!((moments.p_value(0.0).unwrap() - 0.00283289).abs() < 5e-9);
        assert!((moments.p_value(1.58).unwrap() - 1.0).abs() < 1e-7);
    }

    #[test]
    fn a_far_mean_costs_no_digits() {
        // 10^15 and 10^15 + 2: variance 2 exactly, though the squares differ in the 16th digit.
        let far = of(&[1_000_000_000_000_000, 1_000_000_000_000_002], 1.0);
        assert_eq!(far.variance(), Some(2.0));
        assert_eq!(far.mean(), Some(1_000_000_000_000_001.0));
        assert_eq!(of(&[-3, -4, -8], 1.0).variance(), Some(7.0));
    }

    #[test]
    fn what_does_not_exist_is_none() {
        assert_eq!(of(&[], 1.0).mean(), None);
        assert_eq!(of(&[5], 1.0).variance(), None);
        let same = of(&[5, 5, 5], 1.0);
        assert_eq!((same.variance(), same.interval(0.95), same.p_value(4.0)), (Some(0.0), None, None));
        assert_eq!(of(&[1, 2], 0.0).mean(), None);
        assert_eq!(of(&[1, 2], f64::NAN).interval(0.95), None);
        let contradiction = Moments { trials: 2, sum: 10, squares: 1, scale: 1.0 };
        assert_eq!(contradiction.variance(), None);
        let beyond = Moments { trials: 2, sum: i128::MAX, squares: u128::MAX, scale: 1.0 };
        assert_eq!(beyond.variance(), None);
    }

    proptest! {
        #[test]
        fn agrees_with_two_passes(values in prop::collection::vec(-1000i64..1000, 2..50)) {
            let n = values.len() as f64;
            let mean = values.iter().sum::<i64>() as f64 / n;
            let variance = values.iter().map(|&v| (v as f64 - mean).powi(2)).sum::<f64>() / (n - 1.0);
            let moments = of(&values, 1.0);
            prop_assert!((moments.mean().unwrap() - mean).abs() < 1e-10);
            prop_assert!((moments.variance().unwrap() - variance).abs() < 1e-9 * variance.max(1.0));
        }

        #[test]
        fn never_panics_nor_gives_nan(
            trials in any::<u64>(), sum in any::<i128>(), squares in any::<u128>(), scale in any::<f64>(),
            reference in any::<f64>(),
        ) {
            let moments = Moments { trials, sum, squares, scale };
            for value in [moments.mean(), moments.variance(), moments.standard_error(), moments.p_value(reference)] {
                prop_assert!(value.is_none_or(|v| !v.is_nan()));
            }
        }
    }
}
