//! Sample sizes.

use crate::statistics::distributions::{normal_quantile, student_quantile};

/// How many independent rounds give a win share of `share` an interval of ± `half_width`:
/// z² p (1 − p) / h².
///
/// `None` unless share and confidence lie strictly between 0 and 1 and the half width is positive,
/// or if the number does not fit.
pub fn rounds_for_half_width(share: f64, half_width: f64, confidence: f64) -> Option<u64> {
    let z = normal_quantile(0.5 * (1.0 - inside(confidence)?));
    let variance = variance(share)?;
    whole(z * z * variance / half_width / half_width).filter(|_| half_width > 0.0)
}

/// How many independent rounds show a share to be within `margin` (relative) of itself, with
/// `power`, by two one-sided tests at level 1 − `confidence`, if it is exactly right:
/// (z_α + z_{β/2})² p (1 − p) / (ε p)².
///
/// `None` as for [`rounds_for_half_width`].
pub fn rounds_for_equivalence(share: f64, margin: f64, confidence: f64, power: f64) -> Option<u64> {
    let z = normal_quantile(1.0 - inside(confidence)?) + normal_quantile(0.5 * (1.0 - inside(power)?));
    let variance = variance(share)?;
    let distance = margin * share;
    whole(z * z * variance / distance / distance).filter(|_| margin > 0.0)
}

/// How many independent rounds show a share that is off by `effect` (relative, of either sign) to
/// differ from the expected shares, with `power`, by a two-sided test at level 1 − `confidence`.
///
/// (z_{α/2} √(p q) + z_β √(p' q'))² / (p' − p)², with p' = p (1 + effect).
///
/// `None` as for [`rounds_for_half_width`], or if p' is no probability.
pub fn rounds_for_difference(share: f64, effect: f64, confidence: f64, power: f64) -> Option<u64> {
    let level = normal_quantile(0.5 * (1.0 - inside(confidence)?));
    let powered = normal_quantile(1.0 - inside(power)?);
    let truth = share * (1.0 + effect);
    let root = level * variance(share)?.sqrt() + powered * variance(truth)?.sqrt();
    let distance = truth - share;
    whole((root / distance).powi(2)).filter(|_| root > 0.0 && distance != 0.0)
}

/// How many independent trials give the mean of a quantity with standard deviation `deviation` a t
/// interval of ± `half_width`: the smallest n with t(n − 1) deviation / √n at most that.
///
/// `None` unless deviation and half width are positive and the confidence lies strictly between 0
/// and 1, or if the number does not fit.
pub fn trials_for_half_width(deviation: f64, half_width: f64, confidence: f64) -> Option<u64> {
    let level = 0.5 * (1.0 - inside(confidence)?);
    if !(deviation > 0.0 && half_width > 0.0) {
        return None;
    }
    let enough = |n: u64| student_quantile(level, n - 1) * deviation / (n as f64).sqrt() <= half_width;
    let normal = (normal_quantile(level) * deviation / half_width).powi(2);
    let (mut least, mut most) = (2, whole(normal + 2.0)?.max(2));
    while !enough(most) {
        least = most;
        most = most.checked_mul(2).filter(|&most| most < 1 << 53)?;
    }
    while least < most {
        let middle = least + (most - least) / 2;
        if enough(middle) {
            most = middle;
        } else {
            least = middle + 1;
        }
    }
    Some(least)
}

/// A probability strictly between 0 and 1.
fn inside(probability: f64) -> Option<f64> {
    (probability > 0.0 && probability < 1.0).then_some(probability)
}

/// Variance of one round.
fn variance(share: f64) -> Option<f64> {
    inside(share).map(|share| share * (1.0 - share))
}

/// Rounded up, if it fits 53 bits.
fn whole(size: f64) -> Option<u64> {
    (size >= 0.0 && size < (1u64 << 53) as f64).then(|| size.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_values() {
        assert_eq!(rounds_for_half_width(0.1, 0.005, 0.95), Some(13_830));
        assert_eq!(rounds_for_half_width(0.38, 0.005, 0.95), Some(36_202));
        assert_eq!(rounds_for_equivalence(0.2, 0.01, 0.95, 0.9), Some(432_887));
        assert_eq!(rounds_for_equivalence(0.2, 0.10, 0.95, 0.9), Some(4_329));
        // Fleiss, Levin and Paik 2003, one sample: .2 against .24, 80 % power:
        // (1.959964 √.16 + .841621 √.1824)² / .04² = 817.14.
        assert_eq!(rounds_for_difference(0.2, 0.2, 0.95, 0.8), Some(818));
        // R: power-free, n with qt(.975, n - 1) * 10 / sqrt(n) <= 2: 98 gives 2.0049, 99 gives 1.9945.
        assert_eq!(trials_for_half_width(10.0, 2.0, 0.95), Some(99));
        assert_eq!(trials_for_half_width(1.0, 100.0, 0.95), Some(2));
    }

    #[test]
    fn what_does_not_exist_is_none() {
        assert_eq!(rounds_for_half_width(0.0, 0.1, 0.95), None);
        assert_eq!(rounds_for_half_width(0.5, 0.0, 0.95), None);
        assert_eq!(rounds_for_half_width(0.5, -0.1, 0.95), None);
        assert_eq!(rounds_for_half_width(0.5, 1e-12, 0.95), None);
        assert_eq!(rounds_for_equivalence(0.5, 0.1, 1.0, 0.9), None);
        assert_eq!(rounds_for_difference(0.5, 0.0, 0.95, 0.9), None);
        assert_eq!(rounds_for_difference(0.5, 1.0, 0.95, 0.9), None);
        assert_eq!(trials_for_half_width(0.0, 0.1, 0.95), None);
        assert_eq!(trials_for_half_width(1.0, f64::NAN, 0.95), None);
    }

    proptest! {
        #[test]
        fn trials_suffice_and_one_fewer_would_not(deviation in 0.1f64..10.0, half in 0.05f64..5.0) {
            let n = trials_for_half_width(deviation, half, 0.95).unwrap();
            let width = |n: u64| student_quantile(0.025, n - 1) * deviation / (n as f64).sqrt();
            prop_assert!(width(n) <= half && (n == 2 || width(n - 1) > half));
        }
    }
}
