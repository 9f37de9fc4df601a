//! Weights that stay as they were while the total moves on.

/// The expected share of `rounds` rounds when each forger adds `reward` to its stake, but a token is
/// drawn from the total of today and sought among the stakes of the first day: tokens beyond the old
/// total fall through to the last holder of the list. O(rounds + m).
pub fn stale_weights_shares(stakes: &[u64], reward: u64, rounds: u64) -> Vec<f64> {
    let total: f64 = stakes.iter().map(|&stake| stake as f64).sum();
    let Some(last) = stakes.iter().rposition(|&stake| stake > 0) else {
        return vec![0.0; stakes.len()];
    };
    // The mean over the rounds of 1 / (total of that round).
    let inverse: f64 =
        (0..rounds).map(|round| 1.0 / (total + reward as f64 * round as f64)).sum::<f64>() / rounds as f64;
    let mut shares: Vec<f64> = stakes.iter().map(|&stake| stake as f64 * inverse).collect();
    shares[last] += 1.0 - total * inverse;
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stakes 1 and 1, reward 2, two rounds: (1/2 + 1/4) / 2 for the first.
    #[test]
    fn two_rounds_by_hand() {
        assert_eq!(stale_weights_shares(&[1, 1], 2, 2), [0.375, 0.625]);
        assert_eq!(stale_weights_shares(&[1, 3, 0], 0, 7), [0.25, 0.75, 0.0]);
        assert_eq!(stale_weights_shares(&[0], 1, 7), [0.0]);
    }
}
