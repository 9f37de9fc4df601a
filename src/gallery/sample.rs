//! What a simulation says of an estimand.

use crate::statistics::binomial_test;
use crate::statistics::distributions::normal_upper;

/// An estimate with all that is needed to hold it against an exact value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample {
    /// So many of so many.
    Proportion {
        /// How often it happened.
        hits: u64,
        /// Of how many.
        trials: u64,
    },
    /// A number with its standard error; 0 where nothing is left to chance.
    Estimate {
        /// The estimate.
        value: f64,
        /// Its standard error.
        se: f64,
    },
}

impl Sample {
    /// The estimate.
    pub fn value(self) -> f64 {
        match self {
            Sample::Proportion { hits, trials } => hits as f64 / trials as f64,
            Sample::Estimate { value, .. } => value,
        }
    }

    /// Its standard error.
    pub fn se(self) -> f64 {
        match self {
            Sample::Proportion { trials, .. } => {
                let p = self.value();
                (p * (1.0 - p) / trials as f64).sqrt()
            }
            Sample::Estimate { se, .. } => se,
        }
    }

    /// How likely a deviation from `exact` as large as this one is, or a larger one: the exact binomial test
    /// of a proportion, the normal one of an estimate; without chance, whether both are the same within
    /// `tolerance`.
    pub fn p_value(self, exact: f64, tolerance: f64) -> f64 {
        match self {
            Sample::Proportion { hits, trials } => binomial_test(hits, trials, exact).unwrap_or(0.0),
            Sample::Estimate { value, se } if se > 0.0 => {
                (2.0 * normal_upper((value - exact).abs() / se)).min(1.0)
            }
            Sample::Estimate { value, .. } => f64::from(u8::from((value - exact).abs() <= tolerance)),
        }
    }

    /// The mean of some numbers.
    pub fn mean(values: &[f64]) -> Option<Self> {
        let n = values.len() as f64;
        if values.len() < 2 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
        Some(Sample::Estimate { value: mean, se: (variance / n).sqrt() })
    }

    /// A function of the estimate, with the standard error that its slope there gives.
    pub fn map(self, function: impl Fn(f64) -> f64) -> Self {
        let (value, se) = (self.value(), self.se());
        let step = (se * 1e-3).max(value.abs() * 1e-9).max(f64::MIN_POSITIVE);
        let slope = (function(value + step) - function(value - step)) / (2.0 * step);
        Sample::Estimate { value: function(value), se: (slope * se).abs() }
    }

    /// An empirical quantile; its standard error is half the distance of the order statistics one standard
    /// deviation of the rank below and above.
    pub fn quantile(values: &mut [f64], probability: f64) -> Option<Self> {
        let n = values.len();
        if n < 100 {
            return None;
        }
        values.sort_unstable_by(f64::total_cmp);
        let at = |rank: f64| values[(rank.max(0.0) as usize).min(n - 1)];
        let (rank, deviation) =
            (probability * n as f64, (n as f64 * probability * (1.0 - probability)).sqrt());
        Some(Sample::Estimate { value: at(rank), se: (at(rank + deviation) - at(rank - deviation)) / 2.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::Sample;

    #[test]
    fn estimates_stand_beside_their_errors() {
        let half = Sample::Proportion { hits: 50, trials: 100 };
        assert_eq!((half.value(), half.se()), (0.5, 0.05));
        assert!(half.p_value(0.5, 0.0) > 0.99 && half.p_value(0.8, 0.0) < 1e-8);
        let mean = Sample::mean(&[1.0, 2.0, 3.0]).unwrap();
        assert!((mean.value() - 2.0).abs() < 1e-15 && (mean.se() - (1.0f64 / 3.0).sqrt()).abs() < 1e-15);
        let root = Sample::Estimate { value: 4.0, se: 0.4 }.map(f64::sqrt);
        assert!((root.value() - 2.0).abs() < 1e-12 && (root.se() - 0.1).abs() < 1e-6);
        let certain = Sample::Estimate { value: 0.25, se: 0.0 };
        assert_eq!((certain.p_value(0.25, 1e-12), certain.p_value(0.26, 1e-3)), (1.0, 0.0));
        let mut values: Vec<f64> = (0..1000).map(f64::from).collect();
        let median = Sample::quantile(&mut values, 0.5).unwrap();
        assert_eq!(median.value(), 500.0);
        assert!((median.se() - 15.5).abs() < 1.0);
    }
}
