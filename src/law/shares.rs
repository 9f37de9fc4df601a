//! Shares of a whole.

/// Each stake's share of the total: `s_i / S`. All zero if nothing is staked. O(n).
///
/// The total is summed in exact integers; each share is one correctly rounded division.
pub fn proportional_shares(stakes: &[u64]) -> Vec<f64> {
    let total: u128 = stakes.iter().map(|&stake| u128::from(stake)).sum();
    stakes.iter().map(|&stake| if total == 0 { 0.0 } else { stake as f64 / total as f64 }).collect()
}

/// The same share for everybody with any stake: `1 / m`, and zero for those without. O(n).
pub fn equal_shares(stakes: &[u64]) -> Vec<f64> {
    let holders = stakes.iter().filter(|&&stake| stake > 0).count();
    stakes.iter().map(|&stake| if stake == 0 { 0.0 } else { 1.0 / holders as f64 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_of_four() {
        let shares = proportional_shares(&[350, 500, 200, 275]);
        for (share, percent) in shares.iter().zip([26.42, 37.74, 15.09, 20.75]) {
            assert!((share * 100.0 - percent).abs() < 0.005);
        }
        assert_eq!(equal_shares(&[350, 0, 200]), [0.5, 0.0, 0.5]);
        assert_eq!(proportional_shares(&[0, 0]), [0.0, 0.0]);
    }
}
