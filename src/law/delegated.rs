//! Turns of a set that is elected by a draw.

use super::successive_inclusion;

/// The long-run share of rounds of each holder when in every epoch `n` are drawn by stake, nobody
/// twice, and share the epoch's rounds equally: the chance of being drawn, divided by the number of
/// members. Cost and error as [`successive_inclusion()`].
pub fn drawn_delegate_shares(stakes: &[u64], n: u64) -> Vec<f64> {
    let holders = stakes.iter().filter(|&&stake| stake > 0).count() as u64;
    let members = n.min(holders).max(1) as f64;
    successive_inclusion(stakes, n).into_iter().map(|elected| elected / members).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two of stakes 1, 2, 3: the first is drawn with 1/6 + 2/6 * 1/4 + 3/6 * 1/3 = 5/12.
    #[test]
    fn by_hand() {
        let shares = drawn_delegate_shares(&[1, 2, 3, 0], 2);
        assert!((shares[0] - 5.0 / 24.0).abs() < 1e-12 && shares[3] == 0.0);
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(drawn_delegate_shares(&[1, 0, 9], 5), [0.5, 0.0, 0.5]);
        assert_eq!(drawn_delegate_shares(&[1, 3], 1), [0.25, 0.75]);
    }
}
