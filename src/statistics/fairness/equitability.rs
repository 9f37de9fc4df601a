//! Equitability: how far the shares of stake vary at the end.

use crate::statistics::Interval;
use crate::statistics::distributions::normal_quantile;

/// The normalised variance of a validator's share over trials.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Equitability {
    /// Var(share) / (a (1 − a)): 0 where every trial ends alike, 1 where one takes all.
    pub value: f64,
    /// Its interval; `None` where the trials do not differ.
    pub interval: Option<Interval>,
}

/// The normalised variance of `shares`, one per trial, of a validator that started with `share`
/// (Fanti et al., FC 2019), with Bonett's interval of a variance (Computational Statistics & Data
/// Analysis 50, 2006): symmetric in the logarithm, with an error from the kurtosis, because shares
/// under compounding are far from normal. O(n).
///
/// `None` for fewer than four trials, with a share outside (0, 1), with a confidence outside
/// (0, 1), or if a value is no share.
pub fn equitability(shares: &[f64], share: f64, confidence: f64) -> Option<Equitability> {
    let inside = |value: f64| value > 0.0 && value < 1.0;
    if shares.len() < 4
        || !inside(share)
        || !inside(confidence)
        || shares.iter().any(|value| !(0.0..=1.0).contains(value))
    {
        return None;
    }
    let n = shares.len() as f64;
    let mean = shares.iter().sum::<f64>() / n;
    let squares: f64 = shares.iter().map(|value| (value - mean).powi(2)).sum();
    let variance = squares / (n - 1.0);
    let value = variance / (share * (1.0 - share));
    if variance == 0.0 {
        return Some(Equitability { value, interval: None });
    }
    // Bonett's kurtosis: fourth powers about a trimmed mean, against the squares about the mean.
    let z = normal_quantile(0.5 * (1.0 - confidence));
    let center = trimmed_mean(shares, 1.0 / (2.0 * (n - 4.0).max(1.0).sqrt()));
    let fourth: f64 = shares.iter().map(|value| (value - center).powi(4)).sum();
    let kurtosis = n * fourth / (squares * squares);
    let correction = n / (n - z).max(1.0);
    let error = correction * ((kurtosis - (n - 3.0) / n).max(0.0) / (n - 1.0)).sqrt();
    let low = correction * value * (-z * error).exp();
    let high = correction * value * (z * error).exp();
    Some(Equitability { value, interval: high.is_finite().then_some(Interval { low, high }) })
}

/// The mean without the given share of values at each end.
fn trimmed_mean(values: &[f64], trim: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let cut = ((sorted.len() as f64 * trim) as usize).min((sorted.len() - 1) / 2);
    let kept = &sorted[cut..sorted.len() - cut];
    kept.iter().sum::<f64>() / kept.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Stream, StreamKey};
    use rand_distr::{Beta, Distribution};

    /// The paper's formula evaluated with NumPy.
    #[test]
    fn reference_value() {
        let shares = [0.18, 0.22, 0.25, 0.19, 0.21, 0.30, 0.11, 0.20, 0.17, 0.24];
        let result = equitability(&shares, 0.2, 0.95).unwrap();
        assert!((result.value - 0.01639583333333).abs() < 1e-12, "{result:?}");
        let interval = result.interval.unwrap();
        assert!(
            (interval.low - 0.005857667447).abs() < 1e-9 && (interval.high - 0.070994759028).abs() < 1e-9,
            "{result:?}"
        );
    }

    #[test]
    fn the_limit_of_an_urn() {
        // Compounding with w = .01, a = .2: shares tend to Beta(20, 80), normalised variance
        // w / (1 + w) = 1/101. 20,000 trials: relative sigma of a variance about 1 %.
        let mut stream = Stream::open(StreamKey::new().text("equitability"));
        let law = Beta::new(20.0, 80.0).unwrap();
        let shares: Vec<f64> = (0..20_000).map(|_| law.sample(&mut stream)).collect();
        let result = equitability(&shares, 0.2, 0.999).unwrap();
        assert!(result.interval.unwrap().contains(1.0 / 101.0), "{result:?}");
        assert!((result.value * 101.0 - 1.0).abs() < 0.05);
    }

    #[test]
    fn what_does_not_exist_is_none() {
        assert_eq!(equitability(&[0.1, 0.2, 0.3], 0.2, 0.95), None);
        assert_eq!(equitability(&[0.1; 9], 1.0, 0.95), None);
        assert_eq!(equitability(&[0.1, f64::NAN, 0.1, 0.2], 0.2, 0.95), None);
        let alike = equitability(&[0.25; 9], 0.2, 0.95).unwrap();
        assert_eq!((alike.value, alike.interval), (0.0, None));
        assert!(equitability(&[0.1, 0.2, 0.3, 0.4], 0.2, 0.95).unwrap().interval.is_some());
    }
}
