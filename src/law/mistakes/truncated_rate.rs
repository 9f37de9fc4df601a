//! Stake × rate, cut to whole tickets.

use crate::law::proportional_shares;

/// The tickets of a stake at a rate in basis points (hundredths of a per cent): the product without
/// its fraction, so that small stakes have none.
pub fn tickets(stake: u64, basis_points: u64) -> u64 {
    (u128::from(stake) * u128::from(basis_points) / 10_000) as u64
}

/// Shares of whole tickets. O(m).
pub fn truncated_rate_shares(stakes: &[u64], basis_points: u64) -> Vec<f64> {
    let tickets: Vec<u64> = stakes.iter().map(|&stake| tickets(stake, basis_points)).collect();
    proportional_shares(&tickets)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At 0.75 % accounts under 134 coins have no ticket.
    #[test]
    fn the_threshold_of_134_coins() {
        assert_eq!((tickets(133, 75), tickets(134, 75), tickets(266, 75), tickets(267, 75)), (0, 1, 1, 2));
        assert_eq!(truncated_rate_shares(&[133, 134, 268], 75), [0.0, 1.0 / 3.0, 2.0 / 3.0]);
        assert_eq!(tickets(i64::MAX as u64, 10_000), i64::MAX as u64);
    }
}
