//! The mean of independent trials, each with a value of its own.

use super::Nature;
use crate::statistics::distributions::{student_quantile, student_upper};
use crate::statistics::{Interval, clopper_pearson};

/// What independent trials say about the mean of their values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// How many trials have a value.
    pub trials: u64,
    /// The mean of their values.
    pub mean: f64,
    /// Their standard deviation (n − 1); `None` with fewer than two. Exactly zero if and only if
    /// all values are the same.
    pub deviation: Option<f64>,
    /// The interval of the mean: Student's, or for events Clopper and Pearson's. `None` with fewer
    /// than two trials, and for numbers that are all the same: they say nothing of their dispersion.
    pub interval: Option<Interval>,
}

impl Estimate {
    /// The estimate from the trials that have a value, with an interval of this confidence. In two
    /// passes and in the order given, so that the same values always give the same digits. O(n).
    ///
    /// `None` if no trial has a value.
    pub fn new(values: impl Iterator<Item = f64> + Clone, nature: Nature, confidence: f64) -> Option<Self> {
        let first = values.clone().next()?;
        let (mut trials, mut sum, mut alike) = (0u64, 0.0, true);
        for value in values.clone() {
            trials += 1;
            // Around the first value, so that what all share costs no digits.
            sum += value - first;
            alike &= value == first;
        }
        let shift = sum / trials as f64;
        let mean = first + shift;
        let deviation = (trials > 1).then(|| {
            if alike {
                return 0.0;
            }
            let squares: f64 = values.clone().map(|value| (value - first - shift).powi(2)).sum();
            (squares / (trials - 1) as f64).sqrt()
        });
        let interval = match nature {
            Nature::Number => student_interval(mean, deviation, trials, confidence),
            Nature::Event if trials < 2 => None,
            Nature::Event => {
                clopper_pearson(values.filter(|&value| value == 1.0).count() as u64, trials, confidence)
            }
        };
        Some(Estimate { trials, mean, deviation, interval })
    }

    /// Two-sided p-value of Student's t test that the mean is zero; `None` without dispersion.
    pub fn p_value_of_zero(&self) -> Option<f64> {
        let error = self.deviation.filter(|deviation| *deviation > 0.0)? / (self.trials as f64).sqrt();
        let t = (self.mean / error).abs();
        (!t.is_nan()).then(|| (2.0 * student_upper(t, self.trials - 1)).min(1.0))
    }
}

fn student_interval(mean: f64, deviation: Option<f64>, trials: u64, confidence: f64) -> Option<Interval> {
    let error = deviation.filter(|deviation| *deviation > 0.0)? / (trials as f64).sqrt();
    if !(confidence > 0.0 && confidence < 1.0) {
        return None;
    }
    let half = student_quantile(0.5 * (1.0 - confidence), trials - 1) * error;
    Some(Interval { low: mean - half, high: mean + half })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> Option<Estimate> {
        Estimate::new(values.iter().copied(), Nature::Number, 0.95)
    }

    /// Student's own data, as in `intervals/mean.rs`: R's `sleep`.
    #[test]
    fn the_sleep_of_ten_patients() {
        let estimate = of(&[1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]).unwrap();
        assert!((estimate.mean - 1.58).abs() < 1e-14);
        let interval = estimate.interval.unwrap();
        assert!((interval.low - 0.7001142).abs() < 5e-8 && (interval.high - 2.4598858).abs() < 5e-8);
        assert!((estimate.p_value_of_zero().unwrap() - 0.00283289).abs() < 5e-9);
    }

    #[test]
    fn what_does_not_exist_is_none() {
        assert_eq!(of(&[]), None);
        let one = of(&[3.0]).unwrap();
        assert_eq!((one.trials, one.deviation, one.interval), (1, None, None));
        // A third has no exact form; three of them still have no dispersion.
        let alike = of(&[1.0 / 3.0; 3]).unwrap();
        assert_eq!((alike.mean, alike.deviation, alike.interval), (1.0 / 3.0, Some(0.0), None));
        assert_eq!(alike.p_value_of_zero(), None);
    }

    #[test]
    fn events_have_exact_intervals() {
        // Clopper and Pearson, 0 of 10: 1 − 0.025^(1/10).
        let never = Estimate::new([0.0; 10].into_iter(), Nature::Event, 0.95).unwrap();
        let interval = never.interval.unwrap();
        assert_eq!(interval.low, 0.0);
        assert!((interval.high - 0.3084971078).abs() < 1e-9);
    }
}
