//! Kolmogorov and Smirnov's test for discrete data, exactly.

use crate::statistics::distributions::Poisson;

/// Steps beyond which the exact law is not computed (a few seconds).
const MOST_WORK: f64 = 4e9;

/// The outcome of the test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KolmogorovSmirnov {
    /// The largest distance between the empirical and the expected distribution function.
    pub statistic: f64,
    /// The exact probability of a distance at least as large.
    pub p_value: f64,
}

/// The test that `counts` of **ordered** values are multinomial with `shares`.
///
/// The classic law of the statistic holds for continuous data; for discrete data its p-values are
/// too large (Conover, JASA 67, 1972). Here the law is exact: the running counts form a Markov
/// chain, and the p-value is the sum, over the cells, of the probability that the chain leaves the
/// band of the observed distance there for the first time. All terms are positive, so that a small
/// p-value keeps its digits. O(cells × band × (band + √n)), with a band of 2 n D counts.
///
/// `None` if the lengths differ, if nothing was counted, if the shares are negative or do not sum
/// to one (within 1e-6), or if the work would exceed 4e9 steps.
pub fn kolmogorov_smirnov(counts: &[u64], shares: &[f64]) -> Option<KolmogorovSmirnov> {
    let total = counts.iter().try_fold(0u64, |sum, &count| sum.checked_add(count))?;
    let sum: f64 = shares.iter().sum();
    let sane = shares.iter().all(|&share| (0.0..=1.0 + 1e-6).contains(&share));
    if counts.len() != shares.len() || !sane || (sum - 1.0).abs() > 1e-6 || total == 0 {
        return None;
    }
    let n = total as f64;
    let mut expected = Vec::with_capacity(shares.len());
    let (mut running, mut reached, mut distance) = (0.0, 0u64, 0.0f64);
    for (&count, &share) in counts.iter().zip(shares) {
        if share == 0.0 && count > 0 {
            return Some(KolmogorovSmirnov { statistic: 1.0, p_value: 0.0 });
        }
        running += share / sum;
        reached += count;
        expected.push(n * running);
        distance = distance.max((reached as f64 - n * running).abs());
    }
    let statistic = distance / n;
    let band = 2.0 * distance + 1.0;
    if band * (band + 20.0 * n.sqrt()) * counts.len() as f64 > MOST_WORK {
        return None;
    }
    // A distance that differs by rounding only is the same distance.
    let limit = distance * (1.0 - 1e-9);
    if limit <= 0.0 {
        return Some(KolmogorovSmirnov { statistic, p_value: 1.0 });
    }
    Some(KolmogorovSmirnov { statistic, p_value: exit(total, shares, sum, &expected, limit)?.min(1.0) })
}

