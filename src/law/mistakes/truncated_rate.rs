//! Stake × rate, cut to whole tickets.

use crate::law::proportional_shares;

/// Shares of whole tickets at a rate in context points (hundredths of a per cent): each stake × rate
/// without its fraction, so that small stakes have none. O(m).
pub fn truncated_rate_shares(stakes: &[u64], basis_points: u64) -> Vec<f64> {
    let rate = u128::from(basis_points);
    let tickets: Vec<u64> = stakes.iter().map(|&stake| (u128::from(stake) * rate / 10_000) as u64).collect();
    proportional_shares(&tickets)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At 0.75 % accounts under 134 coins have no ticket, and those under 267 no second one.
    #[test]
    fn the_threshold_of_134_coins() {
        assert_eq!(truncated_rate_shares(&[133, 134, 266, 267], 75), [0.0, 0.25, 0.25, 0.5]);
        assert_eq!(truncated_rate_shares(&[i64::MAX as u64, 0], 10_000), [1.0, 0.0]);
        assert_eq!(truncated_rate_shares(&[1, 2], 75), [0.0, 0.0]);
    }
}
