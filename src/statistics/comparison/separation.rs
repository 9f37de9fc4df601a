//! How many trials would tell two treatments apart.

use crate::statistics::distributions::student_quantile;

/// How many paired trials tell a mean difference of `distance` from zero with this `power`, by a
/// two-sided t test at level 1 − `confidence`, if differences have this standard `deviation`: the
/// smallest n with (t_{α/2} + t_β) deviation / √n at most the distance, both quantiles with n − 1
/// degrees of freedom. Within one trial of the exact answer by the noncentral t law from about ten
/// trials on (Guenther, The American Statistician 35, 1981).
///
/// `None` unless deviation and distance are positive and confidence and power lie strictly between
/// 0 and 1, or if the number does not fit 53 bits.
pub fn trials_to_separate(deviation: f64, distance: f64, confidence: f64, power: f64) -> Option<u64> {
    let inside = |probability: f64| probability > 0.0 && probability < 1.0;
    if !(deviation > 0.0 && distance > 0.0 && inside(confidence) && inside(power)) {
        return None;
    }
    let enough = |n: u64| {
        let t = student_quantile(0.5 * (1.0 - confidence), n - 1) + student_quantile(1.0 - power, n - 1);
        t * deviation <= distance * (n as f64).sqrt()
    };
    let (mut least, mut most) = (2u64, 2u64);
    while !enough(most) {
        least = most + 1;
        most = most.checked_mul(2).filter(|&most| most < 1 << 53)?;
    }
    while least < most {
        let middle = least + (most - least) / 2;
        if enough(middle) { most = middle } else { least = middle + 1 }
    }
    Some(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Confidence (95 %, split among 1, 3 and 66 pairs), deviation over distance, trials.
    const NONCENTRAL: [(f64, f64, u64); 12] = [
        (0.95, 1.0, 13),
        (0.95, 2.0, 44),
        (0.95, 5.0, 265),
        (0.95, 20.0, 4_205),
        (1.0 - 0.05 / 3.0, 1.0, 17),
        (1.0 - 0.05 / 3.0, 2.0, 57),
        (1.0 - 0.05 / 3.0, 5.0, 341),
        (1.0 - 0.05 / 3.0, 20.0, 5_407),
        (1.0 - 0.05 / 66.0, 1.0, 28),
        (1.0 - 0.05 / 66.0, 2.0, 93),
        (1.0 - 0.05 / 66.0, 5.0, 547),
        (1.0 - 0.05 / 66.0, 20.0, 8_653),
    ];

    #[test]
    fn as_many_as_the_noncentral_t_law_says() {
        // scipy.stats.nct, smallest n with power 0.9.
        for (confidence, ratio, n) in NONCENTRAL {
            let found = trials_to_separate(ratio, 1.0, confidence, 0.9).unwrap();
            assert!(found.abs_diff(n) <= 1, "{confidence} {ratio}: {found}, {n}");
        }
    }

    #[test]
    fn what_does_not_exist_is_none() {
        assert_eq!(trials_to_separate(0.0, 1.0, 0.95, 0.9), None);
        assert_eq!(trials_to_separate(1.0, 0.0, 0.95, 0.9), None);
        assert_eq!(trials_to_separate(1.0, 1e-12, 0.95, 0.9), None);
        assert_eq!(trials_to_separate(f64::NAN, 1.0, 0.95, 0.9), None);
        assert_eq!(trials_to_separate(1.0, 1.0, 1.0, 0.9), None);
        assert_eq!(trials_to_separate(1e-9, 1.0, 0.95, 0.9), Some(2));
    }
}