/// The probability that the running counts ever differ from `expected` by `limit` or more.
///
/// Cells are taken as independent Poisson counts, which are multinomial given their sum.
fn exit(total: u64, shares: &[f64], sum: f64, expected: &[f64], limit: f64) -> Option<f64> {
    let n = total as f64;
    let whole = Poisson::new(n)?.mass(total);
    // The chain inside the band: probabilities of the running counts from `first` on.
    let (mut first, mut inside) = (0u64, vec![1.0]);
    let mut left = 0.0;
    for (&share, &center) in shares.iter().zip(expected) {
        if share == 0.0 {
            continue;
        }
        let step = Poisson::new(n * (share / sum))?;
        let rest = Poisson::new((n - center).max(0.0))?;
        let low = (center - limit).floor() as i128 + 1;
        let high = ((center + limit).ceil() as i128 - 1).min(i128::from(total));
        let low = low.max(0) as u64;
        let widest = high - i128::from(first);
        let steps: Vec<f64> = (0..=widest.max(0) as u64).map(|count| step.mass(count)).collect();
        let reach = |place: u64| -> f64 {
            inside
                .iter()
                .enumerate()
                .map(|(index, &mass)| {
                    place.checked_sub(first + index as u64).map_or(0.0, |count| {
                        mass * steps.get(count as usize).copied().unwrap_or_else(|| step.mass(count))
                    })
                })
                .sum()
        };
        // Outward from both edges of the band, until nothing more can come.
        let gone = |place: u64| reach(place) * rest.mass(total - place) / whole;
        let mut beyond = 0.0;
        let mut place = (high + 1).max(0) as u64;
        while place <= total {
            let term = gone(place);
            beyond += term;
            if term <= 1e-17 * (beyond + left) {
                break;
            }
            place += 1;
        }
        for place in (0..low).rev() {
            let term = gone(place);
            beyond += term;
            if term <= 1e-17 * (beyond + left) {
                break;
            }
        }
        left += beyond;
        if high < i128::from(low) {
            // No running count lies in the band.
            return Some(left);
        }
        inside = (low..=high as u64).map(reach).collect();
        first = low;
    }
    Some(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All tables, from the definition.
    fn enumerated(total: u64, shares: &[f64], statistic: f64) -> f64 {
        fn walk(
            cell: usize,
            left: u64,
            mass: f64,
            distance: f64,
            reached: u64,
            context: (&[f64], u64, f64),
        ) -> f64 {
            let (shares, total, statistic) = context;
            if cell == shares.len() {
                return if left == 0 && distance >= statistic * (1.0 - 1e-9) { mass } else { 0.0 };
            }
            let center: f64 = shares[..=cell].iter().sum::<f64>();
            let mut sum = 0.0;
            let mut ways = 1.0;
            for count in 0..=left {
                if count > 0 {
                    ways *= (left - count + 1) as f64 / count as f64;
                }
                let distance = distance.max(((reached + count) as f64 / total as f64 - center).abs());
                let mass = mass * ways * shares[cell].powi(count as i32);
                sum += walk(cell + 1, left - count, mass, distance, reached + count, context);
            }
            sum
        }
        walk(0, total, 1.0, 0.0, 0, (shares, total, statistic))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        #[test]
        fn is_the_sum_over_all_tables(
            counts in prop::collection::vec(0u64..6, 2..5),
            weights in prop::collection::vec(1u32..10, 4),
        ) {
            prop_assume!(counts.iter().sum::<u64>() > 0);
            let weights = &weights[..counts.len()];
            let whole: u32 = weights.iter().sum();
            let shares: Vec<f64> = weights.iter().map(|&w| f64::from(w) / f64::from(whole)).collect();
            let test = kolmogorov_smirnov(&counts, &shares).unwrap();
            let expected = enumerated(counts.iter().sum(), &shares, test.statistic);
            prop_assert!((test.p_value - expected).abs() < 1e-10, "{test:?} {expected}");
        }
    }

    #[test]
    fn a_fine_grid_is_nearly_continuous() {
        // 1,000 cells, 100 values: D = 0.135 has p = 0.04741 (exact continuous law, scipy.stats.kstwo.sf).
        let mut counts = vec![0; 1000];
        // One value in the middle of every tenth of a tenth, the first 13 or so pushed to the front.
        for value in 0..100u64 {
            let place = if value < 14 { 4 } else { value * 10 + 4 };
            counts[place as usize] += 1;
        }
        let test = kolmogorov_smirnov(&counts, &[0.001; 1000]).unwrap();
        assert!((test.statistic - 0.135).abs() < 1e-9, "{test:?}");
        assert!((test.p_value - 0.04741).abs() < 0.002, "{test:?}");
    }

    #[test]
    fn far_tails_keep_their_digits() {
        // Two cells: the distance is that of a binomial count. 2 P(X >= 900 of 1000 at 1/2), mpmath.
        let test = kolmogorov_smirnov(&[900, 100], &[0.5, 0.5]).unwrap();
        assert!((test.p_value / 1.3403435580013e-161 - 1.0).abs() < 1e-9, "{test:?}");
    }

    #[test]
    fn degenerate_tables() {
        assert_eq!(kolmogorov_smirnov(&[0, 0], &[0.5, 0.5]), None);
        assert_eq!(kolmogorov_smirnov(&[1], &[0.5, 0.5]), None);
        assert_eq!(kolmogorov_smirnov(&[1, 1], &[0.5, f64::NAN]), None);
        assert_eq!(kolmogorov_smirnov(&[1, 1], &[0.0, 1.0]).unwrap().p_value, 0.0);
        assert_eq!(kolmogorov_smirnov(&[2, 2], &[0.5, 0.5]).unwrap().p_value, 1.0);
        assert_eq!(kolmogorov_smirnov(&[9], &[1.0]).unwrap().p_value, 1.0);
        assert_eq!(kolmogorov_smirnov(&[1_000_000_000, 0], &[0.5, 0.5]), None);
    }
}
