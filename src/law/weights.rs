//! Shares under rules that weigh each stake by a function of its own.

/// Shares in proportion to `s_i ^ exponent` among the holders of stake. O(n).
///
/// Computed relative to the largest stake, so that nothing overflows; the error is a few parts in
/// 1e15 times the exponent. All zero if nothing is staked.
pub fn power_shares(stakes: &[u64], exponent: f64) -> Vec<f64> {
    let largest = stakes.iter().copied().max().unwrap_or(0) as f64;
    shares_of(stakes, |stake| (stake as f64 / largest).powf(exponent))
}

/// Shares in proportion to `ln(1 + s_i)`: the base of the logarithm cancels. O(n).
pub fn logarithmic_shares(stakes: &[u64]) -> Vec<f64> {
    shares_of(stakes, |stake| (stake as f64).ln_1p())
}

/// Shares in proportion to `1 / s_i` among the holders of stake. O(n).
pub fn inverse_shares(stakes: &[u64]) -> Vec<f64> {
    let smallest = stakes.iter().copied().filter(|&stake| stake > 0).min().unwrap_or(1) as f64;
    shares_of(stakes, |stake| smallest / stake as f64)
}

/// A mixture: the part `alpha` of the rounds is shared equally among the holders, the rest in
/// proportion to stake. O(n).
pub fn mixture_shares(stakes: &[u64], alpha: f64) -> Vec<f64> {
    let equal = super::equal_shares(stakes);
    let proportional = super::proportional_shares(stakes);
    equal.iter().zip(proportional).map(|(e, p)| alpha * e + (1.0 - alpha) * p).collect()
}

/// Shares when only the `seats` richest count, earlier ones first among equals: equal shares or
/// shares in proportion to stake among them. O(n log n).
pub fn top_shares(stakes: &[u64], seats: usize, equal: bool) -> Vec<f64> {
    let mut order: Vec<usize> = (0..stakes.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(stakes[index]));
    let mut seated = vec![0; stakes.len()];
    for &index in order.iter().take(seats) {
        seated[index] = stakes[index];
    }
    if equal { super::equal_shares(&seated) } else { super::proportional_shares(&seated) }
}

/// Shares in proportion to stake times seniority, where the holders are cut by order into `levels`
/// groups as equal as can be and the first group counts `levels` times, the last once. O(n).
pub fn seniority_shares(stakes: &[u64], levels: u64) -> Vec<f64> {
    let holders = stakes.iter().filter(|&&stake| stake > 0).count() as u64;
    let mut joined = 0u64;
    let weights: Vec<f64> = stakes
        .iter()
        .map(|&stake| {
            if stake == 0 {
                return 0.0;
            }
            let level = levels - (u128::from(joined) * u128::from(levels) / u128::from(holders)) as u64;
            joined += 1;
            stake as f64 * level as f64
        })
        .collect();
    normalised(weights)
}

fn shares_of(stakes: &[u64], weigh: impl Fn(u64) -> f64) -> Vec<f64> {
    normalised(stakes.iter().map(|&stake| if stake == 0 { 0.0 } else { weigh(stake) }).collect())
}

/// Weights divided by their sum; all zero if the sum is.
pub(super) fn normalised(mut weights: Vec<f64>) -> Vec<f64> {
    let sum: f64 = weights.iter().sum();
    if sum > 0.0 {
        weights.iter_mut().for_each(|weight| *weight /= sum);
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(shares: &[f64], expected: &[f64]) {
        assert_eq!(shares.len(), expected.len());
        for (share, expected) in shares.iter().zip(expected) {
            assert!((share - expected).abs() < 1e-14, "{shares:?} is not near {expected}");
        }
    }

    /// By hand: squares 1, 4, 9; roots 1, 2, 3; logarithms of 2, 4, 8; inverses 6, 3, 2.
    #[test]
    fn small_pools_by_hand() {
        close(&power_shares(&[1, 2, 3, 0], 2.0), &[1.0 / 14.0, 4.0 / 14.0, 9.0 / 14.0, 0.0]);
        close(&power_shares(&[1, 4, 9], 0.5), &[1.0 / 6.0, 2.0 / 6.0, 3.0 / 6.0]);
        close(&power_shares(&[5, 0, 7], 0.0), &[0.5, 0.0, 0.5]);
        close(&logarithmic_shares(&[1, 3, 7, 0]), &[1.0 / 6.0, 2.0 / 6.0, 3.0 / 6.0, 0.0]);
        close(&inverse_shares(&[1, 2, 3, 0]), &[6.0 / 11.0, 3.0 / 11.0, 2.0 / 11.0, 0.0]);
        close(&mixture_shares(&[1, 3, 0], 0.5), &[0.375, 0.625, 0.0]);
        close(&top_shares(&[2, 1, 2, 4], 2, true), &[0.5, 0.0, 0.0, 0.5]);
        close(&top_shares(&[2, 1, 2, 4], 2, false), &[1.0 / 3.0, 0.0, 0.0, 2.0 / 3.0]);
        close(&top_shares(&[2, 0], 5, true), &[1.0, 0.0]);
        close(&seniority_shares(&[10, 0, 10, 10, 10], 4), &[0.4, 0.0, 0.3, 0.2, 0.1]);
        close(&seniority_shares(&[10, 10], 4), &[4.0 / 6.0, 2.0 / 6.0]);
    }

    #[test]
    fn extreme_stakes_do_not_overflow() {
        let shares = power_shares(&[1 << 62, 1 << 61], 16.0);
        close(&shares, &[65536.0 / 65537.0, 1.0 / 65537.0]);
        close(&power_shares(&[0, 0], 2.0), &[0.0, 0.0]);
        close(&inverse_shares(&[0, 0]), &[0.0, 0.0]);
        close(&logarithmic_shares(&[i64::MAX as u64, 0]), &[1.0, 0.0]);
    }
}
