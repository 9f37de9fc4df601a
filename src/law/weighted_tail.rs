//! Sums of independent indicators with integer weights: a vote in which some may be missing.

use super::greatest_common_divisor;

/// Steps of arithmetic at most.
const MOST_STEPS: u128 = 100_000_000;

/// The probability that `Σ w_i B_i` reaches `threshold`, where `B_i` is independently 1 with the chance that
/// stands beside the weight `w_i`, else 0 (with equal weights, the Poisson binomial distribution). By
/// convolution over the integers below the threshold, in units of the weights' greatest common divisor; what
/// reaches the threshold is set aside at once, so that nothing is subtracted and the relative error is some n
/// units in 1e16 however rare it is. Those whose chance is 1 count beforehand.
///
/// O(n threshold); `None` where that is more than a hundred million steps.
pub fn weighted_tail(weights: &[(u64, f64)], threshold: u128) -> Option<f64> {
    let sure: u128 = weights.iter().filter(|voter| voter.1 >= 1.0).map(|voter| u128::from(voter.0)).sum();
    let open: Vec<(u64, f64)> = weights
        .iter()
        .copied()
        .filter(|&(weight, chance)| weight > 0 && chance > 0.0 && chance < 1.0)
        .collect();
    let left = threshold.saturating_sub(sure);
    if left == 0 {
        return Some(1.0);
    }
    if open.iter().map(|voter| u128::from(voter.0)).sum::<u128>() < left {
        return Some(0.0);
    }
    let unit = open.iter().fold(0, |unit, voter| greatest_common_divisor(voter.0, unit));
    let cells = left.div_ceil(u128::from(unit));
    if cells.saturating_mul(open.len() as u128) > MOST_STEPS {
        return None;
    }
    let cells = cells as usize;
    let mut masses = vec![0.0; cells];
    masses[0] = 1.0;
    let (mut reached, mut highest) = (0.0, 0);
    for (weight, chance) in open {
        let weight = usize::try_from(weight / unit).unwrap_or(usize::MAX).min(cells);
        for sum in (0..=highest).rev() {
            let mass: f64 = masses[sum];
            masses[sum] = mass * (1.0 - chance);
            match masses.get_mut(sum + weight) {
                Some(further) => *further += mass * chance,
                None => reached += mass * chance,
            }
        }
        highest = (highest + weight).min(cells - 1);
    }
    Some(reached.min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every subset, by definition.
    fn by_enumeration(weights: &[(u64, f64)], threshold: u128) -> f64 {
        (0..1u32 << weights.len())
            .map(|subset| {
                let there = |voter: usize| subset >> voter & 1 == 1;
                let sum: u128 =
                    (0..weights.len()).filter(|&i| there(i)).map(|i| u128::from(weights[i].0)).sum();
                let chance =
                    |(i, voter): (usize, &(u64, f64))| if there(i) { voter.1 } else { 1.0 - voter.1 };
                if sum >= threshold { weights.iter().enumerate().map(chance).product() } else { 0.0 }
            })
            .sum()
    }

    #[test]
    fn equals_enumeration() {
        let weights = [(6, 0.5), (10, 0.25), (0, 0.5), (4, 1.0), (14, 0.1), (2, 0.0), (22, 0.7), (6, 0.5)];
        for threshold in 0..=70 {
            let (found, expected) =
                (weighted_tail(&weights, threshold).unwrap(), by_enumeration(&weights, threshold));
            assert!((found - expected).abs() < 1e-14, "{threshold}: {found} for {expected}");
        }
    }

    /// Equal weights are a binomial distribution; scipy.stats.binom.sf(49, 100, 0.01). And all of sixty, which
    /// one minus the rest could not show.
    #[test]
    fn rare_sums_keep_their_digits() {
        let hundred = vec![(3, 0.01); 100];
        let binomial = crate::law::binomial_wins(100, 0.01).unwrap();
        let tail: f64 = binomial[50..].iter().rev().sum();
        assert!((weighted_tail(&hundred, 150).unwrap() / tail - 1.0).abs() < 1e-9 && tail < 1e-70);
        let all = weighted_tail(&[(7, 0.001); 60], 420).unwrap();
        assert!((all / 1e-180 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_too_long_is_not_begun() {
        let primes = [(u64::MAX / 3, 0.5), (u64::MAX / 3 - 1, 0.5)];
        assert_eq!(weighted_tail(&primes, u128::from(u64::MAX / 3)), None);
        assert_eq!(weighted_tail(&primes, u128::from(u64::MAX)), Some(0.0));
        assert_eq!(weighted_tail(&[], 0), Some(1.0));
        assert_eq!(weighted_tail(&[(u64::MAX, 1.0), (u64::MAX, 1.0)], 1 << 64), Some(1.0));
    }
}
